/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Has the feature tests of runtime/compat/autoconf answered and writes kconf.h. Called before a
 * module is built; nearly always the answer is in the cache and nothing is run. kconf.h appears
 * complete or not at all.
 */
#include "build/features.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "build/feature_tests.h"
#include "target/headers.h"
#include "target/kernel_flags.h"
#include "target/scratch.h"

/* Part of the cache's key: changes when kconf.h is written in another way. */
#define KCONF_FORMAT "kconf 2\n"
#define SANITY_TEST "0sanity"

static gint compare_tests(gconstpointer a, gconstpointer b)
{
	const struct feature_test *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static const char *file_text(struct arena *arena, const char *path)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	return arena_strndup(arena, text, strlen(text));
}

static void add_test(struct arena *arena, GPtrArray *tests, const char *tests_dir, const char *file)
{
	struct feature_test *test = arena_new0(arena, struct feature_test);

	test->name = arena_strndup(arena, file, strlen(file) - strlen(".c"));
	test->path = arena_printf(arena, "%s/%s", tests_dir, file);
	test->text = file_text(arena, test->path);
	if (test->text)
		g_ptr_array_add(tests, test);
}

/* The tests of a folder by name, so 0sanity first; NULL after a reported error. */
static GPtrArray *list_tests(struct arena *arena, struct diag *diag, const char *tests_dir)
{
	GPtrArray *tests = arena_array(arena);
	g_autoptr(GError) error = NULL;
	GDir *dir = g_dir_open(tests_dir, 0, &error);
	const char *file;

	if (!dir) {
		diag_error(diag, no_span, "E-installation",
			   "the kernel feature tests are missing: %s", error->message);
		return NULL;
	}
	while ((file = g_dir_read_name(dir)))
		if (g_str_has_suffix(file, ".c"))
			add_test(arena, tests, tests_dir, file);
	g_dir_close(dir);
	g_ptr_array_sort(tests, compare_tests);
	return tests;
}

static void hash_text(GChecksum *hash, const char *text)
{
	/* With the NUL, so that texts cannot run into each other. */
	g_checksum_update(hash, (const guchar *)text, (gssize)strlen(text) + 1);
}

/* The cache folder for this tree, compiler and set of tests. */
static const char *kconf_folder(struct arena *arena, struct diag *diag,
				const struct kernel_tree *tree, const struct kernel_flags *flags,
				const GPtrArray *tests, const char *exports)
{
	const char *cache = kernel_tree_cache(arena, tree), *folder;
	GChecksum *hash = g_checksum_new(G_CHECKSUM_SHA256);

	hash_text(hash, KCONF_FORMAT);
	hash_text(hash, flags->identity);
	hash_text(hash, exports);
	for (guint i = 0; i < tests->len; i++) {
		const struct feature_test *test = tests->pdata[i];

		hash_text(hash, test->name);
		hash_text(hash, test->text);
	}
	folder = cache ? arena_printf(arena, "%s/kconf-%.16s", cache, g_checksum_get_string(hash)) :
			 NULL;
	g_checksum_free(hash);
	if (folder && g_mkdir_with_parents(folder, 0700) == 0)
		return folder;
	diag_error(diag, no_span, "E-cache-folder", "the cache folder cannot be made: %s",
		   g_strerror(errno));
	diag_note(diag, no_span, "XDG_CACHE_HOME can name another folder");
	return NULL;
}

/* In the way that takes a tenth of the time; where that does not work, not the others' either. */
static bool is_compiled(struct test_room *room, const struct feature_test *test, struct process_result *ret)
{
	if (feature_test_works(room, test, ret) || !room->fast)
		return ret->status == 0;
	process_result_clear(ret);
	room->fast = NULL;
	return feature_test_works(room, test, ret);
}

/* Without this test's success every other one would fail and say nothing about the kernel. */
static bool is_sane(struct diag *diag, const struct kernel_tree *tree, struct test_room *room,
		    const GPtrArray *tests)
{
	const struct feature_test *test = tests->len > 0 ? tests->pdata[0] : NULL;
	struct process_result result;
	bool sane;

	if (!test || strcmp(test->name, SANITY_TEST) != 0) {
		diag_error(diag, no_span, "E-installation", "the kernel feature test %s.c is missing",
			   SANITY_TEST);
		return false;
	}
	sane = is_compiled(room, test, &result);
	if (!sane) {
		diag_error(diag, no_span, "E-sanity",
			   "a simple module does not compile against %s", tree->build_dir);
		diag_note(diag, no_span, "the compiler says:\n%s", g_strchomp(result.errors));
	}
	process_result_clear(&result);
	return sane;
}

/* The symbols that "0xcrc<tab>name<tab>module<tab>kind" lines export, as a set to be destroyed. */
static GHashTable *exported_symbols(const struct kernel_tree *tree)
{
	GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *path = g_build_filename(tree->build_dir, "Module.symvers", NULL);
	g_autofree char *text = NULL;
	const char *line;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return set;
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *name = line + strcspn(line, "\t\n");

		if (*name == '\t')
			g_hash_table_add(set, g_strndup(name + 1, strcspn(name + 1, "\t\n")));
	}
	return set;
}

/* Lines of exports.list: a symbol each; empty ones and those that start with '#' are none. */
static void append_exports(GString *out, const struct kernel_tree *tree, const char *exports)
{
	GHashTable *exported = exported_symbols(tree);
	g_auto(GStrv) lines = g_strsplit(exports, "\n", -1);

	for (char **line = lines; *line; line++) {
		g_strstrip(*line);
		if (**line && **line != '#' && g_hash_table_contains(exported, *line))
			g_string_append_printf(out, "#define EXPORTED_%s 1\n", *line);
	}
	g_hash_table_destroy(exported);
}

static char *kconf_text(const struct kernel_tree *tree, const GPtrArray *tests, const char *exports)
{
	GString *out = g_string_new("/* SPDX-License-Identifier: GPL-2.0-or-later */\n");

	g_string_append_printf(out, "/* What Linux %s has, found by compiling; made by spile. */\n"
			       "#ifndef SPILE_KCONF_H\n#define SPILE_KCONF_H\n\n", tree->release);
	for (guint i = 0; i < tests->len; i++) {
		const struct feature_test *test = tests->pdata[i];
		g_autofree char *name = g_ascii_strup(test->name, -1);

		if (test->works)
			g_string_append_printf(out, "#define HAVE_%s 1\n", name);
	}
	append_exports(out, tree, exports);
	g_string_append(out, "\n#endif\n");
	return g_string_free(out, FALSE);
}

/* Writes to a temporary file beside it and renames, so a reader sees all of it or nothing. */
static bool write_kconf(struct diag *diag, const char *folder, const char *text)
{
	g_autofree char *path = g_build_filename(folder, "kconf.h", NULL);
	g_autoptr(GError) error = NULL;

	if (g_file_set_contents(path, text, -1, &error))
		return true;
	diag_error(diag, no_span, "E-cache-folder", "%s", error->message);
	return false;
}

static bool make_kconf(struct diag *diag, const struct kernel_tree *tree, struct test_room *room,
		       GPtrArray *tests, const char *exports, const char *folder)
{
	g_autofree char *text = NULL;

	if (!is_sane(diag, tree, room, tests))
		return false;
	g_ptr_array_remove_index(tests, 0);
	feature_tests_run(room, tests);
	text = kconf_text(tree, tests, exports);
	return write_kconf(diag, folder, text);
}

/* Readies the fast command, if there is something prepared. */
static void open_room(struct arena *arena, const struct kernel_tree *tree,
		      const struct steps_prepared *prepared, struct test_room *room)
{
	struct steps_request request = {
		.tree = tree, .flags = room->flags, .prepared = prepared,
		.names = {
			.folder = room->scratch, .module = "spile", .parts = "",
			.top = paths_data_dir(), .kconf = room->scratch, .common = "",
		},
	};
	g_autofree char *directory = NULL;

	if (!prepared)
		return;
	directory = kernel_recipe_fill(room->flags->recipe->directory, &request.names);
	room->directory = arena_printf(arena, "%s", directory);
	room->fast = steps_compiler(arena, &request);
}

static void say_result(struct diag *diag, const struct kernel_tree *tree, const GPtrArray *tests)
{
	fprintf(diag->out, "spile: features of %s:", tree->release);
	for (guint i = 0; i < tests->len; i++) {
		const struct feature_test *test = tests->pdata[i];

		fprintf(diag->out, " %s%s", test->works ? "" : "no-", test->name);
	}
	fputc('\n', diag->out);
}

const char *features_prepare_from(struct arena *arena, struct diag *diag,
				  const struct kernel_tree *tree,
				  const struct steps_prepared *prepared, const char *tests_dir,
				  bool verbose)
{
	GPtrArray *tests = list_tests(arena, diag, tests_dir);
	const char *exports = file_text(arena, arena_printf(arena, "%s/exports.list", tests_dir));
	struct test_room room = { .headers = headers_of_scripts(arena) };
	const char *folder;
	bool made;

	room.flags = tests ? kernel_flags_get(arena, diag, tree) : NULL;
	if (!room.flags)
		return NULL;
	exports = exports ? exports : "";
	folder = kconf_folder(arena, diag, tree, room.flags, tests, exports);
	if (!folder || g_file_test(arena_printf(arena, "%s/kconf.h", folder), G_FILE_TEST_EXISTS))
		return folder;
	room.scratch = scratch_new(arena, diag);
	if (!room.scratch)
		return NULL;
	open_room(arena, tree, prepared, &room);
	made = make_kconf(diag, tree, &room, tests, exports, folder);
	scratch_remove(room.scratch);
	if (made && verbose)
		say_result(diag, tree, tests);
	return made ? folder : NULL;
}

const char *features_prepare(struct arena *arena, struct diag *diag,
			     const struct kernel_tree *tree, const struct steps_prepared *prepared,
			     bool verbose)
{
	const char *tests_dir = arena_printf(arena, "%s/runtime/compat/autoconf", paths_data_dir());

	return features_prepare_from(arena, diag, tree, prepared, tests_dir, verbose);
}
