/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of the language. The lists below are the one place that spells them: the lexer's
 * tables, the kinds of tokens and the words in messages come from them.
 */
#ifndef SPILE_SCRIPT_TOKEN_H
#define SPILE_SCRIPT_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/source.h"

#define TOKEN_KEYWORDS(X) \
	X(PROBE, "probe") \
	X(GLOBAL, "global") \
	X(PRIVATE, "private") \
	X(FUNCTION, "function") \
	X(IF, "if") \
	X(ELSE, "else") \
	X(FOR, "for") \
	X(FOREACH, "foreach") \
	X(IN, "in") \
	X(LIMIT, "limit") \
	X(RETURN, "return") \
	X(DELETE, "delete") \
	X(WHILE, "while") \
	X(BREAK, "break") \
	X(CONTINUE, "continue") \
	X(NEXT, "next") \
	X(TRY, "try") \
	X(CATCH, "catch") \
	X(LONG, "long") \
	X(STRING_TYPE, "string")

/* Words behind '@' that are operators; any other is a macro, and TOKEN_AT_WORD to the lexer. */
#define TOKEN_AT_OPERATORS(X) \
	X(AT_COUNT, "@count") \
	X(AT_SUM, "@sum") \
	X(AT_MIN, "@min") \
	X(AT_MAX, "@max") \
	X(AT_AVERAGE, "@avg") \
	X(AT_VARIANCE, "@variance") \
	X(AT_HISTOGRAM_LOG, "@hist_log") \
	X(AT_HISTOGRAM_LINEAR, "@hist_linear") \
	X(AT_DEFINED, "@defined") \
	X(AT_ENTRY, "@entry") \
	X(AT_PERF, "@perf") \
	X(AT_CONST, "@const") \
	X(AT_ENUM, "@enum") \
	X(AT_ENUMNAME, "@enumname") \
	X(AT_PROBEWRITE, "@probewrite") \
	X(AT_KREGISTER, "@kregister") \
	X(AT_UREGISTER, "@uregister") \
	X(AT_KDEREF, "@kderef") \
	X(AT_UDEREF, "@uderef") \
	X(AT_CAST, "@cast") \
	X(AT_VAR, "@var")

/*
 * The lexer takes the first that fits: no operator may stand behind a shorter beginning of it, and
 * those with the same first byte stand together. The marks of conditions are the preprocessor's,
 * the parser never sees them.
 */
#define TOKEN_OPERATORS(X) \
	X(STATISTIC_ADD, "<<<") \
	X(SHIFT_LEFT_ASSIGN, "<<=") \
	X(SHIFT_RIGHT_ASSIGN, ">>=") \
	X(SHIFT_LEFT, "<<") \
	X(LESS_EQUAL, "<=") \
	X(LESS, "<") \
	X(SHIFT_RIGHT, ">>") \
	X(GREATER_EQUAL, ">=") \
	X(GREATER, ">") \
	X(EQUAL, "==") \
	X(MATCH, "=~") \
	X(ASSIGN, "=") \
	X(NOT_EQUAL, "!=") \
	X(NOT_MATCH, "!~") \
	X(NOT, "!") \
	X(LOGICAL_AND, "&&") \
	X(AND_ASSIGN, "&=") \
	X(AND, "&") \
	X(LOGICAL_OR, "||") \
	X(OR_ASSIGN, "|=") \
	X(OR, "|") \
	X(XOR_ASSIGN, "^=") \
	X(XOR, "^") \
	X(INCREMENT, "++") \
	X(PLUS_ASSIGN, "+=") \
	X(PLUS, "+") \
	X(DECREMENT, "--") \
	X(MINUS_ASSIGN, "-=") \
	X(ARROW, "->") \
	X(MINUS, "-") \
	X(STAR_ASSIGN, "*=") \
	X(STAR, "*") \
	X(SLASH_ASSIGN, "/=") \
	X(SLASH, "/") \
	X(CONDITION, "%(") \
	X(CONDITION_THEN, "%?") \
	X(CONDITION_ELSE, "%:") \
	X(CONDITION_END, "%)") \
	X(PERCENT_ASSIGN, "%=") \
	X(PERCENT, "%") \
	X(DOT_ASSIGN, ".=") \
	X(DOT, ".") \
	X(COMPLEMENT, "~") \
	X(QUESTION, "?") \
	X(COLON, ":") \
	X(COMMA, ",") \
	X(SEMICOLON, ";") \
	X(LEFT_PARENTHESIS, "(") \
	X(RIGHT_PARENTHESIS, ")") \
	X(LEFT_BRACKET, "[") \
	X(RIGHT_BRACKET, "]") \
	X(LEFT_BRACE, "{") \
	X(RIGHT_BRACE, "}")

enum token_kind {
	TOKEN_END,
	TOKEN_ERROR,		/* something stands here that the lexer has reported already */
	TOKEN_IDENTIFIER,
	TOKEN_TARGET,		/* $name, $$name */
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_EMBEDDED_C,	/* %{ ... %} */
	TOKEN_AT_WORD,		/* @name, the preprocessor's */
	TOKEN_SCRIPT_ARGUMENT,	/* $1 @1 $# @# $* @*, the preprocessor's; the number in `number` */
#define X(name, text) TOKEN_##name,
	TOKEN_KEYWORDS(X)
	TOKEN_AT_OPERATORS(X)
	TOKEN_OPERATORS(X)
#undef X
	TOKEN_KIND_COUNT
};

struct token {
	enum token_kind kind;
	struct span span;	/* that of the $1 when the token comes from a script argument */
	/*
	 * As it was written; interned for names. For strings what they hold, escapes replaced;
	 * for embedded C what is between %{ and %}.
	 */
	const char *text;
	int64_t number;
	bool is_first_on_line;
	/*
	 * Nothing, not even a blank, between the token before and this. What a macro, a condition
	 * or an argument makes stands where its use stands.
	 */
	bool is_glued;
};

/* "'while'", "the name 'x'", "a string" ...: for "expected ..., found ...". */
const char *token_describe(struct arena *arena, const struct token *token);
/* The same for a kind of which no token is at hand. */
const char *token_kind_describe(struct arena *arena, enum token_kind kind);
bool token_is_keyword(enum token_kind kind);
bool token_is_at_operator(enum token_kind kind);
/* The kind of a keyword or of an operator with its '@'; TOKEN_END if the word is neither. */
enum token_kind token_find_word(const char *word);
/* Appends the words behind '@' that are operators, for suggestions. */
void token_list_at_operators(GPtrArray *words);

#endif
