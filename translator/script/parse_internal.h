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

#include "script/preprocess.h"

struct parser {
	struct arena *arena;
	struct diag *diag;
	struct token_stream *tokens;
	struct token token;		/* the next one, not yet consumed */
	struct span last;		/* of the token consumed last */
	enum token_kind last_kind;
	struct script *script;
	int depth;			/* of ( and [ consumed and not closed */
	int nesting;			/* of parse functions that call themselves */
	int operators;			/* in the statement, so far */
	bool gave_up;			/* nested too deeply: nothing more is reported */
	struct span unexpected_at;	/* of the token complained of last: once is enough */
	bool is_delete_target;		/* the value that comes next may have '*' among its keys */
	int alternatives;		/* of '{' in a probe point, open */
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
/* "did you mean ...?" behind an error just reported; the list ends with NULL. */
void parse_suggest(struct parser *parser, const char *word, const char *const words[]);
/* parse_unexpected(), and if a name was found, which of the words it may have been meant to be. */
void parse_unexpected_word(struct parser *parser, const char *what, const char *const words[]);
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

/* ---- parse_expression.c ---- */

struct expr *parse_expression(struct parser *parser);
struct expr *parse_unary(struct parser *parser);
/* expression { "," expression }, up to `end`, which is consumed too. */
GPtrArray *parse_list(struct parser *parser, enum token_kind end, const char *where);
struct expr *parse_new_expr(struct parser *parser, enum expr_kind kind, struct span start);

/* ---- parse_value.c ---- */

struct expr *parse_value(struct parser *parser);
/* The keys of an array behind its "["; '*' among them is an error if not allowed. */
GPtrArray *parse_keys(struct parser *parser, bool allows_any);
/* print, printf and their like: names that no function can have. */
bool parse_is_print_name(const char *name);

/* ---- parse_target.c: the world that is traced ---- */

/* $name, @var(...) or @cast(...), each with the path behind it. */
struct expr *parse_target(struct parser *parser);
/* The path behind any other value, if there is one. */
struct expr *parse_autocast(struct parser *parser, struct expr *operand);

/* ---- parse_operator.c: words behind '@' ---- */

/* True, and consumed, at @count and its like. */
bool parse_accept_statistic(struct parser *parser, enum statistic_operator *ret);
struct expr *parse_statistic(struct parser *parser);
/* @hist_log(x) and @hist_linear(x, low, high, step), without a bucket. */
struct expr *parse_histogram(struct parser *parser);
/* The same with the bucket, if there is one. */
struct expr *parse_histogram_value(struct parser *parser);
/* @defined and its like; what is no such word is reported as no expression. */
struct expr *parse_at_operator(struct parser *parser);

/* ---- parse_statement.c, parse_foreach.c ---- */

struct stmt *parse_statement(struct parser *parser);
/* NULL only without a "{". */
struct stmt *parse_block(struct parser *parser, const char *where);
struct stmt *parse_new_stmt(struct parser *parser, enum stmt_kind kind, struct span start);
/* Behind "foreach". */
struct stmt *parse_foreach(struct parser *parser, struct span start);

/* ---- parse_point.c ---- */

/* point { "," point }: adds struct probe_point, those of '{a,b}' one by one. */
bool parse_points(struct parser *parser, GPtrArray *points);

/* ---- parse_declaration.c, parse_probe.c ---- */

void parse_declarations(struct parser *parser);
/* `is_private`: behind that word only an alias may follow. */
void parse_probe(struct parser *parser, bool is_private);

#endif
