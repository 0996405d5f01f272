/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lexer: blanks and comments away, then one function per kind of token, chosen by its first
 * byte. Called by the parser alone, through lex_next().
 *
 * It reads one of two inputs: the script, or the text of a script argument while the tokens of a
 * $1 are handed out. Spans always are places in the script. Literals, which have a grammar of
 * their own, are read in lex_literal.c.
 */
#include <string.h>

#include "script/lex_internal.h"

struct spelling {
	const char *text;
	size_t length;
	enum token_kind kind;
};

#define X(name, text) { text, sizeof(text) - 1, TOKEN_##name },
static const struct spelling keywords[] = { TOKEN_KEYWORDS(X) };
static const struct spelling at_operators[] = { TOKEN_AT_OPERATORS(X) };
static const struct spelling operators[] = { TOKEN_OPERATORS(X) };
#undef X

struct lexer *lex_new(struct arena *arena, struct diag *diag, const struct source *source,
		      const struct script_arguments *arguments)
{
	struct lexer *lexer = arena_new0(arena, struct lexer);

	lexer->arena = arena;
	lexer->diag = diag;
	lexer->source = source;
	lexer->script.text = source->text;
	lexer->script.length = source->length;
	lexer->input = &lexer->script;
	if (arguments && arguments->count > 0) {
		lexer->arguments = *arguments;
		lexer->argument_used = arena_alloc(arena, arguments->count * sizeof(bool));
	}
	return lexer;
}

void lex_give_up(struct lexer *lexer)
{
	lexer->script.at = lexer->script.length;
	lexer->input = &lexer->script;
}

bool lex_was_cut_short(const struct lexer *lexer)
{
	return lexer->was_cut_short;
}

struct span lex_span(const struct lexer *lexer, size_t start)
{
	struct span span = { lexer->source, start, lexer->script.at };

	return lexer->input == &lexer->script ? span : lexer->argument_span;
}

/* ---- Blanks and comments ---- */

static void skip_line(struct lexer *lexer)
{
	while (lex_peek(lexer, 0) && lex_peek(lexer, 0) != '\n')
		lexer->input->at++;
}

static void skip_block_comment(struct lexer *lexer)
{
	size_t start = lexer->input->at;

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
		lexer->input->at++;
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

/* The number behind $ or @, at most G_MAXINT. */
static int read_argument_number(struct lexer *lexer)
{
	gint64 number = 0;

	for (; g_ascii_isdigit(lex_peek(lexer, 0)); lexer->input->at++)
		number = MIN(number * 10 + g_ascii_digit_value(lex_peek(lexer, 0)), G_MAXINT);
	return number;
}

/* The value of argument `number`, or NULL with the reason reported. */
static const char *find_argument(struct lexer *lexer, struct span span, int number)
{
	if (lexer->input != &lexer->script) {
		diag_error(lexer->diag, span, "E-script-argument",
			   "a script argument may not refer to another one");
		return NULL;
	}
	if (number < 1) {
		diag_error(lexer->diag, span, "E-script-argument",
			   "script arguments are counted from 1");
		return NULL;
	}
	if (number > lexer->arguments.count) {
		diag_error(lexer->diag, span, "E-script-argument",
			   "script argument %d is not given: there %s %d", number,
			   lexer->arguments.count == 1 ? "is" : "are", lexer->arguments.count);
		return NULL;
	}
	lexer->argument_used[number - 1] = true;
	return lexer->arguments.values[number - 1];
}

/* $# and @#: how many arguments there are. */
static struct token lex_argument_count(struct lexer *lexer, bool as_string)
{
	size_t start = lexer->input->at;
	struct token token = { .kind = as_string ? TOKEN_STRING : TOKEN_NUMBER };

	lexer->input->at += 2;
	lexer->count_used = true;
	token.span = lex_span(lexer, start);
	token.number = lexer->arguments.count;
	token.text = arena_printf(lexer->arena, "%d", lexer->arguments.count);
	return token;
}

/* @1: the argument as a string. */
static struct token lex_argument_string(struct lexer *lexer)
{
	size_t start = lexer->input->at++;
	int number = read_argument_number(lexer);
	struct token token = { .kind = TOKEN_STRING, .span = lex_span(lexer, start) };

	token.text = find_argument(lexer, token.span, number);
	if (!token.text)
		token.kind = TOKEN_ERROR;
	return token;
}

/* $1: makes the argument the input. False if there is none (reported). */
static bool enter_argument(struct lexer *lexer, struct span *span_ret)
{
	size_t start = lexer->input->at++;
	int number = read_argument_number(lexer);
	const char *value;

	*span_ret = lex_span(lexer, start);
	value = find_argument(lexer, *span_ret, number);
	if (!value)
		return false;
	lexer->argument_span = *span_ret;
	lexer->argument = (struct lex_input){ .text = value, .length = strlen(value) };
	lexer->input = &lexer->argument;
	return true;
}

void lex_check_arguments(const struct lexer *lexer)
{
	for (int i = 0; i < lexer->arguments.count && !lexer->count_used; i++) {
		if (!lexer->argument_used[i])
			diag_warning(lexer->diag, no_span, "W-unused-argument",
				     "the script does not use its argument %d, '%s'", i + 1,
				     lexer->arguments.values[i]);
	}
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

static const struct spelling *find_spelling(const struct spelling *table, size_t count,
					    const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].text, text) == 0)
			return &table[i];
	}
	return NULL;
}

/* The name at the place, with the first byte whatever it is. Interned. */
static const char *read_name(struct lexer *lexer)
{
	const struct lex_input *input = lexer->input;
	size_t start = input->at;
	g_autofree char *name = NULL;

	lexer->input->at++;
	while (is_name_byte(lex_peek(lexer, 0)))
		lexer->input->at++;
	name = g_strndup(input->text + start, input->at - start);
	return name_intern(name);
}

/* word = ( letter | "_" | "$" ) { letter | digit | "_" | "$" } . */
static struct token lex_word(struct lexer *lexer)
{
	size_t start = lexer->input->at;
	const char *name = read_name(lexer);
	const struct spelling *keyword = find_spelling(keywords, G_N_ELEMENTS(keywords), name);
	struct token token = { .kind = TOKEN_IDENTIFIER, .text = name };

	token.span = lex_span(lexer, start);
	if (keyword)
		token.kind = keyword->kind;
	else if (name[0] == '$')
		token.kind = TOKEN_TARGET;
	if (strspn(name, "$") == strlen(name)) {
		diag_error(lexer->diag, token.span, "E-syntax",
			   "expected the name of a target variable behind '%s'", name);
		token.kind = TOKEN_ERROR;
	}
	return token;
}

/* at word = "@" name . */
static struct token lex_at_word(struct lexer *lexer)
{
	size_t start = lexer->input->at;
	struct token token = { .text = read_name(lexer) };
	const struct spelling *operation =
		find_spelling(at_operators, G_N_ELEMENTS(at_operators), token.text);

	token.kind = operation ? operation->kind : TOKEN_AT_WORD;
	token.span = lex_span(lexer, start);
	if (strcmp(token.text, "@define") == 0)
		lex_skip_macro(lexer, &token);
	return token;
}

static struct token lex_operator(struct lexer *lexer)
{
	const struct lex_input *input = lexer->input;
	struct token token = { .kind = TOKEN_ERROR };

	for (size_t i = 0; i < G_N_ELEMENTS(operators); i++) {
		/* The text ends with a zero byte: this does not read behind it. */
		if (strncmp(input->text + input->at, operators[i].text, operators[i].length) == 0) {
			size_t start = input->at;

			lexer->input->at += operators[i].length;
			token.kind = operators[i].kind;
			token.text = operators[i].text;
			token.span = lex_span(lexer, start);
			break;
		}
	}
	return token;
}

/* Bytes that begin no token, all of a run in one message. */
static struct token lex_stray(struct lexer *lexer)
{
	const struct lex_input *input = lexer->input;
	size_t start = input->at;
	g_autofree char *shown = NULL;
	struct token token = { .kind = TOKEN_ERROR };

	do
		lexer->input->at++;
	while ((unsigned char)lex_peek(lexer, 0) >= 0x80);
	shown = g_strndup(input->text + start, input->at - start);
	token.span = lex_span(lexer, start);
	if (g_utf8_validate(shown, -1, NULL) && !g_ascii_iscntrl(shown[0]))
		diag_error(lexer->diag, token.span, "E-syntax", "unexpected '%s'", shown);
	else
		diag_error(lexer->diag, token.span, "E-syntax", "unexpected byte 0x%02x",
			   (unsigned char)shown[0]);
	return token;
}

/* The token whose first byte is `first`; not for $1. */
static struct token lex_token(struct lexer *lexer, char first)
{
	char second = lex_peek(lexer, 1);
	struct token token;

	if ((first == '$' || first == '@') && second == '#')
		return lex_argument_count(lexer, first == '@');
	if (first == '@' && g_ascii_isdigit(second))
		return lex_argument_string(lexer);
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
	if (first == '%' && second == '(')
		return lex_preprocessor(lexer);
	token = lex_operator(lexer);
	return token.kind == TOKEN_ERROR ? lex_stray(lexer) : token;
}

struct token lex_next(struct lexer *lexer)
{
	size_t behind_last = lexer->input->at;
	bool newline = lexer->script.at == 0, entered = false;
	struct token token = { .kind = TOKEN_END };

	for (;;) {
		char first = lex_peek(lexer, 0);

		if (first && skip_blank(lexer, &newline))
			continue;
		if (first == '$' && g_ascii_isdigit(lex_peek(lexer, 1))) {
			entered = true;
			if (enter_argument(lexer, &token.span))
				continue;
			token.kind = TOKEN_ERROR;
			break;
		}
		if (first) {
			bool glued = !entered && lexer->input->at == behind_last;

			token = lex_token(lexer, first);
			token.is_glued = glued;
			break;
		}
		if (lexer->input == &lexer->script) {
			token.span = lex_span(lexer, lexer->script.at);
			break;
		}
		lexer->input = &lexer->script;
		entered = true;
	}
	token.is_first_on_line = newline;
	return token;
}
