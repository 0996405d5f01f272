/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where files with debugging information are looked for, which are refused, and what is said of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dwarf_fixture.h"
#include "knowledge/files/build_id.h"

#ifdef HAVE_LIBDW

/* ---- Which file ---- */

static const char *opened_path(struct fixture *fixture, const char *module, const char **why_ret)
{
	struct dwarf_file *file = debuginfo_open(fixture->arena, fixture->root, &fixture->tree, module, why_ret);

	return file ? file->path + strlen(fixture->root) : NULL;
}

static const char *build_id_of(struct fixture *fixture, const char *name)
{
	const char *why;
	struct dwarf_file *file = dwarf_file_open(fixture->arena, path_of(fixture, name), NULL, &why);

	assert_non_null(file);
	assert_non_null(file->build_id);
	return file->build_id;
}

static void places_of_debuginfo(void **state)
{
	static const char *const places[] = {
		"boot/vmlinux-" RELEASE, "build/vmlinux", "usr/lib/debug/usr/lib/modules/" RELEASE "/vmlinux",
		"usr/lib/debug/lib/modules/" RELEASE "/vmlinux.debug", "usr/lib/debug/boot/vmlinux-" RELEASE,
	};
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_kernel(fixture, "gcc", "-g", "made"))
		skip();
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, "there is no debuginfo (DWARF) of kernel " RELEASE " here; it comes with: "));
	/* Each goes before those above it. */
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		assert_true(run_shell(fixture, arena_printf(fixture->arena, "mkdir -p \"$(dirname %s)\" && cp made %s",
							    places[i], places[i])));
		assert_string_equal(opened_path(fixture, NULL, &why) + 1, places[i]);
	}
	g_setenv("SPILE_DEBUGINFO", path_of(fixture, "made"), TRUE);
	assert_string_equal(opened_path(fixture, NULL, &why), "/made");
	/* A file without DWARF is passed over in silence. */
	assert_true(run_shell(fixture, "strip --strip-debug -o stripped made"));
	g_setenv("SPILE_DEBUGINFO", path_of(fixture, "stripped"), TRUE);
	assert_string_equal(opened_path(fixture, NULL, &why) + 1, places[G_N_ELEMENTS(places) - 1]);
}

/* What the running kernel shows of itself: it is the one that was made last as `made`. */
#define SHOW_NOTES "mkdir -p sys/kernel && objcopy -O binary --only-section=.note.gnu.build-id made sys/kernel/notes"

static void links_and_build_ids(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL, *id;

	if (!make_kernel(fixture, "gcc", "-g", "made"))
		skip();
	assert_true(run_shell(fixture, "mkdir -p boot usr/lib/debug/boot && "
			      "objcopy --only-keep-debug made usr/lib/debug/boot/far.debug && "
			      "objcopy --strip-debug --add-gnu-debuglink=usr/lib/debug/boot/far.debug made boot/vmlinux-" RELEASE));
	assert_string_equal(opened_path(fixture, NULL, &why), "/usr/lib/debug/boot/far.debug");
	id = build_id_of(fixture, "made");
	fixture->tree.is_running = true;
	assert_true(run_shell(fixture, SHOW_NOTES));
	assert_string_equal(build_id_find(fixture->arena, fixture->root, &fixture->tree, NULL), id);
	assert_true(run_shell(fixture, arena_printf(fixture->arena, "mkdir -p usr/lib/debug/.build-id/%.2s && "
						    "cp made usr/lib/debug/.build-id/%.2s/%s.debug", id, id, id + 2)));
	assert_non_null(strstr(opened_path(fixture, NULL, &why), "/.build-id/"));
}

static void other_builds_are_refused(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_kernel(fixture, "gcc", "-g", "made") || !make_kernel(fixture, "gcc", "-g -DOTHER=1 -O1", IN_PLACE))
		skip();
	fixture->tree.is_running = true;
	assert_true(run_shell(fixture, SHOW_NOTES));
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, IN_PLACE " is of another build ("));
	assert_non_null(strstr(why, build_id_of(fixture, "made")));
}

static void modules_by_modules_dep(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_module(fixture, "gcc", "-g -Wa,--generate-missing-build-notes=no", "usr/lib/debug/lib/modules/" RELEASE
			 "/kernel/fs/my-fs.ko.debug"))
		skip();
	assert_null(opened_path(fixture, "my_fs", &why));
	assert_non_null(strstr(why, "has no module 'my_fs' here"));
	assert_true(run_shell(fixture, "mkdir -p lib/modules/" RELEASE " && "
			      "echo 'kernel/fs/my-fs.ko.xz: kernel/a.ko' >lib/modules/" RELEASE "/modules.dep"));
	assert_non_null(strstr(opened_path(fixture, "my_fs", &why), "/kernel/fs/my-fs.ko.debug"));
}

/* A module that is compressed with its DWARF in it is unpacked. */
static void compressed_modules(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	const char *folder = "lib/modules/" RELEASE;

	if (!make_module(fixture, "gcc", "-g", arena_printf(fixture->arena, "%s/extra/my-fs.ko", folder)))
		skip();
	assert_true(run_shell(fixture, arena_printf(fixture->arena, "gzip %s/extra/my-fs.ko && "
			      "echo 'extra/my-fs.ko.gz:' >%s/modules.dep", folder, folder)));
	query.function = "exported";
	assert_int_equal(sites_of(fixture, "my_fs", &query)->len, 1);
	query.is_statement = true;
	query.lines = LINES_ALL;
	assert_true(sites_of(fixture, "my_fs", &query)->len > 4);
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh(places_of_debuginfo),
		fresh(links_and_build_ids),
		fresh(other_builds_are_refused),
		fresh(modules_by_modules_dep),
		fresh(compressed_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else /* !HAVE_LIBDW */

static void reads_dwarf(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads_dwarf) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif /* !HAVE_LIBDW */
