/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lexer's files share: the state, and the way to the next byte. */
#ifndef SPILE_SCRIPT_LEX_INTERNAL_H
#define SPILE_SCRIPT_LEX_INTERNAL_H

#include "script/lex.h"

struct lexer {
	struct arena *arena;
	struct diag *diag;
	const char *text;	/* NUL-terminated */
	size_t length, at;
	bool is_argument;	/* the text of a $1 */
	struct span place;	/* of that $1, or the source alone */
	bool was_cut_short;
	bool is_passing;	/* the text is left out, whatever it says */
};

/* The byte `ahead` of the place, 0 at the end. */
static inline char lex_peek(const struct lexer *lexer, size_t ahead)
{
	return lexer->at + ahead < lexer->length ? lexer->text[lexer->at + ahead] : '\0';
}

/* From `start` to the place; the span of $1 in an argument. */
struct span lex_span(const struct lexer *lexer, size_t start);
/* The `length` bytes at `start`; the span of $1 in an argument. */
struct span lex_span_of(const struct lexer *lexer, size_t start, size_t length);
/* An error in text that is not just passed. */
void lex_error(struct lexer *lexer, struct span span, const char *tag, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
/*
 * Passes `opening` bytes and goes on behind the next `end`. False if there is none: then all of
 * the text is passed.
 */
bool lex_skip_behind(struct lexer *lexer, size_t opening, const char *end);

struct token lex_number(struct lexer *lexer);
struct token lex_string(struct lexer *lexer);
struct token lex_embedded_c(struct lexer *lexer);

#endif
