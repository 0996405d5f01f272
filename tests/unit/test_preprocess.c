/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/script/preprocess.c and its companions: script arguments, macros, conditions, the
 * macros of the library, and where the tokens stand that they make.
 *
 * Tokens are compared as text, separated by blanks: strings in quotes, '!' for an error. Messages
 * are those with a place or "note:", without the lines of the source.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib/gstdio.h>

#include "script/macro.h"
#include "script/preprocess.h"
#include "script/tapset.h"

#include "script_support.h"

static const char *const three_values[] = { "42", "a.b", "say \"x\"" };
static const struct script_arguments three = { G_N_ELEMENTS(three_values), three_values };

/* The world of the tests: what is asked is counted. */
static const char *world_value(void *data, const char *name, const char **why_ret)
{
	static const char *const values[][2] = {
		{ "kernel_v", "5.10.0" }, { "kernel_vr", "5.10.0-28-amd64" }, { "arch", "x86_64" },
		{ "systemtap_v", "4.8" }, { "systemtap_privilege", "stapdev" },
		{ "guru_mode", "1" }, { "CONFIG_SMP", "y" }, { "CONFIG_HZ", "250" },
		{ "CONFIG_USB", "m" }, { "CONFIG_MASK", "0x10" }, { "CONFIG_NONE", "" },
	};

	++*(int *)data;
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		if (strcmp(values[i][0], name) == 0)
			return values[i][1];
	}
	*why_ret = "the test does not say";
	return NULL;
}

/* A session with a world and a library. */
struct fixture {
	struct session session;
	struct preprocessor_world world;
	struct parse_context context;
	int asked;
};

static void start(struct fixture *fixture, const char *text)
{
	session_start(&fixture->session, text);
	fixture->asked = 0;
	fixture->world = (struct preprocessor_world){ world_value, &fixture->asked };
	fixture->context = (struct parse_context){
		fixture->session.arena, &fixture->session.diag, &fixture->world,
		macro_library_new(fixture->session.arena),
	};
}

static void end(struct fixture *fixture)
{
	session_end(&fixture->session);
}

static void append_token(const struct token *token, GString *out)
{
	g_autofree char *escaped = token->text ? g_strescape(token->text, NULL) : NULL;

	g_string_append(out, out->len > 0 ? " " : "");
	if (token->kind == TOKEN_ERROR)
		g_string_append_c(out, '!');
	else if (token->kind == TOKEN_STRING)
		g_string_append_printf(out, "\"%s\"", escaped);
	else
		g_string_append(out, token->text);
}

static char *read_all(struct fixture *fixture, const struct script_arguments *arguments)
{
	struct token_stream *stream =
		tokens_new(&fixture->context, fixture->session.source, arguments);
	GString *out = g_string_new(NULL);

	for (;;) {
		struct token token = tokens_next(stream);

		if (token.kind == TOKEN_END)
			break;
		append_token(&token, out);
	}
	assert_int_equal(tokens_next(stream).kind, TOKEN_END);
	return g_string_free(out, FALSE);
}

static void check_all(const char *library, const char *text,
		      const struct script_arguments *arguments, const char *expected,
		      const char *messages)
{
	struct fixture fixture;
	g_autofree char *tokens = NULL, *summary = NULL;

	start(&fixture, text);
	if (library)
		macro_library_add(&fixture.context,
				  source_from_text(fixture.session.arena, "l.stpm", library,
						   strlen(library)));
	tokens = read_all(&fixture, arguments);
	summary = session_summary(&fixture.session);
	assert_string_equal(tokens, expected);
	assert_string_equal(summary, messages);
	end(&fixture);
}

static void check(const char *text, const char *expected)
{
	check_all(NULL, text, &three, expected, "");
}

static void check_error(const char *text, const char *expected, const char *messages)
{
	check_all(NULL, text, &three, expected, messages);
}

/* ---- Script arguments ---- */

static void test_arguments(void **state)
{
	static const char *const values[] = { "", "x" };
	static const struct script_arguments empty = { G_N_ELEMENTS(values), values };

	(void)state;
	check("$1 $2 x", "42 a . b x");
	check("probe $2.c", "probe a . b . c");
	check("$1x a$1", "42 x a$1");
	check("@1 @2 @3", "\"42\" \"a.b\" \"say \\\"x\\\"\"");
	check("$3", "say \"x\"");
	check("$# @#", "3 \"3\"");
	check("f($*) g(@*)", "f ( 42 , a . b , say \"x\" ) "
	      "g ( \"42\" , \"a.b\" , \"say \\\"x\\\"\" )");
	check_all(NULL, "f($*) $# @# x@*", NULL, "f ( ) 0 \"0\" x", "");
	check_all(NULL, "a $1 b [$*]", &empty, "a b [ , x ]", "");
}

static void test_arguments_hold_all(void **state)
{
	static const char *const values[] = {
		"@m", "%( @4 == \"q\" %? yes %: no %)", "@define n %( 7 %)", "q",
		"%( 1 == 1 %? yes", "@two(1",
	};
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };

	(void)state;
	check_all(NULL, "@define m %( 5 %) $1 $3 @n", &arguments, "5 7", "");
	check_all(NULL, "$2", &arguments, "!",
		  "t.stp:1:1: error: a script argument may not refer to another one "
		  "[E-script-argument]\n");
	check_all(NULL, "a $5 b %)", &arguments, "a yes b",
		  "t.stp:1:3: error: this condition has no end: expected '%)' [E-preprocessor]\n"
		  "t.stp:1:8: error: there is no condition for this '%)': expected '%(' before it "
		  "[E-preprocessor]\n");
	check_all(NULL, "@define two(a) %( @a %) $6 )", &arguments, "! )",
		  "t.stp:1:25: error: the arguments of '@two' have no end: expected ')' "
		  "[E-macro-arguments]\n");
}

static void test_argument_errors(void **state)
{
	static const char *const values[] = { "$1", "\303\244 1x", "%{ x", "@*" };
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };

	(void)state;
	check_all(NULL, "$5 @6 $0 $99999999999999", &arguments, "! ! ! !",
		  "t.stp:1:1: error: script argument 5 is not given: there are 4 "
		  "[E-script-argument]\n"
		  "t.stp:1:4: error: script argument 6 is not given: there are 4 "
		  "[E-script-argument]\n"
		  "t.stp:1:7: error: script arguments are counted from 1 [E-script-argument]\n"
		  "t.stp:1:10: error: script argument 2147483647 is not given: there are 4 "
		  "[E-script-argument]\n");
	check_all(NULL, "\n  $1 @1 $4", &arguments, "! \"$1\" !",
		  "t.stp:2:3: error: a script argument may not refer to another one "
		  "[E-script-argument]\n"
		  "t.stp:2:9: error: a script argument may not refer to another one "
		  "[E-script-argument]\n");
	check_all(NULL, " $2 y", &arguments, "! ! y",
		  "t.stp:1:2: error: unexpected '\303\244' [E-syntax]\n"
		  "t.stp:1:2: error: '1x' is not a number [E-syntax]\n");
	check_all(NULL, " $3 y", &arguments, " x y",
		  "t.stp:1:2: error: this embedded C goes on to the end of the script "
		  "[E-unterminated-embedded-c]\n");
	check_all(NULL, "$1", NULL, "!",
		  "t.stp:1:1: error: script argument 1 is not given: there are 0 "
		  "[E-script-argument]\n");
}

static void test_unused_arguments(void **state)
{
	static const struct {
		const char *text, *messages;
	} cases[] = {
		{ "$1 @2 @3", "" },
		{ "$#", "" },
		{ "@*", "" },
		{ "$1 @2 %( 1 == 2 %? $3 %)", "" },
		{ "$1 %( 1 == 2 %? $# %)", "" },
		{ "$1 @3", "spile: warning: the script does not use its argument 2, 'a.b' "
			   "[W-unused-argument]\n" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fixture fixture;
		struct token_stream *stream;
		g_autofree char *summary = NULL;

		start(&fixture, cases[i].text);
		stream = tokens_new(&fixture.context, fixture.session.source, &three);
		while (tokens_next(stream).kind != TOKEN_END)
			continue;
		tokens_check_arguments(stream);
		summary = session_summary(&fixture.session);
		assert_string_equal(summary, cases[i].messages);
		end(&fixture);
	}
}

static void test_tapset_has_no_arguments(void **state)
{
	struct fixture fixture;
	struct source *source;
	g_autofree char *tokens = NULL, *summary = NULL;

	(void)state;
	start(&fixture, "");
	source = source_from_text(fixture.session.arena, "t.stp", "a $1", 4);
	source->is_tapset = true;
	fixture.session.source = source;
	tokens = read_all(&fixture, NULL);
	summary = session_summary(&fixture.session);
	assert_string_equal(tokens, "a !");
	assert_string_equal(summary, "t.stp:1:3: error: a file of the library has no script "
			    "arguments [E-script-argument]\n");
	end(&fixture);
}

/* ---- Macros ---- */

static void test_macros(void **state)
{
	(void)state;
	check("@define m %( 1 + @n %) @define n %( 2 %) @m", "1 + 2");
	check("@define m(a, b) %( @b @a %) @m(1 2, x)", "x 1 2");
	check("@define m(a) %( [@a] %) @m() @m(@m(1)) @m (2)", "[ ] [ [ 1 ] ] [ 2 ]");
	check("@define m(a, b) %( @a\"x\"@b %) @m(\"q\",)", "\"q\" \"x\"");
	check("@define m(a) %( @a %) @m(f((1, 2), x[1, 2], \",\"))",
	      "f ( ( 1 , 2 ) , x [ 1 , 2 ] , \",\" )");
	check("@define m %( %) a @m b", "a b");
	check("@define m %( 3 %) @m(1)", "3 ( 1 )");
	check("f() { @define m %( 3 %) @m }", "f ( ) { 3 }");
	check("@define m %( $1 @2 $# %) @m", "42 \"a.b\" 3");
	check("@define m(a) %( @a %) @m($2) @m(@1)", "a . b \"42\"");
	check("@define m %( @define n %( 4 %) %) @m @n", "4");
	check("@define m(a, b) %( @a-@b %) @m(%( 1 == 1 %? 3, 4 %: 5 %))", "3 - 4");
}

/* An argument means what it means where the macro is used. */
static void test_macro_scopes(void **state)
{
	(void)state;
	check("@define b %( 5 %) @define m(b) %( @b %) @m(@b) @b", "5 5");
	check("@define m(a) %( [@a] %) @define n(b) %( @m(@b) @m(@m(@b)) %) @n(q)",
	      "[ q ] [ [ q ] ]");
	check("@define pair(a) %( @a @a %) @define m(a) %( @pair(x @a) %) @m(y)", "x y x y");
}

static void test_macro_definition_errors(void **state)
{
	static const char form[] =
		"note: a macro is defined by '@define name(parameter, ...) %( text %)'\n";
	static const struct {
		const char *text, *expected, *message;
	} cases[] = {
		{ "@define 3 %( 3 %) x", "x",
		  "t.stp:1:9: error: expected the name of the macro behind '@define', found the "
		  "number 3 [E-syntax]\n" },
		{ "@define next %( 3 %) x", "x",
		  "t.stp:1:9: error: expected the name of the macro behind '@define', found "
		  "'next' [E-syntax]\n" },
		{ "@define m() %( 3 %) x", "x",
		  "t.stp:1:11: error: expected the name of a parameter, found ')' [E-syntax]\n" },
		{ "@define m(string) %( 3 %) x", "x",
		  "t.stp:1:11: error: expected the name of a parameter, found 'string' "
		  "[E-syntax]\n" },
		{ "@define m(a %( 3 %) x", "x",
		  "t.stp:1:13: error: expected ',' or ')' behind a parameter, found '%(' "
		  "[E-syntax]\n" },
		{ "@define m(a) 3\nx", "x",
		  "t.stp:1:14: error: expected '%(' behind the parameters of a macro, found the "
		  "number 3 [E-syntax]\n" },
		{ "@define m\nx", "x",
		  "t.stp:2:1: error: expected '(' or '%(' behind the name of a macro, found the "
		  "name 'x' [E-syntax]\n" },
		{ "a @define", "a",
		  "t.stp:1:10: error: expected the name of the macro behind '@define', found the "
		  "end of the script [E-syntax]\n" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *messages = g_strconcat(cases[i].message, form, NULL);

		check_error(cases[i].text, cases[i].expected, messages);
	}
	check_error("@define m(a) %( @a %( %) x", "",
		    "t.stp:1:9: error: the macro '@m' has no end: expected '%)' "
		    "[E-preprocessor]\n");
	check_error("@define define %( 3 %) x", "x",
		    "t.stp:1:9: error: no macro can have the name 'define' [E-syntax]\n");
	check_error("@define m %( 1 %)\n@define m %( 2 %) @m", "1",
		    "t.stp:2:9: error: the macro '@m' is defined twice [E-duplicate-macro]\n"
		    "t.stp:1:9: note: the first definition is here\n");
	check_error("@define m(a, a) %( @a %) @m(1, 2)", "1",
		    "t.stp:1:14: error: '@m' has two parameters 'a' [E-duplicate-parameter]\n");
	check_error("@define count %( 3 %) @count @sum", "3 @sum",
		    "t.stp:1:9: warning: the macro '@count' hides the operator of that name "
		    "[W-macro-hides-operator]\n");
}

static void test_macro_use_errors(void **state)
{
	static const char definition[] = "t.stp:1:9: note: it is defined here\n";
	g_autofree char *too_few = g_strconcat(
		"t.stp:1:27: error: the macro '@m' takes 2 arguments, not 1 [E-macro-arguments]\n",
		definition, NULL);
	g_autofree char *too_many = g_strconcat(
		"t.stp:1:27: error: the macro '@m' takes 2 arguments, not 3 [E-macro-arguments]\n",
		definition, NULL);
	g_autofree char *none = g_strconcat(
		"t.stp:1:22: error: the macro '@m' takes 1 argument: expected '(' behind it "
		"[E-macro-arguments]\n",
		definition, NULL);

	(void)state;
	check_error("@define m(a, b) %( @a %) [@m(1)]", "[ ! ]", too_few);
	check_error("@define m(a, b) %( @a %) [@m(1, 2, 3)]", "[ ! ]", too_many);
	check_error("@define m(a) %( @a %)@m x", "! x", none);
	check_error("@define m(a) %( @a %) { { @m(1 } } x", "{ { ! } } x",
		    "t.stp:1:27: error: the arguments of '@m' have no end: expected ')' "
		    "[E-macro-arguments]\n");
	check_error("@m x @define m %( 1 %) @m", "! x 1",
		    "t.stp:1:1: error: unknown macro '@m' [E-unknown-macro]\n");
	check_error("@cuont(x, (y)) + @choose(1)", "! + !",
		    "t.stp:1:1: error: unknown macro '@cuont' [E-unknown-macro]\n"
		    "note: did you mean '@count'?\n"
		    "t.stp:1:18: error: unknown macro '@choose' [E-unknown-macro]\n");
	check_error("@define macro_one(first) %( @frist %) @macro_on @macro_one(2)", "! !",
		    "t.stp:1:39: error: unknown macro '@macro_on' [E-unknown-macro]\n"
		    "note: did you mean '@macro_one'?\n"
		    "t.stp:1:29: error: unknown macro '@frist' [E-unknown-macro]\n"
		    "t.stp:1:49: note: in the expansion of macro '@macro_one'\n"
		    "note: did you mean '@first'?\n");
}

/* The same mistake of a macro comes once, however often the macro is used. */
static void test_macro_used_twice(void **state)
{
	(void)state;
	check_error("@define m %( @oops %) @m @m", "! !",
		    "t.stp:1:14: error: unknown macro '@oops' [E-unknown-macro]\n"
		    "t.stp:1:23: note: in the expansion of macro '@m'\n");
}

static void test_macro_recursion(void **state)
{
	GString *bomb = g_string_new("@define m0 %( %)");
	struct fixture fixture;
	g_autofree char *tokens = NULL, *summary = NULL;

	(void)state;
	check_error("@define a %( x @b %) @define b %( @a %) @a y", "x ! y",
		    "t.stp:1:35: error: the macro '@a' uses itself [E-macro-recursion]\n"
		    "t.stp:1:16: note: in the expansion of macro '@b'\n"
		    "t.stp:1:41: note: in the expansion of macro '@a'\n");
	for (int i = 1; i < 40; i++)
		g_string_append_printf(bomb, "@define m%d %%( @m%d @m%d %%)", i, i - 1, i - 1);
	g_string_append(bomb, "x @m39 y");
	start(&fixture, bomb->str);
	tokens = read_all(&fixture, NULL);
	summary = session_summary(&fixture.session);
	assert_string_equal(tokens, "x");
	assert_non_null(strstr(summary, "error: macros make more than 100000 tokens of this "
					"script [E-nesting]\n"));
	end(&fixture);
	g_string_free(bomb, TRUE);
}

/* ---- The library ---- */

static void test_library(void **state)
{
	static const char library[] =
		"/* ours */ @define pub %( 44 @help %) @define help %( 6 %)\n"
		"%( kernel_v >= \"5.0\" %? @define new(a) %( @a $1 %) %: @define old %( %) %)";

	(void)state;
	check_all(library, "@pub @new(x)", &three, "44 6 x 42", "");
	/* The library's macros do not see the script's, which win in the script. */
	check_all(library, "@define help %( 100 %) @pub @help", NULL, "44 6 100", "");
	check_all(library, "@define pub(x) %( [@x] %) @pub(1)", NULL, "[ 1 ]", "");
	check_all(library, "@old @pubs", NULL, "! !",
		  "t.stp:1:1: error: unknown macro '@old' [E-unknown-macro]\n"
		  "t.stp:1:6: error: unknown macro '@pubs' [E-unknown-macro]\n"
		  "note: did you mean '@pub'?\n");
}

static void test_library_errors(void **state)
{
	static const struct {
		const char *library, *message;
	} cases[] = {
		{ "@define a %( 1 %) probe begin { }",
		  "l.stpm:1:19: error: expected '@define', found 'probe': a macro file holds "
		  "nothing but macros [E-syntax]" },
		{ "@define a %( 1 %) @define a %( 2 %)",
		  "l.stpm:1:27: error: the macro '@a' is defined twice [E-duplicate-macro]" },
		{ "@define a %( $1 %) @a",
		  "l.stpm:1:14: error: script argument 1 is not given: there are 0 "
		  "[E-script-argument]" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fixture fixture;
		const char *library = cases[i].library;

		start(&fixture, "");
		macro_library_add(&fixture.context,
				  source_from_text(fixture.session.arena, "l.stpm", library,
						   strlen(library)));
		fflush(fixture.session.diag.out);
		assert_non_null(strstr(fixture.session.messages, cases[i].message));
		assert_int_equal(fixture.session.diag.error_count, 1);
		end(&fixture);
	}
}

static void write_file(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_file(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_int_equal(g_unlink(path), 0);
}

/* The macros of all files come before all scripts, whatever their names. */
static void test_library_folder(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("spile-macros-XXXXXX", NULL);
	const char *const folders[] = { folder, NULL };
	struct fixture fixture;
	g_autofree char *tokens = NULL, *summary = NULL;
	GPtrArray *scripts;
	const struct script *script;

	(void)state;
	write_file(folder, "a.stp", "@define own %( 1 %) function f() { return @later + @own }\n");
	write_file(folder, "z.stpm", "@define later %( 5 %)\n");
	write_file(folder, "z.txt", "neither\n");
	start(&fixture, "@later @own");
	fixture.context.macros = NULL;
	scripts = tapset_library_load(&fixture.context, folders);
	assert_int_equal(fixture.session.diag.error_count, 0);
	assert_int_equal(scripts->len, 1);
	script = g_ptr_array_index(scripts, 0);
	assert_int_equal(script->functions->len, 1);
	assert_true(script->source->is_tapset);
	tokens = read_all(&fixture, NULL);
	summary = session_summary(&fixture.session);
	assert_string_equal(tokens, "5 !");
	assert_string_equal(summary,
			    "t.stp:1:8: error: unknown macro '@own' [E-unknown-macro]\n");
	end(&fixture);
	remove_file(folder, "a.stp");
	remove_file(folder, "z.stpm");
	remove_file(folder, "z.txt");
	assert_int_equal(g_rmdir(folder), 0);
}

/* ---- Conditions ---- */

/* What "%( CONDITION %? yes %: no %)" becomes. */
static void check_condition(const char *condition, bool expected)
{
	g_autofree char *text = g_strdup_printf("%%( %s %%? yes %%: no %%)", condition);

	check(text, expected ? "yes" : "no");
}

static void test_conditions_on_versions(void **state)
{
	(void)state;
	check_condition("kernel_v >= \"5.10\"", true);
	check_condition("kernel_v > \"5.9\"", true);
	check_condition("kernel_v < \"5.10\"", false);
	check_condition("kernel_v < \"5.010.1\"", true);
	check_condition("kernel_v <= \"5.10.0\"", true);
	check_condition("kernel_v > \"6\"", false);
	check_condition("kernel_v == \"5.1*\"", true);
	check_condition("kernel_v != \"5.1*\"", false);
	check_condition("kernel_v == \"5.10\"", false);
	check_condition("kernel_vr > \"5.10.0-9-amd64\"", true);
	check_condition("kernel_vr == \"*-28-amd??\"", true);
	check_condition("systemtap_v >= \"4.0\"", true);
	check_condition("systemtap_v < \"4.10\"", true);
}

static void test_conditions_on_the_rest(void **state)
{
	(void)state;
	check_condition("arch == \"x86*\"", true);
	check_condition("arch != \"x86_64\"", false);
	check_condition("systemtap_privilege == \"stapdev\"", true);
	check_condition("guru_mode == 1", true);
	check_condition("guru_mode != 1", false);
	check_condition("CONFIG_SMP == \"y\"", true);
	check_condition("CONFIG_USB == \"[ym]\"", true);
	check_condition("CONFIG_USB != \"y\"", true);
	check_condition("CONFIG_NONE == \"\"", true);
	check_condition("CONFIG_HZ == \"250\"", true);
	check_condition("CONFIG_HZ > 100", true);
	check_condition("CONFIG_MASK == 16", true);
	check_condition("CONFIG_NONE < 1", true);
	check_condition("CONFIG_SMP == CONFIG_USB", false);
	check_condition("CONFIG_SMP != CONFIG_NONE", true);
}

static void test_conditions_on_literals(void **state)
{
	(void)state;
	check_condition("1 == 1", true);
	check_condition("10 < 9", false);
	check_condition("10 >= 10", true);
	check_condition("0x10 > 0xf", true);
	check_condition("\"10\" < \"9\"", true);
	check_condition("\"abc\" == \"a*\"", false);
	check_condition("\"abc\" != \"abd\"", true);
	check_condition("\"b\" > \"a\"", true);
	check_condition("$# > 2", true);
	check_condition("@# == \"3\"", true);
	check_condition("@2 == \"a.b\"", true);
	check_condition("$1 <= 41", false);
}

static void test_condition_operators(void **state)
{
	(void)state;
	check_condition("1 == 1 && 2 == 2", true);
	check_condition("1 == 1 && 1 == 2", false);
	check_condition("1 == 2 || 2 == 2", true);
	check_condition("1 == 1 || 1 == 2 && 1 == 2", true);
	check_condition("1 == 2 && 1 == 2 || 1 == 1", true);
	check_condition("1 == 2 && 1 == 1 || 1 == 2", false);
}

static void test_branches(void **state)
{
	(void)state;
	check("a %( 1 == 2 %? x %) b", "a b");
	check("a %( 1 == 1 %? x %) b", "a x b");
	check("a %( 1 == 2 %? %: x %) b", "a x b");
	check("%( 1 == 1 %? a %( 2 == 3 %? b %: c %( 1 == 1 %? d %) %) %: e %) f", "a c d f");
	check("%( 1 == 2 %? a %( 2 == 2 %? b %: c %) %: e %( 1 == 1 %? g %) %) f", "e g f");
	check("f(%( 1 == 1 %? 1, 2 %), 3)", "f ( 1 , 2 , 3 )");
	check("@define m %( %( $1 == 42 %? x %: y %) %) @m %( 1 == 2 %? @m %: z %)", "x z");
	check("@define m %( 3 %) %( @m == 3 %? a %: b %)", "a");
	check("@define m %( %( 1 == 1 %? 3 %: 4 %) %) %( @m == 3 %? a %: b %)", "a");
	/* What is not taken need not exist. */
	check("%( 1 == 2 %? @unknown(1 $9 @0 %( nonsense %) %: a %)", "a");
	check("%( 1 == 1 %? a %: @define m(( %)", "a");
	check("%( 1 == 2 %? 12ab $ \\ \303\244 99999999999999999999 \"\\0\" %: a %)", "a");
	check("%( 1 == 2 %? @define m %( 1 %) %: @define m %( 2 %) %) @m", "2");
}

/* Only what is asked for is asked. */
static void test_world_is_asked_on_demand(void **state)
{
	struct fixture fixture;
	g_autofree char *tokens = NULL;

	(void)state;
	start(&fixture, "%( 1 == 1 && $# == 0 %? a %: %( arch == \"x\" %? b %) %)");
	tokens = read_all(&fixture, NULL);
	assert_string_equal(tokens, "a");
	assert_int_equal(fixture.asked, 0);
	end(&fixture);
}

static void test_no_world(void **state)
{
	struct fixture fixture;
	g_autofree char *tokens = NULL, *summary = NULL;

	(void)state;
	start(&fixture, "a %( arch == \"x\" %? b %: c %) d %( 1 == 1 %? e %)");
	fixture.context.world = NULL;
	tokens = read_all(&fixture, NULL);
	summary = session_summary(&fixture.session);
	assert_string_equal(tokens, "a ! d e");
	assert_string_equal(summary, "t.stp:1:6: error: the value of 'arch' is not known: nothing "
			    "is known of the kernel here [E-preprocessor]\n");
	end(&fixture);
}

static void test_malformed_conditions(void **state)
{
	static const char names[] = "note: the names are kernel_v, kernel_vr, arch, CONFIG_..., "
				    "systemtap_v, systemtap_privilege, runtime and guru_mode\n";
	static const struct {
		const char *condition, *message;
		bool has_names;
	} cases[] = {
		{ "kernel_v < 6", "17: error: expected a string to compare the name 'kernel_v' "
		  "with, found the number 6", false },
		{ "guru_mode == \"1\"", "19: error: expected a number to compare the name "
		  "'guru_mode' with, found a string", false },
		{ "arch < \"y\"", "11: error: expected '==' or '!=' behind 'arch', found '<': it "
		  "has no order", false },
		{ "CONFIG_HZ > \"1\"", "16: error: expected '==' or '!=' behind 'CONFIG_HZ', found "
		  "'>': it has no order", false },
		{ "CONFIG_SMP == 1", "20: error: the value of 'CONFIG_SMP' is \"y\" and no number",
		  false },
		{ "\"a\" == 1", "13: error: expected a string to compare a string with, found the "
		  "number 1", false },
		{ "1 == \"a\"", "11: error: expected a number to compare the number 1 with, found "
		  "a string", false },
		{ "runtime == \"x\"", "6: error: the value of 'runtime' is not known: the test "
		  "does not say", false },
		{ "1 + 1", "8: error: expected a comparison ('==', '!=', '<', '<=', '>' or '>='), "
		  "found '+'", false },
		{ "1 == ", "12: error: expected a string or a number, found '%?'", false },
		{ "1 == arch", "11: error: expected a string or a number, found the name 'arch'",
		  false },
		{ "1 == 1 2", "13: error: expected '&&', '||' or '%?' behind a comparison, found "
		  "the number 2", false },
		{ "", "7: error: expected a name, a string or a number to compare, found '%?'",
		  true },
		{ "1 == 1 ||", "16: error: expected a name, a string or a number to compare, found "
		  "'%?'", true },
		{ "-1 == 1", "6: error: expected a name, a string or a number to compare, found "
		  "'-'", true },
		{ "%( 1 == 1 %? 2 %) == 2", "6: error: a condition cannot decide what another one "
		  "compares", false },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strdup_printf("a %%( %s %%? x %%: y %%) b", cases[i].condition);
		g_autofree char *message =
			g_strdup_printf("t.stp:1:%s [E-preprocessor]\n%s", cases[i].message,
					cases[i].has_names ? names : "");

		check_error(text, "a ! b", message);
	}
}

static void test_suggestions_in_conditions(void **state)
{
	(void)state;
	check_error("%( kernel_w == \"1\" %? x %)", "!",
		    "t.stp:1:4: error: expected a name, a string or a number to compare, found the "
		    "name 'kernel_w' [E-preprocessor]\n"
		    "note: did you mean 'kernel_v'?\n");
	check_error("%( $2 == \"1\" %? x %)", "!",
		    "t.stp:1:4: error: expected a name, a string or a number to compare, found the "
		    "name 'a' [E-preprocessor]\n"
		    "note: a string stands in quotes; a script argument as a string is @1\n");
	check_error("%( (1 == 1) %? x %)", "!",
		    "t.stp:1:4: error: expected a name, a string or a number to compare, found '(' "
		    "[E-preprocessor]\n"
		    "note: conditions have no parentheses; '&&' binds tighter than '||'\n");
	check_error("%( @oops == 1 %? x %: y %) z", "! z",
		    "t.stp:1:4: error: unknown macro '@oops' [E-unknown-macro]\n");
}

static void test_misplaced_marks(void **state)
{
	static const char no_condition[] = ": expected '%(' before it [E-preprocessor]\n";
	g_autofree char *stray = g_strconcat(
		"t.stp:1:3: error: there is no condition for this '%)'", no_condition,
		"t.stp:1:8: error: there is no condition for this '%?'", no_condition,
		"t.stp:1:13: error: there is no condition for this '%:'", no_condition, NULL);

	(void)state;
	check_error("a %) b %? c %: d", "a b c d", stray);
	check_error("%( 1 == 1 %? x %: y %: z %) b", "x b",
		    "t.stp:1:21: error: this condition has a '%:' already: expected '%)' "
		    "[E-preprocessor]\n");
	check_error("%( 1 == 2 %? x %: y %: z %) b", "y b",
		    "t.stp:1:21: error: this condition has a '%:' already: expected '%)' "
		    "[E-preprocessor]\n");
	check_error("%( 1 == 1 %? x %? y %) b", "x y b",
		    "t.stp:1:16: error: this condition has a '%?' already: expected '%:' or '%)' "
		    "[E-preprocessor]\n");
}

/* Whether the rest of the script went with it is told. */
static void test_conditions_without_end(void **state)
{
	static const struct {
		const char *text, *tokens;
		bool was_cut_short;
	} cases[] = {
		{ "a %( 1 == 1 %? x", "a x", false },
		{ "a %( 1 == 2 %? x", "a", true },
		{ "a %( 1 == 2 %? x %: y", "a y", false },
		{ "a %( 1 == 1 %? x %: y", "a x", true },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct fixture fixture;
		struct token_stream *stream;
		g_autofree char *tokens = NULL, *summary = NULL;

		start(&fixture, cases[i].text);
		stream = tokens_new(&fixture.context, fixture.session.source, NULL);
		while (tokens_next(stream).kind != TOKEN_END)
			continue;
		summary = session_summary(&fixture.session);
		assert_string_equal(summary, "t.stp:1:3: error: this condition has no end: "
				    "expected '%)' [E-preprocessor]\n");
		assert_int_equal(tokens_was_cut_short(stream), cases[i].was_cut_short);
		end(&fixture);
		start(&fixture, cases[i].text);
		tokens = read_all(&fixture, NULL);
		assert_string_equal(tokens, cases[i].tokens);
		end(&fixture);
	}
}

/* What takes other text with it is told even where it is left out. */
static void test_string_without_end_left_out(void **state)
{
	(void)state;
	check_error("%( 1 == 2 %? \"abc\n%: a %) 1x", "a !",
		    "t.stp:1:14: error: this string has no end: expected '\"' before the end of "
		    "the line [E-unterminated-string]\n"
		    "t.stp:2:9: error: '1x' is not a number [E-syntax]\n");
}

static void test_nested_too_deep(void **state)
{
	GString *text = g_string_new("a ");
	struct fixture fixture;
	g_autofree char *tokens = NULL, *summary = NULL;

	(void)state;
	for (int i = 0; i < 101; i++)
		g_string_append(text, "%( 1 == 1 %?\n");
	for (int i = 0; i < 101; i++)
		g_string_append(text, "x %)");
	g_string_append(text, " b");
	start(&fixture, text->str);
	tokens = read_all(&fixture, NULL);
	summary = session_summary(&fixture.session);
	assert_true(g_str_has_prefix(tokens, "a ! x x"));
	assert_true(g_str_has_suffix(tokens, "x b"));
	assert_string_equal(summary, "t.stp:101:1: error: conditions are nested more than 100 deep "
			    "[E-preprocessor]\n");
	end(&fixture);
	g_string_free(text, TRUE);
}

/* ---- Places and layout ---- */

/* "kind of place": start-end, with the uses of the macros around it. */
static char *describe_places(const char *text, const struct script_arguments *arguments)
{
	struct fixture fixture;
	struct token_stream *stream;
	GString *out = g_string_new(NULL);

	start(&fixture, text);
	stream = tokens_new(&fixture.context, fixture.session.source, arguments);
	for (;;) {
		struct token token = tokens_next(stream);
		const struct expansion *at = token.span.expansion;

		if (token.kind == TOKEN_END)
			break;
		g_string_append_printf(out, "%s%s:%zu-%zu", out->len > 0 ? " " : "", token.text,
				       token.span.start, token.span.end);
		for (; at; at = at->use.expansion)
			g_string_append_printf(out, "<%s:%zu-%zu", at->what, at->use.start,
					       at->use.end);
	}
	end(&fixture);
	return g_string_free(out, FALSE);
}

static void test_places(void **state)
{
	static const struct {
		const char *text, *places;
	} cases[] = {
		{ "a $2;", "a:0-1 a:2-4 .:2-4 b:2-4 ;:4-5" },
		{ "@define m(x) %( + @x %) @m(yy) z",
		  "+:16-17<macro '@m':24-30 yy:27-29 z:31-32" },
		{ "@define n %( k %) @define m %( @n %) @m",
		  "k:13-14<macro '@n':31-33<macro '@m':37-39" },
		{ "@define m %( $1 %) @m", "42:13-15<macro '@m':19-21" },
		{ "%( 1 == 1 %? a %)", "a:13-14" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *places = describe_places(cases[i].text, &three);

		assert_string_equal(places, cases[i].places);
	}
}

/* f: first on its line; g: glued to the one before. */
static char *describe_layout(const char *text)
{
	struct fixture fixture;
	struct token_stream *stream;
	GString *out = g_string_new(NULL);

	start(&fixture, text);
	stream = tokens_new(&fixture.context, fixture.session.source, &three);
	for (;;) {
		struct token token = tokens_next(stream);

		if (token.kind == TOKEN_END)
			break;
		g_string_append_printf(out, "%s%s%s%s", out->len > 0 ? " " : "", token.text,
				       token.is_first_on_line ? "/f" : "",
				       token.is_glued ? "/g" : "");
	}
	end(&fixture);
	return g_string_free(out, FALSE);
}

static void test_layout(void **state)
{
	static const struct {
		const char *text, *layout;
	} cases[] = {
		{ "a*b c\n\td e.$1*", "a/f/g */g b/g c d/f e ./g 42/g */g" },
		{ "a.$1x $2 y", "a/f/g ./g 42/g x/g a ./g b/g y" },
		{ "@define m(x) %( @x %)\na.@m(b)c", "a/f ./g b/g c/g" },
		{ "@define m %( p\nq %)\n@m r\n", "p/f q/f r" },
		{ "@define m %( %)\na@m b@m()", "a/f b (/g )/g" },
		{ "a.x%( 1 == 1 %?y %)z %(1 == 1%?b%)\nc", "a/f/g ./g x/g y/g z b c/f" },
		{ "a.x%( 1 == 2 %? q %: y %)", "a/f/g ./g x/g y" },
		{ "a%(1 == 2%?q%)b", "a/f/g b/g" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *layout = describe_layout(cases[i].text);

		assert_string_equal(layout, cases[i].layout);
	}
}

static void test_give_up(void **state)
{
	struct fixture fixture;
	struct token_stream *stream;

	(void)state;
	start(&fixture, "@define m %( a b c %) %( 1 == 1 %? @m d");
	stream = tokens_new(&fixture.context, fixture.session.source, NULL);
	assert_int_equal(tokens_next(stream).kind, TOKEN_IDENTIFIER);
	tokens_give_up(stream);
	assert_int_equal(tokens_next(stream).kind, TOKEN_END);
	assert_int_equal(tokens_next(stream).kind, TOKEN_END);
	assert_int_equal(fixture.session.diag.error_count, 0);
	end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_arguments_hold_all),
		cmocka_unit_test(test_argument_errors),
		cmocka_unit_test(test_unused_arguments),
		cmocka_unit_test(test_tapset_has_no_arguments),
		cmocka_unit_test(test_macros),
		cmocka_unit_test(test_macro_scopes),
		cmocka_unit_test(test_macro_definition_errors),
		cmocka_unit_test(test_macro_use_errors),
		cmocka_unit_test(test_macro_used_twice),
		cmocka_unit_test(test_macro_recursion),
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_library_errors),
		cmocka_unit_test(test_library_folder),
		cmocka_unit_test(test_conditions_on_versions),
		cmocka_unit_test(test_conditions_on_the_rest),
		cmocka_unit_test(test_conditions_on_literals),
		cmocka_unit_test(test_condition_operators),
		cmocka_unit_test(test_branches),
		cmocka_unit_test(test_world_is_asked_on_demand),
		cmocka_unit_test(test_no_world),
		cmocka_unit_test(test_malformed_conditions),
		cmocka_unit_test(test_suggestions_in_conditions),
		cmocka_unit_test(test_misplaced_marks),
		cmocka_unit_test(test_conditions_without_end),
		cmocka_unit_test(test_string_without_end_left_out),
		cmocka_unit_test(test_nested_too_deep),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_give_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
