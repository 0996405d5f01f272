/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tokens the parser sees: those of the lexer with script arguments pasted, macros expanded
 * and conditions decided. A token that a macro made carries the macro's use in its span.
 */
#ifndef SPILE_SCRIPT_PREPROCESS_H
#define SPILE_SCRIPT_PREPROCESS_H

#include "script/parse.h"
#include "script/token.h"

struct token_stream;

/*
 * Lives in the arena, as all tokens do. `arguments` may be NULL: then every $1 is an error. The
 * context must live as long as the stream.
 */
struct token_stream *tokens_new(const struct parse_context *context, const struct source *source,
				const struct script_arguments *arguments);

/*
 * The next token; TOKEN_END for ever at the end. What is no token has been reported; TOKEN_ERROR
 * stands in its place where something has been left out, so that the parser need not complain.
 */
struct token tokens_next(struct token_stream *stream);

/* True if something without an end has taken the rest of the script with it (reported). */
bool tokens_was_cut_short(const struct token_stream *stream);

/* Puts the stream to the end of the script, when it makes no sense to go on. */
void tokens_give_up(struct token_stream *stream);

/* Warns of arguments that the script has not asked for. To be called at the end. */
void tokens_check_arguments(const struct token_stream *stream);

#endif
