/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/kallsyms.c, symbols.c, forbidden.c and points.c: names into addresses, wildcards, proposals for typing errors. */
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

#include "kallsyms.h"
#include "points.h"
#include "symbol_source.h"
#include "symbols.h"

#include "text_file.h"

static const char symbols_text[] =
	"ffffffff81000000 T _stext\n"
	"ffffffff81000100 T tcp_sendmsg\n"
	"ffffffff81000100 T tcp_sendmsg_alias\n"
	"ffffffff81000200 t tcp_v4_rcv\n"
	"ffffffff81000300 t tcp_write_xmit.isra.0\n"
	"ffffffff81000400 t tcp_write_xmit.cold\n"
	"ffffffff81000500 t __pfx_tcp_sendmsg\n"
	"ffffffff81000600 W tcp_weak\n"
	"ffffffff81000700 D tcp_data\n"
	"ffffffff81000800 t twice\n"
	"ffffffff81000900 t twice\n"
	"ffffffff81000980 t either\n"
	"ffffffff81000990 t either\n"
	"ffffffff81000a00 t tcp_forbidden\n"
	"ffffffff81000a80 T __noinstr_text_start\n"
	"ffffffff81000a80 T tcp_noinstr\n"
	"ffffffff81000aa0 T __noinstr_text_end\n"
	"ffffffff82000000 T _sinittext\n"
	"ffffffff82000100 t tcp_init\n"
	"ffffffff82000200 T _einittext\n"
	"ffffffffc0000000 t tcp_module\t[some_module]\n"
	"nonsense\n"
	"\n"
	"ffffffff81000b00 T tcp_last\n"
	"ffffffff81000c00 T cut";

static const char blacklist_text[] =
	"0xffffffff81000a00-0xffffffff81000a10\ttcp_forbidden\n"
	"0xffffffff81000990-0xffffffff810009a0\teither\n"
	"0x0-0x0\tnot_there\n"
	"broken\n";

static void read_table(struct symbols *ret, enum symbol_kind kind, const struct symbols_filter *filter,
		       const char *symbols, const char *blacklist)
{
	struct text blacklist_copy = { 0 };
	struct forbidden_list list;
	FILE *file = file_of(symbols);

	text_append_string(&blacklist_copy, blacklist);
	forbidden_list_parse(&list, &blacklist_copy);
	assert_true(symbols_read_file(ret, kind, filter, fileno(file), &list));
	forbidden_list_fini(&list);
	fclose(file);
}

static void parse(struct symbols *ret, const char *symbols, const char *blacklist)
{
	read_table(ret, SYMBOL_FUNCTION, NULL, symbols, blacklist);
}

static bool is_short(const void *context, const struct symbol *symbol)
{
	return strlen(symbol->name) < *(const size_t *)context;
}

/* A file of many pieces: what a filter wants is kept, and nothing else. */
static void filters_keep_some(void **state)
{
	static const char *const names[] = { "f3_is_long", "nowhere" };
	const size_t limit = 9;
	const struct symbols_filter filter = { names, 2, is_short, &limit, .has_ends = true };
	struct text lines = { 0 };
	struct symbols symbols;
	size_t count;

	(void)state;
	for (int i = 0; i < 20000; i++)
		text_printf(&lines, "%016x t f%d%s\n", i + 1, i, i % 7 ? "_is_long" : "");
	text_append_string(&lines, "nonsense\n\n0000000000000001 t f1\t[of_a_module]\n");
	read_table(&symbols, SYMBOL_FUNCTION, &filter, lines.bytes, "");
	assert_int_equal(symbols.count, (20000 + 6) / 7 + 1);
	assert_true(symbols.is_part);
	assert_int_equal(symbols_find(&symbols, "f19999", &count) != NULL, 19999 % 7 == 0);
	assert_non_null(symbols_find(&symbols, "f19992", &count));
	assert_int_equal(symbols_find(&symbols, "f3_is_long", &count)->address, 4);
	assert_int_equal(symbols_find(&symbols, "f3_is_long", &count)->end, 5);
	assert_null(symbols_find(&symbols, "f1", &count));
	symbols_fini(&symbols);
	assert_false(symbols_read_file(&symbols, SYMBOL_FUNCTION, &filter, -1, &(struct forbidden_list){ 0 }));
	text_fini(&lines);
}

static void where_the_kernel_begins(void **state)
{
	static const struct {
		const char *text;
		__u64 base;
	} cases[] = {
		{ symbols_text, 0xffffffff81000000 },
		{ "0000000000001000 A first\nffffffff91000000 T _text\nffffffff91000010 T _stext\n", 0xffffffff91000000 },
		{ "0000000000000000 T _text\nffffffff91000000 T _stext\n", 0 },	/* the first one counts */
		{ "ffffffff91000000 T _text_of\n", 0 },
		{ "ffffffffc0000000 t other\t[one]\nffffffffc1000000 t _text\n", 0 },
		{ "", 0 },
	};
	__u64 base;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		FILE *file = file_of(cases[i].text);

		assert_int_equal(kallsyms_find_base(fileno(file), &base), cases[i].base != 0);
		assert_int_equal(base, cases[i].base);
		fclose(file);
	}
}

static bool resolve(const struct symbols *symbols, const char *line, struct points *points)
{
	struct specification specification;

	bool success;

	assert_true(specification_parse(line, &specification));
	success = points_resolve(points, &specification, symbols);
	specification_fini(&specification);
	return success;
}

static void expect_point(const struct points *points, size_t index, const char *name,
			 uint64_t address)
{
	assert_true(index < points->count);
	assert_string_equal(points->items[index].name, name);
	assert_int_equal(points->items[index].address, address);
}

static void specifications_are_parsed(void **state)
{
	static const char *const broken[] = {
		"", "x", "1", "1 ", "1 o", "1 o ", "1  name", "1 q name", "-1 - name",
		"99999999999 - name", "1 - :name", "1 - module:", "1 - name+12", "1 - name+0x",
		"1 - name+0x1g", "1 - +0x1", "1 - 0x0", "1 - 0xx", "1 - m:0x10", "1 - 0x10+0x1",
		"1 - name+0x100000000",
		"1 - name function", "1 p name", "1 p name ", "1 p  function",
	};
	struct specification specification;

	(void)state;
	assert_true(specification_parse("12 ow tcp_*", &specification));
	assert_int_equal(specification.index, 12);
	assert_true(specification.is_optional && specification.is_wildcard);
	assert_string_equal(specification.name, "tcp_*");
	assert_null(specification.module);
	specification_fini(&specification);
	assert_true(specification_parse("0 - a", &specification));
	assert_false(specification.is_optional || specification.is_wildcard || specification.offset);
	specification_fini(&specification);
	assert_true(specification_parse("0 - ext4:ext4_open+0x1f", &specification));
	assert_string_equal(specification.module, "ext4");
	assert_string_equal(specification.name, "ext4_open");
	assert_int_equal(specification.offset, 0x1f);
	assert_string_equal(specification.pattern, "ext4:ext4_open+0x1f");
	specification_fini(&specification);
	assert_true(specification_parse("7 op vfs_read+0x45 rw_verify_area", &specification));
	assert_true(specification.is_optional && specification.is_placed);
	assert_string_equal(specification.pattern, "vfs_read+0x45");
	assert_string_equal(specification.function, "rw_verify_area");
	specification_fini(&specification);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_false(specification_parse(broken[i], &specification));
}

static void exact_names(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;

	(void)state;
	parse(&symbols, symbols_text, blacklist_text);
	assert_true(resolve(&symbols, "3 - tcp_sendmsg", &points));
	assert_int_equal(points.count, 1);
	assert_int_equal(points.items[0].specification, 3);
	expect_point(&points, 0, "tcp_sendmsg", 0xffffffff81000100);
	assert_true(resolve(&symbols, "4 - twice", &points));
	assert_int_equal(points.count, 3);
	expect_point(&points, 1, "twice", 0xffffffff81000800);
	expect_point(&points, 2, "twice", 0xffffffff81000900);
	assert_true(resolve(&symbols, "5 - tcp_last", &points));
	assert_int_equal(points.count, 4);
	assert_true(resolve(&symbols, "7 - tcp_write_xmit.isra.0", &points));
	points_fini(&points);
	symbols_fini(&symbols);
}

static void absent_names(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;

	(void)state;
	parse(&symbols, symbols_text, blacklist_text);
	assert_false(resolve(&symbols, "0 - tcp_sendmgs", &points));
	assert_false(resolve(&symbols, "0 - tcp_data", &points));
	assert_false(resolve(&symbols, "0 - tcp_init", &points));
	assert_false(resolve(&symbols, "0 - tcp_module", &points));
	assert_false(resolve(&symbols, "0 - some_module:tcp_sendmsg", &points));
	assert_false(resolve(&symbols, "0 - other_module:tcp_module", &points));
	assert_false(resolve(&symbols, "0 w other*:tcp_module", &points));
	assert_true(resolve(&symbols, "0 o other_module:tcp_module", &points));
	assert_false(resolve(&symbols, "0 w udp_*", &points));
	assert_true(resolve(&symbols, "0 o tcp_sendmgs", &points));
	assert_true(resolve(&symbols, "0 ow udp_*", &points));
	assert_int_equal(points.count, 0);
	points_fini(&points);
	symbols_fini(&symbols);
}

static void wildcards(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;

	(void)state;
	parse(&symbols, symbols_text, blacklist_text);
	assert_true(resolve(&symbols, "0 w *tcp_*", &points));
	/* No data, padding, cold, forbidden or init function, and the alias's address once. */
	assert_int_equal(points.count, 5);
	expect_point(&points, 0, "tcp_sendmsg", 0xffffffff81000100);
	expect_point(&points, 1, "tcp_v4_rcv", 0xffffffff81000200);
	expect_point(&points, 2, "tcp_write_xmit.isra.0", 0xffffffff81000300);
	expect_point(&points, 3, "tcp_weak", 0xffffffff81000600);
	expect_point(&points, 4, "tcp_last", 0xffffffff81000b00);
	assert_true(resolve(&symbols, "1 w tcp_sendmsg*", &points));
	assert_int_equal(points.count, 6);
	points_fini(&points);
	symbols_fini(&symbols);
}

/* Those in a section without probes, and those that the kernel lists, by their addresses. */
static void forbidden_functions(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;
	size_t count;

	(void)state;
	parse(&symbols, symbols_text, blacklist_text);
	assert_false(resolve(&symbols, "0 - tcp_forbidden", &points));
	assert_false(resolve(&symbols, "0 - tcp_noinstr", &points));
	assert_false(resolve(&symbols, "0 w tcp_forb*", &points));
	assert_true(resolve(&symbols, "0 o tcp_forbidden", &points));
	assert_int_equal(points.count, 0);
	assert_true(resolve(&symbols, "0 - either", &points));
	assert_int_equal(points.count, 1);
	expect_point(&points, 0, "either", 0xffffffff81000980);
	assert_string_equal(symbols_find(&symbols, "tcp_noinstr", &count)->forbidden,
			    "it lies in the kernel's section .noinstr.text");
	assert_string_equal(symbols_find(&symbols, "tcp_forbidden", &count)->forbidden,
			    "it is in the kernel's list /sys/kernel/debug/kprobes/blacklist");
	points_fini(&points);
	symbols_fini(&symbols);
	/* Where addresses are hidden, names say it. */
	parse(&symbols, "0000000000000000 t tcp_forbidden\n0000000000000000 t tcp_other\n",
	      "0x0000000000000000-0x0000000000000000\ttcp_forbidden\n");
	assert_false(resolve(&symbols, "0 - tcp_forbidden", &points));
	assert_true(resolve(&symbols, "0 w tcp_*", &points));
	assert_int_equal(points.count, 1);
	points_fini(&points);
	symbols_fini(&symbols);
}

static void functions_of_modules(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;

	(void)state;
	parse(&symbols, "ffffffffc0000000 t twice\t[one]\nffffffffc0000100 t twice\t[another]\n"
	      "ffffffffc0000200 t twice\t[bpf]\nffffffffc0000300 t twice\t[__builtin__ftrace]\n"
	      "ffffffff81000000 T twice\n0000000000000000 t hidden\t[one]\n", "");
	assert_true(resolve(&symbols, "0 - one:twice", &points));
	expect_point(&points, 0, "twice", 0xffffffffc0000000);
	assert_true(resolve(&symbols, "1 - twice", &points));
	expect_point(&points, 1, "twice", 0xffffffff81000000);
	assert_true(resolve(&symbols, "2 w *:tw*", &points));
	expect_point(&points, 2, "twice", 0xffffffffc0000000);
	expect_point(&points, 3, "twice", 0xffffffffc0000100);
	assert_int_equal(points.count, 4);
	/* Without its address, the kernel finds it by that name. */
	assert_true(resolve(&symbols, "3 - one:hidden", &points));
	expect_point(&points, 4, "one:hidden", 0);
	points_fini(&points);
	symbols_fini(&symbols);
}

static void find_ends(struct symbols *symbols, const char *text)
{
	FILE *file = file_of(text);

	assert_true(symbols_find_ends(symbols, fileno(file)));
	fclose(file);
}

static void places_within_functions(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;

	(void)state;
	parse(&symbols, symbols_text, blacklist_text);
	find_ends(&symbols, symbols_text);
	assert_true(resolve(&symbols, "0 - tcp_sendmsg+0xff", &points));
	expect_point(&points, 0, "tcp_sendmsg", 0xffffffff81000100);
	assert_int_equal(points.items[0].offset, 0xff);
	/* A function ends where anything begins, be it data. */
	assert_false(resolve(&symbols, "0 - tcp_sendmsg+0x100", &points));
	assert_false(resolve(&symbols, "0 - tcp_weak+0x100", &points));
	assert_false(resolve(&symbols, "0 o tcp_sendmsg_alias+0x100", &points));
	assert_false(resolve(&symbols, "0 - twice+0x1", &points));
	assert_true(resolve(&symbols, "0 - some_module:tcp_module+0x1000", &points));
	assert_int_equal(points.count, 2);
	/* Where debuginfo of that build counted it, a nameless function may lie between. */
	assert_true(resolve(&symbols, "0 p tcp_sendmsg+0x123 tcp_twice", &points));
	expect_point(&points, 2, "tcp_twice", 0xffffffff81000100);
	assert_int_equal(points.items[2].offset, 0x123);
	assert_false(resolve(&symbols, "0 p twice+0x1 tcp_twice", &points));
	assert_true(resolve(&symbols, "9 - 0xffffffff81000123", &points));
	assert_int_equal(points.items[3].address + points.items[3].offset, 0xffffffff81000123);
	assert_string_equal(points.items[3].name, "0xffffffff81000123");
	points_fini(&points);
	symbols_fini(&symbols);
}

static void hidden_addresses(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;

	(void)state;
	parse(&symbols,
	      "0000000000000000 T _sinittext\n0000000000000000 t a_one\n0000000000000000 t a_two\n"
	      "0000000000000000 t a_two\n0000000000000000 T _einittext\n", "");
	assert_true(resolve(&symbols, "0 w a_*", &points));
	assert_int_equal(points.count, 2);
	expect_point(&points, 0, "a_one", 0);
	expect_point(&points, 1, "a_two", 0);
	points_fini(&points);
	symbols_fini(&symbols);
}

static void variables(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;

	(void)state;
	read_table(&symbols, SYMBOL_VARIABLE, NULL, symbols_text, blacklist_text);
	assert_true(resolve(&symbols, "0 - tcp_data+0x8", &points));
	expect_point(&points, 0, "tcp_data", 0xffffffff81000700);
	assert_false(resolve(&symbols, "0 - tcp_sendmsg", &points));
	assert_int_equal(points.count, 1);
	points_fini(&points);
	symbols_fini(&symbols);
}

/* What the linker's script defines has a letter of code or of a number, and the address of data. */
static void variables_of_the_linker(void **state)
{
	static const char text[] =
		"ffffffff81000000 T _stext\nffffffff81000100 T vfs_read\nffffffff81900000 T _etext\n"
		"ffffffff82000000 T jiffies\nffffffff82000008 A jiffies_too\n0000000000000010 A number\n"
		"ffffffffc0000000 t of_module\t[nfs]\n";
	struct points points = { 0 };
	struct symbols symbols;

	(void)state;
	read_table(&symbols, SYMBOL_VARIABLE, NULL, text, "");
	assert_true(resolve(&symbols, "0 - jiffies", &points));
	expect_point(&points, 0, "jiffies", 0xffffffff82000000);
	assert_true(resolve(&symbols, "0 - jiffies_too", &points));
	assert_false(resolve(&symbols, "0 - vfs_read", &points));
	assert_false(resolve(&symbols, "0 - number", &points));
	assert_false(resolve(&symbols, "0 - nfs:of_module", &points));
	symbols_fini(&symbols);
	read_table(&symbols, SYMBOL_VARIABLE, NULL,
		   "0000000000000000 T _stext\n0000000000000000 T _etext\n0000000000000000 T jiffies\n", "");
	assert_int_equal(symbols.count, 0);
	symbols_fini(&symbols);
	points_fini(&points);
}

static void proposals(void **state)
{
	struct symbols symbols;
	const char *names[3];

	(void)state;
	parse(&symbols, symbols_text, blacklist_text);
	assert_true(symbols_propose(&symbols, "tcp_sendmgs", names, 3) >= 1);
	assert_string_equal(names[0], "tcp_sendmsg");
	assert_true(symbols_propose(&symbols, "tcp_write_xmit", names, 3) >= 1);
	assert_string_equal(names[0], "tcp_write_xmit.isra.0");
	assert_int_equal(symbols_propose(&symbols, "completely_different", names, 3), 0);
	assert_int_equal(symbols_propose(&symbols, "", names, 3), 0);
	symbols_fini(&symbols);
}

static void long_names(void **state)
{
	struct points points = { 0 };
	struct symbols symbols;
	char line[700], name[601];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(line, sizeof(line), "ffffffff81000000 t %s\n", name);
	parse(&symbols, line, "");
	snprintf(line, sizeof(line), "0 - %s", name);
	assert_true(resolve(&symbols, line, &points));
	assert_int_equal(strlen(points.items[0].name), SPILE_POINT_NAME - 1);
	assert_false(resolve(&symbols, "0 - nnnnnnnnnnnnnnnnnnnnnnn", &points));
	points_fini(&points);
	symbols_fini(&symbols);
}

static void empty_tables(void **state)
{
	struct symbols symbols;
	size_t count;

	(void)state;
	parse(&symbols, "", "");
	assert_null(symbols_find(&symbols, "x", &count));
	assert_int_equal(count, 0);
	symbols_fini(&symbols);
}

/* A folder with a session's module and something else in it, one without, and none. */
static void modules_of_sessions(void **state)
{
	struct forbidden_modules modules;
	char folder[] = "/tmp/spile-symbols-XXXXXX", path[64], other[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	forbidden_modules_read(&modules, folder);
	assert_false(forbidden_modules_have(&modules, "one"));
	forbidden_modules_fini(&modules);
	snprintf(path, sizeof(path), "%s/spile:one", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(other, 0700), 0);
	forbidden_modules_read(&modules, folder);
	assert_true(forbidden_modules_have(&modules, "one"));
	assert_false(forbidden_modules_have(&modules, "other"));
	assert_int_equal(modules.count, 1);
	forbidden_modules_fini(&modules);
	rmdir(path);
	rmdir(other);
	rmdir(folder);
	forbidden_modules_read(&modules, folder);
	assert_int_equal(modules.count, 0);
	forbidden_modules_fini(&modules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_keep_some),
		cmocka_unit_test(where_the_kernel_begins),
		cmocka_unit_test(specifications_are_parsed),
		cmocka_unit_test(exact_names),
		cmocka_unit_test(absent_names),
		cmocka_unit_test(wildcards),
		cmocka_unit_test(forbidden_functions),
		cmocka_unit_test(functions_of_modules),
		cmocka_unit_test(places_within_functions),
		cmocka_unit_test(hidden_addresses),
		cmocka_unit_test(variables), cmocka_unit_test(variables_of_the_linker),
		cmocka_unit_test(proposals),
		cmocka_unit_test(long_names),
		cmocka_unit_test(empty_tables),
		cmocka_unit_test(modules_of_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
