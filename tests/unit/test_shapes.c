/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same small program in all shapes in which debugging information comes: by each compiler that is
 * installed, in each version of DWARF, compressed, optimised in different ways, at link time, taken
 * apart by dwz and objcopy, or made BTF of by pahole. What is told of it has to be the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dwarf_fixture.h"
#include "knowledge/variables.h"

#ifdef HAVE_LIBDW

/* ---- Types ---- */

/* What gcc calls "long int" is "long" for clang. */
static void drop_int(GString *text)
{
	char *found = strstr(text->str, "long int");

	found = found ? found : strstr(text->str, "short int");
	if (found)
		g_string_erase(text, strstr(found, " int") - text->str, strlen(" int"));
}

static void expect_member(const struct c_type *record, const char *name, uint64_t bit_offset, uint32_t bits,
			  const char *text)
{
	g_autoptr(GString) printed = g_string_new(NULL);
	struct c_member member;

	assert_true(c_type_find_member(record, name, &member));
	assert_int_equal(member.bit_offset, bit_offset);
	assert_int_equal(member.bit_size, bits);
	c_type_print(member.type, printed);
	drop_int(printed);
	assert_string_equal(printed->str, text);
}

/* `table` is how its type is printed: pahole has made one dimension of two. */
static void expect_types(struct fixture *fixture, struct knowledge *knowledge, const char *table)
{
	const struct c_type *record = knowledge_type(knowledge, NULL, "struct record");
	int64_t value = 0;

	assert_non_null(record);
	assert_int_equal(record->kind, C_STRUCTURE);
	expect_member(record, "low", 0, 3, "unsigned int");
	expect_member(record, "middle", 3, 13, "unsigned int");
	expect_member(record, "signed_bits", 16, 20, "long");
	expect_member(record, "number", 64, 0, "long");
	expect_member(record, "text", 64, 0, "char[256]");
	expect_member(record, "table", 64 + 256 * 8, 0, table);
	expect_member(record, "handler", 64 + 256 * 8 + 128, 0, "handler_t");
	expect_member(record, "open_end", 64 + 256 * 8 + 128 + 64 + 40, 0, "unsigned char[0]");
	assert_string_equal(c_type_text(fixture->arena, knowledge_type(knowledge, NULL, "handler_t")->target),
			    "int (*) (struct later*, char const*, ...)");
	assert_true(knowledge_type(knowledge, NULL, "enum colour")->is_signed);
	assert_true(knowledge_enumerator(knowledge, NULL, "RED", &value) && value == -1);
	assert_true(knowledge_enumerator(knowledge, NULL, "GREEN", &value) && value == 200);
	assert_true(knowledge_enumerator(knowledge, NULL, "HUGE_VALUE", &value) && value == 0xf0000000u);
	assert_false(knowledge_enumerator(knowledge, NULL, "YELLOW", &value));
}

/* ---- Functions and places ---- */

static void expect_functions(struct fixture *fixture, struct knowledge *knowledge)
{
	const struct c_type *formats = knowledge_function(knowledge, NULL, "formats");

	assert_string_equal(c_type_text(fixture->arena, knowledge_function(knowledge, NULL, "exported")),
			    "int () (struct record*, int)");
	assert_non_null(formats);
	assert_string_equal(c_type_text(fixture->arena, formats), "int () (char const*, ...)");
}

static unsigned int count_sites(struct knowledge *knowledge, const struct code_query *query)
{
	const char *why = NULL;
	GPtrArray *sites = knowledge_sites(knowledge, NULL, query, &why);

	if (!sites)
		fail_msg("%s", why);
	return sites->len;
}

static void expect_places(struct fixture *fixture, struct knowledge *knowledge)
{
	struct code_query query = no_query;

	query.function = "exported";
	assert_int_equal(count_sites(knowledge, &query), 1);
	query.function = "twice";
	assert_in_range(count_sites(knowledge, &query), 3, 8);
	query = no_query;
	query.function = "exported";
	query.label = "out";
	assert_int_equal(count_sites(knowledge, &query), 1);
	query = (struct code_query){ .function = "callee", .is_statement = true, .lines = LINES_ABSOLUTE };
	query.ranges = lines(fixture, line_of("/* in callee */"), line_of("/* in callee */"));
	assert_in_range(count_sites(knowledge, &query), 1, 2);
}

/* The variables of a file, also those that only it knows, are where their symbols are. */
static void expect_variables(struct fixture *fixture, struct knowledge *knowledge)
{
	struct code_query query = { .function = "formats", .wants_calls = true };
	const char *why = NULL;
	GPtrArray *sites = knowledge_sites(knowledge, NULL, &query, &why);
	const struct code_variable *variable;

	assert_non_null(sites);
	assert_int_equal(sites->len, 1);
	assert_int_equal(c_type_size(knowledge_variable(knowledge, NULL, "global_record")),
			 knowledge_type(knowledge, NULL, "struct record")->size);
	for (unsigned int i = 0; i < 2; i++) {
		variable = i ? knowledge_variable_at(knowledge, site_at(sites, 0), "hidden") :
			       knowledge_global(knowledge, NULL, "hidden", NULL, &why);
		assert_non_null(variable);
		if (variable->location->kind != LOCATION_MEMORY)
			fail_msg("%s", location_text(fixture->arena, variable->location));
	}
}

/* A library older than the way of compression is a reason, which is told. */
static void expect_all(struct fixture *fixture)
{
	struct knowledge *knowledge = know(fixture);
	const char *lack = knowledge_lack(knowledge, NULL);

	if (lack) {
		print_message("%s\n", lack);
		assert_non_null(strstr(lack, "compressed by a means that this libelf does not know"));
		return;
	}
	expect_types(fixture, knowledge, "short[2][3]");
	expect_functions(fixture, knowledge);
	expect_places(fixture, knowledge);
	expect_variables(fixture, knowledge);
}

/* ---- Compilers ---- */

/* Those of our distributions; a machine has one or two of them. */
static const char *const compilers[] = {
	"gcc", "gcc-9", "gcc-10", "gcc-11", "gcc-12", "gcc-13", "gcc-14", "gcc-15", "gcc-16",
	"clang", "clang-11", "clang-13", "clang-14", "clang-15", "clang-16", "clang-17", "clang-18", "clang-19",
};

static const struct {
	const char *options;
	bool everybody;			/* can it; what a compiler or linker does not know is passed over */
} shapes[] = {
	{ "-gdwarf-2 -gstrict-dwarf", false }, { "-gdwarf-3", false }, { "-gdwarf-4", true }, { "-gdwarf-5", true },
	{ "-gdwarf-5 -gz=zlib", true }, { "-gdwarf-5 -gz=zstd", false }, { "-gdwarf-4 -gz=zlib-gnu", false },
	{ "-g -O1", true }, { "-g -O3", true }, { "-g -Os", true }, { "-g3", true }, { "-g -ffunction-sections", true },
	{ "-g -fdebug-prefix-map=$PWD=./source", true }, { "-g -flto", false },
	{ "-g -flto -flto-partition=max", false },
};

/* Whether there is such a compiler. */
static bool compile_with(struct fixture *fixture, const char *compiler)
{
	g_autofree char *path = g_find_program_in_path(compiler);

	for (size_t i = 0; path && i < G_N_ELEMENTS(shapes); i++) {
		print_message("%s %s\n", compiler, shapes[i].options);
		if (make_kernel(fixture, compiler, shapes[i].options, IN_PLACE))
			expect_all(fixture);
		else
			assert_false(shapes[i].everybody);
	}
	return path;
}

static void every_compiler_and_format(void **state)
{
	unsigned int made = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(compilers); i++)
		made += compile_with(*state, compilers[i]);
	assert_true(made);
}

/* ---- Files that were taken apart ---- */

/* The program once more, under other names, so that units have types in common. */
static const char second[] =
	"#define IS_SECOND\n#define sink sink_two\n#define hidden hidden_two\n#define global_record record_two\n"
	"#define global_wide wide_two\n#define callee callee_two\n#define exported exported_two\n"
	"#define formats formats_two\n#define starts starts_two\n#define other other_two\n#define _start start_two\n"
	"#include \"program.c\"\n";

/* A kernel of two units, and what is done with it; skips the test if a program is missing. */
static void make_and(struct fixture *fixture, const char *options, const char *tool, const char *command)
{
	g_autofree char *path = g_find_program_in_path(tool);

	if (!path || !scratch_write(&fixture->diag, fixture->root, "second.c", second))
		skip();
	assert_true(make_kernel(fixture, "gcc", arena_printf(fixture->arena, "%s second.c", options), IN_PLACE));
	if (!run_shell(fixture, command))
		fail_msg("%s", command);
}

#define HAS_PARTIAL_UNITS "readelf --debug-dump=info " IN_PLACE " | grep -q DW_TAG_partial_unit"

static void common_entries_by_dwz(void **state)
{
	static const char *const options[] = { "-gdwarf-4", "-gdwarf-5" };

	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		make_and(*state, options[i], "dwz", "dwz " IN_PLACE " && " HAS_PARTIAL_UNITS);
		expect_all(*state);
	}
}

/* What several files have in common is in another one, which they name. */
static void alternate_files_by_dwz(void **state)
{
	static const char *const options[] = { "-gdwarf-4", "-gdwarf-5" };

	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		make_and(*state, options[i], "dwz", "mkdir -p usr/lib/debug/.dwz && cp " IN_PLACE " usr/lib/debug/other && "
			 "dwz -r -m usr/lib/debug/.dwz/common " IN_PLACE " usr/lib/debug/other && "
			 "readelf -S " IN_PLACE " | grep -q gnu_debugaltlink");
		expect_all(*state);
	}
}

static void split_by_objcopy(void **state)
{
	struct fixture *fixture = *state;

	make_and(fixture, "-g", "objcopy", "mkdir -p boot && objcopy --only-keep-debug " IN_PLACE
		 " boot/kernel.debug && objcopy --strip-debug --add-gnu-debuglink=boot/kernel.debug " IN_PLACE
		 " boot/vmlinux-" RELEASE " && rm " IN_PLACE);
	expect_all(fixture);
}

static void compressed_by_objcopy(void **state)
{
	static const char *const forms[] = { "zlib", "zlib-gnu" };

	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autofree char *command = g_strdup_printf("objcopy --compress-debug-sections=%s " IN_PLACE, forms[i]);

		make_and(*state, "-g", "objcopy", command);
		expect_all(*state);
	}
}

/* ---- BTF ---- */

static void btf_by_pahole(void **state)
{
	struct fixture *fixture = *state;
	struct knowledge_options options = { .sources = SOURCE_BTF, .root = fixture->root };
	struct knowledge *knowledge;

#ifndef HAVE_LIBBPF
	skip();
#endif
	make_and(fixture, "-gdwarf-4", "pahole", "mkdir -p build && pahole -J " IN_PLACE " && mv " IN_PLACE " build/vmlinux");
	knowledge = knowledge_new(fixture->arena, &fixture->tree, &options);
	expect_types(fixture, knowledge, "short[6]");
	expect_functions(fixture, knowledge);
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh(every_compiler_and_format),
		fresh(common_entries_by_dwz),
		fresh(alternate_files_by_dwz),
		fresh(split_by_objcopy),
		fresh(compressed_by_objcopy),
		fresh(btf_by_pahole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else /* !HAVE_LIBDW */
#include "without_dwarf.h"
#endif /* !HAVE_LIBDW */
