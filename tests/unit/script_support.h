/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of translator/script share: a session around one text, and the tree written as an
 * S-expression. That notation is the tests' own, so that a mistake in the printer cannot hide one
 * in the parser. To be included behind cmocka.h.
 */
#ifndef SPILE_TESTS_SCRIPT_SUPPORT_H
#define SPILE_TESTS_SCRIPT_SUPPORT_H

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "script/parse.h"

/* A text, and what was said about it. */
struct session {
	struct arena *arena;
	struct diag diag;
	const struct source *source;
	struct script *script;		/* NULL in the lexer's tests */
	char *messages;
	size_t messages_length;
};

static inline void session_start(struct session *session, const char *text)
{
	memset(session, 0, sizeof(*session));
	session->arena = arena_new();
	diag_init(&session->diag);
	session->diag.out = open_memstream(&session->messages, &session->messages_length);
	session->diag.colour = false;
	session->source = source_from_text(session->arena, "t.stp", text, strlen(text));
}

static inline void session_parse(struct session *session, const char *text,
				 const struct script_arguments *arguments)
{
	struct parse_context context = { .arena = NULL };

	session_start(session, text);
	context.arena = session->arena;
	context.diag = &session->diag;
	session->script = parse_script(&context, session->source, arguments);
	fflush(session->diag.out);
}

static inline void session_end(struct session *session)
{
	fclose(session->diag.out);
	free(session->messages);
	arena_free(session->arena);
}

/* The lines of the messages that name a place or a kind: no source lines, no markers. */
static inline char *session_summary(struct session *session)
{
	GString *summary = g_string_new(NULL);
	char **lines;

	fflush(session->diag.out);
	lines = g_strsplit(session->messages, "\n", -1);
	for (int i = 0; lines[i]; i++) {
		if (g_str_has_prefix(lines[i], "t.stp:") || g_str_has_prefix(lines[i], "note: ") ||
		    g_str_has_prefix(lines[i], "spile: "))
			g_string_append_printf(summary, "%s\n", lines[i]);
	}
	g_strfreev(lines);
	return g_string_free(summary, FALSE);
}

/* ---- Expressions as S-expressions ---- */

static inline void dump_expr(const struct expr *expr, GString *out);

static inline const char *dump_binary_name(enum binary_operator operation)
{
	static const char *const names[] = {
		[BINARY_ADD] = "+", [BINARY_SUBTRACT] = "-", [BINARY_MULTIPLY] = "*",
		[BINARY_DIVIDE] = "/", [BINARY_MODULO] = "%", [BINARY_SHIFT_LEFT] = "<<",
		[BINARY_SHIFT_RIGHT] = ">>", [BINARY_AND] = "&", [BINARY_OR] = "|",
		[BINARY_XOR] = "^", [BINARY_LOGICAL_AND] = "&&", [BINARY_LOGICAL_OR] = "||",
		[BINARY_EQUAL] = "==", [BINARY_NOT_EQUAL] = "!=", [BINARY_LESS] = "<",
		[BINARY_LESS_EQUAL] = "<=", [BINARY_GREATER] = ">",
		[BINARY_GREATER_EQUAL] = ">=", [BINARY_CONCATENATE] = ".",
		[BINARY_MATCH] = "=~", [BINARY_NOT_MATCH] = "!~",
	};

	return names[operation];
}

static inline const char *dump_statistic_name(enum statistic_operator operation)
{
	static const char *const names[] = {
		[STATISTIC_COUNT] = "count", [STATISTIC_SUM] = "sum", [STATISTIC_MIN] = "min",
		[STATISTIC_MAX] = "max", [STATISTIC_AVERAGE] = "avg",
		[STATISTIC_VARIANCE] = "variance",
	};

	return names[operation];
}

/* " a b c" */
static inline void dump_list(const GPtrArray *list, GString *out)
{
	for (guint i = 0; i < list->len; i++) {
		g_string_append_c(out, ' ');
		dump_expr(g_ptr_array_index(list, i), out);
	}
}

/* "(name a b c)", for up to three operands of which the last may be NULL. */
static inline void dump_node(const char *name, const struct expr *a, const struct expr *b,
			     const struct expr *c, GString *out)
{
	const struct expr *operands[] = { a, b, c };

	g_string_append_printf(out, "(%s", name);
	for (size_t i = 0; i < G_N_ELEMENTS(operands) && operands[i]; i++) {
		g_string_append_c(out, ' ');
		dump_expr(operands[i], out);
	}
	g_string_append_c(out, ')');
}

static inline void dump_string(const char *text, GString *out)
{
	g_autofree char *escaped = g_strescape(text, NULL);

	g_string_append_printf(out, "\"%s\"", escaped);
}

static inline void dump_optional_string(const char *text, GString *out)
{
	if (text) {
		g_string_append_c(out, ' ');
		dump_string(text, out);
	}
}

static inline void dump_target_start(const struct expr *expr, GString *out)
{
	static const char *const kinds[] = {
		[TARGET_VAR] = "var", [TARGET_CAST] = "cast", [TARGET_AUTOCAST] = "autocast",
	};

	if (expr->target.kind == TARGET_VARIABLE) {
		g_string_append(out, expr->target.name);
		return;
	}
	g_string_append_printf(out, "(%s", kinds[expr->target.kind]);
	dump_optional_string(expr->target.name, out);
	if (expr->target.operand) {
		g_string_append_c(out, ' ');
		dump_expr(expr->target.operand, out);
	}
	dump_optional_string(expr->target.type_name, out);
	dump_optional_string(expr->target.module, out);
	g_string_append_c(out, ')');
}

static inline void dump_target(const struct expr *expr, GString *out)
{
	static const char *const pretty[] = { "", " pretty$", " pretty$$" };

	g_string_append(out, expr->target.address_of ? "&" : "");
	dump_target_start(expr, out);
	for (guint i = 0; i < expr->target.path->len; i++) {
		const struct path_step *step = g_ptr_array_index(expr->target.path, i);

		if (step->kind == PATH_MEMBER) {
			g_string_append_printf(out, "->%s", step->member);
			continue;
		}
		g_string_append_c(out, '[');
		dump_expr(step->index, out);
		g_string_append_c(out, ']');
	}
	g_string_append(out, pretty[expr->target.pretty]);
}

static inline void dump_print(const struct expr *expr, GString *out)
{
	const struct print_form *form = &expr->print.form;

	g_string_append_printf(out, "(%sprint%s%s%s", form->to_string ? "s" : "",
			       form->has_format ? "f" : "", form->has_delimiter ? "d" : "",
			       form->newline ? "ln" : "");
	if (expr->print.format) {
		g_autofree char *escaped = g_strescape(expr->print.format, NULL);

		g_string_append_printf(out, " \"%s\"", escaped);
	}
	dump_list(expr->print.arguments, out);
	g_string_append_c(out, ')');
}

static inline void dump_assign(const struct expr *expr, GString *out)
{
	const struct expr *target = expr->assign.target, *value = expr->assign.value;
	g_autofree char *compound = NULL;

	switch (expr->assign.operator) {
	case ASSIGN_PLAIN:
		dump_node("=", target, value, NULL, out);
		return;
	case ASSIGN_STATISTIC:
		dump_node("<<<", target, value, NULL, out);
		return;
	case ASSIGN_COMPOUND:
		compound = g_strconcat(dump_binary_name(expr->assign.operation), "=", NULL);
		dump_node(compound, target, value, NULL, out);
		return;
	}
}

static inline void dump_increment(const struct expr *expr, GString *out)
{
	g_autofree char *name = g_strdup_printf("%s%s", expr->increment.is_prefix ? "pre" : "post",
						expr->increment.delta > 0 ? "++" : "--");

	dump_node(name, expr->increment.target, NULL, NULL, out);
}

static inline void dump_named_list(const char *kind, const char *name, const GPtrArray *list,
				   GString *out)
{
	g_string_append_printf(out, "(%s %s", kind, name);
	dump_list(list, out);
	g_string_append_c(out, ')');
}

static inline void dump_histogram(const struct expr *expr, GString *out)
{
	bool is_linear = expr->histogram.kind == HISTOGRAM_LINEAR;

	g_string_append_printf(out, "(%s ", is_linear ? "hist_linear" : "hist_log");
	dump_expr(expr->histogram.operand, out);
	if (is_linear)
		g_string_append_printf(out, " %" PRId64 " %" PRId64 " %" PRId64,
				       expr->histogram.low, expr->histogram.high,
				       expr->histogram.step);
	if (expr->histogram.bucket) {
		g_string_append(out, " bucket ");
		dump_expr(expr->histogram.bucket, out);
	}
	g_string_append_c(out, ')');
}

static inline void dump_statistic(const struct expr *expr, GString *out)
{
	g_string_append_printf(out, "(%s ", dump_statistic_name(expr->statistic.operation));
	dump_expr(expr->statistic.operand, out);
	if (expr->statistic.has_shift)
		g_string_append_printf(out, " %" PRId64, expr->statistic.shift);
	g_string_append_c(out, ')');
}

static inline const char *dump_operator_name(enum at_operator operation)
{
	static const char *const names[] = {
		[AT_DEFINED] = "defined", [AT_ENTRY] = "entry", [AT_PERF] = "perf",
		[AT_CONST] = "const", [AT_ENUM] = "enum", [AT_ENUM_NAME] = "enumname",
		[AT_PROBE_WRITE] = "probewrite", [AT_KERNEL_REGISTER] = "kregister",
		[AT_USER_REGISTER] = "uregister", [AT_KERNEL_READ] = "kderef",
		[AT_USER_READ] = "uderef",
	};

	return names[operation];
}

static inline void dump_expr(const struct expr *expr, GString *out)
{
	static const char *const unary_names[] = {
		[UNARY_PLUS] = "+", [UNARY_MINUS] = "-", [UNARY_NOT] = "!",
		[UNARY_COMPLEMENT] = "~",
	};

	switch (expr->kind) {
	case EXPR_NUMBER:
		g_string_append_printf(out, "%" PRId64, expr->number);
		return;
	case EXPR_STRING:
		dump_string(expr->string, out);
		return;
	case EXPR_VARIABLE:
		g_string_append(out, expr->variable.name);
		return;
	case EXPR_INDEX:
		dump_named_list("index", expr->index.name, expr->index.keys, out);
		return;
	case EXPR_TARGET:
		dump_target(expr, out);
		return;
	case EXPR_UNARY:
		dump_node(unary_names[expr->unary.operation], expr->unary.operand, NULL, NULL, out);
		return;
	case EXPR_BINARY:
		dump_node(dump_binary_name(expr->binary.operation), expr->binary.left,
			  expr->binary.right, NULL, out);
		return;
	case EXPR_TERNARY:
		dump_node("?", expr->ternary.condition, expr->ternary.yes, expr->ternary.no, out);
		return;
	case EXPR_ASSIGN:
		dump_assign(expr, out);
		return;
	case EXPR_INCREMENT:
		dump_increment(expr, out);
		return;
	case EXPR_IN:
		dump_named_list("in", expr->in.name, expr->in.keys, out);
		return;
	case EXPR_CALL:
		dump_named_list("call", expr->call.name, expr->call.arguments, out);
		return;
	case EXPR_PRINT:
		dump_print(expr, out);
		return;
	case EXPR_STATISTIC:
		dump_statistic(expr, out);
		return;
	case EXPR_HISTOGRAM:
		dump_histogram(expr, out);
		return;
	case EXPR_OPERATOR:
		dump_named_list("at", dump_operator_name(expr->operator.operation),
				expr->operator.arguments, out);
		return;
	case EXPR_EMBEDDED_C:
		g_string_append_printf(out, "C<%s>", expr->embedded_c.text);
		return;
	case EXPR_ANY_KEY:
		g_string_append_c(out, '*');
		return;
	}
}

/* ---- Statements ---- */

static inline void dump_stmt(const struct stmt *stmt, GString *out);

static inline void dump_optional(const struct expr *expr, GString *out)
{
	g_string_append_c(out, ' ');
	if (expr)
		dump_expr(expr, out);
	else
		g_string_append_c(out, '_');
}

static inline void dump_body(const struct stmt *body, GString *out)
{
	g_string_append_c(out, ' ');
	dump_stmt(body, out);
}

static inline void dump_block(const struct stmt *stmt, GString *out)
{
	g_string_append_c(out, '{');
	for (guint i = 0; i < stmt->block->len; i++) {
		g_string_append(out, i > 0 ? " " : "");
		dump_stmt(g_ptr_array_index(stmt->block, i), out);
	}
	g_string_append_c(out, '}');
}

static inline void dump_foreach(const struct stmt *stmt, GString *out)
{
	static const char *const directions[] = { "", "+", "-" };

	g_string_append(out, "(foreach [");
	for (guint i = 0; i < stmt->foreach.keys->len; i++) {
		const struct foreach_key *key = g_ptr_array_index(stmt->foreach.keys, i);

		g_string_append_printf(out, "%s%s", i > 0 ? " " : "", key->name);
	}
	g_string_append_printf(out, "] %s ", stmt->foreach.value ? stmt->foreach.value->name : "_");
	if (stmt->foreach.histogram)
		dump_expr(stmt->foreach.histogram, out);
	else if (stmt->foreach.slice)
		dump_named_list("slice", stmt->foreach.name, stmt->foreach.slice, out);
	else
		g_string_append(out, stmt->foreach.name);
	if (stmt->foreach.direction != SORT_NONE)
		g_string_append_printf(out, " by %d%s", stmt->foreach.sort_column,
				       directions[stmt->foreach.direction]);
	if (stmt->foreach.has_sort_statistic)
		g_string_append_printf(out, " @%s",
				       dump_statistic_name(stmt->foreach.sort_statistic));
	if (stmt->foreach.limit) {
		g_string_append(out, " limit");
		dump_optional(stmt->foreach.limit, out);
	}
	dump_body(stmt->foreach.body, out);
	g_string_append_c(out, ')');
}

static inline void dump_if(const struct stmt *stmt, GString *out)
{
	g_string_append(out, "(if");
	dump_optional(stmt->branch.condition, out);
	dump_body(stmt->branch.then, out);
	if (stmt->branch.otherwise)
		dump_body(stmt->branch.otherwise, out);
	g_string_append_c(out, ')');
}

static inline void dump_loop(const struct stmt *stmt, GString *out)
{
	g_string_append(out, stmt->kind == STMT_FOR ? "(for" : "(while");
	if (stmt->kind == STMT_FOR)
		dump_optional(stmt->loop.initial, out);
	dump_optional(stmt->loop.condition, out);
	if (stmt->kind == STMT_FOR)
		dump_optional(stmt->loop.step, out);
	dump_body(stmt->loop.body, out);
	g_string_append_c(out, ')');
}

static inline void dump_try(const struct stmt *stmt, GString *out)
{
	g_string_append(out, "(try");
	dump_body(stmt->try_catch.body, out);
	g_string_append_printf(out, " %s", stmt->try_catch.name ? stmt->try_catch.name : "_");
	dump_body(stmt->try_catch.handler, out);
	g_string_append_c(out, ')');
}

static inline void dump_stmt(const struct stmt *stmt, GString *out)
{
	switch (stmt->kind) {
	case STMT_EMPTY:
		g_string_append_c(out, ';');
		return;
	case STMT_EXPR:
		dump_expr(stmt->expr, out);
		return;
	case STMT_BLOCK:
		dump_block(stmt, out);
		return;
	case STMT_IF:
		dump_if(stmt, out);
		return;
	case STMT_WHILE:
	case STMT_FOR:
		dump_loop(stmt, out);
		return;
	case STMT_FOREACH:
		dump_foreach(stmt, out);
		return;
	case STMT_RETURN:
		dump_node("return", stmt->expr, NULL, NULL, out);
		return;
	case STMT_NEXT:
		g_string_append(out, "(next)");
		return;
	case STMT_BREAK:
		g_string_append(out, "(break)");
		return;
	case STMT_CONTINUE:
		g_string_append(out, "(continue)");
		return;
	case STMT_DELETE:
		dump_node("delete", stmt->expr, NULL, NULL, out);
		return;
	case STMT_TRY:
		dump_try(stmt, out);
		return;
	case STMT_EMBEDDED_C:
		g_string_append_printf(out, "(C<%s>)", stmt->embedded_c);
		return;
	}
}

/* ---- Declarations ---- */

static inline void dump_global(const struct variable *variable, GString *out)
{
	g_string_append_printf(out, "(%sglobal %s%s", variable->is_private ? "private " : "",
			       variable->name, variable->wraps ? "%" : "");
	if (variable->has_size)
		g_string_append_printf(out, "[%" PRId64 "]", variable->size);
	if (variable->initial)
		dump_optional(variable->initial, out);
	g_string_append(out, ")\n");
}

static inline void dump_type(enum type type, bool is_declared, GString *out)
{
	if (is_declared)
		g_string_append_printf(out, ":%s", type == TYPE_LONG ? "long" : "string");
}

static inline void dump_function(const struct function *function, GString *out)
{
	g_string_append_printf(out, "(%sfunction %s", function->is_private ? "private " : "",
			       function->name);
	dump_type(function->type, function->type_is_declared, out);
	for (guint i = 0; i < function->parameters->len; i++) {
		const struct variable *parameter = g_ptr_array_index(function->parameters, i);

		g_string_append_printf(out, " %s", parameter->name);
		dump_type(parameter->type, parameter->type_is_declared, out);
	}
	if (function->has_priority)
		g_string_append_printf(out, " priority %" PRId64, function->priority);
	if (function->body)
		dump_body(function->body, out);
	else
		g_string_append_printf(out, " C<%s>", function->embedded_c);
	g_string_append(out, ")\n");
}

static inline void dump_components(const GPtrArray *components, GString *out)
{
	for (guint i = 0; i < components->len; i++) {
		const struct probe_component *component = g_ptr_array_index(components, i);

		g_string_append_printf(out, "%c%s", i > 0 ? '.' : ' ', component->name);
		if (component->argument) {
			g_string_append_c(out, '(');
			dump_expr(component->argument, out);
			g_string_append_c(out, ')');
		}
	}
}

static inline void dump_point(const struct probe_point *point, GString *out)
{
	dump_components(point->components, out);
	g_string_append_printf(out, "%s%s", point->is_optional ? "?" : "",
			       point->is_sufficient ? "!" : "");
	if (point->condition) {
		g_string_append(out, " if");
		dump_optional(point->condition, out);
	}
}

static inline void dump_points(const GPtrArray *points, GString *out)
{
	for (guint i = 0; i < points->len; i++)
		dump_point(g_ptr_array_index(points, i), out);
}

static inline void dump_alias(const struct alias *alias, GString *out)
{
	g_string_append_printf(out, "(%salias", alias->is_private ? "private " : "");
	dump_components(alias->name, out);
	g_string_append(out, " =");
	dump_points(alias->points, out);
	if (alias->prologue) {
		g_string_append(out, " prologue");
		dump_body(alias->prologue, out);
	}
	if (alias->epilogue) {
		g_string_append(out, " epilogue");
		dump_body(alias->epilogue, out);
	}
	g_string_append(out, ")\n");
}

static inline void dump_probe(const struct probe_declaration *probe, GString *out)
{
	g_string_append(out, "(probe");
	dump_points(probe->points, out);
	dump_body(probe->body, out);
	g_string_append(out, ")\n");
}

/* A line for each declaration: embedded C, globals, functions, aliases, probes. */
static inline char *dump_script(const struct script *script)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < script->embedded_c->len; i++) {
		const struct embedded_c *embedded_c = g_ptr_array_index(script->embedded_c, i);

		g_string_append_printf(out, "C<%s>\n", embedded_c->text);
	}
	for (guint i = 0; i < script->globals->len; i++)
		dump_global(g_ptr_array_index(script->globals, i), out);
	for (guint i = 0; i < script->functions->len; i++)
		dump_function(g_ptr_array_index(script->functions, i), out);
	for (guint i = 0; i < script->aliases->len; i++)
		dump_alias(g_ptr_array_index(script->aliases, i), out);
	for (guint i = 0; i < script->probes->len; i++)
		dump_probe(g_ptr_array_index(script->probes, i), out);
	return g_string_free(out, FALSE);
}

/* ---- There and back ---- */

/* Parses, prints, parses that, prints that. False if the text is no good script to begin with. */
static inline bool check_round_trip(const char *text)
{
	struct session first, second;
	GString *once = g_string_new(NULL), *twice = g_string_new(NULL);
	bool is_good;

	session_parse(&first, text, NULL);
	is_good = first.diag.error_count == 0;
	if (is_good) {
		g_autofree char *tree_once = NULL, *tree_twice = NULL;

		script_print(first.script, once);
		session_parse(&second, once->str, NULL);
		assert_string_equal(second.messages, "");
		script_print(second.script, twice);
		tree_once = dump_script(first.script);
		tree_twice = dump_script(second.script);
		assert_string_equal(tree_twice, tree_once);
		assert_string_equal(twice->str, once->str);
		session_end(&second);
	}
	session_end(&first);
	g_string_free(once, TRUE);
	g_string_free(twice, TRUE);
	return is_good;
}

#endif
