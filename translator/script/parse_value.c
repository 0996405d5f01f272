/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values: what stands between operators. Literals, variables, elements, calls, the print family,
 * parentheses; what begins with '$' or '@' is in parse_target.c and parse_operator.c. Called by
 * parse_expression.c.
 */
#include <string.h>

#include "script/parse_internal.h"

/* ---- Names: variables, elements, calls ---- */

/* key = expression | "*" . */
static struct expr *parse_key(struct parser *parser, bool allows_any)
{
	struct span start = parser->token.span;

	if (!parse_at(parser, TOKEN_STAR))
		return parse_expression(parser);
	if (!allows_any) {
		parse_error(parser, start, "E-syntax",
			    "'*' as a key stands for many elements: it fits behind 'delete', "
			    "'foreach (... in' and before 'in'");
		return NULL;
	}
	parse_advance(parser);
	return parse_new_expr(parser, EXPR_ANY_KEY, start);
}

static bool check_key_count(struct parser *parser, struct span start, guint count)
{
	if (count > 0 && count <= MAX_KEYS)
		return true;
	parse_error(parser, parse_span(parser, start), "E-key-count",
		    "expected 1 to %d keys between '[' and ']', found %u", MAX_KEYS, count);
	return false;
}

/* keys = key { "," key } "]" . The "[" is consumed. */
GPtrArray *parse_keys(struct parser *parser, bool allows_any)
{
	struct span start = parser->last;
	GPtrArray *keys = arena_array(parser->arena);

	if (parse_accept(parser, TOKEN_RIGHT_BRACKET)) {
		check_key_count(parser, start, 0);
		return NULL;
	}
	do {
		struct expr *key = parse_key(parser, allows_any);

		if (!key)
			return NULL;
		g_ptr_array_add(keys, key);
	} while (parse_accept(parser, TOKEN_COMMA));
	if (!parse_accept(parser, TOKEN_RIGHT_BRACKET)) {
		parse_unexpected(parser, "',' or ']' behind the keys");
		return NULL;
	}
	return check_key_count(parser, start, keys->len) ? keys : NULL;
}

/* element = name "[" keys "]" . The name is consumed. */
static struct expr *parse_index(struct parser *parser, const char *name, struct span name_span)
{
	bool allows_any = parser->is_delete_target;
	struct expr *expr;
	GPtrArray *keys;

	parser->is_delete_target = false;
	parse_advance(parser);
	keys = parse_keys(parser, allows_any);
	if (!keys)
		return NULL;
	expr = parse_new_expr(parser, EXPR_INDEX, name_span);
	expr->index.name = name;
	expr->index.name_span = name_span;
	expr->index.keys = keys;
	return expr;
}

static const struct print_name {
	const char *name;
	struct print_form form;
} print_names[] = {
	{ "print", { .newline = false } },
	{ "println", { .newline = true } },
	{ "printf", { .has_format = true } },
	{ "printd", { .has_delimiter = true } },
	{ "printdln", { .has_delimiter = true, .newline = true } },
	{ "sprint", { .to_string = true } },
	{ "sprintln", { .to_string = true, .newline = true } },
	{ "sprintf", { .to_string = true, .has_format = true } },
	{ "sprintd", { .to_string = true, .has_delimiter = true } },
	{ "sprintdln", { .to_string = true, .has_delimiter = true, .newline = true } },
};

static const struct print_name *find_print_name(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(print_names); i++) {
		if (strcmp(print_names[i].name, name) == 0)
			return &print_names[i];
	}
	return NULL;
}

bool parse_is_print_name(const char *name)
{
	return find_print_name(name);
}

/* The literal that must be the first argument, and the comma behind it. */
static bool parse_format(struct parser *parser, const struct print_name *function,
			 struct expr *print)
{
	if (!parse_at(parser, TOKEN_STRING)) {
		parse_unexpected(parser, arena_printf(parser->arena, "a string as the %s of '%s'",
						      function->form.has_format ? "format" :
										  "delimiter",
						      function->name));
		return false;
	}
	print->print.format = parse_string(parser, &print->print.format_span);
	if (parse_at(parser, TOKEN_RIGHT_PARENTHESIS) || parse_accept(parser, TOKEN_COMMA))
		return true;
	parse_unexpected(parser, arena_printf(parser->arena, "',' or ')' behind the %s of '%s'",
					      function->form.has_format ? "format" : "delimiter",
					      function->name));
	return false;
}

/* Is there something to print, and for a delimiter something to separate? */
static bool check_print_arguments(struct parser *parser, const struct print_name *function,
				  const struct expr *print)
{
	guint count = print->print.arguments->len;

	if (function->form.has_delimiter && count < 2) {
		parse_error(parser, print->span, "E-argument-count",
			    "'%s' wants at least 2 values behind the delimiter, found %u",
			    function->name, count);
		return false;
	}
	if (count == 0 && !function->form.has_format && !function->form.newline) {
		parse_error(parser, print->span, "E-argument-count",
			    "'%s' wants at least one value", function->name);
		return false;
	}
	return true;
}

/* print = print name "(" [ string "," ] [ expressions ] ")" . The name is consumed. */
static struct expr *parse_print(struct parser *parser, const struct print_name *function,
				struct span name_span)
{
	struct expr *expr = parse_new_expr(parser, EXPR_PRINT, name_span);

	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS,
			  arena_printf(parser->arena, "behind '%s', which is part of the language "
				       "and no variable", function->name)))
		return NULL;
	expr->print.form = function->form;
	if ((function->form.has_format || function->form.has_delimiter) &&
	    !parse_format(parser, function, expr))
		return NULL;
	expr->print.arguments = parse_list(parser, TOKEN_RIGHT_PARENTHESIS,
					   "behind the arguments");
	expr->span = parse_span(parser, name_span);
	if (!expr->print.arguments || !check_print_arguments(parser, function, expr))
		return NULL;
	return expr;
}

/* call = name "(" [ expressions ] ")" . The name is consumed. */
static struct expr *parse_call(struct parser *parser, const char *name, struct span name_span)
{
	struct expr *expr;
	GPtrArray *arguments;

	parse_advance(parser);
	arguments = parse_list(parser, TOKEN_RIGHT_PARENTHESIS, "behind the arguments");
	if (!arguments)
		return NULL;
	expr = parse_new_expr(parser, EXPR_CALL, name_span);
	expr->call.name = name;
	expr->call.name_span = name_span;
	expr->call.arguments = arguments;
	return expr;
}

/* name = variable | element | call | print . */
static struct expr *parse_named(struct parser *parser)
{
	const char *name = parser->token.text;
	const struct print_name *print = find_print_name(name);
	struct span name_span = parser->token.span;
	struct expr *expr;

	parse_advance(parser);
	if (print)
		return parse_print(parser, print, name_span);
	if (parse_at(parser, TOKEN_LEFT_PARENTHESIS))
		return parse_call(parser, name, name_span);
	if (parse_at(parser, TOKEN_LEFT_BRACKET))
		return parse_index(parser, name, name_span);
	expr = parse_new_expr(parser, EXPR_VARIABLE, name_span);
	expr->variable.name = name;
	return expr;
}

/* ---- Values ---- */

/* "(" expression ")" . */
static struct expr *parse_parenthesised(struct parser *parser)
{
	struct span start = parser->token.span;
	struct expr *expr;

	parse_advance(parser);
	expr = parse_expression(parser);
	if (!expr || !parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the expression"))
		return NULL;
	expr->span = parse_span(parser, start);
	return expr;
}

static struct expr *reject_key_list(struct parser *parser)
{
	if (parse_unexpected(parser, "an expression"))
		diag_note(parser->diag, no_span,
			  "a list of keys is the whole left side of 'in'; with more around it, "
			  "write it as ([a, b] in array)");
	return NULL;
}

/* %{ text %} . */
static struct expr *parse_embedded_c(struct parser *parser)
{
	struct token token = parser->token;
	struct expr *expr;

	parse_advance(parser);
	expr = parse_new_expr(parser, EXPR_EMBEDDED_C, token.span);
	expr->embedded_c.text = token.text;
	return expr;
}

/* What begins with a word behind '@', but for @cast and @var. */
static struct expr *parse_at_word(struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_AT_COUNT:
	case TOKEN_AT_SUM:
	case TOKEN_AT_MIN:
	case TOKEN_AT_MAX:
	case TOKEN_AT_AVERAGE:
	case TOKEN_AT_VARIANCE:
		return parse_statistic(parser);
	case TOKEN_AT_HISTOGRAM_LOG:
	case TOKEN_AT_HISTOGRAM_LINEAR:
		return parse_histogram_value(parser);
	default:
		return parse_at_operator(parser);
	}
}

static struct expr *parse_value_itself(struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_NUMBER:
	case TOKEN_STRING:
		return parse_literal(parser, "a literal");
	case TOKEN_IDENTIFIER:
		return parse_named(parser);
	case TOKEN_TARGET:
	case TOKEN_AT_VAR:
	case TOKEN_AT_CAST:
		return parse_target(parser);
	case TOKEN_LEFT_PARENTHESIS:
		return parse_parenthesised(parser);
	case TOKEN_EMBEDDED_C:
		return parse_embedded_c(parser);
	case TOKEN_LEFT_BRACKET:
		return reject_key_list(parser);
	default:
		return parse_at_word(parser);
	}
}

/*
 * value = ( number | string { string } | name | target | "(" expression ")" | embedded C
 *         | statistic | histogram | operator ) path .
 */
struct expr *parse_value(struct parser *parser)
{
	struct expr *expr = parse_value_itself(parser);

	return expr ? parse_autocast(parser, expr) : NULL;
}
