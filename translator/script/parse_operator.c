/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words behind '@' with their arguments: statistics, histograms, and the operators that ask
 * something of the translator or the machine (@defined, @entry, @perf ...). Called by
 * parse_value.c, and by parse_foreach.c for what it sorts by and goes over.
 *
 * @cast and @var are in parse_target.c, since paths follow them.
 */
#include "script/parse_internal.h"

/* ---- Statistics ---- */

static bool find_statistic(enum token_kind kind, enum statistic_operator *ret)
{
	static const struct {
		enum token_kind kind;
		enum statistic_operator operation;
	} statistics[] = {
		{ TOKEN_AT_COUNT, STATISTIC_COUNT },
		{ TOKEN_AT_SUM, STATISTIC_SUM },
		{ TOKEN_AT_MIN, STATISTIC_MIN },
		{ TOKEN_AT_MAX, STATISTIC_MAX },
		{ TOKEN_AT_AVERAGE, STATISTIC_AVERAGE },
		{ TOKEN_AT_VARIANCE, STATISTIC_VARIANCE },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(statistics); i++) {
		if (statistics[i].kind == kind) {
			*ret = statistics[i].operation;
			return true;
		}
	}
	return false;
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

/* [ "," number ] . By how many bits '@variance' scales what it computes with. */
static bool parse_shift(struct parser *parser, struct expr *statistic)
{
	struct span start;

	if (statistic->statistic.operation != STATISTIC_VARIANCE ||
	    !parse_accept(parser, TOKEN_COMMA))
		return true;
	start = parser->token.span;
	if (!parse_signed_number(parser, "a number as the shift of '@variance'",
				 &statistic->statistic.shift))
		return false;
	statistic->statistic.has_shift = true;
	if (statistic->statistic.shift >= 0 && statistic->statistic.shift <= 62)
		return true;
	parse_error(parser, parse_span(parser, start), "E-number-range",
		    "the shift of '@variance' is from 0 to 62");
	return false;
}

/*
 * statistic = ( "@count" | "@sum" | "@min" | "@max" | "@avg" ) "(" operand ")"
 *             | "@variance" "(" operand [ "," number ] ")" .
 */
struct expr *parse_statistic(struct parser *parser)
{
	struct span start = parser->token.span;
	struct expr *expr = parse_new_expr(parser, EXPR_STATISTIC, start);

	parse_accept_statistic(parser, &expr->statistic.operation);
	expr->statistic.operand = parse_statistic_operand(parser);
	if (!expr->statistic.operand || !parse_shift(parser, expr) ||
	    !parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the statistic"))
		return NULL;
	expr->span = parse_span(parser, start);
	return expr;
}

/* ---- Histograms ---- */

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
struct expr *parse_histogram(struct parser *parser)
{
	struct span start = parser->token.span;
	bool is_linear = parse_at(parser, TOKEN_AT_HISTOGRAM_LINEAR);
	struct expr *expr = parse_new_expr(parser, EXPR_HISTOGRAM, start);

	parse_advance(parser);
	expr->histogram.kind = is_linear ? HISTOGRAM_LINEAR : HISTOGRAM_LOG;
	expr->histogram.operand = parse_statistic_operand(parser);
	if (!expr->histogram.operand)
		return NULL;
	if (is_linear && !parse_linear_parameters(parser, expr))
		return NULL;
	if (!parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the histogram"))
		return NULL;
	expr->span = parse_span(parser, start);
	return expr;
}

/* histogram [ "[" expression "]" ] . */
struct expr *parse_histogram_value(struct parser *parser)
{
	struct expr *expr = parse_histogram(parser);

	if (!expr || !parse_accept(parser, TOKEN_LEFT_BRACKET))
		return expr;
	expr->histogram.bucket = parse_expression(parser);
	if (!expr->histogram.bucket ||
	    !parse_expect(parser, TOKEN_RIGHT_BRACKET, "behind the number of the bucket"))
		return NULL;
	expr->span = parse_span(parser, expr->span);
	return expr;
}

/* ---- The others ---- */

enum argument_kind {
	ARGUMENT_NONE, ARGUMENT_EXPRESSION, ARGUMENT_STRING, ARGUMENT_NUMBER, ARGUMENT_VARIABLE,
};

#define MAX_OPERATOR_ARGUMENTS 3

static const struct operator_rule {
	enum token_kind token;
	enum at_operator operation;
	int required;				/* of the arguments; the others may be left out */
	enum argument_kind arguments[MAX_OPERATOR_ARGUMENTS];
} operator_rules[] = {
	{ TOKEN_AT_DEFINED, AT_DEFINED, 1, { ARGUMENT_EXPRESSION } },
	{ TOKEN_AT_ENTRY, AT_ENTRY, 1, { ARGUMENT_EXPRESSION } },
	{ TOKEN_AT_PERF, AT_PERF, 1, { ARGUMENT_STRING } },
	{ TOKEN_AT_CONST, AT_CONST, 1, { ARGUMENT_STRING } },
	{ TOKEN_AT_ENUM, AT_ENUM, 1, { ARGUMENT_STRING, ARGUMENT_STRING } },
	{ TOKEN_AT_ENUMNAME, AT_ENUM_NAME, 2,
	  { ARGUMENT_EXPRESSION, ARGUMENT_STRING, ARGUMENT_STRING } },
	{ TOKEN_AT_PROBEWRITE, AT_PROBE_WRITE, 1, { ARGUMENT_VARIABLE } },
	{ TOKEN_AT_KREGISTER, AT_KERNEL_REGISTER, 1, { ARGUMENT_NUMBER } },
	{ TOKEN_AT_UREGISTER, AT_USER_REGISTER, 1, { ARGUMENT_NUMBER } },
	{ TOKEN_AT_KDEREF, AT_KERNEL_READ, 2, { ARGUMENT_NUMBER, ARGUMENT_EXPRESSION } },
	{ TOKEN_AT_UDEREF, AT_USER_READ, 2, { ARGUMENT_NUMBER, ARGUMENT_EXPRESSION } },
};

static const struct operator_rule *find_operator(enum token_kind token)
{
	for (size_t i = 0; i < G_N_ELEMENTS(operator_rules); i++) {
		if (operator_rules[i].token == token)
			return &operator_rules[i];
	}
	return NULL;
}

/* name | "$" name . */
static struct expr *parse_operator_variable(struct parser *parser)
{
	struct expr *variable = parse_value(parser);

	if (!variable || variable->kind == EXPR_VARIABLE)
		return variable;
	if (variable->kind == EXPR_TARGET && variable->target.kind == TARGET_VARIABLE &&
	    variable->target.path->len == 0 && !variable->target.pretty &&
	    !variable->target.address_of)
		return variable;
	parse_error(parser, variable->span, "E-syntax",
		    "'@probewrite' asks of a variable as a whole: expected its name");
	return NULL;
}

static struct expr *parse_operator_argument(struct parser *parser, enum argument_kind kind,
					    const char *operator)
{
	const char *what = kind == ARGUMENT_STRING ? "string" : "number";
	enum token_kind token = kind == ARGUMENT_STRING ? TOKEN_STRING : TOKEN_NUMBER;

	if (kind == ARGUMENT_EXPRESSION)
		return parse_expression(parser);
	if (kind == ARGUMENT_VARIABLE)
		return parse_operator_variable(parser);
	if (parse_at(parser, token))
		return parse_literal(parser, what);
	parse_unexpected(parser, arena_printf(parser->arena, "a %s as an argument of '%s'", what,
					      operator));
	return NULL;
}

/* All arguments, of which those that are not required may be missing. */
static bool parse_operator_arguments(struct parser *parser, const struct operator_rule *rule,
				     const char *operator, GPtrArray *arguments)
{
	for (int i = 0; i < MAX_OPERATOR_ARGUMENTS && rule->arguments[i] != ARGUMENT_NONE; i++) {
		struct expr *argument;

		if (i >= rule->required && !parse_at(parser, TOKEN_COMMA))
			return true;
		if (i > 0 && !parse_expect(parser, TOKEN_COMMA,
					   arena_printf(parser->arena,
							"before the next argument of '%s'",
							operator)))
			return false;
		argument = parse_operator_argument(parser, rule->arguments[i], operator);
		if (!argument)
			return false;
		g_ptr_array_add(arguments, argument);
	}
	return true;
}

/* operator = word "(" argument { "," argument } ")" . What is no such word begins no expression. */
struct expr *parse_at_operator(struct parser *parser)
{
	const struct operator_rule *rule = find_operator(parser->token.kind);
	struct span start = parser->token.span;
	const char *operator = parser->token.text;
	struct expr *expr;

	if (!rule) {
		parse_unexpected(parser, "an expression");
		return NULL;
	}
	expr = parse_new_expr(parser, EXPR_OPERATOR, start);
	expr->operator.operation = rule->operation;
	expr->operator.arguments = arena_array(parser->arena);
	parse_advance(parser);
	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS,
			  arena_printf(parser->arena, "behind '%s'", operator)) ||
	    !parse_operator_arguments(parser, rule, operator, expr->operator.arguments) ||
	    !parse_expect(parser, TOKEN_RIGHT_PARENTHESIS,
			  arena_printf(parser->arena, "behind the arguments of '%s'", operator)))
		return NULL;
	expr->span = parse_span(parser, start);
	return expr;
}
