/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text into tokens as they are written, one at a time, for the preprocessor. */
#ifndef SPILE_SCRIPT_LEX_H
#define SPILE_SCRIPT_LEX_H

#include "base/diag.h"
#include "script/token.h"

struct lexer;

/* Both live in the arena. The text of an argument has the place of its $1 for all its tokens. */
struct lexer *lex_new(struct arena *arena, struct diag *diag, const struct source *source);
struct lexer *lex_new_argument(struct arena *arena, struct diag *diag, const char *text,
			       struct span place);

/*
 * The next token; TOKEN_END for ever at the end. Reports what is no token, and then either goes on
 * behind it or returns TOKEN_ERROR in its place.
 */
struct token lex_next(struct lexer *lexer);

/* True if something without an end has taken the rest of the text with it (reported). */
bool lex_was_cut_short(const struct lexer *lexer);

/*
 * Whether the text is only passed: then nothing is said of what is no token, but for what has no
 * end and so takes other text with it.
 */
void lex_set_passing(struct lexer *lexer, bool is_passing);

/* Puts the lexer to the end of its text. */
void lex_give_up(struct lexer *lexer);

#endif
