/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How globals are kept and locked, by what handlers that run at the same time do with them: what
 * -v says of each, and the locks of each handler.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "analysis/analyse.h"
#include "script_support.h"

static struct program *analyse_text(struct session *session, const char *text)
{
	static const struct kernel_tree kernel = { .release = "9.9.9-test" };
	struct analysis_input input = { .kernel = &kernel, .unoptimized = true, .no_display = true };
	struct program *program;

	session_parse(session, text, NULL);
	input.arena = session->arena;
	input.diag = &session->diag;
	input.script = session->script;
	input.library = arena_array(session->arena);
	program = analyse(&input);
	fflush(session->diag.out);
	if (!program)
		fail_msg("%s", session->messages);
	return program;
}

/* F is a probe that runs on any CPU, T one of the session thread's. */
#define F "probe kprobe.function(\"f\") "
#define T "probe timer.s(1) "
#define E "probe end "

#define PARTS "a part on each CPU, "
#define COPY "one copy, "
#define UNLOCKED "without a lock"
#define LOCKED "locked by each who uses it"
#define ADDERS "its lock is shared by those who only add"
#define READERS "its lock is shared by those who only read"

static const struct {
	const char *script;
	const char *sharing;	/* of its global g */
} cases[] = {
	/* Adding alone, in all its forms, and what is read when nothing else runs. */
	{ "global g " F "{ g++ } " E "{ println(g) }", PARTS UNLOCKED },
	{ "global g " F "{ ++g; g--; g += 2; g -= pid } global pid", PARTS UNLOCKED },
	{ "global g " F "{ g[1]++ } " E "{ println(g[1]) }", PARTS UNLOCKED },
	{ "global g " F "{ g[1] += 4; --g[2] }", PARTS UNLOCKED },
	{ "global g " F "{ g <<< 1 } " E "{ println(@count(g)) }", PARTS UNLOCKED },
	{ "global g " F "{ g[1] <<< 1 } " E "{ delete g }", PARTS UNLOCKED },
	{ "global g " F "{ for (g++; 0; g--) {} }", PARTS UNLOCKED },
	{ "global g " F "{ add() } function add() { g++ }", PARTS UNLOCKED },
	{ "global g " F "{ g++ } " E "{ g = 3; g *= 2; println(g++) }", PARTS UNLOCKED },
	{ "global g " F "{ g++ } " T "{ g++ }", PARTS UNLOCKED },
	{ "global g " F "{ println(g <<< 1) }", PARTS UNLOCKED },
	/* Beside timers that do other things. */
	{ "global g " F "{ g++ } " T "{ println(g) }", PARTS ADDERS },
	{ "global g " F "{ g <<< 1 } " T "{ delete g }", PARTS ADDERS },
	{ "global g " F "{ g[1]++ } " T "{ foreach (k in g) println(k) }", PARTS ADDERS },
	{ "global g " F "{ g[1]++ } " T "{ g[2]++ }", PARTS ADDERS },
	{ "global g " F "{ g++ } " T "{ show() } function show() { println(g) }", PARTS ADDERS },
	/* Not adding, or not only. */
	{ "global g " F "{ g *= 2 }", COPY LOCKED },
	{ "global g " F "{ g = g + 1 }", COPY LOCKED },
	{ "global g " F "{ println(g++) }", COPY LOCKED },
	{ "global g " F "{ g += g }", COPY LOCKED },
	{ "global g " F "{ g[g[1]]++ }", COPY LOCKED },
	{ "global g " F "{ g++; if (g > 3) stop() } function stop() { return 0 }", COPY LOCKED },
	{ "global g% " F "{ g[1]++ }", COPY LOCKED },
	{ "global g " F "{ g[1] = \"x\" }", COPY LOCKED },
	{ "global g " F "{ g .= \"x\" }", COPY LOCKED },
	{ "global g " F "{ foreach (g in a) {} } global a[1] " E "{ a[1] = 2 }", COPY LOCKED },
	{ "global g " F "{ if (g < 3) g++ }", COPY LOCKED },
	{ "global g " F "{ g <<< 1; println(@sum(g)) }", PARTS LOCKED },
	{ "global g " F "{ g++ } probe timer.profile { println(g) }", COPY READERS },
	/* A condition reads what the handler writes, and the handler decides it. */
	{ "global g " F "{ g++ } probe kprobe.function(\"h\") if (g > 1) {}", COPY LOCKED },
	/* Reading. */
	{ "global g = 3 " F "{ println(g) } " E "{ g = 4 }", COPY UNLOCKED },
	{ "global g " F "{ println(g) } " T "{ g = 4 }", COPY READERS },
	{ "global g " F "{ if (1 in g) next } probe kprobe.function(\"h\") { g[1] = 4 }", COPY READERS },
	{ "global g " F "{ g = 4 } " T "{ println(g) }", COPY LOCKED },
	{ "global g " F "{ if (@count(g)) next } " T "{ g <<< 4 }", PARTS ADDERS },
	/* A foreach statement has one order. */
	{ "global g[2] probe begin { g[1] = 2 } " F "{ foreach (k in g) println(k) }", COPY LOCKED },
	{ "global g[2] probe begin { g[1] = 2 } " T "{ foreach (k in g) println(k) }", COPY UNLOCKED },
	{ "global g[2] probe begin { g[1] = 2 } " F "{ show() println(1 in g) } probe timer.profile { println(g[1]) }"
	  "function show() { foreach (k in g) println(k) }", COPY READERS },
	/* Timers come one after the other; begin, end and error probes alone. */
	{ "global g " T "{ g++ } probe timer.ms(3) { println(g) }", COPY UNLOCKED },
	{ "global g probe begin { g = 2 } " E "{ println(g) } probe error { g++ }", COPY UNLOCKED },
};

static void globals_are_classified(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct session session;
		g_autoptr(GString) text = g_string_new(NULL);
		g_autofree char *expected = g_strdup_printf("Global g: %s\n", cases[i].sharing);

		program_print_sharing(analyse_text(&session, cases[i].script), text);
		if (!strstr(text->str, expected))
			fail_msg("%s\nexpected: %sis: %s", cases[i].script, expected, text->str);
		session_end(&session);
	}
}

static void assert_names(const GPtrArray *globals, const char *expected)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (unsigned int i = 0; i < globals->len; i++)
		g_string_append_printf(names, "%s%s", i ? " " : "",
				       ((struct variable *)g_ptr_array_index(globals, i))->name);
	assert_string_equal(names->str, expected);
}

static void assert_locks(const struct program *program, unsigned int handler, const char *locked, const char *shared)
{
	const struct handler *h = g_ptr_array_index(program->handlers, handler);

	assert_names(h->locked, locked);
	assert_names(h->shared, shared);
}

/* Locks that nobody shares come first; who takes a shareable one exclusively takes all of them so. */
static void locks_have_one_order(void **state)
{
	struct session session;
	struct program *program = analyse_text(&session,
		"global a, b, c, d "
		F "{ a++; b = c; d = 1 }"
		"probe kprobe.function(\"h\") { a++; c = 1; b = 2 }"
		T "{ a = 0; d = 1 } "
		E "{ println(a, b, c, d) }");

	(void)state;
	assert_locks(program, 0, "b d", "a c");
	assert_locks(program, 1, "b a c", "");
	assert_locks(program, 2, "d a", "");
	assert_locks(program, 3, "", "");
	session_end(&session);
}

/* A context has 64 bits: locks behind those are exclusive. */
static void few_locks_can_be_shared(void **state)
{
	struct session session;
	g_autoptr(GString) text = g_string_new(NULL);
	struct program *program;

	(void)state;
	for (int i = 0; i < 70; i++)
		g_string_append_printf(text, "global g%d " F "{ g%d++ } " T "{ g%d = 0 }\n", i, i, i);
	program = analyse_text(&session, text->str);
	assert_locks(program, 2 * 63, "", "g63");
	assert_locks(program, 2 * 64, "g64", "");
	session_end(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globals_are_classified),
		cmocka_unit_test(locks_have_one_order),
		cmocka_unit_test(few_locks_can_be_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
