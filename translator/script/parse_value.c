/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values: what stands between operators. Literals, variables, elements, target variables with
 * their paths, calls, the print family, statistics and histograms. Called by parse_expression.c.
 *
 * What SystemTap has and we do not have yet is recognised here, so that it is named in the error.
 */
#include <string.h>

#include "script/parse_internal.h"

/* ---- Names: variables, elements, calls ---- */

/* keys = expression { "," expression } "]" . The "[" is consumed. */
GPtrArray *parse_keys(struct parser *parser)
{
	struct span start = parser->last;
	GPtrArray *keys;

	if (parse_at(parser, TOKEN_STAR)) {
		parse_not_supported(parser, parser->token.span, "'*' as a key (slices) is");
		return NULL;
	}
	keys = parse_list(parser, TOKEN_RIGHT_BRACKET, "behind the keys");
	if (!keys)
		return NULL;
	if (keys->len == 0 || keys->len > MAX_KEYS) {
		parse_error(parser, parse_span(parser, start), "E-key-count",
			    "expected 1 to %d keys between '[' and ']', found %u", MAX_KEYS,
			    keys->len);
		return NULL;
	}
	return keys;
}

/* element = name "[" keys "]" . The name is consumed. */
static struct expr *parse_index(struct parser *parser, const char *name, struct span name_span)
{
	struct expr *expr;
	GPtrArray *keys;

	parse_advance(parser);
	keys = parse_keys(parser);
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

/* print = print name "(" [ string "," ] [ expressions ] ")" . The name is consumed. */
static struct expr *parse_print(struct parser *parser, const struct print_name *function,
				struct span name_span)
{
	struct expr *expr = parse_new_expr(parser, EXPR_PRINT, name_span);

	expr->print.form = function->form;
	parse_advance(parser);
	if ((function->form.has_format || function->form.has_delimiter) &&
	    !parse_format(parser, function, expr))
		return NULL;
	expr->print.arguments = parse_list(parser, TOKEN_RIGHT_PARENTHESIS,
					   "behind the arguments");
	expr->span = parse_span(parser, name_span);
	return expr->print.arguments ? expr : NULL;
}

/* call = name "(" [ expressions ] ")" . The name is consumed. */
static struct expr *parse_call(struct parser *parser, const char *name, struct span name_span)
{
	const struct print_name *print = find_print_name(name);
	struct expr *expr;
	GPtrArray *arguments;

	if (print)
		return parse_print(parser, print, name_span);
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
	struct span name_span = parser->token.span;
	struct expr *expr;

	parse_advance(parser);
	if (parse_at(parser, TOKEN_LEFT_PARENTHESIS))
		return parse_call(parser, name, name_span);
	if (parse_at(parser, TOKEN_LEFT_BRACKET))
		return parse_index(parser, name, name_span);
	expr = parse_new_expr(parser, EXPR_VARIABLE, name_span);
	expr->variable.name = name;
	return expr;
}

/* ---- Target variables ---- */

/* "->" member . The arrow is consumed; a member may be called like a keyword. */
static bool parse_member(struct parser *parser, struct path_step *step)
{
	if (!parse_at(parser, TOKEN_IDENTIFIER) && !token_is_keyword(parser->token.kind)) {
		parse_unexpected(parser, "the name of a member behind '->'");
		return false;
	}
	step->kind = PATH_MEMBER;
	step->member = name_intern(parser->token.text);
	parse_advance(parser);
	return true;
}

/* "[" expression "]" . The bracket is consumed. */
static bool parse_path_index(struct parser *parser, struct path_step *step)
{
	step->kind = PATH_INDEX;
	step->index = parse_expression(parser);
	return step->index && parse_expect(parser, TOKEN_RIGHT_BRACKET, "behind the index");
}

/* target = target name { "->" member | "[" expression "]" } . */
static struct expr *parse_target(struct parser *parser)
{
	struct span start = parser->token.span;
	GPtrArray *path = arena_array(parser->arena);
	const char *name = parser->token.text;
	struct expr *expr;

	parse_advance(parser);
	while (parse_at(parser, TOKEN_ARROW) || parse_at(parser, TOKEN_LEFT_BRACKET)) {
		struct path_step *step = arena_new0(parser->arena, struct path_step);
		struct span step_start = parser->token.span;
		bool is_member = parse_at(parser, TOKEN_ARROW);

		parse_advance(parser);
		if (!(is_member ? parse_member : parse_path_index)(parser, step))
			return NULL;
		step->span = parse_span(parser, step_start);
		g_ptr_array_add(path, step);
	}
	expr = parse_new_expr(parser, EXPR_TARGET, start);
	expr->target.name = name;
	expr->target.path = path;
	return expr;
}

/* ---- Words behind '@' ---- */

static bool find_statistic(enum token_kind kind, enum statistic_operator *ret)
{
	switch (kind) {
	case TOKEN_AT_COUNT:
		*ret = STATISTIC_COUNT;
		return true;
	case TOKEN_AT_SUM:
		*ret = STATISTIC_SUM;
		return true;
	case TOKEN_AT_MIN:
		*ret = STATISTIC_MIN;
		return true;
	case TOKEN_AT_MAX:
		*ret = STATISTIC_MAX;
		return true;
	case TOKEN_AT_AVERAGE:
		*ret = STATISTIC_AVERAGE;
		return true;
	default:
		return false;
	}
}

bool parse_accept_statistic(struct parser *parser, enum statistic_operator *ret)
{
	if (!find_statistic(parser->token.kind, ret))
		return false;
	parse_advance(parser);
	return true;
}

/* "(" ( variable | element ). Behind @count and the others, which are consumed. */
static struct expr *parse_statistic_operand(struct parser *parser)
{
	struct expr *operand;

	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS, "before the statistic"))
		return NULL;
	operand = parse_expression(parser);
	if (operand && operand->kind != EXPR_VARIABLE && operand->kind != EXPR_INDEX) {
		parse_error(parser, operand->span, "E-syntax",
			    "expected a statistic: the name of a variable or an array element");
		return NULL;
	}
	return operand;
}

/* statistic = ( "@count" | "@sum" | "@min" | "@max" | "@avg" ) "(" operand ")" . */
static struct expr *parse_statistic(struct parser *parser)
{
	struct span start = parser->token.span;
	enum statistic_operator operation = STATISTIC_COUNT;
	struct expr *operand, *expr;

	parse_accept_statistic(parser, &operation);
	operand = parse_statistic_operand(parser);
	if (!operand || !parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the statistic"))
		return NULL;
	expr = parse_new_expr(parser, EXPR_STATISTIC, start);
	expr->statistic.operation = operation;
	expr->statistic.operand = operand;
	return expr;
}

/* "," low "," high "," step . */
static bool parse_linear_parameters(struct parser *parser, struct expr *histogram)
{
	const char *comma = "before the next parameter of '@hist_linear'";

	return parse_expect(parser, TOKEN_COMMA, comma) &&
	       parse_signed_number(parser, "a number as the low bound of '@hist_linear'",
				   &histogram->histogram.low) &&
	       parse_expect(parser, TOKEN_COMMA, comma) &&
	       parse_signed_number(parser, "a number as the high bound of '@hist_linear'",
				   &histogram->histogram.high) &&
	       parse_expect(parser, TOKEN_COMMA, comma) &&
	       parse_signed_number(parser, "a number as the step of '@hist_linear'",
				   &histogram->histogram.step);
}

/* histogram = "@hist_log" "(" operand ")" | "@hist_linear" "(" operand parameters ")" . */
static struct expr *parse_histogram(struct parser *parser)
{
	struct span start = parser->token.span;
	bool is_linear = parse_at(parser, TOKEN_AT_HISTOGRAM_LINEAR);
	struct expr *expr = arena_new0(parser->arena, struct expr);

	parse_advance(parser);
	expr->kind = EXPR_HISTOGRAM;
	expr->histogram.kind = is_linear ? HISTOGRAM_LINEAR : HISTOGRAM_LOG;
	expr->histogram.operand = parse_statistic_operand(parser);
	if (!expr->histogram.operand)
		return NULL;
	if (is_linear && !parse_linear_parameters(parser, expr))
		return NULL;
	if (!parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the histogram"))
		return NULL;
	expr->span = parse_span(parser, start);
	if (parse_at(parser, TOKEN_LEFT_BRACKET)) {
		parse_not_supported(parser, expr->span, "reading single buckets of histograms is");
		return NULL;
	}
	return expr;
}

/* SystemTap's operators that are to come. Everything else behind '@' is a macro. */
static const char *const operators_to_come[] = {
	"@cast", "@defined", "@probewrite", "@entry", "@perf", "@var", "@variance", "@const",
	"@kregister", "@uregister", "@kderef", "@uderef", "@enum", "@enumname",
};

static struct expr *reject_at_word(struct parser *parser)
{
	const char *word = parser->token.text;
	bool is_operator = false;

	for (size_t i = 0; i < G_N_ELEMENTS(operators_to_come); i++)
		is_operator |= strcmp(operators_to_come[i], word) == 0;
	parse_not_supported(parser, parser->token.span,
			    arena_printf(parser->arena, is_operator ? "'%s' is" :
							"'%s' is no operator, and macros are",
					 word));
	return NULL;
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

static struct expr *parse_value_itself(struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_NUMBER:
	case TOKEN_STRING:
		return parse_literal(parser, "a literal");
	case TOKEN_IDENTIFIER:
		return parse_named(parser);
	case TOKEN_TARGET:
		return parse_target(parser);
	case TOKEN_LEFT_PARENTHESIS:
		return parse_parenthesised(parser);
	case TOKEN_AT_COUNT:
	case TOKEN_AT_SUM:
	case TOKEN_AT_MIN:
	case TOKEN_AT_MAX:
	case TOKEN_AT_AVERAGE:
		return parse_statistic(parser);
	case TOKEN_AT_HISTOGRAM_LOG:
	case TOKEN_AT_HISTOGRAM_LINEAR:
		return parse_histogram(parser);
	case TOKEN_AT_WORD:
		return reject_at_word(parser);
	case TOKEN_EMBEDDED_C:
		parse_not_supported(parser, parser->token.span, "embedded C as an expression is");
		return NULL;
	case TOKEN_LEFT_BRACKET:
		return reject_key_list(parser);
	default:
		parse_unexpected(parser, "an expression");
		return NULL;
	}
}

/*
 * value = number | string { string } | name | target | "(" expression ")"
 *         | statistic | histogram .
 */
struct expr *parse_value(struct parser *parser)
{
	struct expr *expr = parse_value_itself(parser);

	if (expr && parse_at(parser, TOKEN_ARROW)) {
		parse_not_supported(parser, parser->token.span,
				    "'->' behind anything but a target variable is");
		return NULL;
	}
	return expr;
}
