/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text into tokens, one at a time, for the parser. */
#ifndef SPILE_SCRIPT_LEX_H
#define SPILE_SCRIPT_LEX_H

#include "base/diag.h"
#include "script/parse.h"
#include "script/token.h"

struct lexer;

/* Lives in the arena. `arguments` may be NULL: then every $1 is an error. */
struct lexer *lex_new(struct arena *arena, struct diag *diag, const struct source *source,
		      const struct script_arguments *arguments);

/*
 * The next token; TOKEN_END for ever at the end. Reports what is no token, and then either goes on
 * behind it or returns TOKEN_ERROR in its place, so that the parser need not complain again.
 */
struct token lex_next(struct lexer *lexer);

/* True if something without an end has taken the rest of the script with it (reported). */
bool lex_was_cut_short(const struct lexer *lexer);

/* Puts the lexer to the end of the script, when it makes no sense to go on. */
void lex_give_up(struct lexer *lexer);

/* Warns of arguments that the script has not asked for. To be called at the end. */
void lex_check_arguments(const struct lexer *lexer);

#endif
