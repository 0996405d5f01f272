/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader/symbol_index.c and symbol_index_write.c: what was written from a made-up list of symbols says
 * the same when it is looked into, wherever the kernel is by then, and nothing once it is damaged.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "symbol_index.h"
#include "symbol_source.h"

#include "text_file.h"

#define BASE 0xffffffff81000000ULL
#define BUILD "00112233445566778899aabbccddeeff00112233"

static const char list_text[] =
	"0000000000000000 A fixed_percpu_data\n"
	"0000000000001000 D percpu_of_old_kernels\n"
	"0000000000001010 D percpu_last\n"
	"ffffffff81000000 T before_the_beginning\n"
	"ffffffff81000000 T _stext\n"
	"ffffffff81000000 T _text\n"
	"ffffffff81000100 T vfs_read\n"
	"ffffffff81000100 T vfs_read_alias\n"
	"ffffffff81000180 a nothing_of_interest\n"
	"ffffffff81000200 t twice\n"
	"ffffffff81000300 t forbidden\n"
	"ffffffff81000310 t twice\n"
	"ffffffff81000400 T __noinstr_text_start\n"
	"ffffffff81000400 t noinstr\n"
	"ffffffff81000480 T __noinstr_text_end\n"
	"ffffffff81000500 t forbidden\n"
	"ffffffff81000600 T _etext\n"
	"ffffffff81800000 D vfs_data\n"
	"ffffffff81900000 D vfs_read\n"
	"ffffffff82000000 T _sinittext\n"
	"ffffffff82000100 t vfs_init\n"
	"ffffffff82000200 T _einittext\n"
	"ffffffff82000280 T jiffies_of_the_linker\n"
	"ffffffff82000288 A number_of_the_linker\n"
	"ffffffff82000300 B _end\n";

static const char forbidden_text_here[] =
	"0xffffffff81000300-0xffffffff81000310\tforbidden\n"
	"0xffffffff81000400-0xffffffff81000480\tnoinstr\n";

static char folder[64];
static struct symbol_index_place place;
static char path[256];	/* of the file */

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/spile-index-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	place = (struct symbol_index_place){ folder, getuid(), BUILD };
	snprintf(path, sizeof(path), "%s/symbols-" BUILD, folder);
	return 0;
}

static int tear_down(void **state)
{
	char command[sizeof(folder) + 16];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void parse_forbidden(struct forbidden_list *ret, const char *text)
{
	struct text copy = { 0 };

	text_append_string(&copy, text);
	forbidden_list_parse(ret, &copy);
}

/* ---- Writing ---- */

struct making {
	struct symbol_index_builder builder;
	struct forbidden_sections sections;
};

static bool take(void *context, const struct kallsyms_line *line)
{
	struct making *making = context;

	if (symbol_is_of_kind(SYMBOL_FUNCTION, line->type))
		forbidden_note(&making->sections, line->name, line->address);
	symbol_index_add(&making->builder, line);
	return true;
}

static bool write_index(const char *text, const struct forbidden_list *list)
{
	struct making making = { 0 };
	FILE *file = file_of(text);
	bool success;

	assert_true(kallsyms_each(fileno(file), take, &making));
	success = symbol_index_write(&making.builder, &making.sections, list, &place);
	symbol_index_builder_fini(&making.builder);
	fclose(file);
	return success;
}

static void write_here(void)
{
	struct forbidden_list list;

	parse_forbidden(&list, forbidden_text_here);
	assert_true(write_index(list_text, &list));
	forbidden_list_fini(&list);
}

/* ---- Looking in ---- */

static bool is_any(const void *context, const struct symbol *symbol)
{
	(void)context;
	return *symbol->name;
}

static const struct symbols_filter everything = { .matches = is_any, .has_ends = true };

/* What the filter wants of the index; false if that cannot answer. */
static bool ask(struct symbols *ret, enum symbol_kind kind, const struct symbols_filter *filter, __u64 base)
{
	struct symbol_index index;
	bool success;

	symbols_init(ret, kind);
	if (!symbol_index_open(&index, &place))
		return false;
	success = symbol_index_select(&index, base, filter, ret);
	symbol_index_close(&index);
	if (!success)
		symbols_fini(ret);
	return success;
}

static bool is_there(void)
{
	struct symbol_index index;

	if (!symbol_index_open(&index, &place))
		return false;
	symbol_index_close(&index);
	return true;
}

/* The same, but for the place of the kernel: those of the index at `shift` behind that of the list. */
static bool are_same(const struct symbols *listed, const struct symbols *indexed, __u64 shift)
{
	if (listed->count != indexed->count)
		return false;
	for (size_t i = 0; i < listed->count; i++) {
		const struct symbol *a = &listed->items[i], *b = &indexed->items[i];
		__u64 moved = a->address >= BASE ? shift : 0;

		if (strcmp(a->name, b->name) != 0 || a->address + moved != b->address || a->forbidden != b->forbidden)
			return false;
		if (b->end ? a->end + moved != b->end : a->end && a->end - a->address <= 0xffffffff)
			return false;
	}
	return true;
}

static void read_listed(struct symbols *ret, enum symbol_kind kind, const struct symbols_filter *filter)
{
	struct forbidden_list list;
	FILE *file = file_of(list_text);

	parse_forbidden(&list, forbidden_text_here);
	assert_true(symbols_read_file(ret, kind, filter, fileno(file), &list));
	forbidden_list_fini(&list);
	fclose(file);
}

static void compare(enum symbol_kind kind, const struct symbols_filter *filter, size_t expected)
{
	static const __u64 shifts[] = { 0, 0x1e000000, (__u64)-0x1000000 };
	struct symbols listed, indexed;

	read_listed(&listed, kind, filter);
	assert_int_equal(listed.count, expected);
	for (size_t i = 0; i < sizeof(shifts) / sizeof(*shifts); i++) {
		assert_true(ask(&indexed, kind, filter, BASE + shifts[i]));
		assert_true(are_same(&listed, &indexed, shifts[i]));
		symbols_fini(&indexed);
	}
	symbols_fini(&listed);
}

/* The index and the list it was made of give the same tables. */
static void same_as_the_list(void **state)
{
	static const char *const names[] = {
		"forbidden", "noinstr", "nothing", "percpu_of_old_kernels", "twice", "vfs_init", "vfs_read", "vfs_read",
	};
	const struct symbols_filter named = { .names = names, .name_count = 8, .has_ends = true };

	(void)state;
	write_here();
	compare(SYMBOL_FUNCTION, &everything, 15);
	compare(SYMBOL_VARIABLE, &everything, 8);
	compare(SYMBOL_FUNCTION, &named, 6);
	compare(SYMBOL_VARIABLE, &named, 2);
}

static void reasons_and_ends(void **state)
{
	struct symbols symbols;
	size_t count;

	(void)state;
	write_here();
	assert_true(ask(&symbols, SYMBOL_FUNCTION, &everything, BASE));
	assert_string_equal(symbols_find(&symbols, "forbidden", &count)[0].forbidden,
			    "it is in the kernel's list /sys/kernel/debug/kprobes/blacklist");
	assert_null(symbols_find(&symbols, "forbidden", &count)[1].forbidden);
	assert_string_equal(symbols_find(&symbols, "noinstr", &count)->forbidden,
			    "it lies in the kernel's section .noinstr.text");
	/* A function ends where anything begins; those of one place end together. */
	assert_int_equal(symbols_find(&symbols, "vfs_read", &count)->end, BASE + 0x180);
	assert_int_equal(symbols_find(&symbols, "vfs_read_alias", &count)->end, BASE + 0x180);
	assert_null(symbols_find(&symbols, "vfs_init", &count));
	symbols_fini(&symbols);
}

/* ---- Kernels without an index ---- */

static void no_index_of_such(void **state)
{
	static const char *const texts[] = {
		"",
		"ffffffff81000000 T nothing_says_where_the_kernel_begins\n",
		"0000000000000000 T _stext\n0000000000000000 t vfs_read\n",	/* addresses are hidden */
		"ffffffff81000000 T _stext\nffffffff81000200 t one\nffffffff81000100 t before_it\n",
		"ffff800081000000 T far_from_it\nffffffff81000000 T _stext\n",
		"ffff800081000000 T _stext\nffffffff81000000 t far_from_it\n",
	};
	const struct forbidden_list none = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_false(write_index(texts[i], &none));
		assert_false(is_there());
	}
}

/* What the kernel must not be probed in was not known: so it is said. */
static void the_list_may_be_missing(void **state)
{
	const struct forbidden_list none = { 0 };
	struct symbol_index index;

	(void)state;
	assert_true(write_index(list_text, &none));
	assert_true(symbol_index_open(&index, &place));
	assert_false(symbol_index_has_list(&index));
	symbol_index_close(&index);
	write_here();
	assert_true(symbol_index_open(&index, &place));
	assert_true(symbol_index_has_list(&index));
	symbol_index_close(&index);
}

/* ---- Trust ---- */

static void other_builds(void **state)
{
	struct symbol_index_place other = place;
	char other_path[sizeof(path)];
	struct symbol_index index;

	(void)state;
	write_here();
	other.build_id[0] = '1';
	assert_false(symbol_index_open(&index, &other));
	/* Neither by another name: one build-id is the beginning of the other. */
	snprintf(other_path, sizeof(other_path), "%s/symbols-0011", folder);
	assert_int_equal(rename(path, other_path), 0);
	strcpy(other.build_id, "0011");
	assert_false(symbol_index_open(&index, &other));
}

static void owners_and_modes(void **state)
{
	char other_path[sizeof(path) + 8];

	(void)state;
	write_here();
	assert_true(is_there());
	place.owner++;
	assert_false(is_there());
	assert_false(symbol_index_may_write(&place));
	place.owner--;
	assert_int_equal(chmod(path, 0620), 0);
	assert_false(is_there());
	assert_int_equal(chmod(path, 0602), 0);
	assert_false(is_there());
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(folder, 0770), 0);
	assert_false(is_there());
	assert_false(symbol_index_may_write(&place));
	assert_int_equal(chmod(folder, 0700), 0);
	assert_true(is_there());
	/* What is behind a link may be anybody's. */
	snprintf(other_path, sizeof(other_path), "%s.other", path);
	assert_int_equal(rename(path, other_path), 0);
	assert_int_equal(symlink(other_path, path), 0);
	assert_false(is_there());
}

static void folders(void **state)
{
	const struct forbidden_list none = { 0 };
	char inner[128];

	(void)state;
	snprintf(inner, sizeof(inner), "%s/a", folder);
	place.folder = inner;
	assert_false(is_there());
	assert_true(symbol_index_may_write(&place));
	assert_true(write_index(list_text, &none));
	assert_true(is_there());
	snprintf(inner, sizeof(inner), "%s/b/c", folder);
	assert_false(symbol_index_may_write(&place));
	assert_false(write_index(list_text, &none));
	/* A link to a folder is none. */
	snprintf(inner, sizeof(inner), "%s/d", folder);
	assert_int_equal(symlink(folder, inner), 0);
	assert_false(symbol_index_may_write(&place));
	assert_false(write_index(list_text, &none));
}

/* ---- Damage ---- */

static char *read_bytes(size_t *size_ret)
{
	struct text bytes = { 0 };

	assert_true(text_read_file(&bytes, path));
	*size_ret = bytes.length;
	return bytes.bytes;
}

static void write_bytes(const char *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void cut_at_every_length(void **state)
{
	struct symbols symbols;
	size_t size;
	char *bytes;

	(void)state;
	write_here();
	bytes = read_bytes(&size);
	for (size_t i = 0; i < size; i++) {
		write_bytes(bytes, i);
		assert_false(ask(&symbols, SYMBOL_FUNCTION, &everything, BASE));
	}
	write_bytes(bytes, size);
	assert_true(ask(&symbols, SYMBOL_FUNCTION, &everything, BASE));
	symbols_fini(&symbols);
	free(bytes);
}

/* Whichever byte is another: no answer, for all of it and for a name, or the right one. */
static void damaged_at_every_byte(void **state)
{
	static const char *const name = "vfs_read";
	const struct symbols_filter named = { .names = &name, .name_count = 1, .has_ends = true };
	struct symbols whole, one, symbols;
	size_t size, refused = 0;
	char *bytes;

	(void)state;
	write_here();
	bytes = read_bytes(&size);
	read_listed(&whole, SYMBOL_FUNCTION, &everything);
	read_listed(&one, SYMBOL_FUNCTION, &named);
	for (size_t i = 0; i < size; i++) {
		bytes[i] ^= (char)(1 << i % 8);
		write_bytes(bytes, size);
		bytes[i] ^= (char)(1 << i % 8);
		if (ask(&symbols, SYMBOL_FUNCTION, &everything, BASE)) {
			assert_true(are_same(&whole, &symbols, 0));
			symbols_fini(&symbols);
		} else {
			refused++;
		}
		if (ask(&symbols, SYMBOL_FUNCTION, &named, BASE)) {
			assert_true(are_same(&one, &symbols, 0));
			symbols_fini(&symbols);
		}
	}
	/* But the names of functions that are gone, every byte counts. */
	assert_true(refused > size - 100 && refused < size);
	symbols_fini(&whole);
	symbols_fini(&one);
	free(bytes);
}

/* ---- How many ---- */

/* The newest ones; nine are made, which a clock may take for one moment. */
static void few_are_kept(void **state)
{
	(void)state;
	for (int i = 0; i < 9; i++) {
		struct timespec times[2] = { { .tv_sec = 1000 + i }, { .tv_sec = 1000 + i } };

		place.build_id[0] = (char)('0' + i);
		write_here();
		assert_true(is_there());
		snprintf(path, sizeof(path), "%s/symbols-%s", folder, place.build_id);
		assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	}
	for (int i = 0; i < 9; i++) {
		place.build_id[0] = (char)('0' + i);
		assert_int_equal(is_there(), i >= 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(same_as_the_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reasons_and_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_index_of_such, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_list_may_be_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_builds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(owners_and_modes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(folders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_at_every_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged_at_every_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(few_are_kept, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
