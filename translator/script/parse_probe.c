/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes and probe aliases: what begins with "probe". Called by parse_declaration.c; their points
 * are read by parse_point.c.
 *
 * Which of the two it is shows behind the first points: only an alias has '=' or '+=' there, and
 * then these points were its name.
 */
#include <string.h>

#include "script/parse_internal.h"

/* ---- Resuming after an error ---- */

/*
 * From an error in the points to the body, whose errors are worth reporting, too. Alternatives in
 * braces are passed, those that were open included.
 */
static void resume_at_body(struct parser *parser)
{
	while (!parse_at(parser, TOKEN_END) && !parse_at_declaration(parser)) {
		bool is_body = parser->alternatives == 0 && parser->last_kind != TOKEN_DOT;

		if (parse_at(parser, TOKEN_LEFT_BRACE) && is_body)
			break;
		if (parse_at(parser, TOKEN_LEFT_BRACE))
			parser->alternatives++;
		else if (parse_at(parser, TOKEN_RIGHT_BRACE) && parser->alternatives > 0)
			parser->alternatives--;
		parse_advance(parser);
	}
	parser->alternatives = 0;
	parser->depth = 0;
	if (parse_at(parser, TOKEN_LEFT_BRACE))
		parse_block(parser, "");
}

/* points, or at the body behind what was wrong with them. */
static GPtrArray *parse_points_or_resume(struct parser *parser)
{
	GPtrArray *points = arena_array(parser->arena);

	if (parse_points(parser, points))
		return points;
	resume_at_body(parser);
	return NULL;
}

/* ---- Aliases ---- */

static bool check_alias_component(struct parser *parser, const struct probe_component *component)
{
	if (component->argument) {
		parse_error(parser, component->span, "E-syntax",
			    "the name of an alias has no arguments: leave out what is between "
			    "'(' and ')'");
		return false;
	}
	if (strchr(component->name, '*')) {
		parse_error(parser, component->span, "E-syntax",
			    "the name of an alias has no wildcards: write out what '%s' stands for",
			    component->name);
		return false;
	}
	return true;
}

/* What stands before the '=': one point, whose components are plain words. */
static GPtrArray *check_alias_name(struct parser *parser, const GPtrArray *points)
{
	const struct probe_point *point = g_ptr_array_index(points, 0);

	if (points->len > 1) {
		point = g_ptr_array_index(points, 1);
		parse_error(parser, point->span, "E-syntax",
			    "an alias has one name: define one more for each other name");
		return NULL;
	}
	if (point->is_optional || point->is_sufficient || point->condition) {
		parse_error(parser, point->span, "E-syntax",
			    "the name of an alias has no '?', '!' or condition: write them behind "
			    "the points on the right of '='");
		return NULL;
	}
	for (guint i = 0; i < point->components->len; i++) {
		if (!check_alias_component(parser, g_ptr_array_index(point->components, i)))
			return NULL;
	}
	return point->components;
}

/* block [ "," block ] . Without the second for one that is defined with '+='. */
static bool parse_alias_bodies(struct parser *parser, struct alias *alias, bool is_epilogue)
{
	struct stmt *first = parse_block(parser, "behind the probe points");

	if (!first)
		return false;
	*(is_epilogue ? &alias->epilogue : &alias->prologue) = first;
	if (!parse_at(parser, TOKEN_COMMA))
		return true;
	if (is_epilogue)
		parse_error(parser, parser->token.span, "E-syntax",
			    "'+=' defines what runs behind the handler alone: write '=' for what "
			    "runs before and behind it");
	parse_advance(parser);
	alias->epilogue = parse_block(parser, "for what runs behind the handler");
	return alias->epilogue;
}

/* One more name for what `first` is. */
static void add_alias_name(struct parser *parser, const struct alias *first, GPtrArray *name)
{
	struct alias *alias = arena_new0(parser->arena, struct alias);

	*alias = *first;
	alias->name = name;
	g_ptr_array_add(parser->script->aliases, alias);
}

/*
 * alias = "probe" name { "=" name } ( "=" | "+=" ) points block [ "," block ] .
 * The first name is parsed.
 */
static void parse_alias(struct parser *parser, GPtrArray *name, struct span start, bool is_private)
{
	struct alias *alias = arena_new0(parser->arena, struct alias);
	GPtrArray *names = arena_array(parser->arena);
	bool is_epilogue = parse_at(parser, TOKEN_PLUS_ASSIGN);

	alias->is_private = is_private;
	alias->points = name;
	do {
		GPtrArray *checked = check_alias_name(parser, alias->points);

		if (checked)
			g_ptr_array_add(names, checked);
		parse_advance(parser);
		alias->points = parse_points_or_resume(parser);
		if (!alias->points)
			return;
	} while (parse_at(parser, TOKEN_ASSIGN) && !is_epilogue);
	alias->span = parse_span(parser, start);
	if (!parse_alias_bodies(parser, alias, is_epilogue))
		return;
	for (guint i = 0; i < names->len; i++)
		add_alias_name(parser, alias, g_ptr_array_index(names, i));
}

/* ---- Probes ---- */

/* probe = "probe" points block . "private" may stand before an alias. */
void parse_probe(struct parser *parser, bool is_private)
{
	struct probe_declaration *probe = arena_new0(parser->arena, struct probe_declaration);
	struct span start = parser->token.span;

	parse_advance(parser);
	probe->points = parse_points_or_resume(parser);
	if (!probe->points)
		return;
	probe->span = parse_span(parser, start);
	if (parse_at(parser, TOKEN_ASSIGN) || parse_at(parser, TOKEN_PLUS_ASSIGN)) {
		parse_alias(parser, probe->points, start, is_private);
		return;
	}
	if (is_private)
		parse_error(parser, probe->span, "E-syntax",
			    "only a probe alias can be private: leave out 'private'");
	if (!parse_at(parser, TOKEN_LEFT_BRACE)) {
		parse_unexpected(parser, "',' or '{' behind the probe point");
		resume_at_body(parser);
		return;
	}
	probe->body = parse_block(parser, "");
	if (probe->body)
		g_ptr_array_add(parser->script->probes, probe);
}
