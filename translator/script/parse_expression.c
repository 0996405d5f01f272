/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions, from assignment (binds least) to unary operators (bind most); what stands between
 * the operators is in parse_value.c. Called for every expression of a statement.
 *
 * Binary operators are parsed by precedence climbing over one table. Three rules are SystemTap's own:
 * '?:' binds tighter than '=', the right side of 'in' is the bare name of an array, that of '=~' a
 * literal; and these two do not chain.
 */
#include "script/parse_internal.h"

/* In one statement. Realistic scripts have less than a hundred. */
#define MAX_OPERATORS 2000

/* How tightly operators bind; a greater one more. */
enum level {
	LEVEL_NONE,
	LEVEL_LOGICAL_OR,
	LEVEL_LOGICAL_AND,
	LEVEL_OR,
	LEVEL_XOR,
	LEVEL_AND,
	LEVEL_IN,
	LEVEL_COMPARISON,
	LEVEL_SHIFT,
	LEVEL_CONCATENATION,
	LEVEL_ADDITION,
	LEVEL_MULTIPLICATION,
};

struct binary_rule {
	enum level level;
	enum binary_operator operation;
};

static const struct binary_rule binary_rules[TOKEN_KIND_COUNT] = {
	[TOKEN_LOGICAL_OR] = { LEVEL_LOGICAL_OR, BINARY_LOGICAL_OR },
	[TOKEN_LOGICAL_AND] = { LEVEL_LOGICAL_AND, BINARY_LOGICAL_AND },
	[TOKEN_OR] = { LEVEL_OR, BINARY_OR },
	[TOKEN_XOR] = { LEVEL_XOR, BINARY_XOR },
	[TOKEN_AND] = { LEVEL_AND, BINARY_AND },
	[TOKEN_IN] = { .level = LEVEL_IN },
	[TOKEN_LESS] = { LEVEL_COMPARISON, BINARY_LESS },
	[TOKEN_LESS_EQUAL] = { LEVEL_COMPARISON, BINARY_LESS_EQUAL },
	[TOKEN_GREATER] = { LEVEL_COMPARISON, BINARY_GREATER },
	[TOKEN_GREATER_EQUAL] = { LEVEL_COMPARISON, BINARY_GREATER_EQUAL },
	[TOKEN_EQUAL] = { LEVEL_COMPARISON, BINARY_EQUAL },
	[TOKEN_NOT_EQUAL] = { LEVEL_COMPARISON, BINARY_NOT_EQUAL },
	[TOKEN_MATCH] = { LEVEL_COMPARISON, BINARY_MATCH },
	[TOKEN_NOT_MATCH] = { LEVEL_COMPARISON, BINARY_NOT_MATCH },
	[TOKEN_SHIFT_LEFT] = { LEVEL_SHIFT, BINARY_SHIFT_LEFT },
	[TOKEN_SHIFT_RIGHT] = { LEVEL_SHIFT, BINARY_SHIFT_RIGHT },
	[TOKEN_DOT] = { LEVEL_CONCATENATION, BINARY_CONCATENATE },
	[TOKEN_PLUS] = { LEVEL_ADDITION, BINARY_ADD },
	[TOKEN_MINUS] = { LEVEL_ADDITION, BINARY_SUBTRACT },
	[TOKEN_STAR] = { LEVEL_MULTIPLICATION, BINARY_MULTIPLY },
	[TOKEN_SLASH] = { LEVEL_MULTIPLICATION, BINARY_DIVIDE },
	[TOKEN_PERCENT] = { LEVEL_MULTIPLICATION, BINARY_MODULO },
};

struct assign_rule {
	bool is_assignment;
	enum assign_operator operator;
	enum binary_operator operation;
};

static const struct assign_rule assign_rules[TOKEN_KIND_COUNT] = {
	[TOKEN_ASSIGN] = { true, ASSIGN_PLAIN, 0 },
	[TOKEN_STATISTIC_ADD] = { true, ASSIGN_STATISTIC, 0 },
	[TOKEN_PLUS_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_ADD },
	[TOKEN_MINUS_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_SUBTRACT },
	[TOKEN_STAR_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_MULTIPLY },
	[TOKEN_SLASH_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_DIVIDE },
	[TOKEN_PERCENT_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_MODULO },
	[TOKEN_SHIFT_LEFT_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_SHIFT_LEFT },
	[TOKEN_SHIFT_RIGHT_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_SHIFT_RIGHT },
	[TOKEN_AND_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_AND },
	[TOKEN_XOR_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_XOR },
	[TOKEN_OR_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_OR },
	[TOKEN_DOT_ASSIGN] = { true, ASSIGN_COMPOUND, BINARY_CONCATENATE },
};

struct expr *parse_new_expr(struct parser *parser, enum expr_kind kind, struct span start)
{
	struct expr *expr = arena_new0(parser->arena, struct expr);

	expr->kind = kind;
	expr->span = parse_span(parser, start);
	return expr;
}

/* What can be assigned to: a variable, an element, a target variable. Reports all others. */
static bool check_assignable(struct parser *parser, const struct expr *expr, const char *verb)
{
	switch (expr->kind) {
	case EXPR_VARIABLE:
	case EXPR_INDEX:
		return true;
	case EXPR_TARGET:
		if (!expr->target.address_of && !expr->target.pretty)
			return true;
		break;
	default:
		break;
	}
	parse_error(parser, expr->span, "E-syntax",
		    "cannot %s this: expected a variable, an array element or a target variable",
		    verb);
	return false;
}

static bool count_operator(struct parser *parser)
{
	if (++parser->operators <= MAX_OPERATORS)
		return true;
	parse_error(parser, parser->token.span, "E-nesting",
		    "more than %d operators in one statement", MAX_OPERATORS);
	return false;
}

/* ---- Unary operators ---- */

/* "&" target . The '&' is consumed. */
static struct expr *parse_address_of(struct parser *parser, struct span start)
{
	struct expr *expr = parse_value(parser);

	if (!expr)
		return NULL;
	if (expr->kind != EXPR_TARGET || expr->target.address_of || expr->target.pretty) {
		parse_error(parser, expr->span, "E-syntax",
			    "expected a target variable behind the '&' that takes an address, or "
			    "a member of one");
		return NULL;
	}
	expr->target.address_of = true;
	expr->span = parse_span(parser, start);
	return expr;
}

/* ( "++" | "--" ) unary . The operator is consumed. */
static struct expr *parse_prefix_increment(struct parser *parser, struct span start, int delta)
{
	struct expr *target = parse_unary(parser), *expr;

	if (!target)
		return NULL;
	if (!check_assignable(parser, target, delta > 0 ? "increment" : "decrement"))
		return NULL;
	expr = parse_new_expr(parser, EXPR_INCREMENT, start);
	expr->increment.is_prefix = true;
	expr->increment.delta = delta;
	expr->increment.target = target;
	return expr;
}

static struct expr *parse_unary_operand(struct parser *parser, struct span start,
					enum unary_operator operation)
{
	struct expr *operand = parse_unary(parser), *expr;

	if (!operand)
		return NULL;
	expr = parse_new_expr(parser, EXPR_UNARY, start);
	expr->unary.operation = operation;
	expr->unary.operand = operand;
	return expr;
}

/* "!~" x: the lexer has taken the operators of !(~x) for the one of "does not match". */
static struct expr *parse_not_complement(struct parser *parser, struct span start)
{
	struct expr *operand = parse_unary_operand(parser, start, UNARY_COMPLEMENT), *expr;

	if (!operand)
		return NULL;
	expr = parse_new_expr(parser, EXPR_UNARY, start);
	expr->unary.operation = UNARY_NOT;
	expr->unary.operand = operand;
	return expr;
}

/* value [ "++" | "--" ] . */
static struct expr *parse_postfix(struct parser *parser)
{
	struct span start = parser->token.span;
	struct expr *target = parse_value(parser), *expr;
	int delta = parse_at(parser, TOKEN_INCREMENT) - parse_at(parser, TOKEN_DECREMENT);

	if (!target || delta == 0)
		return target;
	if (!check_assignable(parser, target, delta > 0 ? "increment" : "decrement"))
		return NULL;
	parse_advance(parser);
	expr = parse_new_expr(parser, EXPR_INCREMENT, start);
	expr->increment.delta = delta;
	expr->increment.target = target;
	return expr;
}

static struct expr *parse_unary_unbounded(struct parser *parser)
{
	struct span start = parser->token.span;

	if (parse_accept(parser, TOKEN_PLUS))
		return parse_unary_operand(parser, start, UNARY_PLUS);
	if (parse_accept(parser, TOKEN_MINUS))
		return parse_unary_operand(parser, start, UNARY_MINUS);
	if (parse_accept(parser, TOKEN_NOT))
		return parse_unary_operand(parser, start, UNARY_NOT);
	if (parse_accept(parser, TOKEN_COMPLEMENT))
		return parse_unary_operand(parser, start, UNARY_COMPLEMENT);
	if (parse_accept(parser, TOKEN_NOT_MATCH))
		return parse_not_complement(parser, start);
	if (parse_accept(parser, TOKEN_AND))
		return parse_address_of(parser, start);
	if (parse_accept(parser, TOKEN_INCREMENT))
		return parse_prefix_increment(parser, start, 1);
	if (parse_accept(parser, TOKEN_DECREMENT))
		return parse_prefix_increment(parser, start, -1);
	return parse_postfix(parser);
}

/* unary = ( "+" | "-" | "!" | "~" | "++" | "--" ) unary | "&" value | value [ "++" | "--" ] . */
struct expr *parse_unary(struct parser *parser)
{
	struct expr *expr;

	if (!parse_enter(parser))
		return NULL;
	expr = parse_unary_unbounded(parser);
	parse_leave(parser);
	return expr;
}

/* ---- Binary operators ---- */

/* keys "in" name . The keys are parsed, "in" is next. */
static struct expr *parse_in(struct parser *parser, GPtrArray *keys, struct span start)
{
	struct span name_span;
	const char *name;
	struct expr *expr;

	if (!parse_expect(parser, TOKEN_IN, "behind the list of keys"))
		return NULL;
	name = parse_name(parser, "the name of an array behind 'in'", &name_span);
	if (!name)
		return NULL;
	expr = parse_new_expr(parser, EXPR_IN, start);
	expr->in.keys = keys;
	expr->in.name = name;
	expr->in.name_span = name_span;
	return expr;
}

/* "[" keys "]" "in" name . */
static struct expr *parse_keys_in(struct parser *parser)
{
	struct span start = parser->token.span;
	GPtrArray *keys;

	parse_advance(parser);
	keys = parse_keys(parser, true);
	return keys ? parse_in(parser, keys, start) : NULL;
}

static struct expr *parse_single_key_in(struct parser *parser, struct expr *key)
{
	GPtrArray *keys = arena_array(parser->arena);

	g_ptr_array_add(keys, key);
	return parse_in(parser, keys, key->span);
}

static struct expr *parse_binary(struct parser *parser, enum level minimum);

static bool is_match(enum token_kind kind)
{
	return kind == TOKEN_MATCH || kind == TOKEN_NOT_MATCH;
}

/* "=~" takes no part in a row of comparisons, neither on its left nor on its right. */
static void reject_match_in_row(struct parser *parser)
{
	parse_error(parser, parser->token.span, "E-syntax",
		    "a match and another operator side by side: put parentheses around what "
		    "belongs together");
}

/* The pattern behind "=~": a literal, and nothing that would make a longer value of it. */
static struct expr *parse_pattern(struct parser *parser)
{
	struct expr *pattern;
	enum token_kind kind;

	if (!parse_at(parser, TOKEN_STRING)) {
		parse_unexpected(parser, "a string as the pattern (it is compiled before the "
					 "script runs)");
		return NULL;
	}
	pattern = parse_literal(parser, "a string");
	kind = parser->token.kind;
	/* A sign may begin the next statement. */
	if (binary_rules[kind].level < LEVEL_COMPARISON || kind == TOKEN_PLUS ||
	    kind == TOKEN_MINUS)
		return pattern;
	reject_match_in_row(parser);
	return NULL;
}

/* The operator at hand, and its right side. */
static struct expr *parse_binary_rest(struct parser *parser, struct expr *left)
{
	const struct binary_rule *rule = &binary_rules[parser->token.kind];
	bool has_pattern = is_match(parser->token.kind);
	struct span operator_span = parser->token.span;
	struct expr *right, *expr;

	parse_advance(parser);
	right = has_pattern ? parse_pattern(parser) : parse_binary(parser, rule->level + 1);
	if (!right)
		return NULL;
	expr = parse_new_expr(parser, EXPR_BINARY, left->span);
	expr->binary.operation = rule->operation;
	expr->binary.operator_span = operator_span;
	expr->binary.left = left;
	expr->binary.right = right;
	return expr;
}

/* The level that the next operator may have at most, behind an operator of `level`. */
static enum level next_maximum(enum level level, bool was_match)
{
	if (was_match)
		return LEVEL_IN;
	return level == LEVEL_IN ? LEVEL_AND : level;
}

/*
 * binary(level) = binary(level + 1) { operator(level) binary(level + 1) } .
 * binary(comparison) = binary(shift) ( { operator binary(shift) } | match string ) .
 * binary(in) = ( binary(comparison) | "[" keys "]" ) [ "in" name ] .
 */
static struct expr *parse_binary(struct parser *parser, enum level minimum)
{
	enum level maximum = LEVEL_MULTIPLICATION;
	struct expr *left;

	if (parse_at(parser, TOKEN_LEFT_BRACKET) && minimum <= LEVEL_IN) {
		left = parse_keys_in(parser);
		maximum = next_maximum(LEVEL_IN, false);
	} else {
		left = parse_unary(parser);
	}
	while (left) {
		enum level level = binary_rules[parser->token.kind].level;
		bool at_match = is_match(parser->token.kind);

		if (level == LEVEL_NONE || level < minimum || level > maximum)
			break;
		if (at_match && maximum == LEVEL_COMPARISON) {
			reject_match_in_row(parser);
			return NULL;
		}
		if (!count_operator(parser))
			return NULL;
		left = level == LEVEL_IN ? parse_single_key_in(parser, left) :
					   parse_binary_rest(parser, left);
		maximum = next_maximum(level, at_match);
	}
	return left;
}

/* ---- The rest ---- */

static struct expr *parse_ternary(struct parser *parser);

/* "?" expression ":" ternary . The "?" is consumed. */
static struct expr *parse_ternary_arms(struct parser *parser, struct expr *condition)
{
	struct expr *yes = parse_expression(parser), *no, *expr;

	if (!yes || !parse_expect(parser, TOKEN_COLON, "in the middle of '?:'"))
		return NULL;
	if (!parse_enter(parser))
		return NULL;
	no = parse_ternary(parser);
	parse_leave(parser);
	if (!no)
		return NULL;
	expr = parse_new_expr(parser, EXPR_TERNARY, condition->span);
	expr->ternary.condition = condition;
	expr->ternary.yes = yes;
	expr->ternary.no = no;
	return expr;
}

/* ternary = binary [ "?" expression ":" ternary ] . */
static struct expr *parse_ternary(struct parser *parser)
{
	struct expr *expr = parse_binary(parser, LEVEL_LOGICAL_OR);

	if (expr && parse_accept(parser, TOKEN_QUESTION))
		return parse_ternary_arms(parser, expr);
	return expr;
}

/* The operator at hand, and what is assigned. */
static struct expr *parse_assignment_rest(struct parser *parser, struct expr *target)
{
	const struct assign_rule *rule = &assign_rules[parser->token.kind];
	struct span operator_span = parser->token.span;
	struct expr *value, *expr;

	if (!check_assignable(parser, target, "assign to"))
		return NULL;
	parse_advance(parser);
	value = parse_expression(parser);
	if (!value)
		return NULL;
	expr = parse_new_expr(parser, EXPR_ASSIGN, target->span);
	expr->assign.operator = rule->operator;
	expr->assign.operation = rule->operation;
	expr->assign.operator_span = operator_span;
	expr->assign.target = target;
	expr->assign.value = value;
	return expr;
}

/* expression = ternary [ assignment operator expression ] . */
struct expr *parse_expression(struct parser *parser)
{
	struct expr *expr;

	if (!parse_enter(parser))
		return NULL;
	expr = parse_ternary(parser);
	if (expr && assign_rules[parser->token.kind].is_assignment)
		expr = parse_assignment_rest(parser, expr);
	parse_leave(parser);
	return expr;
}

GPtrArray *parse_list(struct parser *parser, enum token_kind end, const char *where)
{
	GPtrArray *list = arena_array(parser->arena);

	if (parse_accept(parser, end))
		return list;
	do {
		struct expr *expr = parse_expression(parser);

		if (!expr)
			return NULL;
		g_ptr_array_add(list, expr);
	} while (parse_accept(parser, TOKEN_COMMA));
	if (parse_accept(parser, end))
		return list;
	parse_unexpected(parser, arena_printf(parser->arena, "',' or %s %s",
					      token_kind_describe(parser->arena, end), where));
	return NULL;
}
