/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points. Called by parse_probe.c for what is probed and for what an alias stands for.
 *
 * Points are only taken apart here. Which components there are, and what arguments they want, is
 * known to the probe families, so any word will do, keywords and wildcards included. Alternatives
 * in braces become points of their own, in the order of the text; they share their components.
 */
#include "script/parse_internal.h"
#include "script/walk.h"

/* Of one point with its alternatives: {a,b}.{a,b}... doubles with each pair of braces. */
#define MAX_ALTERNATIVES 1000

/* ---- Components ---- */

static bool at_component_word(const struct parser *parser)
{
	enum token_kind kind = parser->token.kind;

	return kind == TOKEN_IDENTIFIER || kind == TOKEN_STAR || kind == TOKEN_NUMBER ||
	       token_is_keyword(kind);
}

/* word { word | number }, with nothing in between; word = name | keyword | "*" . */
static const char *parse_component_name(struct parser *parser)
{
	GString *name = g_string_new(NULL);
	const char *interned;

	do {
		g_string_append(name, parser->token.text);
		parse_advance(parser);
	} while (at_component_word(parser) && parser->token.is_glued);
	interned = name_intern(name->str);
	g_string_free(name, TRUE);
	return interned;
}

/* component = name [ "(" literal ")" ] . */
static struct probe_component *parse_component(struct parser *parser)
{
	struct span start = parser->token.span;
	struct probe_component *component = arena_new0(parser->arena, struct probe_component);

	if (!at_component_word(parser) || parse_at(parser, TOKEN_NUMBER)) {
		parse_unexpected(parser, "a component of a probe point");
		return NULL;
	}
	component->name = parse_component_name(parser);
	if (parse_accept(parser, TOKEN_LEFT_PARENTHESIS)) {
		component->argument = parse_literal(
			parser, "a number or a string as the argument of a probe point");
		if (!component->argument ||
		    !parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the argument"))
			return NULL;
	}
	component->span = parse_span(parser, start);
	return component;
}

/* ---- Alternatives ---- */

static struct probe_point *new_point(struct parser *parser)
{
	struct probe_point *point = arena_new0(parser->arena, struct probe_point);

	point->components = arena_array(parser->arena);
	return point;
}

static void append_components(struct probe_point *point, const struct probe_point *other)
{
	for (guint i = 0; i < other->components->len; i++)
		g_ptr_array_add(point->components, g_ptr_array_index(other->components, i));
}

/* Each point has a condition of its own: analysis writes into it. */
static struct expr *copy_condition(struct parser *parser, struct expr *condition)
{
	return condition ? expr_clone(parser->arena, condition) : NULL;
}

/* The components of the first, then those of the second, whose suffixes count. */
static struct probe_point *join_points(struct parser *parser, const struct probe_point *first,
				       const struct probe_point *second)
{
	struct probe_point *point = new_point(parser);

	append_components(point, first);
	append_components(point, second);
	point->is_optional = second->is_optional;
	point->is_sufficient = second->is_sufficient;
	point->condition = copy_condition(parser, second->condition);
	return point;
}

/* Each of `points` goes on with each of `alternatives`. */
static GPtrArray *multiply_points(struct parser *parser, GPtrArray *points,
				  GPtrArray *alternatives, struct span start)
{
	GPtrArray *product = arena_array(parser->arena);

	if (points->len * alternatives->len > MAX_ALTERNATIVES) {
		parse_error(parser, parse_span(parser, start), "E-nesting",
			    "the braces stand for more than %d probe points: write fewer of them, "
			    "or a wildcard", MAX_ALTERNATIVES);
		return NULL;
	}
	for (guint i = 0; i < points->len; i++) {
		for (guint j = 0; j < alternatives->len; j++)
			g_ptr_array_add(product,
					join_points(parser, g_ptr_array_index(points, i),
						    g_ptr_array_index(alternatives, j)));
	}
	return product;
}

static bool expect_alternatives_end(struct parser *parser)
{
	if (parse_accept(parser, TOKEN_RIGHT_BRACE))
		return true;
	parse_unexpected(parser, "',' or '}' behind an alternative of a probe point");
	return false;
}

/* alternatives = "{" point { "," point } "}" . After an error the brace still counts as open. */
static GPtrArray *parse_alternatives(struct parser *parser)
{
	GPtrArray *alternatives = arena_array(parser->arena);
	bool is_good;

	if (!parse_enter(parser))
		return NULL;
	parser->alternatives++;
	parse_advance(parser);
	is_good = parse_points(parser, alternatives) && expect_alternatives_end(parser);
	parse_leave(parser);
	if (!is_good)
		return NULL;
	parser->alternatives--;
	return alternatives;
}

/* part = component | alternatives . Appended to each of the points, which may become more. */
static bool parse_part(struct parser *parser, GPtrArray **points, struct span start)
{
	struct probe_component *component;
	GPtrArray *alternatives;

	if (parse_at(parser, TOKEN_LEFT_BRACE)) {
		alternatives = parse_alternatives(parser);
		*points = alternatives ?
				  multiply_points(parser, *points, alternatives, start) : NULL;
		return *points;
	}
	component = parse_component(parser);
	for (guint i = 0; component && i < (*points)->len; i++) {
		struct probe_point *point = g_ptr_array_index(*points, i);

		g_ptr_array_add(point->components, component);
	}
	return component;
}

/* ---- Suffixes ---- */

static bool has_suffix(const GPtrArray *points)
{
	for (guint i = 0; i < points->len; i++) {
		const struct probe_point *point = g_ptr_array_index(points, i);

		if (point->is_optional || point->is_sufficient || point->condition)
			return true;
	}
	return false;
}

/* Braces may hold suffixes if nothing is behind them that would say more of these points. */
static bool check_no_suffix(struct parser *parser, const GPtrArray *points)
{
	if (!has_suffix(points))
		return true;
	parse_error(parser, parser->token.span, "E-syntax",
		    "'?', '!' and conditions end a probe point: write them behind its last "
		    "component, not in the braces as well");
	return false;
}

/* "if" "(" expression ")" . "if" is consumed. */
static struct expr *parse_point_condition(struct parser *parser)
{
	struct expr *condition;

	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS, "behind 'if'"))
		return NULL;
	condition = parse_expression(parser);
	if (!condition || !parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the condition"))
		return NULL;
	return condition;
}

/* [ "?" | "!" ] [ "if" "(" expression ")" ] . For all points that the braces made. */
static bool parse_suffix(struct parser *parser, GPtrArray *points, struct span start)
{
	bool is_optional, is_sufficient;
	struct expr *condition = NULL;
	struct span span;

	if ((parse_at(parser, TOKEN_QUESTION) || parse_at(parser, TOKEN_NOT) ||
	     parse_at(parser, TOKEN_IF)) && !check_no_suffix(parser, points))
		return false;
	is_optional = parse_accept(parser, TOKEN_QUESTION);
	is_sufficient = !is_optional && parse_accept(parser, TOKEN_NOT);
	span = parse_span(parser, start);
	if (parse_accept(parser, TOKEN_IF)) {
		condition = parse_point_condition(parser);
		if (!condition)
			return false;
	}
	for (guint i = 0; i < points->len; i++) {
		struct probe_point *point = g_ptr_array_index(points, i);

		point->is_optional |= is_optional;
		point->is_sufficient |= is_sufficient;
		if (condition)
			point->condition = copy_condition(parser, condition);
		point->span = span;
	}
	return true;
}

/* ---- Points ---- */

/* point = part { "." part } [ "?" | "!" ] [ "if" "(" expression ")" ] . */
static bool parse_point(struct parser *parser, GPtrArray *result)
{
	struct span start = parser->token.span;
	GPtrArray *points = arena_array(parser->arena);

	g_ptr_array_add(points, new_point(parser));
	do {
		if (!check_no_suffix(parser, points) || !parse_part(parser, &points, start))
			return false;
	} while (parse_accept(parser, TOKEN_DOT));
	if (!parse_suffix(parser, points, start))
		return false;
	for (guint i = 0; i < points->len; i++)
		g_ptr_array_add(result, g_ptr_array_index(points, i));
	return true;
}

/* points = point { "," point } . */
bool parse_points(struct parser *parser, GPtrArray *points)
{
	do {
		if (!parse_point(parser, points))
			return false;
	} while (parse_accept(parser, TOKEN_COMMA));
	return true;
}
