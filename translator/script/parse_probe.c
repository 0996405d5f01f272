/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes: their points and the body. Called by parse_declaration.c.
 *
 * Points are only taken apart here. Which components there are, and what arguments they want, is
 * known to the probe families, so any word will do, keywords and wildcards included.
 */
#include <string.h>

#include "script/parse_internal.h"

static bool at_component_word(const struct parser *parser)
{
	enum token_kind kind = parser->token.kind;

	return kind == TOKEN_IDENTIFIER || kind == TOKEN_STAR || kind == TOKEN_NUMBER ||
	       token_is_keyword(kind);
}

/* word { word }, with nothing in between; word = name | keyword | number | "*" . */
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

	if (parse_at(parser, TOKEN_LEFT_BRACE)) {
		parse_not_supported(parser, start, "'{a,b}' in probe points is");
		return NULL;
	}
	if (!at_component_word(parser)) {
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

/* "if" "(" expression ")" . "if" is consumed. */
static bool parse_point_condition(struct parser *parser, struct probe_point *point)
{
	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS, "behind 'if'"))
		return false;
	point->condition = parse_expression(parser);
	return point->condition &&
	       parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the condition");
}

/* point = component { "." component } [ "?" | "!" ] [ "if" "(" expression ")" ] . */
static struct probe_point *parse_point(struct parser *parser)
{
	struct span start = parser->token.span;
	struct probe_point *point = arena_new0(parser->arena, struct probe_point);

	point->components = arena_array(parser->arena);
	do {
		struct probe_component *component = parse_component(parser);

		if (!component)
			return NULL;
		g_ptr_array_add(point->components, component);
	} while (parse_accept(parser, TOKEN_DOT));
	point->is_optional = parse_accept(parser, TOKEN_QUESTION);
	point->is_sufficient = !point->is_optional && parse_accept(parser, TOKEN_NOT);
	point->span = parse_span(parser, start);
	if (parse_accept(parser, TOKEN_IF) && !parse_point_condition(parser, point))
		return NULL;
	return point;
}

/* points = point { "," point } . */
static bool parse_points(struct parser *parser, GPtrArray *points)
{
	do {
		struct probe_point *point = parse_point(parser);

		if (!point)
			return false;
		g_ptr_array_add(points, point);
	} while (parse_accept(parser, TOKEN_COMMA));
	return true;
}

/* A brace list, which is reported, up to its '}'. */
static void skip_brace_list(struct parser *parser)
{
	while (!parse_at(parser, TOKEN_END) && !parse_at_declaration(parser) &&
	       !parse_accept(parser, TOKEN_RIGHT_BRACE))
		parse_advance(parser);
}

/* From an error in the points to the body, whose errors are worth reporting, too. */
static void resume_at_body(struct parser *parser)
{
	if (parse_at(parser, TOKEN_LEFT_BRACE))
		skip_brace_list(parser);
	while (!parse_at(parser, TOKEN_END) && !parse_at(parser, TOKEN_LEFT_BRACE) &&
	       !parse_at_declaration(parser))
		parse_advance(parser);
	parser->depth = 0;
	if (parse_at(parser, TOKEN_LEFT_BRACE))
		parse_block(parser, "");
}

/*
 * alias = name ( "=" | "+=" ) points block [ "," block ] . Reported, and passed whole.
 */
static void reject_alias(struct parser *parser, struct span start)
{
	parse_not_supported(parser, parse_span(parser, start), "probe aliases are");
	parse_advance(parser);
	if (!parse_points(parser, arena_array(parser->arena))) {
		resume_at_body(parser);
		return;
	}
	parse_block(parser, "behind the probe points");
	if (parse_accept(parser, TOKEN_COMMA))
		parse_block(parser, "for what runs behind the handler");
}

/* probe = "probe" points block . */
void parse_probe(struct parser *parser, bool is_private)
{
	struct probe_declaration *probe = arena_new0(parser->arena, struct probe_declaration);
	struct span start = parser->token.span;

	parse_advance(parser);
	probe->points = arena_array(parser->arena);
	if (!parse_points(parser, probe->points)) {
		resume_at_body(parser);
		return;
	}
	probe->span = parse_span(parser, start);
	if (parse_at(parser, TOKEN_ASSIGN) || parse_at(parser, TOKEN_PLUS_ASSIGN)) {
		reject_alias(parser, start);
		return;
	}
	if (is_private)
		parse_error(parser, probe->span, "E-syntax", "only a probe alias can be private");
	if (!parse_at(parser, TOKEN_LEFT_BRACE)) {
		parse_unexpected(parser, "',' or '{' behind the probe point");
		resume_at_body(parser);
		return;
	}
	probe->body = parse_block(parser, "");
	if (probe->body)
		g_ptr_array_add(parser->script->probes, probe);
}
