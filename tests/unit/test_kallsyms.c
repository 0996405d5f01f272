/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/kallsyms.c and points.c: names into addresses, wildcards, proposals for typing errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kallsyms.h"
#include "points.h"

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
	"ffffffff81000b00 T tcp_last";

static const char blacklist_text[] =
	"0xffffffff81000a00-0xffffffff81000a10\ttcp_forbidden\n"
	"0xffffffff81000990-0xffffffff810009a0\teither\n"
	"0x0-0x0\tnot_there\n"
	"broken\n";

static void parse(struct kallsyms *ret, const char *symbols, const char *blacklist)
{
	struct text symbols_copy = { 0 }, blacklist_copy = { 0 };

	text_append_string(&symbols_copy, symbols);
	text_append_string(&blacklist_copy, blacklist);
	kallsyms_parse(ret, SYMBOL_FUNCTION, &symbols_copy, &blacklist_copy);
}

static bool is_short(const void *context, const char *name, const char *module)
{
	return !module && strlen(name) < *(const size_t *)context;
}

/* A file of many pieces: what a filter wants is kept line by line, and nothing else. */
static void filters_keep_lines(void **state)
{
	const size_t limit = 9;
	const struct kallsyms_filter filter = { is_short, &limit };
	struct text expected = { 0 }, kept = { 0 };
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 20000; i++) {
		struct text line = { 0 };

		text_printf(&line, "%016x t f%d%s\n", i, i, i % 7 ? "_is_long" : "");
		if (i % 7 == 0)
			text_append(&expected, line.bytes, line.length);
		fputs(line.bytes, file);
		text_fini(&line);
	}
	fputs("nonsense\n\n0000000000000001 t f1\t[of_a_module]\nffffffff81000000 T _sinittext\nffffffff81000000 t cut", file);
	text_append_string(&expected, "ffffffff81000000 T _sinittext\n");
	assert_int_equal(fflush(file), 0);
	rewind(file);
	assert_true(kallsyms_keep(&kept, fileno(file), &filter));
	assert_string_equal(kept.bytes, expected.bytes);
	assert_false(kallsyms_keep(&kept, -1, &filter));
	fclose(file);
	text_fini(&kept);
	text_fini(&expected);
}

static bool resolve(const struct kallsyms *kallsyms, const char *line, struct points *points)
{
	struct specification specification;

	bool success;

	assert_true(specification_parse(line, &specification));
	success = points_resolve(points, &specification, kallsyms);
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
	struct kallsyms kallsyms;

	(void)state;
	parse(&kallsyms, symbols_text, blacklist_text);
	assert_true(resolve(&kallsyms, "3 - tcp_sendmsg", &points));
	assert_int_equal(points.count, 1);
	assert_int_equal(points.items[0].specification, 3);
	expect_point(&points, 0, "tcp_sendmsg", 0xffffffff81000100);
	assert_true(resolve(&kallsyms, "4 - twice", &points));
	assert_int_equal(points.count, 3);
	expect_point(&points, 1, "twice", 0xffffffff81000800);
	expect_point(&points, 2, "twice", 0xffffffff81000900);
	assert_true(resolve(&kallsyms, "5 - tcp_last", &points));
	assert_int_equal(points.count, 4);
	assert_true(resolve(&kallsyms, "7 - tcp_write_xmit.isra.0", &points));
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

static void absent_names(void **state)
{
	struct points points = { 0 };
	struct kallsyms kallsyms;

	(void)state;
	parse(&kallsyms, symbols_text, blacklist_text);
	assert_false(resolve(&kallsyms, "0 - tcp_sendmgs", &points));
	assert_false(resolve(&kallsyms, "0 - tcp_data", &points));
	assert_false(resolve(&kallsyms, "0 - tcp_init", &points));
	assert_false(resolve(&kallsyms, "0 - tcp_module", &points));
	assert_false(resolve(&kallsyms, "0 - some_module:tcp_sendmsg", &points));
	assert_false(resolve(&kallsyms, "0 - other_module:tcp_module", &points));
	assert_false(resolve(&kallsyms, "0 w other*:tcp_module", &points));
	assert_true(resolve(&kallsyms, "0 o other_module:tcp_module", &points));
	assert_false(resolve(&kallsyms, "0 w udp_*", &points));
	assert_true(resolve(&kallsyms, "0 o tcp_sendmgs", &points));
	assert_true(resolve(&kallsyms, "0 ow udp_*", &points));
	assert_int_equal(points.count, 0);
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

static void wildcards(void **state)
{
	struct points points = { 0 };
	struct kallsyms kallsyms;

	(void)state;
	parse(&kallsyms, symbols_text, blacklist_text);
	assert_true(resolve(&kallsyms, "0 w *tcp_*", &points));
	/* No data, padding, cold, forbidden or init function, and the alias's address once. */
	assert_int_equal(points.count, 5);
	expect_point(&points, 0, "tcp_sendmsg", 0xffffffff81000100);
	expect_point(&points, 1, "tcp_v4_rcv", 0xffffffff81000200);
	expect_point(&points, 2, "tcp_write_xmit.isra.0", 0xffffffff81000300);
	expect_point(&points, 3, "tcp_weak", 0xffffffff81000600);
	expect_point(&points, 4, "tcp_last", 0xffffffff81000b00);
	assert_true(resolve(&kallsyms, "1 w tcp_sendmsg*", &points));
	assert_int_equal(points.count, 6);
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

/* Those in a section without probes, and those that the kernel lists, by their addresses. */
static void forbidden_functions(void **state)
{
	struct points points = { 0 };
	struct kallsyms kallsyms;
	size_t count;

	(void)state;
	parse(&kallsyms, symbols_text, blacklist_text);
	assert_false(resolve(&kallsyms, "0 - tcp_forbidden", &points));
	assert_false(resolve(&kallsyms, "0 - tcp_noinstr", &points));
	assert_false(resolve(&kallsyms, "0 w tcp_forb*", &points));
	assert_true(resolve(&kallsyms, "0 o tcp_forbidden", &points));
	assert_int_equal(points.count, 0);
	assert_true(resolve(&kallsyms, "0 - either", &points));
	assert_int_equal(points.count, 1);
	expect_point(&points, 0, "either", 0xffffffff81000980);
	assert_string_equal(kallsyms_find(&kallsyms, "tcp_noinstr", &count)->forbidden,
			    "it lies in the kernel's section .noinstr.text");
	assert_string_equal(kallsyms_find(&kallsyms, "tcp_forbidden", &count)->forbidden,
			    "it is in the kernel's list /sys/kernel/debug/kprobes/blacklist");
	points_fini(&points);
	kallsyms_fini(&kallsyms);
	/* Where addresses are hidden, names say it. */
	parse(&kallsyms, "0000000000000000 t tcp_forbidden\n0000000000000000 t tcp_other\n",
	      "0x0000000000000000-0x0000000000000000\ttcp_forbidden\n");
	assert_false(resolve(&kallsyms, "0 - tcp_forbidden", &points));
	assert_true(resolve(&kallsyms, "0 w tcp_*", &points));
	assert_int_equal(points.count, 1);
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

static void functions_of_modules(void **state)
{
	struct points points = { 0 };
	struct kallsyms kallsyms;

	(void)state;
	parse(&kallsyms, "ffffffffc0000000 t twice\t[one]\nffffffffc0000100 t twice\t[another]\n"
	      "ffffffffc0000200 t twice\t[bpf]\nffffffffc0000300 t twice\t[__builtin__ftrace]\n"
	      "ffffffff81000000 T twice\n0000000000000000 t hidden\t[one]\n", "");
	assert_true(resolve(&kallsyms, "0 - one:twice", &points));
	expect_point(&points, 0, "twice", 0xffffffffc0000000);
	assert_true(resolve(&kallsyms, "1 - twice", &points));
	expect_point(&points, 1, "twice", 0xffffffff81000000);
	assert_true(resolve(&kallsyms, "2 w *:tw*", &points));
	expect_point(&points, 2, "twice", 0xffffffffc0000000);
	expect_point(&points, 3, "twice", 0xffffffffc0000100);
	assert_int_equal(points.count, 4);
	/* Without its address, the kernel finds it by that name. */
	assert_true(resolve(&kallsyms, "3 - one:hidden", &points));
	expect_point(&points, 4, "one:hidden", 0);
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

static void find_ends(struct kallsyms *kallsyms, const char *symbols)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	fputs(symbols, file);
	assert_int_equal(fflush(file), 0);
	rewind(file);
	assert_true(kallsyms_find_ends(kallsyms, fileno(file)));
	fclose(file);
}

static void places_within_functions(void **state)
{
	struct points points = { 0 };
	struct kallsyms kallsyms;

	(void)state;
	parse(&kallsyms, symbols_text, blacklist_text);
	find_ends(&kallsyms, symbols_text);
	assert_true(resolve(&kallsyms, "0 - tcp_sendmsg+0xff", &points));
	expect_point(&points, 0, "tcp_sendmsg", 0xffffffff81000100);
	assert_int_equal(points.items[0].offset, 0xff);
	/* A function ends where anything begins, be it data. */
	assert_false(resolve(&kallsyms, "0 - tcp_sendmsg+0x100", &points));
	assert_false(resolve(&kallsyms, "0 - tcp_weak+0x100", &points));
	assert_false(resolve(&kallsyms, "0 o tcp_sendmsg_alias+0x100", &points));
	assert_false(resolve(&kallsyms, "0 - twice+0x1", &points));
	assert_true(resolve(&kallsyms, "0 - some_module:tcp_module+0x1000", &points));
	assert_int_equal(points.count, 2);
	/* Where debuginfo of that build counted it, a nameless function may lie between. */
	assert_true(resolve(&kallsyms, "0 p tcp_sendmsg+0x123 tcp_twice", &points));
	expect_point(&points, 2, "tcp_twice", 0xffffffff81000100);
	assert_int_equal(points.items[2].offset, 0x123);
	assert_false(resolve(&kallsyms, "0 p twice+0x1 tcp_twice", &points));
	assert_true(resolve(&kallsyms, "9 - 0xffffffff81000123", &points));
	assert_int_equal(points.items[3].address + points.items[3].offset, 0xffffffff81000123);
	assert_string_equal(points.items[3].name, "0xffffffff81000123");
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

static void hidden_addresses(void **state)
{
	struct points points = { 0 };
	struct kallsyms kallsyms;

	(void)state;
	parse(&kallsyms,
	      "0000000000000000 T _sinittext\n0000000000000000 t a_one\n0000000000000000 t a_two\n"
	      "0000000000000000 t a_two\n0000000000000000 T _einittext\n", "");
	assert_true(resolve(&kallsyms, "0 w a_*", &points));
	assert_int_equal(points.count, 2);
	expect_point(&points, 0, "a_one", 0);
	expect_point(&points, 1, "a_two", 0);
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

static void variables(void **state)
{
	struct text symbols = { 0 }, none = { 0 };
	struct points points = { 0 };
	struct kallsyms kallsyms;

	(void)state;
	text_append_string(&symbols, symbols_text);
	kallsyms_parse(&kallsyms, SYMBOL_VARIABLE, &symbols, &none);
	assert_true(resolve(&kallsyms, "0 - tcp_data+0x8", &points));
	expect_point(&points, 0, "tcp_data", 0xffffffff81000700);
	assert_false(resolve(&kallsyms, "0 - tcp_sendmsg", &points));
	assert_int_equal(points.count, 1);
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

/* What the linker's script defines has a letter of code or of a number, and the address of data. */
static void variables_of_the_linker(void **state)
{
	static const char text[] =
		"ffffffff81000000 T _stext\nffffffff81000100 T vfs_read\nffffffff81900000 T _etext\n"
		"ffffffff82000000 T jiffies\nffffffff82000008 A jiffies_too\n0000000000000010 A number\n"
		"ffffffffc0000000 t of_module\t[nfs]\n";
	struct text symbols = { 0 }, hidden = { 0 }, none = { 0 }, also_none = { 0 };
	struct points points = { 0 };
	struct kallsyms kallsyms;

	(void)state;
	text_append_string(&symbols, text);
	kallsyms_parse(&kallsyms, SYMBOL_VARIABLE, &symbols, &none);
	assert_true(resolve(&kallsyms, "0 - jiffies", &points));
	expect_point(&points, 0, "jiffies", 0xffffffff82000000);
	assert_true(resolve(&kallsyms, "0 - jiffies_too", &points));
	assert_false(resolve(&kallsyms, "0 - vfs_read", &points));
	assert_false(resolve(&kallsyms, "0 - number", &points));
	assert_false(resolve(&kallsyms, "0 - nfs:of_module", &points));
	kallsyms_fini(&kallsyms);
	text_append_string(&hidden, "0000000000000000 T _stext\n0000000000000000 T _etext\n0000000000000000 T jiffies\n");
	kallsyms_parse(&kallsyms, SYMBOL_VARIABLE, &hidden, &also_none);
	assert_int_equal(kallsyms.count, 0);
	kallsyms_fini(&kallsyms);
	points_fini(&points);
}

static void proposals(void **state)
{
	struct kallsyms kallsyms;
	const char *names[3];

	(void)state;
	parse(&kallsyms, symbols_text, blacklist_text);
	assert_true(kallsyms_propose(&kallsyms, "tcp_sendmgs", names, 3) >= 1);
	assert_string_equal(names[0], "tcp_sendmsg");
	assert_true(kallsyms_propose(&kallsyms, "tcp_write_xmit", names, 3) >= 1);
	assert_string_equal(names[0], "tcp_write_xmit.isra.0");
	assert_int_equal(kallsyms_propose(&kallsyms, "completely_different", names, 3), 0);
	assert_int_equal(kallsyms_propose(&kallsyms, "", names, 3), 0);
	kallsyms_fini(&kallsyms);
}

static void long_names(void **state)
{
	struct points points = { 0 };
	struct kallsyms kallsyms;
	char line[700], name[601];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(line, sizeof(line), "ffffffff81000000 t %s\n", name);
	parse(&kallsyms, line, "");
	snprintf(line, sizeof(line), "0 - %s", name);
	assert_true(resolve(&kallsyms, line, &points));
	assert_int_equal(strlen(points.items[0].name), SPILE_POINT_NAME - 1);
	assert_false(resolve(&kallsyms, "0 - nnnnnnnnnnnnnnnnnnnnnnn", &points));
	points_fini(&points);
	kallsyms_fini(&kallsyms);
}

static void empty_tables(void **state)
{
	struct kallsyms kallsyms;
	struct text none = { 0 }, also_none = { 0 };
	size_t count;

	(void)state;
	kallsyms_parse(&kallsyms, SYMBOL_FUNCTION, &none, &also_none);
	assert_null(kallsyms_find(&kallsyms, "x", &count));
	assert_int_equal(count, 0);
	kallsyms_fini(&kallsyms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters_keep_lines),
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
