/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tokens with a grammar of their own: numbers, strings, embedded C, and the constructs with
 * %( and %) that are passed as a whole. Called by lex.c, which has looked at the first bytes.
 *
 * Each function leaves the lexer behind its token, whatever is wrong with that.
 */
#include <errno.h>
#include <string.h>

#include "script/lex_internal.h"

struct span lex_span_of(const struct lexer *lexer, size_t start, size_t length)
{
	struct span span = lex_span(lexer, start);

	if (lexer->input == &lexer->script)
		span.end = MIN(start + length, lexer->script.length);
	return span;
}

bool lex_skip_behind(struct lexer *lexer, size_t opening, const char *end)
{
	struct lex_input *input = lexer->input;
	const char *found = strstr(input->text + input->at + opening, end);

	input->at = found ? (size_t)(found - input->text) + strlen(end) : input->length;
	lexer->was_cut_short |= !found && input == &lexer->script;
	return found;
}

/* ---- Numbers ---- */

/* number = digit { digit } | "0x" hexdigit { hexdigit } | "0" { octal digit } . */
struct token lex_number(struct lexer *lexer)
{
	struct lex_input *input = lexer->input;
	size_t start = input->at;
	struct token token = { .kind = TOKEN_NUMBER };
	char *end;

	while (g_ascii_isalnum(lex_peek(lexer, 0)) || lex_peek(lexer, 0) == '_')
		input->at++;
	token.span = lex_span(lexer, start);
	token.text = arena_strndup(lexer->arena, input->text + start, input->at - start);
	errno = 0;
	/* From 2^63 on they wrap, as all arithmetic does. */
	token.number = (int64_t)g_ascii_strtoull(token.text, &end, 0);
	if (*end) {
		diag_error(lexer->diag, token.span, "E-syntax", "'%s' is not a number", token.text);
		token.kind = TOKEN_ERROR;
	} else if (errno == ERANGE) {
		diag_error(lexer->diag, token.span, "E-number-range",
			   "the number %s does not fit into 64 bits", token.text);
	}
	return token;
}

/* ---- Strings ---- */

/* Up to `limit` digits of the base (8 or 16) at the place. */
static unsigned int read_digits(struct lexer *lexer, unsigned int base, int limit)
{
	unsigned int value = 0;

	for (int i = 0; i < limit; i++) {
		int digit = g_ascii_xdigit_value(lex_peek(lexer, 0));

		if (digit < 0 || digit >= (int)base)
			break;
		value = value * base + digit;
		lexer->input->at++;
	}
	return value;
}

static void append_code(struct lexer *lexer, size_t start, unsigned int code, GString *text)
{
	if (code & 0xff)
		g_string_append_c(text, (char)code);
	else
		diag_error(lexer->diag, lex_span(lexer, start), "E-syntax",
			   "a string cannot hold a zero byte");
}

/*
 * escape = "\" ( "n" | "t" | "r" | "a" | "b" | "f" | "v" | "\" | quote | newline
 *              | octal [ octal [ octal ] ] | "x" hex [ hex ] ) .
 * A backslash before anything else stays, since regular expressions need it: "a\.b".
 */
static void read_escape(struct lexer *lexer, GString *text)
{
	static const char letters[] = "ntrabfv\\\"";
	static const char values[] = "\n\t\r\a\b\f\v\\\"";
	size_t start = lexer->input->at++;
	char byte = lex_peek(lexer, 0);
	const char *letter = byte ? strchr(letters, byte) : NULL;

	if (letter) {
		g_string_append_c(text, values[letter - letters]);
		lexer->input->at++;
	} else if (byte == '\n') {
		lexer->input->at++;
	} else if (byte >= '0' && byte <= '7') {
		append_code(lexer, start, read_digits(lexer, 8, 3), text);
	} else if (byte == 'x' && g_ascii_isxdigit(lex_peek(lexer, 1))) {
		lexer->input->at++;
		append_code(lexer, start, read_digits(lexer, 16, 2), text);
	} else {
		g_string_append_c(text, '\\');
	}
}

/* string = quote { byte | escape } quote . Ends with its line if the quote is missing. */
struct token lex_string(struct lexer *lexer)
{
	struct lex_input *input = lexer->input;
	size_t start = input->at++;
	struct token token = { .kind = TOKEN_STRING };
	GString *text = g_string_new(NULL);

	while (lex_peek(lexer, 0) && lex_peek(lexer, 0) != '\n' && lex_peek(lexer, 0) != '"') {
		if (lex_peek(lexer, 0) == '\\')
			read_escape(lexer, text);
		else
			g_string_append_c(text, input->text[input->at++]);
	}
	if (lex_peek(lexer, 0) == '"') {
		input->at++;
	} else {
		diag_error(lexer->diag, lex_span(lexer, start), "E-unterminated-string",
			   "this string has no end: expected '\"' before the end of the line");
		token.kind = TOKEN_ERROR;
	}
	token.span = lex_span(lexer, start);
	token.text = arena_strndup(lexer->arena, text->str, text->len);
	g_string_free(text, TRUE);
	return token;
}

/* ---- Blocks with a percent sign ---- */

/* embedded C = "%{" text "%}" . */
struct token lex_embedded_c(struct lexer *lexer)
{
	struct lex_input *input = lexer->input;
	size_t start = input->at;
	struct token token = { .kind = TOKEN_EMBEDDED_C };
	bool is_closed = lex_skip_behind(lexer, 2, "%}");
	size_t end = is_closed ? input->at - 2 : input->at;

	if (!is_closed)
		diag_error(lexer->diag, lex_span_of(lexer, start, 2), "E-unterminated-embedded-c",
			   "this embedded C goes on to the end of the script");
	token.span = lex_span(lexer, start);
	token.text = arena_strndup(lexer->arena, input->text + start + 2, end - start - 2);
	return token;
}

/* A string inside of what is passed; ends with its line if the quote is missing. */
static void skip_string(struct lexer *lexer)
{
	struct lex_input *input = lexer->input;

	input->at++;
	while (lex_peek(lexer, 0) && lex_peek(lexer, 0) != '\n' && lex_peek(lexer, 0) != '"')
		input->at += lex_peek(lexer, 0) == '\\' && lex_peek(lexer, 1) ? 2 : 1;
	if (lex_peek(lexer, 0) == '"')
		input->at++;
}

/* From a "%(" to behind its "%)", over those within it. */
static void skip_percent_block(struct lexer *lexer)
{
	struct lex_input *input = lexer->input;
	int depth = 0;

	do {
		char byte = lex_peek(lexer, 0), following = lex_peek(lexer, 1);

		if (byte == '"') {
			skip_string(lexer);
		} else if (byte == '%' && (following == '(' || following == ')')) {
			depth += following == '(' ? 1 : -1;
			input->at += 2;
		} else {
			input->at++;
		}
	} while (depth > 0 && lex_peek(lexer, 0));
	lexer->was_cut_short |= depth > 0 && input == &lexer->script;
}

struct token lex_preprocessor(struct lexer *lexer)
{
	size_t start = lexer->input->at;
	struct token token = { .kind = TOKEN_ERROR };

	skip_percent_block(lexer);
	token.span = lex_span(lexer, start);
	diag_error(lexer->diag, lex_span_of(lexer, start, 2), "E-not-supported",
		   "preprocessor conditions ('%%( ... %%)') are not supported yet");
	return token;
}

static void skip_spaces(struct lexer *lexer)
{
	while (g_ascii_isspace(lex_peek(lexer, 0)))
		lexer->input->at++;
}

/* macro = "@define" name [ "(" names ")" ] "%(" text "%)" . */
void lex_skip_macro(struct lexer *lexer, struct token *token)
{
	diag_error(lexer->diag, token->span, "E-not-supported",
		   "macros ('@define') are not supported yet");
	token->kind = TOKEN_ERROR;
	skip_spaces(lexer);
	while (g_ascii_isalnum(lex_peek(lexer, 0)) || lex_peek(lexer, 0) == '_')
		lexer->input->at++;
	skip_spaces(lexer);
	if (lex_peek(lexer, 0) == '(')
		lex_skip_behind(lexer, 1, ")");
	skip_spaces(lexer);
	if (lex_peek(lexer, 0) == '%' && lex_peek(lexer, 1) == '(')
		skip_percent_block(lexer);
}
