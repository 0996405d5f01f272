/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What DWARF tells of the code of a small kernel and a small module that the test itself compiles:
 * functions, copies, lines, labels and calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dwarf_fixture.h"

#ifdef HAVE_LIBDW

/* ---- Functions ---- */

static void functions_have_types(void **state)
{
	struct fixture *fixture = *state;
	struct knowledge *knowledge = know(fixture);
	const GPtrArray *parameters, *names;

	need_kernel(fixture);
	assert_string_equal(c_type_text(fixture->arena, knowledge_function(knowledge, NULL, "exported")),
			    "int () (struct record*, int)");
	parameters = c_type_parameters(knowledge_function(knowledge, NULL, "exported"));
	assert_string_equal(((struct c_parameter *)g_ptr_array_index(parameters, 1))->name, "count");
	/* It has no code of its own. */
	assert_null(knowledge_function(knowledge, NULL, "twice"));
	names = knowledge_functions(knowledge, NULL, "*e*");
	assert_int_equal(names->len, 3);
	assert_string_equal(g_ptr_array_index(names, 0), "callee");
	assert_string_equal(g_ptr_array_index(names, 1), "exported");
	assert_string_equal(g_ptr_array_index(names, 2), "other");
}

/* ---- Places in the code ---- */

static void functions_and_copies(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	const struct code_site *site;
	GPtrArray *sites;

	need_kernel(fixture);
	query.function = "exported";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	site = site_at(sites, 0);
	assert_string_equal(site->file, "program.c");
	assert_int_equal(site->line, line_of("/* exported */"));
	assert_string_equal(site->symbol, "exported");
	assert_int_equal(site->offset, 0);
	assert_true(site->is_entry && !site->caller && site->build_id);

	query.function = "twice";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 3);
	for (unsigned int i = 0; i < sites->len; i++)
		assert_true(site_at(sites, i)->caller && !site_at(sites, i)->is_entry);
	query.wants_inlined = false;
	assert_int_equal(sites_of(fixture, NULL, &query)->len, 0);

	query = no_query;
	query.wants_exported = true;
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->function, "exported");
}

static void functions_by_file_and_line(void **state)
{
	static const char *const matching[] = { "program.c", "*.c", "prog*", NULL };
	static const char *const others[] = { "gram.c", "other.c", "program", NULL };
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	GPtrArray *sites;

	need_kernel(fixture);
	query.function = "callee";
	for (unsigned int i = 0; matching[i]; i++) {
		query.file = matching[i];
		assert_int_equal(sites_of(fixture, NULL, &query)->len, 1);
	}
	for (unsigned int i = 0; others[i]; i++) {
		query.file = others[i];
		assert_int_equal(sites_of(fixture, NULL, &query)->len, 0);
	}
	query = no_query;
	query.file = "program.c";
	query.lines = LINES_ABSOLUTE;
	query.ranges = lines(fixture, line_of("/* in callee */"), line_of("/* in callee */"));
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->function, "callee");
}

static void expect_closed(struct fixture *fixture, const char *name, const char *expected)
{
	const char *why = knowledge_why_closed(know(fixture), NULL, name);

	assert_true(g_strcmp0(why, expected) == 0);
}

/* What a kernel ran only at its start is gone; of a module it can be meant by its name. */
static void initial_code_is_left_out(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;

	need_kernel(fixture);
	query.function = "starts";
	assert_int_equal(sites_of(fixture, NULL, &query)->len, 0);
	expect_closed(fixture, "starts", "its memory is given back once the kernel has started");
	expect_closed(fixture, "callee", NULL);
	expect_closed(fixture, "nobody", NULL);
	assert_true(make_module(fixture, "gcc", "-g", "usr/lib/debug/mine.ko"));
	assert_int_equal(sites_of(fixture, "mine", &query)->len, 1);
	query.function = "start*";
	assert_int_equal(sites_of(fixture, "mine", &query)->len, 0);
}

/* Types that only a function knows are found by their names. */
static void types_within_functions(void **state)
{
	struct fixture *fixture = *state;
	struct knowledge *knowledge = know(fixture);
	const struct c_type *pair;
	struct c_member member;
	int64_t value = 0;

	need_kernel(fixture);
	pair = knowledge_type(knowledge, NULL, "struct local_pair");
	assert_non_null(pair);
	assert_true(c_type_find_member(pair, "second", &member));
	assert_string_equal(c_type_text(fixture->arena, member.type), "enum local_choice");
	assert_true(knowledge_enumerator(knowledge, NULL, "LOCAL_YES", &value));
	assert_int_equal(value, 8);
	assert_string_equal(did_you_mean("LOCAL_YE", knowledge_enumerator_names(knowledge, NULL)), "LOCAL_YES");
}

static void statements_by_line(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "*", .file = "program.c", .is_statement = true, .lines = LINES_ABSOLUTE };
	GPtrArray *sites;

	need_kernel(fixture);
	query.ranges = lines(fixture, line_of("/* call */"), line_of("/* call */"));
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->function, "exported");
	assert_int_equal(site_at(sites, 0)->line, line_of("/* call */"));
	assert_string_equal(site_at(sites, 0)->symbol, "exported");

	/* A line that was inlined is in every copy; by the outer function's name in that one alone. */
	query.ranges = lines(fixture, line_of("/* inner */"), line_of("/* inner */"));
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 3);
	assert_string_equal(site_at(sites, 0)->function, "twice");
	query.function = "other";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->symbol, "other");

	query.function = "callee";
	query.lines = LINES_RELATIVE;
	query.ranges = lines(fixture, 2, 2);
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_int_equal(site_at(sites, 0)->line, line_of("/* in callee */"));
}

static void statements_of_a_function(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "exported", .is_statement = true, .lines = LINES_ALL };
	unsigned int last = 0;
	bool has_call = false;
	GPtrArray *sites;

	need_kernel(fixture);
	sites = sites_of(fixture, NULL, &query);
	assert_true(sites->len > 4);
	for (unsigned int i = 0; i < sites->len; i++) {
		const struct code_site *site = site_at(sites, i);

		assert_string_equal(site->function, "exported");
		assert_true(site->line >= line_of("/* exported */") && site->line < line_of("__attribute__((section"));
		assert_true(site->line > last);
		last = site->line;
		has_call |= site->line == line_of("/* call */");
	}
	assert_true(has_call);
}

static bool has_line(const GPtrArray *sites, const struct code_site *wanted, unsigned int end)
{
	for (unsigned int i = 0; i < end; i++)
		if (site_at(sites, i)->line == wanted->line && strcmp(site_at(sites, i)->function, wanted->function) == 0 &&
		    strcmp(site_at(sites, i)->file, wanted->file) == 0)
			return true;
	return false;
}

/* Whoever wants names alone gets each line of a function once, and misses none. */
static void statements_by_name(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "*", .is_statement = true, .lines = LINES_ALL };
	GPtrArray *sites, *named;

	need_kernel(fixture);
	sites = sites_of(fixture, NULL, &query);
	query.wants_names = true;
	named = sites_of(fixture, NULL, &query);
	assert_true(named->len < sites->len);	/* some function is inlined several times */
	for (unsigned int i = 0; i < sites->len; i++)
		assert_true(has_line(named, site_at(sites, i), named->len));
	for (unsigned int i = 0; i < named->len; i++) {
		assert_true(has_line(sites, site_at(named, i), sites->len));
		assert_false(has_line(named, site_at(named, i), i));
	}
}

static void nearest_statement(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = {
		.function = "callee", .is_statement = true, .is_nearest = true, .lines = LINES_ABSOLUTE,
	};
	GPtrArray *sites;

	need_kernel(fixture);
	query.ranges = lines(fixture, 1, 1);
	sites = sites_of(fixture, NULL, &query);
	assert_true(sites->len >= 1);
	assert_true(site_at(sites, 0)->line >= line_of("__attribute__((noinline))"));
	assert_true(site_at(sites, 0)->line <= line_of("/* in callee */"));
	query.is_nearest = false;
	assert_int_equal(sites_of(fixture, NULL, &query)->len, 0);
}

static void labels_and_calls(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	GPtrArray *sites;

	need_kernel(fixture);
	query.label = "o*";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->label, "out");
	assert_string_equal(site_at(sites, 0)->function, "exported");
	assert_int_equal(site_at(sites, 0)->line, line_of("/* at label */") - 1);

	query = no_query;
	query.function = "exported";
	query.callee = "*";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 3);
	for (unsigned int i = 0; i < sites->len; i++) {
		const struct code_site *site = site_at(sites, i);
		bool is_called = strcmp(site->function, "callee") == 0;

		assert_string_equal(site->function, is_called ? "callee" : "twice");
		assert_int_equal(site->returns_to ? site->returns_to->len : 0, is_called ? 1 : 0);
		assert_int_equal(site->is_entry, is_called);
	}
	query.callee = "call*";
	assert_int_equal(sites_of(fixture, NULL, &query)->len, 1);
}

/* Of a module only distances from symbols mean anything. */
static void modules_by_symbol(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "exported", .is_statement = true, .lines = LINES_ALL };
	GPtrArray *sites;

	if (!make_module(fixture, "gcc", "-g", "usr/lib/debug/mine.ko"))
		skip();
	sites = sites_of(fixture, "mine", &query);
	assert_true(sites->len > 4);
	for (unsigned int i = 0; i < sites->len; i++) {
		assert_string_equal(site_at(sites, i)->symbol, "exported");
		assert_string_equal(site_at(sites, i)->module, "mine");
		assert_true(site_at(sites, i)->offset < 1000);
	}
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh(functions_have_types),
		fresh(functions_and_copies),
		fresh(functions_by_file_and_line),
		fresh(initial_code_is_left_out),
		fresh(types_within_functions),
		fresh(statements_by_line),
		fresh(statements_of_a_function),
		fresh(statements_by_name),
		fresh(nearest_statement),
		fresh(labels_and_calls),
		fresh(modules_by_symbol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else /* !HAVE_LIBDW */
#include "without_dwarf.h"
#endif /* !HAVE_LIBDW */
