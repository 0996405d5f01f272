/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Script arguments: what the command line gives is pasted where the script asks for it. Called by
 * the preprocessor for each token that names an argument.
 *
 *     $1  the argument's tokens      $#  how many there are      $*  all, with commas between
 *     @1  the same as strings        @#                          @*
 *
 * The tokens of an argument have the place where they are pasted. None may name an argument again,
 * so that pasting ends.
 */
#include "script/preprocess_internal.h"

/* The value of argument `number`, or NULL with the reason reported. */
static const char *find_value(struct token_stream *stream, struct span span, int64_t number)
{
	int count = stream->arguments.count;

	if (number < 1) {
		preprocess_error(stream, span, "E-script-argument",
				 "script arguments are counted from 1");
		return NULL;
	}
	if (stream->source->is_tapset) {
		preprocess_error(stream, span, "E-script-argument",
				 "a file of the library has no script arguments");
		return NULL;
	}
	if (number > count) {
		preprocess_error(stream, span, "E-script-argument",
				 "script argument %d is not given: there %s %d", (int)number,
				 count == 1 ? "is" : "are", count);
		return NULL;
	}
	stream->argument_used[number - 1] = true;
	return stream->arguments.values[number - 1];
}

void argument_mark_used(struct token_stream *stream, const struct token *token)
{
	if (!g_ascii_isdigit(token->text[1]))
		stream->count_used = true;
	else if (token->number >= 1 && token->number <= stream->arguments.count)
		stream->argument_used[token->number - 1] = true;
}

/* Appends the tokens of one argument's text. */
static void append_tokens(struct token_stream *stream, const char *value, struct span place,
			  GArray *tokens)
{
	struct lexer *lexer =
		lex_new_argument(stream->context->arena, stream->context->diag, value, place);

	for (;;) {
		struct token token = lex_next(lexer);

		if (token.kind == TOKEN_END)
			return;
		if (token.kind == TOKEN_SCRIPT_ARGUMENT) {
			preprocess_error(stream, place, "E-script-argument",
					 "a script argument may not refer to another one");
			token.kind = TOKEN_ERROR;
		}
		g_array_append_val(tokens, token);
	}
}

/* Appends one argument as the string it is. */
static void append_string(const char *value, struct span place, GArray *tokens)
{
	struct token token = { .kind = TOKEN_STRING, .span = place, .text = value };

	g_array_append_val(tokens, token);
}

/* $* and @*: all arguments with commas between them. */
static void append_all(struct token_stream *stream, const struct token *token, GArray *tokens)
{
	const struct token comma = { .kind = TOKEN_COMMA, .span = token->span, .text = "," };

	stream->count_used = true;
	for (int i = 0; i < stream->arguments.count; i++) {
		const char *value = stream->arguments.values[i];

		if (i > 0)
			g_array_append_val(tokens, comma);
		if (token->text[0] == '@')
			append_string(value, token->span, tokens);
		else
			append_tokens(stream, value, token->span, tokens);
	}
}

/* $# and @#: how many arguments there are. */
static void digest_count(struct token_stream *stream, struct token *token)
{
	stream->count_used = true;
	token->kind = token->text[0] == '@' ? TOKEN_STRING : TOKEN_NUMBER;
	token->number = stream->arguments.count;
	token->text = arena_printf(stream->context->arena, "%d", stream->arguments.count);
}

bool argument_digest(struct token_stream *stream, struct token *token)
{
	const struct macro_use *use = preprocess_frame(stream)->use;
	bool is_string = token->text[0] == '@', is_all = token->text[1] == '*';
	const char *value = NULL;
	GArray *tokens;

	if (token->text[1] == '#') {
		digest_count(stream, token);
		return true;
	}
	if (!is_all) {
		value = find_value(stream, token->span, token->number);
		token->kind = value ? TOKEN_STRING : TOKEN_ERROR;
		token->text = value;
		if (is_string || !value)
			return true;
	}
	tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
	if (is_all)
		append_all(stream, token, tokens);
	else
		append_tokens(stream, value, token->span, tokens);
	preprocess_enter(stream, preprocess_list(stream, tokens), use, NULL);
	return false;
}

void tokens_check_arguments(const struct token_stream *stream)
{
	for (int i = 0; i < stream->arguments.count && !stream->count_used; i++) {
		if (!stream->argument_used[i])
			diag_warning(stream->context->diag, no_span, "W-unused-argument",
				     "the script does not use its argument %d, '%s'", i + 1,
				     stream->arguments.values[i]);
	}
}
