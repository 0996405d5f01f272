/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The preprocessor: tokens of the file with script arguments, macros and conditions replaced by
 * what they stand for. Called by the parser, through tokens_next().
 *
 * Tokens come from a stack of frames: the file at the bottom, above it lists of tokens (the body
 * of a macro, its argument, a script argument) that stand for one token of the frame below. A
 * construct begins and ends in one frame. Nothing is expanded that is not given out: the branch
 * of a condition that is not taken may hold what does not exist.
 */
#include <stdarg.h>

#include "script/preprocess_internal.h"

/* Macros may double at each step what they make. Far more than a script has tokens. */
#define PASTED_TOKENS_MAX 100000

static void free_array(void *array)
{
	g_array_free(array, TRUE);
}

static void free_table(void *table)
{
	g_hash_table_destroy(table);
}

struct token_stream *tokens_new(const struct parse_context *context, const struct source *source,
				const struct script_arguments *arguments)
{
	struct arena *arena = context->arena;
	struct token_stream *stream = arena_new0(arena, struct token_stream);
	struct frame file = { .lexer = lex_new(arena, context->diag, source) };

	stream->context = context;
	stream->source = source;
	if (arguments && arguments->count > 0) {
		stream->arguments = *arguments;
		stream->argument_used = arena_alloc(arena, arguments->count * sizeof(bool));
	}
	stream->lexer = file.lexer;
	stream->macros = g_hash_table_new(NULL, NULL);
	stream->frames = g_array_new(FALSE, FALSE, sizeof(struct frame));
	stream->conditions = g_array_new(FALSE, FALSE, sizeof(struct condition));
	arena_defer(arena, free_table, stream->macros);
	arena_defer(arena, free_array, stream->frames);
	arena_defer(arena, free_array, stream->conditions);
	g_array_append_val(stream->frames, file);
	stream->layout.is_glued = true;
	return stream;
}

bool tokens_was_cut_short(const struct token_stream *stream)
{
	return stream->was_cut_short || lex_was_cut_short(stream->lexer);
}

void tokens_give_up(struct token_stream *stream)
{
	stream->gave_up = true;
	lex_give_up(stream->lexer);
}

void preprocess_error(struct token_stream *stream, struct span span, const char *tag,
		      const char *format, ...)
{
	va_list arguments;

	if (stream->gave_up) {
		stream->context->diag->last_was_dropped = true;
		return;
	}
	va_start(arguments, format);
	diag_error_list(stream->context->diag, span, tag, format, arguments);
	va_end(arguments);
}

/* ---- Frames ---- */

struct frame *preprocess_frame(struct token_stream *stream)
{
	return &g_array_index(stream->frames, struct frame, stream->frames->len - 1);
}

void preprocess_enter(struct token_stream *stream, struct token_list list,
		      const struct macro_use *use, const struct expansion *expansion)
{
	struct frame frame = { .list = list, .use = use, .expansion = expansion };

	g_array_append_val(stream->frames, frame);
}

void preprocess_unwind(struct token_stream *stream, guint depth)
{
	guint conditions = stream->conditions->len;

	while (conditions > 0 &&
	       g_array_index(stream->conditions, struct condition, conditions - 1).depth > depth)
		conditions--;
	g_array_set_size(stream->conditions, conditions);
	g_array_set_size(stream->frames, depth);
}

struct token_list preprocess_list(struct token_stream *stream, GArray *tokens)
{
	struct token_list list = { .count = tokens->len };
	struct token *copy = arena_alloc(stream->context->arena, tokens->len * sizeof(*copy));

	for (guint i = 0; i < tokens->len; i++)
		copy[i] = g_array_index(tokens, struct token, i);
	list.tokens = copy;
	g_array_free(tokens, TRUE);
	return list;
}

/* Gives up if the token is one too many. */
static void count_pasted(struct token_stream *stream, const struct token *token)
{
	if (++stream->pasted_count <= PASTED_TOKENS_MAX)
		return;
	preprocess_error(stream, token->span, "E-nesting",
			 "macros make more than %d tokens of this script", PASTED_TOKENS_MAX);
	stream->was_cut_short = true;
	tokens_give_up(stream);
}

/* Behind the last token of a list, where messages about what is missing there belong. */
static struct token end_of_list(const struct frame *frame)
{
	struct token token = { .kind = TOKEN_END, .is_glued = true };

	if (frame->expansion)
		token.span = frame->expansion->use;
	else if (frame->list.count > 0)
		token.span = frame->list.tokens[frame->list.count - 1].span;
	return token;
}

/* The next token of a list. The first stands where that stands which the list is there for. */
static struct token take_from_list(struct token_stream *stream, struct frame *frame)
{
	struct token token = end_of_list(frame);

	if (frame->at < frame->list.count) {
		token = frame->list.tokens[frame->at];
		if (frame->expansion)
			token.span.expansion = frame->expansion;
	}
	if (frame->at++ == 0) {
		token.is_glued = true;
		token.is_first_on_line = false;
	}
	count_pasted(stream, &token);
	return token;
}

struct token preprocess_take(struct token_stream *stream)
{
	struct frame *frame = preprocess_frame(stream);
	struct token token;

	if (frame->has_unread)
		token = frame->unread;
	else
		token = frame->lexer ? lex_next(frame->lexer) : take_from_list(stream, frame);
	frame->has_unread = false;
	if (stream->gave_up)
		token.kind = TOKEN_END;
	stream->layout.is_glued &= token.is_glued;
	stream->layout.is_first_on_line |= token.is_first_on_line;
	return token;
}

void preprocess_unread(struct token_stream *stream, const struct token *token)
{
	struct frame *frame = preprocess_frame(stream);

	frame->unread = *token;
	frame->has_unread = true;
}

struct token preprocess_take_decided(struct token_stream *stream)
{
	for (;;) {
		struct token token = preprocess_take(stream);

		if (!condition_is_mark(token.kind) || condition_digest(stream, &token))
			return token;
	}
}

/* True if the token is to be given out; else what stands for it comes next. */
static bool digest(struct token_stream *stream, struct token *token)
{
	if (token->kind == TOKEN_END) {
		if (!condition_leave_frame(stream) || stream->frames->len == 1)
			return true;
		preprocess_unwind(stream, stream->frames->len - 1);
		return false;
	}
	if (token->kind == TOKEN_SCRIPT_ARGUMENT)
		return argument_digest(stream, token);
	if (token->kind == TOKEN_AT_WORD || token_is_at_operator(token->kind))
		return macro_digest(stream, token);
	return true;
}

struct token tokens_next(struct token_stream *stream)
{
	struct token token;

	do
		token = preprocess_take_decided(stream);
	while (!digest(stream, &token));
	token.is_glued = stream->layout.is_glued;
	token.is_first_on_line = stream->layout.is_first_on_line;
	stream->layout = (struct layout){ .is_glued = true };
	return token;
}
