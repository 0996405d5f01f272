/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/script/lex.c: every form of token, as it is written, and what is said of text that
 * holds no token. What the preprocessor makes of them is in test_preprocess.c.
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
	case TOKEN_SCRIPT_ARGUMENT:
		g_string_append_printf(out, "argument:%s:%" PRId64, token->text, token->number);
		return;
	case TOKEN_ERROR:
		g_string_append(out, "error");
		return;
	default:
		g_string_append(out, token_kind_describe(arena, token->kind));
		return;
	}
}

static char *lex_all(struct session *session)
{
	struct lexer *lexer = lex_new(session->arena, &session->diag, session->source);
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
static void check_error(const char *text, const char *expected, const char *messages)
{
	struct session session;
	g_autofree char *tokens = NULL, *summary = NULL;

	session_start(&session, text);
	tokens = lex_all(&session);
	summary = session_summary(&session);
	assert_string_equal(tokens, expected);
	assert_string_equal(summary, messages);
	session_end(&session);
}

static void check(const char *text, const char *expected)
{
	check_error(text, expected, "");
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
	      "break continue next try catch long string",
	      "'probe' 'global' 'private' 'function' 'if' 'else' 'for' 'foreach' 'in' 'limit' "
	      "'return' 'delete' 'while' 'break' 'continue' 'next' 'try' 'catch' 'long' 'string'");
	check("strings longer probes _x x9 a$b A", "name:strings name:longer name:probes name:_x "
	      "name:x9 name:a$b name:A");
	check("$x $$vars $x$ $x$$ $_y", "target:$x target:$$vars target:$x$ target:$x$$ target:$_y");
	check("@count @sum @min @max @avg @hist_log @hist_linear",
	      "'@count' '@sum' '@min' '@max' '@avg' '@hist_log' '@hist_linear'");
	check("@variance @defined @entry @perf @const @enum @enumname @probewrite @kregister "
	      "@uregister @kderef @uderef @cast @var",
	      "'@variance' '@defined' '@entry' '@perf' '@const' '@enum' '@enumname' "
	      "'@probewrite' '@kregister' '@uregister' '@kderef' '@uderef' '@cast' '@var'");
	check("@define @counter", "at:@define at:@counter");
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
	check("%( %? %: %)%{%}", "'%(' '%?' '%:' '%)' c:<>");
	check("a%b a%%(c", "name:a '%' name:b name:a '%' '%(' name:c");
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
	check_error("$ @", "target:$ error", "t.stp:1:3: error: unexpected '@' [E-syntax]\n");
	check_error("a /* b\n", "name:a",
		    "t.stp:1:3: error: this comment goes on to the end of the script "
		    "[E-unterminated-comment]\n");
	check_error("/*/", "",
		    "t.stp:1:1: error: this comment goes on to the end of the script "
		    "[E-unterminated-comment]\n");
}

static void test_script_arguments(void **state)
{
	(void)state;
	check("$1 @20 $# @# $* @*", "argument:$1:1 argument:@20:20 argument:$#:0 argument:@#:0 "
	      "argument:$*:0 argument:@*:0");
	check("$1x a$1 $99999999999999",
	      "argument:$1:1 name:x name:a$1 argument:$99999999999999:2147483647");
	check("$# # a comment\n@#", "argument:$#:0 argument:@#:0");
}

/* ---- Places and layout ---- */

static void test_spans(void **state)
{
	static const size_t expected[][2] = {
		{ 0, 2 }, { 3, 6 }, { 7, 10 }, { 11, 13 }, { 13, 14 }, { 15, 15 },
	};
	struct session session;
	struct lexer *lexer;

	(void)state;
	session_start(&session, "ab \"c\" <<< $1; ");
	lexer = lex_new(session.arena, &session.diag, session.source);
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		struct token token = lex_next(lexer);

		assert_ptr_equal(token.span.source, session.source);
		assert_int_equal(token.span.start, expected[i][0]);
		assert_int_equal(token.span.end, expected[i][1]);
		assert_null(token.span.expansion);
	}
	session_end(&session);
}

/* All tokens of an argument, and what is said of them, have the place of the argument. */
static void test_argument_text(void **state)
{
	struct session session;
	struct lexer *lexer;
	struct span place;
	g_autofree char *summary = NULL;

	(void)state;
	session_start(&session, "ab $1");
	place = (struct span){ .source = session.source, .start = 3, .end = 5 };
	lexer = lex_new_argument(session.arena, &session.diag, "x /* y", place);
	for (int i = 0; i < 3; i++) {
		struct token token = lex_next(lexer);

		assert_int_equal(token.kind, i == 0 ? TOKEN_IDENTIFIER : TOKEN_END);
		assert_int_equal(token.span.start, 3);
		assert_int_equal(token.span.end, 5);
	}
	summary = session_summary(&session);
	assert_string_equal(summary, "t.stp:1:4: error: this comment goes on to the end of the "
			    "script [E-unterminated-comment]\n");
	session_end(&session);
}

static void test_layout(void **state)
{
	struct session session;
	struct lexer *lexer;
	GString *out = g_string_new(NULL);

	(void)state;
	/* f: first on its line; g: glued to the one before. */
	session_start(&session, "a*b c\n\td/* */e.$1@2*");
	lexer = lex_new(session.arena, &session.diag, session.source);
	for (;;) {
		struct token token = lex_next(lexer);

		if (token.kind == TOKEN_END)
			break;
		g_string_append_printf(out, "%s%s%s ", token.text, token.is_first_on_line ? "/f" : "",
				       token.is_glued ? "/g" : "");
	}
	assert_string_equal(out->str, "a/f/g */g b/g c d/f e ./g $1/g @2/g */g ");
	g_string_free(out, TRUE);
	session_end(&session);
}

static void test_give_up(void **state)
{
	struct session session;
	struct lexer *lexer;

	(void)state;
	session_start(&session, "a b c");
	lexer = lex_new(session.arena, &session.diag, session.source);
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
		cmocka_unit_test(test_stray_text),
		cmocka_unit_test(test_script_arguments),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_argument_text),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_give_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
