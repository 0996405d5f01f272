/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Globals that the script writes and nobody reads are what it was run for: they are printed at the
 * end, in the form that SystemTap gives them. Each gets an end probe, written here as text of the
 * language and taken through the passes as if it stood at the end of the script.
 */
#include "analysis/internal.h"
#include "script/parse.h"
#include "script/walk.h"

/* ---- Which ---- */

static void note_read(struct expr *expr, void *read);

static void note_keys(const GPtrArray *keys, void *read)
{
	for (unsigned int i = 0; i < keys->len; i++)
		note_read(g_ptr_array_index(keys, i), read);
}

/* The place that something is written to; its keys are read. */
static void note_place(struct expr *place, void *read)
{
	if (place->kind == EXPR_INDEX)
		note_keys(place->index.keys, read);
	else if (place->kind != EXPR_VARIABLE)
		note_read(place, read);
}

static void note_read(struct expr *expr, void *read)
{
	if (expr->kind == EXPR_VARIABLE)
		g_hash_table_add(read, expr->variable.variable);
	else if (expr->kind == EXPR_INDEX)
		g_hash_table_add(read, expr->index.variable);
	else if (expr->kind == EXPR_IN)
		g_hash_table_add(read, expr->in.variable);
	if (expr->kind == EXPR_ASSIGN && expr->assign.operator != ASSIGN_COMPOUND) {
		note_place(expr->assign.target, read);
		note_read(expr->assign.value, read);
		return;
	}
	expr_children(expr, note_read, read);
}

/* An expression whose value nobody wants: x++ and x += 1 do not read then. */
static void note_discarded(struct expr *expr, void *read)
{
	if (expr && expr->kind == EXPR_ASSIGN) {
		note_place(expr->assign.target, read);
		note_read(expr->assign.value, read);
	} else if (expr && expr->kind == EXPR_INCREMENT) {
		note_place(expr->increment.target, read);
	} else if (expr) {
		note_read(expr, read);
	}
}

static void note_stmt(struct stmt *stmt, void *read)
{
	switch (stmt->kind) {
	case STMT_EXPR:
		note_discarded(stmt->expr, read);
		return;
	case STMT_FOR:
	case STMT_WHILE:
		note_discarded(stmt->loop.initial, read);
		note_discarded(stmt->loop.step, read);
		if (stmt->loop.condition)
			note_read(stmt->loop.condition, read);
		note_stmt(stmt->loop.body, read);
		return;
	case STMT_FOREACH:
		if (stmt->foreach.variable)
			g_hash_table_add(read, stmt->foreach.variable);
		break;
	default:
		break;
	}
	stmt_children(stmt, note_stmt, note_read, read);
}

static void note_program(const struct program *program, GHashTable *read)
{
	for (unsigned int i = 0; i < program->functions->len; i++) {
		struct function *function = g_ptr_array_index(program->functions, i);

		if (function->body)
			note_stmt(function->body, read);
	}
	for (unsigned int i = 0; i < program->handlers->len; i++)
		note_stmt(((struct handler *)g_ptr_array_index(program->handlers, i))->body, read);
	for (unsigned int i = 0; i < program->conditions->len; i++)
		note_read(((struct condition *)g_ptr_array_index(program->conditions, i))->expr, read);
}

/* ---- How ---- */

static const char statistic_format[] = "@count=%#d @min=%#d @max=%#d @sum=%#d @avg=%#d\\n";

/* %#d for a number, \"%#s\" for a string; inside of a string literal. */
static const char *value_format(enum type type)
{
	return type == TYPE_STRING ? "\\\"%#s\\\"" : "%#d";
}

/* @count(x), @min(x), ... of the statistic `name`. */
static void append_aggregates(GString *text, const char *name)
{
	static const char *const operators[] = { "@count", "@min", "@max", "@sum", "@avg" };

	for (unsigned int i = 0; i < G_N_ELEMENTS(operators); i++)
		g_string_append_printf(text, ", %s(%s)", operators[i], name);
}

static void append_scalar(GString *text, const struct variable *global)
{
	if (global->type == TYPE_STRING) {
		g_string_append_printf(text, "printf(\"%s=\\\"%%#s\\\"\\n\", %s)", global->name, global->name);
	} else if (global->type == TYPE_LONG) {
		g_string_append_printf(text, "printf(\"%s=%%d\\n\", %s)", global->name, global->name);
	} else {
		g_string_append_printf(text, "if (@count(%s) == 0) printf(\"%s @count=0x0\\n\") else printf(\"%s %s\"",
				       global->name, global->name, global->name, statistic_format);
		append_aggregates(text, global->name);
		g_string_append(text, ")");
	}
}

/* foreach ([k0, k1] in a-) printf("a[%#d,\"%#s\"]=%#d\n", k0, k1, v) */
static void append_array(GString *text, const struct variable *global)
{
	bool is_statistic = global->type == TYPE_STATS;
	g_autoptr(GString) keys = g_string_new(NULL);
	g_autoptr(GString) formats = g_string_new(NULL);

	for (int i = 0; i < global->key_count; i++) {
		g_string_append_printf(keys, "%s__idx%d", i ? ", " : "", i);
		g_string_append_printf(formats, "%s%s", i ? "," : "", value_format(global->key_types[i]));
	}
	g_string_append_printf(text, "foreach (%s[%s] in %s-) printf(\"%s[%s]%s%s", is_statistic ? "" : "__val = ",
			       keys->str, global->name, global->name, formats->str, is_statistic ? " " : "=",
			       is_statistic ? statistic_format : value_format(global->type));
	g_string_append_printf(text, "%s\", %s", is_statistic ? "" : "\\n", keys->str);
	if (is_statistic)
		append_aggregates(text, (g_string_prepend(keys, "["), g_string_append_c(keys, ']'),
					 g_string_prepend(keys, global->name), keys->str));
	else
		g_string_append(text, ", __val");
	g_string_append(text, ")");
}

static bool display_global(struct analysis *analysis, const struct variable *global)
{
	struct parse_context context = { .arena = analysis->arena, .diag = analysis->diag };
	unsigned int handlers = analysis->program->handlers->len;
	g_autoptr(GString) text = g_string_new("probe end { ");
	struct script *script;
	const char *kept;

	if (global->key_count > 0)
		append_array(text, global);
	else
		append_scalar(text, global);
	g_string_append(text, " }\n");
	kept = arena_strndup(analysis->arena, text->str, text->len);
	script = parse_script(&context, source_from_text(analysis->arena, "<display of globals>", kept, text->len),
			      NULL);
	return resolve_declaration(analysis, analysis->program->script, g_ptr_array_index(script->probes, 0)) &&
	       resolve_handler_names(analysis, g_ptr_array_index(analysis->program->handlers, handlers));
}

bool display_globals(struct analysis *analysis)
{
	g_autoptr(GHashTable) read = g_hash_table_new(NULL, NULL);
	const GPtrArray *globals = analysis->program->globals;
	bool ok = true, any = false;

	note_program(analysis->program, read);
	for (unsigned int i = 0; i < globals->len; i++) {
		const struct variable *global = g_ptr_array_index(globals, i);

		if (global->span.source->is_tapset || g_hash_table_contains(read, global))
			continue;
		any = true;
		ok &= display_global(analysis, global);
	}
	return ok && (!any || infer_types(analysis));
}
