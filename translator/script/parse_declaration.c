/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands at the top of a script: globals, functions, embedded C (probes are in
 * parse_probe.c). Called once per source by parse_script().
 *
 * After an error the script goes on at the next word that begins a declaration; these words are
 * reserved, so that one inside of a block also tells that its '}' is missing.
 */
#include "script/parse_internal.h"

/* ---- Globals ---- */

static struct variable *new_variable(struct parser *parser, enum variable_kind kind,
				     const char *what)
{
	struct variable *variable = arena_new0(parser->arena, struct variable);

	variable->kind = kind;
	variable->name = parse_name(parser, what, &variable->span);
	return variable->name ? variable : NULL;
}

/* "[" number "]" . The "[" is consumed. */
static bool parse_size(struct parser *parser, struct variable *variable)
{
	struct span start = parser->token.span;

	if (!parse_signed_number(parser, "a number as the size of the array", &variable->size))
		return false;
	variable->has_size = true;
	if (variable->size < 1 || variable->size > G_MAXINT32) {
		parse_error(parser, parse_span(parser, start), "E-number-range",
			    "the size of an array is %s",
			    variable->size < 1 ? "at least 1" : "less than 2147483648");
		return false;
	}
	return parse_expect(parser, TOKEN_RIGHT_BRACKET, "behind the size of the array");
}

/* "=" literal . The "=" is consumed. */
static bool parse_initial(struct parser *parser, struct variable *variable)
{
	variable->initial = parse_literal(parser, "a number or a string as the initial value");
	if (!variable->initial)
		return false;
	if (variable->has_size || variable->wraps) {
		parse_error(parser, variable->initial->span, "E-syntax",
			    "an array ('%s' has %s) cannot have an initial value", variable->name,
			    variable->has_size ? "a size" : "a '%'");
		return false;
	}
	variable->key_count = 0;
	return true;
}

/* name [ "%" ] [ "[" number "]" ] [ "=" literal ] . */
static bool parse_global(struct parser *parser, bool is_private)
{
	struct variable *variable = new_variable(parser, VARIABLE_GLOBAL, "the name of a global");

	if (!variable)
		return false;
	variable->is_private = is_private;
	variable->key_count = -1;
	variable->wraps = parse_accept(parser, TOKEN_PERCENT);
	if (parse_accept(parser, TOKEN_LEFT_BRACKET) && !parse_size(parser, variable))
		return false;
	if (parse_accept(parser, TOKEN_ASSIGN) && !parse_initial(parser, variable))
		return false;
	g_ptr_array_add(parser->script->globals, variable);
	return true;
}

/* globals = global { "," global } [ ";" ] . "global" is consumed. */
static bool parse_globals(struct parser *parser, bool is_private)
{
	do {
		if (!parse_global(parser, is_private))
			return false;
	} while (parse_accept(parser, TOKEN_COMMA));
	parse_accept(parser, TOKEN_SEMICOLON);
	return true;
}

/* ---- Functions ---- */

/* [ ":" ( "long" | "string" ) ] . False, reported, if something else stands behind ':'. */
static bool parse_type(struct parser *parser, enum type *type_ret, bool *is_declared_ret)
{
	static const char *const types[] = { "long", "string", NULL };

	if (!parse_accept(parser, TOKEN_COLON))
		return true;
	if (parse_at(parser, TOKEN_LONG)) {
		*type_ret = TYPE_LONG;
	} else if (parse_at(parser, TOKEN_STRING_TYPE)) {
		*type_ret = TYPE_STRING;
	} else {
		parse_unexpected_word(parser, "'long' or 'string' behind ':'", types);
		return false;
	}
	*is_declared_ret = true;
	parse_advance(parser);
	return true;
}

static bool check_parameter(struct parser *parser, const struct function *function,
			    const struct variable *parameter)
{
	for (guint i = 0; i < function->parameters->len; i++) {
		const struct variable *other = g_ptr_array_index(function->parameters, i);

		if (other->name != parameter->name)
			continue;
		parse_error(parser, parameter->span, "E-duplicate-parameter",
			    "function '%s' has two parameters '%s'", function->name,
			    parameter->name);
		diag_note(parser->diag, other->span, "the first one");
		return false;
	}
	return true;
}

/* parameters = [ name type { "," name type } [ "," ] ] ")" . The "(" is consumed. */
static bool parse_parameters(struct parser *parser, struct function *function)
{
	while (!parse_accept(parser, TOKEN_RIGHT_PARENTHESIS)) {
		struct variable *parameter =
			new_variable(parser, VARIABLE_PARAMETER, "the name of a parameter");

		if (!parameter || !parse_type(parser, &parameter->type,
					      &parameter->type_is_declared))
			return false;
		/* The function itself is all right: what follows is worth reading. */
		if (check_parameter(parser, function, parameter))
			g_ptr_array_add(function->parameters, parameter);
		if (parse_accept(parser, TOKEN_COMMA) ||
		    parse_at(parser, TOKEN_RIGHT_PARENTHESIS))
			continue;
		parse_unexpected(parser, "',' or ')' behind the parameter");
		return false;
	}
	return true;
}

/* [ ":" number ] behind the parameters. */
static bool parse_priority(struct parser *parser, struct function *function)
{
	struct span start;

	if (!parse_accept(parser, TOKEN_COLON))
		return true;
	start = parser->token.span;
	if (!parse_signed_number(parser, "a number as the priority of the function",
				 &function->priority))
		return false;
	function->has_priority = true;
	if (function->priority < 1)
		parse_error(parser, parse_span(parser, start), "E-number-range",
			    "the priority of a function is at least 1");
	return true;
}

static bool parse_function_name(struct parser *parser, struct function *function)
{
	function->name = parse_name(parser, "the name of a function", &function->span);
	if (!function->name)
		return false;
	if (parse_is_print_name(function->name))
		parse_error(parser, function->span, "E-duplicate-function",
			    "'%s' is part of the language and cannot be declared", function->name);
	return true;
}

/* block | embedded C . */
static bool parse_function_body(struct parser *parser, struct function *function)
{
	if (parse_at(parser, TOKEN_EMBEDDED_C)) {
		function->embedded_c = parser->token.text;
		function->embedded_c_span = parser->token.span;
		parse_advance(parser);
		return true;
	}
	function->body = parse_block(parser, "or '%{' behind the parameters");
	return function->body;
}

/* function = name type "(" parameters priority ( block | embedded C ) . "function" is consumed. */
static bool parse_function(struct parser *parser, bool is_private)
{
	struct function *function = arena_new0(parser->arena, struct function);

	function->is_private = is_private;
	function->parameters = arena_array(parser->arena);
	function->locals = arena_array(parser->arena);
	if (!parse_function_name(parser, function) ||
	    !parse_type(parser, &function->type, &function->type_is_declared) ||
	    !parse_expect(parser, TOKEN_LEFT_PARENTHESIS, "behind the name of the function") ||
	    !parse_parameters(parser, function) || !parse_priority(parser, function) ||
	    !parse_function_body(parser, function))
		return false;
	g_ptr_array_add(parser->script->functions, function);
	return true;
}

/* ---- All of them ---- */

/* "private" ( "global" globals | globals | "function" function | probe ) , "private" consumed. */
static bool parse_private(struct parser *parser)
{
	if (parse_accept(parser, TOKEN_FUNCTION))
		return parse_function(parser, true);
	if (parse_accept(parser, TOKEN_GLOBAL) || parse_at(parser, TOKEN_IDENTIFIER))
		return parse_globals(parser, true);
	if (parse_at(parser, TOKEN_PROBE)) {
		parse_probe(parser, true);
		return true;
	}
	parse_unexpected(parser, "'global', 'function', 'probe' or a name behind 'private'");
	return false;
}

static void add_embedded_c(struct parser *parser)
{
	struct embedded_c *embedded_c = arena_new0(parser->arena, struct embedded_c);

	embedded_c->text = parser->token.text;
	embedded_c->span = parser->token.span;
	g_ptr_array_add(parser->script->embedded_c, embedded_c);
	parse_advance(parser);
}

static void reject_declaration(struct parser *parser)
{
	static const char *const words[] = { "probe", "function", "global", "private", NULL };

	parse_unexpected_word(parser, "'probe', 'function' or 'global'", words);
}

/* Skips to the next declaration. */
static void resume(struct parser *parser)
{
	while (!parse_at(parser, TOKEN_END) && !parse_at_declaration(parser))
		parse_advance(parser);
	parser->depth = 0;
}

/* Anything that is no declaration has been reported when it returns false. */
static bool parse_declaration(struct parser *parser)
{
	parser->operators = 0;
	if (parse_at(parser, TOKEN_PROBE)) {
		parse_probe(parser, false);
		return true;
	}
	if (parse_accept(parser, TOKEN_GLOBAL))
		return parse_globals(parser, false);
	if (parse_accept(parser, TOKEN_FUNCTION))
		return parse_function(parser, false);
	if (parse_accept(parser, TOKEN_PRIVATE))
		return parse_private(parser);
	if (parse_at(parser, TOKEN_EMBEDDED_C)) {
		add_embedded_c(parser);
		return true;
	}
	if (parse_accept(parser, TOKEN_SEMICOLON))
		return true;
	reject_declaration(parser);
	parse_advance(parser);
	return false;
}

/*
 * script = { probe | "global" globals | "function" function | "private" private
 *            | embedded C | ";" } .
 */
void parse_declarations(struct parser *parser)
{
	while (!parse_at(parser, TOKEN_END)) {
		if (!parse_declaration(parser))
			resume(parser);
	}
}
