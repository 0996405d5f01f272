/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lexer: blanks and comments away, then one function per kind of token, chosen by its first
 * byte. Called by the preprocessor alone, through lex_next().
 *
 * It reads a script, or the text of one script argument, whose tokens all have the place where the
 * argument is used. Literals, which have a grammar of their own, are read in lex_literal.c.
 */
#include <stdarg.h>
#include <string.h>

#include "script/lex_internal.h"

struct spelling {
	const char *text;
	size_t length;
	enum token_kind kind;
};

#define X(name, text) { text, sizeof(text) - 1, TOKEN_##name },
static const struct spelling operators[] = { TOKEN_OPERATORS(X) };
#undef X

static struct lexer *new_lexer(struct arena *arena, struct diag *diag, const char *text,
			       size_t length, struct span place)
{
	struct lexer *lexer = arena_new0(arena, struct lexer);

	lexer->arena = arena;
	lexer->diag = diag;
	lexer->text = text;
	lexer->length = length;
	lexer->place = place;
	return lexer;
}

struct lexer *lex_new(struct arena *arena, struct diag *diag, const struct source *source)
{
	const struct span place = { .source = source };

	return new_lexer(arena, diag, source->text, source->length, place);
}

struct lexer *lex_new_argument(struct arena *arena, struct diag *diag, const char *text,
			       struct span place)
{
	struct lexer *lexer = new_lexer(arena, diag, text, strlen(text), place);

	lexer->is_argument = true;
	return lexer;
}

void lex_give_up(struct lexer *lexer)
{
	lexer->at = lexer->length;
}

void lex_set_passing(struct lexer *lexer, bool is_passing)
{
	lexer->is_passing = is_passing;
}

void lex_error(struct lexer *lexer, struct span span, const char *tag, const char *format, ...)
{
	va_list arguments;

	if (lexer->is_passing)
		return;
	va_start(arguments, format);
	diag_error_list(lexer->diag, span, tag, format, arguments);
	va_end(arguments);
}

bool lex_was_cut_short(const struct lexer *lexer)
{
	return lexer->was_cut_short;
}

struct span lex_span(const struct lexer *lexer, size_t start)
{
	struct span span = { .source = lexer->place.source, .start = start, .end = lexer->at };

	return lexer->is_argument ? lexer->place : span;
}

/* ---- Blanks and comments ---- */

static void skip_line(struct lexer *lexer)
{
	while (lex_peek(lexer, 0) && lex_peek(lexer, 0) != '\n')
		lexer->at++;
}

static void skip_block_comment(struct lexer *lexer)
{
	size_t start = lexer->at;

	if (lex_skip_behind(lexer, 2, "*/"))
		return;
	diag_error(lexer->diag, lex_span_of(lexer, start, 2), "E-unterminated-comment",
		   "this comment goes on to the end of the script");
}

/* blank = white space | "#" line | "//" line | "/" "*" text "*" "/" . True if one was skipped. */
static bool skip_blank(struct lexer *lexer, bool *newline_ret)
{
	char byte = lex_peek(lexer, 0);

	if (g_ascii_isspace(byte) || byte == '\v') {
		*newline_ret |= byte == '\n';
		lexer->at++;
		return true;
	}
	if (byte == '#' || (byte == '/' && lex_peek(lexer, 1) == '/')) {
		skip_line(lexer);
		return true;
	}
	if (byte == '/' && lex_peek(lexer, 1) == '*') {
		skip_block_comment(lexer);
		return true;
	}
	return false;
}

/* ---- Script arguments ---- */

/* argument = ( "$" | "@" ) ( digit { digit } | "#" | "*" ) . The number is at most G_MAXINT. */
static struct token lex_script_argument(struct lexer *lexer)
{
	size_t start = lexer->at++;
	struct token token = { .kind = TOKEN_SCRIPT_ARGUMENT };

	if (!g_ascii_isdigit(lex_peek(lexer, 0)))
		lexer->at++;
	for (; g_ascii_isdigit(lex_peek(lexer, 0)); lexer->at++)
		token.number = MIN(token.number * 10 + g_ascii_digit_value(lex_peek(lexer, 0)),
				   G_MAXINT);
	token.span = lex_span(lexer, start);
	token.text = arena_strndup(lexer->arena, lexer->text + start, lexer->at - start);
	return token;
}

/* ---- Words and operators ---- */

static bool is_name_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_' || byte == '$';
}

static bool is_name_start(char byte)
{
	return is_name_byte(byte) && !g_ascii_isdigit(byte);
}

/* The name at the place, with the first byte whatever it is. Interned. */
static const char *read_name(struct lexer *lexer)
{
	size_t start = lexer->at++;
	g_autofree char *name = NULL;

	while (is_name_byte(lex_peek(lexer, 0)))
		lexer->at++;
	name = g_strndup(lexer->text + start, lexer->at - start);
	return name_intern(name);
}

/* word = ( letter | "_" | "$" ) { letter | digit | "_" | "$" } . */
static struct token lex_word(struct lexer *lexer)
{
	size_t start = lexer->at;
	const char *name = read_name(lexer);
	enum token_kind keyword = token_find_word(name);
	struct token token = { .kind = TOKEN_IDENTIFIER, .text = name };

	token.span = lex_span(lexer, start);
	if (keyword != TOKEN_END)
		token.kind = keyword;
	else if (name[0] == '$')
		token.kind = TOKEN_TARGET;
	return token;
}

/* at word = "@" name . */
static struct token lex_at_word(struct lexer *lexer)
{
	size_t start = lexer->at;
	struct token token = { .text = read_name(lexer) };

	token.kind = token_find_word(token.text);
	if (token.kind == TOKEN_END)
		token.kind = TOKEN_AT_WORD;
	token.span = lex_span(lexer, start);
	return token;
}

/* The first operator that begins with the byte; those with the same first byte follow it. */
static const struct spelling *find_operators(char byte)
{
	static const struct spelling *first[G_MAXUINT8 + 1];

	if (!first['<']) {
		for (size_t i = G_N_ELEMENTS(operators); i > 0; i--)
			first[(unsigned char)operators[i - 1].text[0]] = &operators[i - 1];
	}
	return first[(unsigned char)byte];
}

static struct token lex_operator(struct lexer *lexer)
{
	const char *text = lexer->text + lexer->at;
	const struct spelling *operator = find_operators(text[0]);
	struct token token = { .kind = TOKEN_ERROR };

	if (!operator)
		return token;
	/* The last of each first byte is that byte alone. The text ends with a zero byte. */
	while (strncmp(text, operator->text, operator->length) != 0)
		operator++;
	token.kind = operator->kind;
	token.text = operator->text;
	lexer->at += operator->length;
	token.span = lex_span(lexer, lexer->at - operator->length);
	return token;
}

/* Bytes that begin no token, all of a run in one message. */
static struct token lex_stray(struct lexer *lexer)
{
	size_t start = lexer->at;
	g_autofree char *shown = NULL;
	struct token token = { .kind = TOKEN_ERROR };

	do
		lexer->at++;
	while ((unsigned char)lex_peek(lexer, 0) >= 0x80);
	shown = g_strndup(lexer->text + start, lexer->at - start);
	token.span = lex_span(lexer, start);
	if (g_utf8_validate(shown, -1, NULL) && !g_ascii_iscntrl(shown[0]))
		lex_error(lexer, token.span, "E-syntax", "unexpected '%s'", shown);
	else
		lex_error(lexer, token.span, "E-syntax", "unexpected byte 0x%02x",
			  (unsigned char)shown[0]);
	return token;
}

/* The token whose first byte is `first`. */
static struct token lex_token(struct lexer *lexer, char first)
{
	char second = lex_peek(lexer, 1);
	struct token token;

	if ((first == '$' || first == '@') &&
	    (second == '#' || second == '*' || g_ascii_isdigit(second)))
		return lex_script_argument(lexer);
	if (is_name_start(first))
		return lex_word(lexer);
	if (first == '@' && is_name_start(second))
		return lex_at_word(lexer);
	if (g_ascii_isdigit(first))
		return lex_number(lexer);
	if (first == '"')
		return lex_string(lexer);
	if (first == '%' && second == '{')
		return lex_embedded_c(lexer);
	token = lex_operator(lexer);
	return token.kind == TOKEN_ERROR ? lex_stray(lexer) : token;
}

struct token lex_next(struct lexer *lexer)
{
	size_t behind_last = lexer->at;
	bool newline = lexer->at == 0;
	struct token token = { .kind = TOKEN_END };

	while (lex_peek(lexer, 0) && skip_blank(lexer, &newline))
		continue;
	if (lex_peek(lexer, 0)) {
		bool is_glued = lexer->at == behind_last;

		token = lex_token(lexer, lex_peek(lexer, 0));
		token.is_glued = is_glued;
	} else {
		token.span = lex_span(lexer, lexer->at);
	}
	token.is_first_on_line = newline;
	return token;
}
