/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points against a table of symbols made for the test: what analysis makes of a script
 * when the functions of the target kernel are known, and when they are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/analyse.h"
#include "script_support.h"

static const char symbols_text[] =
	"ffffffff81000000 T vfs_read\n"
	"ffffffff81000100 T vfs_write\n"
	"ffffffff81000200 t do_exit\n";

/* A library of one file, for the tests that need it. */
static const char *library_text;

/* Analyses `text`; NULL with the messages in the session. */
static struct program *analyse_text(struct session *session, const char *text, bool with_symbols)
{
	static const struct kernel_tree kernel = { .release = "9.9.9-test" };
	/* The handlers here are about their points, not about what they do. */
	struct analysis_input input = { .kernel = &kernel, .unoptimized = true };
	struct parse_context context = { .diag = &session->diag };
	struct program *program;

	session_parse(session, text, NULL);
	context.arena = session->arena;
	input.arena = session->arena;
	input.diag = &session->diag;
	input.script = session->script;
	input.library = arena_array(session->arena);
	if (library_text) {
		struct source *source = source_from_text(session->arena, "library.stp", library_text,
							 strlen(library_text));

		source->is_tapset = true;
		g_ptr_array_add(input.library, parse_script(&context, source, NULL));
	}
	input.symbols = with_symbols ? symbols_from_text(session->arena, symbols_text) : NULL;
	program = analyse(&input);
	fflush(session->diag.out);
	return program;
}

static const struct probe *probe_at(const struct program *program, unsigned int index)
{
	assert_non_null(program);
	assert_true(index < program->probes->len);
	return g_ptr_array_index(program->probes, index);
}

static void test_unknown_function_is_an_error(void **state)
{
	struct session session;

	(void)state;
	assert_null(analyse_text(&session, "probe kprobe.function(\"vfs_raed\") { x = 1 }", true));
	assert_non_null(strstr(session.messages, "t.stp:1:14: error: kernel 9.9.9-test has no function "
						 "'vfs_raed' to probe [E-no-function]\n"));
	assert_non_null(strstr(session.messages, "note: did you mean 'vfs_read'?\n"));
	session_end(&session);
}

static void test_wildcard_without_match_is_an_error(void **state)
{
	struct session session;

	(void)state;
	assert_null(analyse_text(&session, "probe kernel.function(\"tcp_*\") { x = 1 }", true));
	assert_non_null(strstr(session.messages, "no function of kernel 9.9.9-test matches 'tcp_*' [E-no-function]"));
	assert_null(strstr(session.messages, "did you mean"));
	session_end(&session);
}

static void test_optional_point_without_match(void **state)
{
	struct session session;
	struct program *program = analyse_text(&session,
		"probe kprobe.function(\"none\") ?, kprobe.function(\"vfs_*\") { x = 1 }", true);

	(void)state;
	assert_string_equal(probe_at(program, 0)->text, "kprobe.function(\"vfs_*\")");
	assert_int_equal(program->probes->len, 1);
	session_end(&session);
}

static void test_sufficient_point_ends_the_list_when_symbols_are_known(void **state)
{
	struct session session;
	struct program *program = analyse_text(&session, "probe kprobe.function(\"none\") !, "
		"kprobe.function(\"do_exit\") !, kprobe.function(\"vfs_read\") { x = 1 }", true);

	(void)state;
	assert_string_equal(probe_at(program, 0)->text, "kprobe.function(\"do_exit\")!");
	assert_int_equal(program->probes->len, 1);
	assert_false(probe_at(program, 0)->is_alternative);
	session_end(&session);
}

static void test_sufficient_point_leaves_the_choice_open_when_they_are_not(void **state)
{
	struct session session;
	struct program *program = analyse_text(&session, "probe kprobe.function(\"none\") !, "
		"kprobe.function(\"do_exit\") !, kprobe.function(\"vfs_read\") { x = 1 }", false);

	(void)state;
	assert_false(probe_at(program, 0)->is_alternative);
	assert_true(probe_at(program, 1)->is_alternative);
	assert_true(probe_at(program, 2)->is_alternative);
	assert_int_equal(program->probes->len, 3);
	session_end(&session);
}

static void test_open_choice_with_another_family_is_an_error(void **state)
{
	struct session session;

	(void)state;
	assert_null(analyse_text(&session, "probe kprobe.function(\"none\") !, begin { x = 1 }", false));
	assert_non_null(strstr(session.messages, "[E-alternative]"));
	session_end(&session);
}

/* One handler for all points of a declaration, unless a point needs one of its own. */
static void test_handlers_are_shared(void **state)
{
	struct session session;
	struct program *program = analyse_text(&session, "global n\n"
		"probe kprobe.function(\"vfs_read\"), kprobe.function(\"vfs_write\"), begin, oneshot { n++ }", true);

	(void)state;
	assert_ptr_equal(probe_at(program, 0)->handler, probe_at(program, 1)->handler);
	assert_ptr_not_equal(probe_at(program, 1)->handler, probe_at(program, 2)->handler);
	assert_ptr_not_equal(probe_at(program, 2)->handler, probe_at(program, 3)->handler);
	assert_true(probe_at(program, 3)->exits);
	session_end(&session);
}

/* Locked: what others may write at the same time. Begin and end run alone. */
static void test_locks(void **state)
{
	struct session session;
	struct program *program = analyse_text(&session, "global n, constant = 3, s\n"
		"probe kprobe.function(\"vfs_read\") { n += constant; s <<< n }\n"
		"probe end { n = 0; constant = 4 }", true);
	const struct handler *handler = probe_at(program, 0)->handler;

	(void)state;
	assert_int_equal(handler->locked->len, 1);
	assert_string_equal(((struct variable *)g_ptr_array_index(handler->locked, 0))->name, "n");
	assert_int_equal(probe_at(program, 1)->handler->locked->len, 0);
	session_end(&session);
}

/* The script has a `part` of its own, of another type; the library's `whole` uses the library's. */
static void test_library_keeps_its_functions(void **state)
{
	struct session session;
	struct program *program;

	(void)state;
	library_text = "function whole() { return part() + 1 } function part() { return 1 }";
	program = analyse_text(&session, "function part() { return \"mine\" }\n"
			       "probe begin { printf(\"%d %s\", whole(), part()) }", true);
	library_text = NULL;
	assert_non_null(program);
	assert_int_equal(program->functions->len, 3);
	session_end(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_function_is_an_error),
		cmocka_unit_test(test_wildcard_without_match_is_an_error),
		cmocka_unit_test(test_optional_point_without_match),
		cmocka_unit_test(test_sufficient_point_ends_the_list_when_symbols_are_known),
		cmocka_unit_test(test_sufficient_point_leaves_the_choice_open_when_they_are_not),
		cmocka_unit_test(test_open_choice_with_another_family_is_an_error),
		cmocka_unit_test(test_handlers_are_shared),
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_library_keeps_its_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
