/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lexer's files share: the state, and the way to the next byte. */
#ifndef SPILE_SCRIPT_LEX_INTERNAL_H
#define SPILE_SCRIPT_LEX_INTERNAL_H

#include "script/lex.h"

struct lex_input {
	const char *text;	/* NUL-terminated */
	size_t length, at;
};

struct lexer {
	struct arena *arena;
	struct diag *diag;
	const struct source *source;
	struct script_arguments arguments;
	bool *argument_used;		/* [arguments.count] */
	bool count_used;		/* $# or @# was asked for, so all arguments may be extra */
	bool was_cut_short;
	struct lex_input script;
	struct lex_input argument;	/* the text of a $1 */
	struct span argument_span;	/* where that $1 stands */
	struct lex_input *input;	/* which of both is being read */
};

/* The byte `ahead` of the place, 0 at the end. */
static inline char lex_peek(const struct lexer *lexer, size_t ahead)
{
	const struct lex_input *input = lexer->input;

	return input->at + ahead < input->length ? input->text[input->at + ahead] : '\0';
}

/* From `start` to the place; the span of $1 in an argument. */
struct span lex_span(const struct lexer *lexer, size_t start);
/* The `length` bytes at `start`; the span of $1 in an argument. */
struct span lex_span_of(const struct lexer *lexer, size_t start, size_t length);
/*
 * Passes `opening` bytes and goes on behind the next `end`. False if there is none: then all of
 * the input is passed.
 */
bool lex_skip_behind(struct lexer *lexer, size_t opening, const char *end);

struct token lex_number(struct lexer *lexer);
struct token lex_string(struct lexer *lexer);
struct token lex_embedded_c(struct lexer *lexer);
/* %( ... %): reported as not supported and passed as a whole. */
struct token lex_preprocessor(struct lexer *lexer);
/* The rest of "@define", likewise. Makes the token a TOKEN_ERROR. */
void lex_skip_macro(struct lexer *lexer, struct token *token);

#endif
