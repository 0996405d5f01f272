/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parser's files share: one token of look-ahead, the ways to complain, and the functions
 * that call each other across files.
 *
 * The rule for errors: whoever meets what does not fit reports it and returns NULL (or false), and
 * so do all callers, up to the statement or declaration, which resumes at the next one.
 */
#ifndef SPILE_SCRIPT_PARSE_INTERNAL_H
#define SPILE_SCRIPT_PARSE_INTERNAL_H

#include "script/lex.h"
#include "script/parse.h"

struct parser {
	struct arena *arena;
	struct diag *diag;
	struct lexer *lexer;
	struct token token;		/* the next one, not yet consumed */
	struct span last;		/* of the token consumed last */
	enum token_kind last_kind;
	struct script *script;
	int depth;			/* of ( and [ consumed and not closed */
	int nesting;			/* of parse functions that call themselves */
	int operators;			/* in the statement, so far */
	bool gave_up;			/* nested too deeply: nothing more is reported */
	size_t unexpected_at;		/* the token complained of last: once is enough */
};

/* ---- parse.c: tokens and errors ---- */

void parse_advance(struct parser *parser);
bool parse_accept(struct parser *parser, enum token_kind kind);
/* `where` ends the message: "expected ')' behind the condition, found ...". */
bool parse_expect(struct parser *parser, enum token_kind kind, const char *where);
/* "expected `what`, found ..."; false if the token has been complained of before. */
bool parse_unexpected(struct parser *parser, const char *what);
void parse_error(struct parser *parser, struct span span, const char *tag, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
void parse_not_supported(struct parser *parser, struct span span, const char *construct);
/* From `start` to the token consumed last. */
struct span parse_span(const struct parser *parser, struct span start);
/* Around every function that can reach itself. False, reported, if the script goes too deep. */
bool parse_enter(struct parser *parser);
void parse_leave(struct parser *parser);
static inline bool parse_at(const struct parser *parser, enum token_kind kind)
{
	return parser->token.kind == kind;
}

/* What a name that was expected is called, and where it stands; NULL if there is none. */
const char *parse_name(struct parser *parser, const char *what, struct span *span_ret);
/* Adjacent literals in one. The next token is a string. */
const char *parse_string(struct parser *parser, struct span *span_ret);
/* A number with an optional '-'. */
bool parse_signed_number(struct parser *parser, const char *what, int64_t *number_ret);
/* [ "-" ] number | string; NULL if it is neither. */
struct expr *parse_literal(struct parser *parser, const char *what);
/* True at a word that only a declaration begins with, and not a component or a member. */
bool parse_at_declaration(const struct parser *parser);

/* ---- parse_expression.c, parse_value.c ---- */

struct expr *parse_expression(struct parser *parser);
struct expr *parse_unary(struct parser *parser);
struct expr *parse_value(struct parser *parser);
/* expression { "," expression }, up to `end`, which is consumed too. */
GPtrArray *parse_list(struct parser *parser, enum token_kind end, const char *where);
/* The same for the keys of an array, behind its "[". */
GPtrArray *parse_keys(struct parser *parser);
struct expr *parse_new_expr(struct parser *parser, enum expr_kind kind, struct span start);
/* True, and consumed, at @count and its like. */
bool parse_accept_statistic(struct parser *parser, enum statistic_operator *ret);
/* print, printf and their like: names that no function can have. */
bool parse_is_print_name(const char *name);

/* ---- parse_statement.c ---- */

struct stmt *parse_statement(struct parser *parser);
/* NULL only without a "{". */
struct stmt *parse_block(struct parser *parser, const char *where);

/* ---- parse_declaration.c, parse_probe.c ---- */

void parse_declarations(struct parser *parser);
/* `is_private`: behind that word only an alias may follow. */
void parse_probe(struct parser *parser, bool is_private);

#endif
