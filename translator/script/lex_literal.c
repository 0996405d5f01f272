/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tokens with a grammar of their own: numbers, strings and embedded C. Called by lex.c, which
 * has looked at the first bytes.
 *
 * Each function leaves the lexer behind its token, whatever is wrong with that.
 */
#include <errno.h>
#include <string.h>

#include "script/lex_internal.h"

struct span lex_span_of(const struct lexer *lexer, size_t start, size_t length)
{
	struct span span = lex_span(lexer, start);

	if (!lexer->is_argument)
		span.end = MIN(start + length, lexer->length);
	return span;
}

bool lex_skip_behind(struct lexer *lexer, size_t opening, const char *end)
{
	const char *found = strstr(lexer->text + lexer->at + opening, end);

	lexer->at = found ? (size_t)(found - lexer->text) + strlen(end) : lexer->length;
	lexer->was_cut_short |= !found;
	return found;
}

/* ---- Numbers ---- */

/* number = digit { digit } | "0x" hexdigit { hexdigit } | "0" { octal digit } . */
struct token lex_number(struct lexer *lexer)
{
	size_t start = lexer->at;
	struct token token = { .kind = TOKEN_NUMBER };
	char *end;

	while (g_ascii_isalnum(lex_peek(lexer, 0)) || lex_peek(lexer, 0) == '_')
		lexer->at++;
	token.span = lex_span(lexer, start);
	token.text = arena_strndup(lexer->arena, lexer->text + start, lexer->at - start);
	errno = 0;
	/* From 2^63 on they wrap, as all arithmetic does. */
	token.number = (int64_t)g_ascii_strtoull(token.text, &end, 0);
	if (*end) {
		lex_error(lexer, token.span, "E-syntax", "'%s' is not a number", token.text);
		token.kind = TOKEN_ERROR;
	} else if (errno == ERANGE) {
		lex_error(lexer, token.span, "E-number-range",
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
		lexer->at++;
	}
	return value;
}

static void append_code(struct lexer *lexer, size_t start, unsigned int code, GString *text)
{
	if (code & 0xff)
		g_string_append_c(text, (char)code);
	else
		lex_error(lexer, lex_span(lexer, start), "E-syntax",
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
	size_t start = lexer->at++;
	char byte = lex_peek(lexer, 0);
	const char *letter = byte ? strchr(letters, byte) : NULL;

	if (letter) {
		g_string_append_c(text, values[letter - letters]);
		lexer->at++;
	} else if (byte == '\n') {
		lexer->at++;
	} else if (byte >= '0' && byte <= '7') {
		append_code(lexer, start, read_digits(lexer, 8, 3), text);
	} else if (byte == 'x' && g_ascii_isxdigit(lex_peek(lexer, 1))) {
		lexer->at++;
		append_code(lexer, start, read_digits(lexer, 16, 2), text);
	} else {
		g_string_append_c(text, '\\');
	}
}

/* string = quote { byte | escape } quote . Ends with its line if the quote is missing. */
struct token lex_string(struct lexer *lexer)
{
	size_t start = lexer->at++;
	struct token token = { .kind = TOKEN_STRING };
	GString *text = g_string_new(NULL);

	while (lex_peek(lexer, 0) && lex_peek(lexer, 0) != '\n' && lex_peek(lexer, 0) != '"') {
		if (lex_peek(lexer, 0) == '\\')
			read_escape(lexer, text);
		else
			g_string_append_c(text, lexer->text[lexer->at++]);
	}
	if (lex_peek(lexer, 0) == '"') {
		lexer->at++;
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
	size_t start = lexer->at;
	struct token token = { .kind = TOKEN_EMBEDDED_C };
	bool is_closed = lex_skip_behind(lexer, 2, "%}");
	size_t end = is_closed ? lexer->at - 2 : lexer->at;

	if (!is_closed)
		diag_error(lexer->diag, lex_span_of(lexer, start, 2), "E-unterminated-embedded-c",
			   "this embedded C goes on to the end of the script");
	token.span = lex_span(lexer, start);
	token.text = arena_strndup(lexer->arena, lexer->text + start + 2, end - start - 2);
	return token;
}
