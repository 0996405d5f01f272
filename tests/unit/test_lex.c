/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/script/lex.c: every form of token, the substitution of script arguments, and what is
 * said of text that holds no token.
 *
 * Tokens are compared as text: kind and content of each, separated by blanks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "script/lex.h"

#include "script_support.h"

/* "name:x", "number:5", "'while'": one token as text. */
static void describe_token(const struct token *token, struct arena *arena, GString *out)
{
	g_autofree char *escaped = token->text ? g_strescape(token->text, NULL) : NULL;

	switch (token->kind) {
	case TOKEN_IDENTIFIER:
		g_string_append_printf(out, "name:%s", token->text);
		return;
	case TOKEN_TARGET:
		g_string_append_printf(out, "target:%s", token->text);
		return;
	case TOKEN_NUMBER:
		g_string_append_printf(out, "number:%" PRId64, token->number);
		return;
	case TOKEN_STRING:
		g_string_append_printf(out, "string:<%s>", escaped);
		return;
	case TOKEN_EMBEDDED_C:
		g_string_append_printf(out, "c:<%s>", escaped);
		return;
	case TOKEN_AT_WORD:
		g_string_append_printf(out, "at:%s", token->text);
		return;
	case TOKEN_ERROR:
		g_string_append(out, "error");
		return;
	default:
		g_string_append(out, token_kind_describe(arena, token->kind));
		return;
	}
}

static char *lex_all(struct session *session, const struct script_arguments *arguments)
{
	struct lexer *lexer =
		lex_new(session->arena, &session->diag, session->source, arguments);
	GString *out = g_string_new(NULL);

	for (;;) {
		struct token token = lex_next(lexer);

		if (token.kind == TOKEN_END)
			break;
		g_string_append(out, out->len > 0 ? " " : "");
		describe_token(&token, session->arena, out);
	}
	return g_string_free(out, FALSE);
}

/* Both the tokens and the messages must be those. */
static void check_with(const char *text, const struct script_arguments *arguments,
		       const char *expected, const char *messages)
{
	struct session session;
	g_autofree char *tokens = NULL, *summary = NULL;

	session_start(&session, text);
	tokens = lex_all(&session, arguments);
	summary = session_summary(&session);
	assert_string_equal(tokens, expected);
	assert_string_equal(summary, messages);
	session_end(&session);
}

static void check(const char *text, const char *expected)
{
	check_with(text, NULL, expected, "");
}

static void check_error(const char *text, const char *expected, const char *messages)
{
	check_with(text, NULL, expected, messages);
}

static void test_blanks_and_comments(void **state)
{
	(void)state;
	check("", "");
	check(" \t\r\n\f\v", "");
	check("#! /usr/bin/env spile\na", "name:a");
	check("a # b\nc // d\n/* e\n * f */ g /**/ h /***/", "name:a name:c name:g name:h");
	check("a#", "name:a");
	check("a//", "name:a");
	check("a / b", "name:a '/' name:b");
	check("# \"not a string\nx", "name:x");
}

static void test_words(void **state)
{
	(void)state;
	check("probe global private function if else for foreach in limit return delete while "
	      "break continue next try catch",
	      "'probe' 'global' 'private' 'function' 'if' 'else' 'for' 'foreach' 'in' 'limit' "
	      "'return' 'delete' 'while' 'break' 'continue' 'next' 'try' 'catch'");
	check("string long probes _x x9 a$b A", "name:string name:long name:probes name:_x "
	      "name:x9 name:a$b name:A");
	check("$x $$vars $x$ $x$$ $_y", "target:$x target:$$vars target:$x$ target:$x$$ target:$_y");
	check("@count @sum @min @max @avg @hist_log @hist_linear",
	      "'@count' '@sum' '@min' '@max' '@avg' '@hist_log' '@hist_linear'");
	check("@cast @counter", "at:@cast at:@counter");
}

static void test_numbers(void **state)
{
	(void)state;
	check("0 7 42 007 0x1F 0Xff", "number:0 number:7 number:42 number:7 number:31 number:255");
	check("9223372036854775807", "number:9223372036854775807");
	check("9223372036854775808", "number:-9223372036854775808");
	check("18446744073709551615", "number:-1");
	check("0xffffffffffffffff", "number:-1");
	check("1.2", "number:1 '.' number:2");
	check_error("18446744073709551616", "number:-1",
		    "t.stp:1:1: error: the number 18446744073709551616 does not fit into 64 bits "
		    "[E-number-range]\n");
	check_error("x 12ab 08 0x", "name:x error error error",
		    "t.stp:1:3: error: '12ab' is not a number [E-syntax]\n"
		    "t.stp:1:8: error: '08' is not a number [E-syntax]\n"
		    "t.stp:1:11: error: '0x' is not a number [E-syntax]\n");
}

static void test_strings(void **state)
{
	(void)state;
	check("\"\" \"a b\" \"#//\"", "string:<> string:<a b> string:<#//>");
	check("\"\\n\\t\\r\\a\\b\\f\\v\\\\\\\"\"", "string:<\\n\\t\\r\\007\\b\\f\\v\\\\\\\">");
	check("\"\\101\\1012\\7\\x41\\x4g\\x414\"", "string:<AA2\\007A\\004gA4>");
	check("\"a\\.b\\d\\xg\\'\"", "string:<a\\\\.b\\\\d\\\\xg\\\\'>");
	check("\"a\\\nb\"", "string:<ab>");
	check("\"\303\244\"", "string:<\\303\\244>");
	check_error("\"a\\0b\" \"\\x00\"", "string:<ab> string:<>",
		    "t.stp:1:3: error: a string cannot hold a zero byte [E-syntax]\n"
		    "t.stp:1:9: error: a string cannot hold a zero byte [E-syntax]\n");
	check_error("x \"abc\ny", "name:x error name:y",
		    "t.stp:1:3: error: this string has no end: expected '\"' before the end of the "
		    "line [E-unterminated-string]\n");
	check_error("\"\\", "error",
		    "t.stp:1:1: error: this string has no end: expected '\"' before the end of the "
		    "line [E-unterminated-string]\n");
}

static void test_operators(void **state)
{
	(void)state;
	check("<<< << <<= <= < > >> >>= >= == = != =~ !~ !",
	      "'<<<' '<<' '<<=' '<=' '<' '>' '>>' '>>=' '>=' '==' '=' '!=' '=~' '!~' '!'");
	check("&& & &= || | |= ^ ^= + ++ += - -- -= ->",
	      "'&&' '&' '&=' '||' '|' '|=' '^' '^=' '+' '++' '+=' '-' '--' '-=' '->'");
	check("* *= / /= % %= . .= ~ ? : , ; ( ) [ ] { }",
	      "'*' '*=' '/' '/=' '%' '%=' '.' '.=' '~' '?' ':' ',' ';' '(' ')' '[' ']' '{' '}'");
	check("a<<<b<<=c<d>>=e", "name:a '<<<' name:b '<<=' name:c '<' name:d '>>=' name:e");
	check("a+++b---c->d", "name:a '++' '+' name:b '--' '-' name:c '->' name:d");
}

static void test_embedded_c(void **state)
{
	(void)state;
	check("%{ return 1; %} x", "c:< return 1; > name:x");
	check("%{%}", "c:<>");
	check("%{ \"%\" } %%}", "c:< \\\"%\\\" } %>");
	check_error("a %{ b", "name:a c:< b>",
		    "t.stp:1:3: error: this embedded C goes on to the end of the script "
		    "[E-unterminated-embedded-c]\n");
}

static void test_not_supported(void **state)
{
	static const char condition[] = "preprocessor conditions ('%( ... %)') are not supported "
					"yet [E-not-supported]\n";
	g_autofree char *first = g_strconcat("t.stp:1:3: error: ", condition, NULL);

	(void)state;
	check_error("a %( x == 1 %? %( y %? \"%)\" %) %: z %) b", "name:a error name:b", first);
	check_error("a %( b", "name:a error", first);
	check_error("@define M(a, b) %( a + b %) c", "error name:c",
		    "t.stp:1:1: error: macros ('@define') are not supported yet "
		    "[E-not-supported]\n");
	check_error("@define M %( a\n%) c", "error name:c",
		    "t.stp:1:1: error: macros ('@define') are not supported yet "
		    "[E-not-supported]\n");
}

static void test_stray_text(void **state)
{
	(void)state;
	check_error("a \\ b", "name:a error name:b",
		    "t.stp:1:3: error: unexpected '\\' [E-syntax]\n");
	check_error("a \303\244\303\266 b", "name:a error name:b",
		    "t.stp:1:3: error: unexpected '\303\244\303\266' [E-syntax]\n");
	check_error("\377", "error", "t.stp:1:1: error: unexpected byte 0xff [E-syntax]\n");
	check_error("\001x", "error name:x",
		    "t.stp:1:1: error: unexpected byte 0x01 [E-syntax]\n");
	check_error("$ @", "error error",
		    "t.stp:1:1: error: expected the name of a target variable behind '$' "
		    "[E-syntax]\n"
		    "t.stp:1:3: error: unexpected '@' [E-syntax]\n");
	check_error("a /* b\n", "name:a",
		    "t.stp:1:3: error: this comment goes on to the end of the script "
		    "[E-unterminated-comment]\n");
	check_error("/*/", "",
		    "t.stp:1:1: error: this comment goes on to the end of the script "
		    "[E-unterminated-comment]\n");
}

/* ---- Script arguments ---- */

static void test_arguments_as_tokens(void **state)
{
	static const char *const values[] = { "42", "vfs_read", "a.b(\"x\") # rest", "" };
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };

	(void)state;
	check_with("$1 $2 x", &arguments, "number:42 name:vfs_read name:x", "");
	check_with("x.$3.y", &arguments,
		   "name:x '.' name:a '.' name:b '(' string:<x> ')' '.' name:y", "");
	check_with("a $4 b", &arguments, "name:a name:b", "");
	check_with("$1$2", &arguments, "number:42 name:vfs_read", "");
	check_with("$1x", &arguments, "number:42 name:x", "");
}

static void test_arguments_as_strings(void **state)
{
	static const char *const values[] = { "42", "a \"b\"\\n" };
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };

	(void)state;
	check_with("@1 @2", &arguments, "string:<42> string:<a \\\"b\\\"\\\\n>", "");
	check_with("$# @#", &arguments, "number:2 string:<2>", "");
	check_with("$#\n@#", NULL, "number:0 string:<0>", "");
}

static void test_argument_errors(void **state)
{
	static const char *const values[] = { "$1", "\303\244 1x", "%{ x", "@2" };
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };

	(void)state;
	check_with("$5 @6 $0 $99999999999999", &arguments, "error error error error",
		   "t.stp:1:1: error: script argument 5 is not given: there are 4 "
		   "[E-script-argument]\n"
		   "t.stp:1:4: error: script argument 6 is not given: there are 4 "
		   "[E-script-argument]\n"
		   "t.stp:1:7: error: script arguments are counted from 1 [E-script-argument]\n"
		   "t.stp:1:10: error: script argument 2147483647 is not given: there are 4 "
		   "[E-script-argument]\n");
	check_with("\n  $1 @1 $4", &arguments, "error string:<$1> error",
		   "t.stp:2:3: error: a script argument may not refer to another one "
		   "[E-script-argument]\n"
		   "t.stp:2:9: error: a script argument may not refer to another one "
		   "[E-script-argument]\n");
	check_with(" $2 y", &arguments, "error error name:y",
		   "t.stp:1:2: error: unexpected '\303\244' [E-syntax]\n"
		   "t.stp:1:2: error: '1x' is not a number [E-syntax]\n");
	check_with(" $3 y", &arguments, "c:< x> name:y",
		   "t.stp:1:2: error: this embedded C goes on to the end of the script "
		    "[E-unterminated-embedded-c]\n");
	check_error("$1", "error",
		    "t.stp:1:1: error: script argument 1 is not given: there are 0 "
		    "[E-script-argument]\n");
}

static void test_unused_arguments(void **state)
{
	static const char *const values[] = { "1", "two" };
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };
	static const struct {
		const char *text, *messages;
	} cases[] = {
		{ "$1 @2", "" },
		{ "$#", "" },
		{ "$1", "spile: warning: the script does not use its argument 2, 'two' "
			"[W-unused-argument]\n" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct session session;
		struct lexer *lexer;
		g_autofree char *summary = NULL;

		session_start(&session, cases[i].text);
		lexer = lex_new(session.arena, &session.diag, session.source, &arguments);
		while (lex_next(lexer).kind != TOKEN_END)
			continue;
		lex_check_arguments(lexer);
		summary = session_summary(&session);
		assert_string_equal(summary, cases[i].messages);
		session_end(&session);
	}
}

/* ---- Places and layout ---- */

static void test_spans(void **state)
{
	static const char *const values[] = { "x y" };
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };
	static const size_t expected[][2] = {
		{ 0, 2 }, { 3, 6 }, { 7, 10 }, { 11, 13 }, { 11, 13 }, { 13, 14 }, { 15, 15 },
	};
	struct session session;
	struct lexer *lexer;

	(void)state;
	session_start(&session, "ab \"c\" <<< $1; ");
	lexer = lex_new(session.arena, &session.diag, session.source, &arguments);
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		struct token token = lex_next(lexer);

		assert_ptr_equal(token.span.source, session.source);
		assert_int_equal(token.span.start, expected[i][0]);
		assert_int_equal(token.span.end, expected[i][1]);
	}
	session_end(&session);
}

static void test_layout(void **state)
{
	static const char *const values[] = { "x", "" };
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };
	struct session session;
	struct lexer *lexer;
	GString *out = g_string_new(NULL);

	(void)state;
	/* f: first on its line; g: glued to the one before. */
	session_start(&session, "a*b c\n\td/* */e.$1$2*");
	lexer = lex_new(session.arena, &session.diag, session.source, &arguments);
	for (;;) {
		struct token token = lex_next(lexer);

		if (token.kind == TOKEN_END)
			break;
		g_string_append_printf(out, "%s%s%s ", token.text, token.is_first_on_line ? "/f" : "",
				       token.is_glued ? "/g" : "");
	}
	assert_string_equal(out->str, "a/f/g */g b/g c d/f e ./g x * ");
	g_string_free(out, TRUE);
	session_end(&session);
}

static void test_give_up(void **state)
{
	struct session session;
	struct lexer *lexer;

	(void)state;
	session_start(&session, "a b c");
	lexer = lex_new(session.arena, &session.diag, session.source, NULL);
	assert_int_equal(lex_next(lexer).kind, TOKEN_IDENTIFIER);
	lex_give_up(lexer);
	assert_int_equal(lex_next(lexer).kind, TOKEN_END);
	assert_int_equal(lex_next(lexer).kind, TOKEN_END);
	session_end(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blanks_and_comments),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_embedded_c),
		cmocka_unit_test(test_not_supported),
		cmocka_unit_test(test_stray_text),
		cmocka_unit_test(test_arguments_as_tokens),
		cmocka_unit_test(test_arguments_as_strings),
		cmocka_unit_test(test_argument_errors),
		cmocka_unit_test(test_unused_arguments),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_give_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
