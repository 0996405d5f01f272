/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of the program that is traced: $name, @var, @cast, and the paths of members and indexes
 * behind these and behind any other value (whose type is then the one it was made with). Called by
 * parse_value.c.
 *
 * '$' may be part of a name to the lexer, so that a '$' or '$$' that asks for pretty printing
 * comes as the end of the name before it, or as a target variable with no name.
 */
#include <string.h>

#include "script/parse_internal.h"

/* ---- Pretty printing ---- */

/* The '$' at the end of a name away, and counted. False, reported, if there are too many. */
static bool split_pretty(struct parser *parser, const char **name, enum pretty *pretty)
{
	size_t length = strlen(*name), count = 0;

	while (count < length && (*name)[length - 1 - count] == '$')
		count++;
	if (count > 2) {
		parse_error(parser, parser->token.span, "E-syntax",
			    "'%s' has more than two '$' at its end: write '$' for the members, "
			    "'$$' for all that is in them", *name);
		return false;
	}
	if (count > 0) {
		g_autofree char *shorter = g_strndup(*name, length - count);

		*name = name_intern(shorter);
	}
	*pretty = count == 0 ? PRETTY_NONE : count == 1 ? PRETTY_MEMBERS : PRETTY_ALL;
	return true;
}

/* [ "$" | "$$" ] behind a ']' or ')'. */
static bool parse_lone_pretty(struct parser *parser, struct expr *target)
{
	const char *name = parser->token.text;

	if (!parse_at(parser, TOKEN_TARGET) || !parser->token.is_glued ||
	    name[strspn(name, "$")] != '\0')
		return true;
	if (!split_pretty(parser, &name, &target->target.pretty))
		return false;
	parse_advance(parser);
	return true;
}

static bool at_path(const struct parser *parser)
{
	return parse_at(parser, TOKEN_ARROW) || parse_at(parser, TOKEN_LEFT_BRACKET);
}

/* A '$' at the end is the end. */
static bool check_end_of_path(struct parser *parser, const struct expr *target)
{
	if (target->target.pretty == PRETTY_NONE || !at_path(parser))
		return true;
	parse_error(parser, parser->token.span, "E-syntax",
		    "'->' and '[' cannot follow the '$' of pretty printing: write it behind the "
		    "last member");
	return false;
}

/* ---- Paths ---- */

/* "->" member [ "$" | "$$" ] . The arrow is consumed; a member may be called like a keyword. */
static bool parse_member(struct parser *parser, struct expr *target, struct path_step *step)
{
	if (!parse_at(parser, TOKEN_IDENTIFIER) && !token_is_keyword(parser->token.kind)) {
		parse_unexpected(parser, "the name of a member behind '->'");
		return false;
	}
	step->kind = PATH_MEMBER;
	step->member = name_intern(parser->token.text);
	if (!split_pretty(parser, &step->member, &target->target.pretty))
		return false;
	parse_advance(parser);
	return true;
}

/* "[" expression "]" [ "$" | "$$" ] . The bracket is consumed. */
static bool parse_path_index(struct parser *parser, struct expr *target, struct path_step *step)
{
	step->kind = PATH_INDEX;
	step->index = parse_expression(parser);
	return step->index && parse_expect(parser, TOKEN_RIGHT_BRACKET, "behind the index") &&
	       parse_lone_pretty(parser, target);
}

/* path = { "->" member | "[" expression "]" } [ "$" | "$$" ] . */
static struct expr *parse_path(struct parser *parser, struct expr *target, struct span start)
{
	target->target.path = arena_array(parser->arena);
	while (target->target.pretty == PRETTY_NONE && at_path(parser)) {
		struct path_step *step = arena_new0(parser->arena, struct path_step);
		struct span step_start = parser->token.span;
		bool is_member = parse_at(parser, TOKEN_ARROW);

		parse_advance(parser);
		if (!(is_member ? parse_member : parse_path_index)(parser, target, step))
			return NULL;
		step->span = parse_span(parser, step_start);
		g_ptr_array_add(target->target.path, step);
	}
	target->span = parse_span(parser, start);
	return check_end_of_path(parser, target) ? target : NULL;
}

struct expr *parse_autocast(struct parser *parser, struct expr *operand)
{
	struct expr *expr;

	if (!at_path(parser))
		return operand;
	expr = parse_new_expr(parser, EXPR_TARGET, operand->span);
	expr->target.kind = TARGET_AUTOCAST;
	expr->target.operand = operand;
	return parse_path(parser, expr, operand->span);
}

/* ---- Where paths begin ---- */

/* "$" name [ "$" | "$$" ] . */
static bool parse_target_name(struct parser *parser, struct expr *expr)
{
	const char *name = parser->token.text;

	if (name[strspn(name, "$")] == '\0') {
		parse_error(parser, parser->token.span, "E-syntax",
			    "expected the name of a target variable behind '%s'", name);
		return false;
	}
	if (!split_pretty(parser, &name, &expr->target.pretty))
		return false;
	expr->target.name = name;
	parse_advance(parser);
	return true;
}

static const char *parse_string_argument(struct parser *parser, const char *what)
{
	struct span span;

	if (parse_at(parser, TOKEN_STRING))
		return parse_string(parser, &span);
	parse_unexpected(parser, what);
	return NULL;
}

/* [ "," module ] ")" . */
static bool parse_module(struct parser *parser, struct expr *expr)
{
	if (parse_accept(parser, TOKEN_COMMA)) {
		expr->target.module = parse_string_argument(
			parser, "a string, the module or program to look in");
		if (!expr->target.module)
			return false;
	}
	return parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the arguments") &&
	       parse_lone_pretty(parser, expr);
}

/* "@var" "(" string [ "," string ] ")" . The word is consumed. */
static bool parse_var(struct parser *parser, struct expr *expr)
{
	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS, "behind '@var'"))
		return false;
	expr->target.name = parse_string_argument(
		parser, "a string, the name of a variable, in '@var'");
	return expr->target.name && parse_module(parser, expr);
}

/* "@cast" "(" expression "," string [ "," string ] ")" . The word is consumed. */
static bool parse_cast(struct parser *parser, struct expr *expr)
{
	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS, "behind '@cast'"))
		return false;
	expr->target.operand = parse_expression(parser);
	if (!expr->target.operand ||
	    !parse_expect(parser, TOKEN_COMMA, "before the type in '@cast'"))
		return false;
	expr->target.type_name = parse_string_argument(
		parser, "a string, the name of a type, in '@cast'");
	return expr->target.type_name && parse_module(parser, expr);
}

/* target = ( "$" name | var | cast ) path . */
struct expr *parse_target(struct parser *parser)
{
	struct span start = parser->token.span;
	struct expr *expr = parse_new_expr(parser, EXPR_TARGET, start);
	bool is_good;

	if (parse_accept(parser, TOKEN_AT_VAR)) {
		expr->target.kind = TARGET_VAR;
		is_good = parse_var(parser, expr);
	} else if (parse_accept(parser, TOKEN_AT_CAST)) {
		expr->target.kind = TARGET_CAST;
		is_good = parse_cast(parser, expr);
	} else {
		expr->target.kind = TARGET_VARIABLE;
		is_good = parse_target_name(parser, expr);
	}
	return is_good ? parse_path(parser, expr, start) : NULL;
}
