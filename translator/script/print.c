/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the tree back as a script: what -p1 shows, and what messages quote.
 *
 * The text is a fixed point: parsed, it gives the same tree, and that tree prints the same. So
 * every operand that is no plain value stands in parentheses, and every simple statement has its
 * ';'. Expressions are written by print_expression.c.
 */
#include "base/diag.h"
#include "script/parse.h"
#include "script/print_internal.h"

const char *type_name(enum type type)
{
	switch (type) {
	case TYPE_LONG:
		return "long";
	case TYPE_STRING:
		return "string";
	case TYPE_STATS:
		return "stats";
	case TYPE_VOID:
		return "void";
	case TYPE_UNKNOWN:
		return "unknown";
	}
	bug("type %d has no name", type);
}

/* ---- Statements ---- */

static void print_indent(int indent, GString *out)
{
	for (int i = 0; i < indent; i++)
		g_string_append_c(out, '\t');
}

static void print_stmt(const struct stmt *stmt, int indent, GString *out);

/* Indented, and with a newline behind it. */
static void print_stmt_line(const struct stmt *stmt, int indent, GString *out)
{
	print_indent(indent, out);
	print_stmt(stmt, indent, out);
	g_string_append_c(out, '\n');
}

static void print_block(const struct stmt *block, int indent, GString *out)
{
	g_string_append(out, "{\n");
	for (guint i = 0; i < block->block->len; i++)
		print_stmt_line(g_ptr_array_index(block->block, i), indent + 1, out);
	print_indent(indent, out);
	g_string_append_c(out, '}');
}

/* What a header governs: a block in its line, anything else in the next. */
static void print_body(const struct stmt *body, int indent, GString *out)
{
	if (body->kind == STMT_BLOCK) {
		g_string_append_c(out, ' ');
		print_block(body, indent, out);
	} else {
		g_string_append_c(out, '\n');
		print_indent(indent + 1, out);
		print_stmt(body, indent + 1, out);
	}
}

/* "else if" stays in one line. */
static void print_else(const struct stmt *otherwise, int indent, GString *out)
{
	g_string_append_c(out, '\n');
	print_indent(indent, out);
	g_string_append(out, "else");
	if (otherwise->kind == STMT_IF) {
		g_string_append_c(out, ' ');
		print_stmt(otherwise, indent, out);
	} else {
		print_body(otherwise, indent, out);
	}
}

static void print_if(const struct stmt *stmt, int indent, GString *out)
{
	g_string_append(out, "if (");
	expr_print(stmt->branch.condition, out);
	g_string_append_c(out, ')');
	print_body(stmt->branch.then, indent, out);
	if (stmt->branch.otherwise)
		print_else(stmt->branch.otherwise, indent, out);
}

static void print_optional(const char *before, const struct expr *expr, GString *out)
{
	if (expr) {
		g_string_append(out, before);
		expr_print(expr, out);
	}
}

static void print_for(const struct stmt *stmt, int indent, GString *out)
{
	g_string_append(out, "for (");
	print_optional("", stmt->loop.initial, out);
	g_string_append_c(out, ';');
	print_optional(" ", stmt->loop.condition, out);
	g_string_append_c(out, ';');
	print_optional(" ", stmt->loop.step, out);
	g_string_append_c(out, ')');
	print_body(stmt->loop.body, indent, out);
}

static void print_while(const struct stmt *stmt, int indent, GString *out)
{
	g_string_append(out, "while (");
	expr_print(stmt->loop.condition, out);
	g_string_append_c(out, ')');
	print_body(stmt->loop.body, indent, out);
}

/* The sign behind what is sorted by. */
static const char *sort_sign(const struct stmt *stmt, int column)
{
	if (stmt->foreach.direction == SORT_NONE || stmt->foreach.sort_column != column)
		return "";
	return stmt->foreach.direction == SORT_ASCENDING ? "+" : "-";
}

static void print_foreach_keys(const struct stmt *stmt, GString *out)
{
	guint count = stmt->foreach.keys->len;

	if (stmt->foreach.value)
		g_string_append_printf(out, "%s = ", stmt->foreach.value->name);
	g_string_append(out, count > 1 ? "[" : "");
	for (guint i = 0; i < count; i++) {
		const struct foreach_key *key = g_ptr_array_index(stmt->foreach.keys, i);

		g_string_append_printf(out, "%s%s%s", i > 0 ? ", " : "", key->name,
				       sort_sign(stmt, i + 1));
	}
	g_string_append(out, count > 1 ? "]" : "");
}

static void print_foreach_array(const struct stmt *stmt, GString *out)
{
	if (stmt->foreach.histogram) {
		expr_print(stmt->foreach.histogram, out);
		return;
	}
	g_string_append(out, stmt->foreach.name);
	if (stmt->foreach.slice) {
		g_string_append_c(out, '[');
		print_list(stmt->foreach.slice, "", out);
		g_string_append_c(out, ']');
	}
}

static void print_foreach(const struct stmt *stmt, int indent, GString *out)
{
	g_string_append(out, "foreach (");
	print_foreach_keys(stmt, out);
	g_string_append(out, " in ");
	print_foreach_array(stmt, out);
	if (stmt->foreach.has_sort_statistic)
		g_string_append_printf(out, " %s ",
				       print_statistic_name(stmt->foreach.sort_statistic));
	g_string_append(out, sort_sign(stmt, 0));
	print_optional(" limit ", stmt->foreach.limit, out);
	g_string_append_c(out, ')');
	print_body(stmt->foreach.body, indent, out);
}

static void print_try(const struct stmt *stmt, int indent, GString *out)
{
	g_string_append(out, "try ");
	print_block(stmt->try_catch.body, indent, out);
	g_string_append(out, " catch ");
	if (stmt->try_catch.name)
		g_string_append_printf(out, "(%s) ", stmt->try_catch.name);
	print_block(stmt->try_catch.handler, indent, out);
}

static void print_simple(const char *keyword, const struct expr *expr, GString *out)
{
	g_string_append(out, keyword);
	print_optional(*keyword ? " " : "", expr, out);
	g_string_append_c(out, ';');
}

/* Embedded C bare is a statement in C: as an expression it stands in parentheses. */
static void print_expression_statement(const struct expr *expr, GString *out)
{
	bool is_in_parentheses = expr->kind == EXPR_EMBEDDED_C;

	g_string_append(out, is_in_parentheses ? "(" : "");
	expr_print(expr, out);
	g_string_append(out, is_in_parentheses ? ");" : ";");
}

static void print_stmt(const struct stmt *stmt, int indent, GString *out)
{
	switch (stmt->kind) {
	case STMT_EMPTY:
		print_simple("", NULL, out);
		return;
	case STMT_EXPR:
		print_expression_statement(stmt->expr, out);
		return;
	case STMT_BLOCK:
		print_block(stmt, indent, out);
		return;
	case STMT_IF:
		print_if(stmt, indent, out);
		return;
	case STMT_WHILE:
		print_while(stmt, indent, out);
		return;
	case STMT_FOR:
		print_for(stmt, indent, out);
		return;
	case STMT_FOREACH:
		print_foreach(stmt, indent, out);
		return;
	case STMT_RETURN:
		print_simple("return", stmt->expr, out);
		return;
	case STMT_NEXT:
		print_simple("next", NULL, out);
		return;
	case STMT_BREAK:
		print_simple("break", NULL, out);
		return;
	case STMT_CONTINUE:
		print_simple("continue", NULL, out);
		return;
	case STMT_DELETE:
		print_simple("delete", stmt->expr, out);
		return;
	case STMT_TRY:
		print_try(stmt, indent, out);
		return;
	case STMT_EMBEDDED_C:
		g_string_append_printf(out, "%%{%s%%};", stmt->embedded_c);
		return;
	}
	bug("statement of kind %d", stmt->kind);
}

/* ---- Declarations ---- */

static void print_global(const struct variable *variable, GString *out)
{
	g_string_append_printf(out, "%sglobal %s%s", variable->is_private ? "private " : "",
			       variable->name, variable->wraps ? "%" : "");
	if (variable->has_size)
		g_string_append_printf(out, "[%" G_GINT64_FORMAT "]", variable->size);
	if (variable->initial) {
		g_string_append(out, " = ");
		print_literal(variable->initial, out);
	}
	g_string_append_c(out, '\n');
}

static void print_declared_type(enum type type, bool is_declared, GString *out)
{
	if (is_declared)
		g_string_append_printf(out, ":%s", type_name(type));
}

static void print_function(const struct function *function, GString *out)
{
	g_string_append_printf(out, "%sfunction %s", function->is_private ? "private " : "",
			       function->name);
	print_declared_type(function->type, function->type_is_declared, out);
	g_string_append(out, " (");
	for (guint i = 0; i < function->parameters->len; i++) {
		const struct variable *parameter = g_ptr_array_index(function->parameters, i);

		g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", parameter->name);
		print_declared_type(parameter->type, parameter->type_is_declared, out);
	}
	g_string_append_c(out, ')');
	if (function->has_priority)
		g_string_append_printf(out, ":%" G_GINT64_FORMAT, function->priority);
	g_string_append_c(out, '\n');
	if (function->body)
		print_block(function->body, 0, out);
	else
		g_string_append_printf(out, "%%{%s%%}", function->embedded_c);
	g_string_append_c(out, '\n');
}

static void print_component(const struct probe_component *component, GString *out)
{
	g_string_append(out, component->name);
	if (component->argument) {
		g_string_append_c(out, '(');
		print_literal(component->argument, out);
		g_string_append_c(out, ')');
	}
}

static void print_components(const GPtrArray *components, GString *out)
{
	for (guint i = 0; i < components->len; i++) {
		g_string_append(out, i > 0 ? "." : "");
		print_component(g_ptr_array_index(components, i), out);
	}
}

void probe_point_print(const struct probe_point *point, GString *out)
{
	print_components(point->components, out);
	if (point->is_optional)
		g_string_append_c(out, '?');
	if (point->is_sufficient)
		g_string_append_c(out, '!');
	if (point->condition) {
		g_string_append(out, " if (");
		expr_print(point->condition, out);
		g_string_append_c(out, ')');
	}
}

static void print_points(const GPtrArray *points, GString *out)
{
	for (guint i = 0; i < points->len; i++) {
		g_string_append(out, i > 0 ? ", " : "");
		probe_point_print(g_ptr_array_index(points, i), out);
	}
	g_string_append_c(out, '\n');
}

static void print_alias(const struct alias *alias, GString *out)
{
	g_string_append_printf(out, "%sprobe ", alias->is_private ? "private " : "");
	print_components(alias->name, out);
	g_string_append(out, alias->prologue ? " = " : " += ");
	print_points(alias->points, out);
	if (alias->prologue)
		print_block(alias->prologue, 0, out);
	if (alias->prologue && alias->epilogue)
		g_string_append(out, ",\n");
	if (alias->epilogue)
		print_block(alias->epilogue, 0, out);
	g_string_append_c(out, '\n');
}

static void print_probe(const struct probe_declaration *probe, GString *out)
{
	g_string_append(out, "probe ");
	print_points(probe->points, out);
	print_block(probe->body, 0, out);
	g_string_append_c(out, '\n');
}

static void print_embedded_c(const struct embedded_c *embedded_c, GString *out)
{
	g_string_append_printf(out, "%%{%s%%}\n", embedded_c->text);
}

/* Each of them, on lines of its own. */
#define print_all(list, print, out) do { \
	for (guint i = 0; i < (list)->len; i++) \
		print(g_ptr_array_index(list, i), out); \
} while (0)

void script_print(const struct script *script, GString *out)
{
	print_all(script->embedded_c, print_embedded_c, out);
	print_all(script->globals, print_global, out);
	print_all(script->functions, print_function, out);
	print_all(script->aliases, print_alias, out);
	print_all(script->probes, print_probe, out);
}
