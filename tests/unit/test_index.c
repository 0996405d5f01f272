/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index of a file with DWARF: cut off, damaged, of another version, made by several at once, in
 * somebody else's cache, and without a place to be kept.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "dwarf_fixture.h"
#include "knowledge/index/build.h"

#ifdef HAVE_LIBDW

/* ---- The index ---- */

static void paths_without_the_folder(void **state)
{
	static const struct {
		const char *path, *folder, *shown;
	} cases[] = {
		{ "/build/linux/fs/open.c", "/build/linux", "fs/open.c" },
		{ "/build/linux/./fs/../mm/slab.c", "/build/linux", "mm/slab.c" },
		{ "out/fs/open.c", "out", "fs/open.c" },
		{ "./fs/open.c", NULL, "fs/open.c" },
		{ "/build/linux/debian/build/amd64/../../../fs/open.c", "/build/linux/debian/build/amd64", "fs/open.c" },
		{ "/build/linux/fs/open.c", "/build/linux/debian/build/amd64", "fs/open.c" },
		{ "/usr/include/stdint.h", "/build/linux", "/usr/include/stdint.h" },
		{ "/build/linux-two/a.c", "/build/linux", "/build/linux-two/a.c" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *shown = index_source_path(cases[i].path, cases[i].folder);

		assert_string_equal(shown, cases[i].shown);
	}
}

struct indexed {
	struct dwarf_file *file;
	const char *path;
	char *bytes;
	gsize size;
};

static void make_index(struct fixture *fixture, struct indexed *ret)
{
	const char *why = NULL;

	need_kernel(fixture);
	ret->file = dwarf_file_open(fixture->arena, path_of(fixture, IN_PLACE), NULL, &why);
	ret->path = path_of(fixture, "test.index");
	assert_non_null(ret->file);
	assert_true(index_build(ret->file, ret->path, &why));
	assert_non_null(index_open(fixture->arena, ret->path, ret->file->build_id));
	assert_true(g_file_get_contents(ret->path, &ret->bytes, &ret->size, NULL));
	arena_defer(fixture->arena, g_free, ret->bytes);
}

static void damage_is_noticed(void **state)
{
	struct fixture *fixture = *state;
	struct indexed indexed = { 0 };

	make_index(fixture, &indexed);
	assert_null(index_open(fixture->arena, indexed.path, "0123456789"));
	for (gsize length = 0; length < indexed.size; length += 1 + length / 3) {
		assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)length, NULL));
		assert_null(index_open(fixture->arena, indexed.path, indexed.file->build_id));
	}
	for (gsize at = 0; at < indexed.size; at += 61) {
		struct index *index;
		uint32_t count, files;
		bool is_damaged = false;

		indexed.bytes[at] ^= 0x40;
		assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)indexed.size, NULL));
		indexed.bytes[at] ^= 0x40;
		index = index_open(fixture->arena, indexed.path, indexed.file->build_id);
		if (!index)
			continue;
		/* Padding between tables may be anything; what is left are rows. */
		index_table(index, INDEX_FILES, &files);
		for (uint32_t i = 0; i < files; i++)
			index_rows(index, i, &count, &is_damaged);
		assert_true(is_damaged || indexed.bytes[at] == 0);
	}
}

static void index_is_made_again(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "exported", .is_statement = true, .lines = LINES_ALL };
	struct knowledge *knowledge;
	struct indexed indexed = { 0 };
	const char *why = NULL;
	unsigned int count;

	make_index(fixture, &indexed);
	indexed.path = path_of(fixture, arena_printf(fixture->arena, "cache/spile/debuginfo/%s.index",
						     indexed.file->build_id));
	count = sites_of(fixture, NULL, &query)->len;
	assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)indexed.size / 2, NULL));
	assert_int_equal(sites_of(fixture, NULL, &query)->len, count);
	/* Rows are found to be damaged when they are asked for. */
	indexed.bytes[indexed.size - 6] ^= 1;
	assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)indexed.size, NULL));
	knowledge = know(fixture);
	assert_int_equal(knowledge_sites(knowledge, NULL, &query, &why)->len, count);
}

static void two_make_it_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct indexed indexed = { 0 };
	const char *why;

	make_index(fixture, &indexed);
	for (unsigned int i = 0; i < 4; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(index_build(indexed.file, indexed.path, &why) ? 0 : 1);
	}
	for (unsigned int i = 0; i < 4; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_non_null(index_open(fixture->arena, indexed.path, indexed.file->build_id));
}

/* Of a spile that writes indexes in another way: complete and sound, but not to be read. */
static void other_versions_are_not_read(void **state)
{
	struct fixture *fixture = *state;
	struct index_header *header;
	struct indexed indexed = { 0 };

	make_index(fixture, &indexed);
	header = (struct index_header *)(void *)indexed.bytes;
	assert_int_equal(header->version, INDEX_VERSION);
	header->version--;
	header->checksum = index_checksum(header, offsetof(struct index_header, checksum));
	assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)indexed.size, NULL));
	assert_null(index_open(fixture->arena, indexed.path, indexed.file->build_id));
	header->version++;
	header->checksum = index_checksum(header, offsetof(struct index_header, checksum));
	assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)indexed.size, NULL));
	assert_non_null(index_open(fixture->arena, indexed.path, indexed.file->build_id));
}

/* A cache that somebody else may write to is not believed; the index goes elsewhere. */
static void caches_of_others_are_not_used(void **state)
{
	struct fixture *fixture = *state;
	const char *folder = path_of(fixture, "cache/spile/debuginfo");
	struct indexed indexed = { 0 };

	make_index(fixture, &indexed);
	assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
	assert_int_equal(g_chmod(path_of(fixture, "cache/spile"), 0777), 0);
	assert_non_null(knowledge_type(know(fixture), NULL, "struct record"));
	assert_int_equal(g_rmdir(folder), 0);
	assert_int_equal(g_chmod(path_of(fixture, "cache/spile"), 0700), 0);
	if (chown(path_of(fixture, "cache/spile"), 12345, 12345) != 0)
		return;
	assert_non_null(knowledge_type(know(fixture), NULL, "struct record"));
	assert_int_not_equal(g_rmdir(folder), 0);
}

/* What a full disk is like: nothing that is longer can be written. */
static void without_room_nothing_is_left(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit before, little = { 512, 512 };
	struct knowledge *knowledge;
	const char *lack;

	need_kernel(fixture);
	knowledge = know(fixture);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	lack = knowledge_lack(knowledge, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(lack);
	assert_non_null(strstr(lack, " cannot be indexed: "));
	assert_non_null(strstr(lack, g_strerror(EFBIG)));
	assert_int_equal(g_rmdir(path_of(fixture, "cache/spile/debuginfo")), 0);
	assert_non_null(knowledge_type(know(fixture), NULL, "struct record"));
}

static void index_needs_no_cache(void **state)
{
	struct fixture *fixture = *state;

	need_kernel(fixture);
	g_setenv("XDG_CACHE_HOME", "/proc/nowhere", TRUE);
	assert_non_null(knowledge_type(know(fixture), NULL, "struct record"));
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_without_the_folder),
		fresh(damage_is_noticed),
		fresh(index_is_made_again),
		fresh(two_make_it_at_once),
		fresh(other_versions_are_not_read),
		fresh(caches_of_others_are_not_used),
		fresh(without_room_nothing_is_left),
		fresh(index_needs_no_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else /* !HAVE_LIBDW */
#include "without_dwarf.h"
#endif /* !HAVE_LIBDW */
