/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has no effect is left out, as SystemTap does and with its warnings: assignments to local
 * variables that nobody reads, expressions that do nothing but have a value, and then handlers in
 * which nothing is left. Functions and globals that nobody uses never came into the program.
 *
 * -u keeps everything.
 */
#include "analysis/internal.h"
#include "script/walk.h"

struct pruning {
	struct analysis *analysis;
	GHashTable *read;		/* of struct variable: locals and parameters that somebody reads */
	bool changed;
};

/* ---- Which locals are read ---- */

static void note_read(struct expr *expr, void *data);

/* The place of an assignment is no read of it; its keys are. */
static void note_place(struct expr *place, struct pruning *pruning)
{
	if (place->kind != EXPR_VARIABLE)
		expr_children(place, note_read, pruning);
}

static void note_read(struct expr *expr, void *data)
{
	struct pruning *pruning = data;

	if (expr->kind == EXPR_VARIABLE)
		g_hash_table_add(pruning->read, expr->variable.variable);
	if (expr->kind == EXPR_ASSIGN && expr->assign.operator == ASSIGN_PLAIN) {
		note_place(expr->assign.target, pruning);
		note_read(expr->assign.value, pruning);
		return;
	}
	expr_children(expr, note_read, pruning);
}

static void note_stmt(struct stmt *stmt, void *data)
{
	stmt_children(stmt, note_stmt, note_read, data);
}

static bool is_unread(const struct pruning *pruning, const struct expr *place)
{
	return place->kind == EXPR_VARIABLE && place->variable.variable->kind != VARIABLE_GLOBAL &&
	       !g_hash_table_contains(pruning->read, place->variable.variable);
}

/* An alias sets variables for whoever may want them, and so do the tapsets. */
static bool is_worth_a_warning(struct span span)
{
	return span.source && !span.source->is_tapset && !span.expansion;
}

/* ---- Assignments ---- */

/* x = value becomes value, wherever it stands. */
static void prune_assignment(struct expr *expr, void *data)
{
	struct pruning *pruning = data;

	while (expr->kind == EXPR_ASSIGN && expr->assign.operator == ASSIGN_PLAIN &&
	       is_unread(pruning, expr->assign.target)) {
		if (is_worth_a_warning(expr->span))
			diag_warning(pruning->analysis->diag, expr->span, "W-unread",
				     "'%s' is never read: this assignment is left out",
				     expr->assign.target->variable.name);
		*expr = *expr->assign.value;
		pruning->changed = true;
	}
	expr_children(expr, prune_assignment, data);
}

/* ---- Expressions without an effect ---- */

static bool call_has_effect(const struct function *function)
{
	for (; function; function = function->alternative)
		if (function->has_side_effects || function->is_recursive || function->declines)
			return true;
	return false;
}

static void note_effect(struct expr *expr, void *found)
{
	bool effect = expr->kind == EXPR_ASSIGN || expr->kind == EXPR_INCREMENT || expr->kind == EXPR_EMBEDDED_C ||
		      (expr->kind == EXPR_PRINT && !expr->print.form.to_string) ||
		      (expr->kind == EXPR_CALL && call_has_effect(expr->call.function)) ||
		      (expr->kind == EXPR_BINARY && expr->binary.regex);

	*(bool *)found |= effect;
}

static bool has_effect(struct expr *expr)
{
	bool found = false;

	expr_walk(expr, note_effect, &found);
	return found;
}

static bool is_empty(const struct stmt *stmt)
{
	if (stmt->kind == STMT_BLOCK) {
		for (unsigned int i = 0; i < stmt->block->len; i++)
			if (!is_empty(g_ptr_array_index(stmt->block, i)))
				return false;
		return true;
	}
	return stmt->kind == STMT_EMPTY;
}

/* if (x) {} becomes x; */
static void prune_if(struct stmt *stmt)
{
	struct expr *condition = stmt->branch.condition;

	if (!is_empty(stmt->branch.then) || (stmt->branch.otherwise && !is_empty(stmt->branch.otherwise)))
		return;
	stmt->kind = has_effect(condition) ? STMT_EXPR : STMT_EMPTY;
	stmt->expr = condition;
}

static void prune_stmt(struct stmt *stmt, void *data)
{
	bool was_assignment = stmt->kind == STMT_EXPR && stmt->expr->kind == EXPR_ASSIGN;
	struct pruning *pruning = data;

	stmt_children(stmt, prune_stmt, prune_assignment, data);
	switch (stmt->kind) {
	case STMT_EXPR:
		if (has_effect(stmt->expr))
			break;
		if (!was_assignment && is_worth_a_warning(stmt->span))
			diag_warning(pruning->analysis->diag, stmt->span, "W-no-effect",
				     "this has no effect and is left out");
		stmt->kind = STMT_EMPTY;
		pruning->changed = true;
		break;
	case STMT_IF:
		prune_if(stmt);
		break;
	case STMT_TRY:
		if (is_empty(stmt->try_catch.body))
			stmt->kind = STMT_EMPTY;
		break;
	default:
		break;
	}
}

/* ---- Functions and handlers ---- */

static void note_mention(struct expr *expr, void *mentioned)
{
	if (expr->kind == EXPR_VARIABLE)
		g_hash_table_add(mentioned, expr->variable.variable);
}

static void note_stmt_mention(struct stmt *stmt, void *mentioned)
{
	if (stmt->kind == STMT_TRY && stmt->try_catch.variable)
		g_hash_table_add(mentioned, stmt->try_catch.variable);
	if (stmt->kind != STMT_FOREACH)
		return;
	for (unsigned int i = 0; i < stmt->foreach.keys->len; i++)
		g_hash_table_add(mentioned,
				 ((struct foreach_key *)g_ptr_array_index(stmt->foreach.keys, i))->variable);
	if (stmt->foreach.value)
		g_hash_table_add(mentioned, stmt->foreach.value->variable);
}

/* Locals that the text no longer mentions are none. */
static void forget_unmentioned(struct stmt *body, GPtrArray *locals)
{
	GHashTable *mentioned = g_hash_table_new(NULL, NULL);

	stmt_walk(body, note_stmt_mention, note_mention, mentioned);
	for (unsigned int i = locals->len; i > 0; i--)
		if (!g_hash_table_contains(mentioned, g_ptr_array_index(locals, i - 1)))
			g_ptr_array_remove_index(locals, i - 1);
	g_hash_table_unref(mentioned);
}

static void prune_body(struct analysis *analysis, struct stmt *body, GPtrArray *locals)
{
	struct pruning pruning = { .analysis = analysis };

	do {
		pruning.changed = false;
		pruning.read = g_hash_table_new(NULL, NULL);
		note_stmt(body, &pruning);
		prune_stmt(body, &pruning);
		g_hash_table_unref(pruning.read);
	} while (pruning.changed);
	forget_unmentioned(body, locals);
}

static bool does_nothing(const struct handler *handler)
{
	return is_empty(handler->body) && !((struct probe *)g_ptr_array_index(handler->probes, 0))->exits;
}

static void prune_handler(struct analysis *analysis, struct handler *handler)
{
	prune_body(analysis, handler->body, handler->locals);
	if (!does_nothing(handler))
		return;
	for (unsigned int i = 0; i < handler->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(handler->probes, i);

		diag_warning(analysis->diag, probe->point->span, "W-empty-probe",
			     "the handler of '%s' does nothing: the probe is left out", probe->text);
	}
}

/* ---- What is left ---- */

static void keep_probes(struct program *program)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < program->probes->len; i++) {
		struct probe *probe = g_ptr_array_index(program->probes, i);

		if (does_nothing(probe->handler))
			continue;
		probe->number = kept;
		g_ptr_array_index(program->probes, kept++) = probe;
	}
	g_ptr_array_set_size(program->probes, kept);
}

static void keep_handlers(struct program *program)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < program->handlers->len; i++) {
		struct handler *handler = g_ptr_array_index(program->handlers, i);

		if (does_nothing(handler))
			continue;
		handler->number = ((struct probe *)g_ptr_array_index(handler->probes, 0))->number;
		g_ptr_array_index(program->handlers, kept++) = handler;
	}
	g_ptr_array_set_size(program->handlers, kept);
}

static void reach_call(struct expr *expr, void *reached);

static void reach_function(struct function *function, void *reached)
{
	for (; function; function = function->alternative)
		if (g_hash_table_add(reached, function) && function->body)
			stmt_walk(function->body, NULL, reach_call, reached);
}

static void reach_call(struct expr *expr, void *reached)
{
	if (expr->kind == EXPR_CALL)
		reach_function(expr->call.function, reached);
}

static void keep_functions(struct program *program)
{
	g_autoptr(GHashTable) reached = g_hash_table_new(NULL, NULL);
	unsigned int kept = 0;

	for (unsigned int i = 0; i < program->handlers->len; i++)
		stmt_walk(((struct handler *)g_ptr_array_index(program->handlers, i))->body, NULL, reach_call, reached);
	for (unsigned int i = 0; i < program->functions->len; i++) {
		struct function *function = g_ptr_array_index(program->functions, i);

		if (!g_hash_table_contains(reached, function))
			continue;
		function->number = kept;
		g_ptr_array_index(program->functions, kept++) = function;
	}
	g_ptr_array_set_size(program->functions, kept);
}

/* ---- Globals: in the order in which handlers, and then functions, mention them ---- */

static void keep_global(struct variable *global, struct program *program)
{
	if (!global || global->kind != VARIABLE_GLOBAL || global->number >= 0)
		return;
	global->number = program->globals->len;
	g_ptr_array_add(program->globals, global);
}

static void keep_in_expr(struct expr *expr, void *program)
{
	if (expr->kind == EXPR_VARIABLE)
		keep_global(expr->variable.variable, program);
	else if (expr->kind == EXPR_INDEX)
		keep_global(expr->index.variable, program);
	else if (expr->kind == EXPR_IN)
		keep_global(expr->in.variable, program);
}

static void keep_in_stmt(struct stmt *stmt, void *program)
{
	if (stmt->kind == STMT_TRY)
		keep_global(stmt->try_catch.variable, program);
	if (stmt->kind != STMT_FOREACH)
		return;
	for (unsigned int i = 0; i < stmt->foreach.keys->len; i++)
		keep_global(((struct foreach_key *)g_ptr_array_index(stmt->foreach.keys, i))->variable, program);
	if (stmt->foreach.value)
		keep_global(stmt->foreach.value->variable, program);
	keep_global(stmt->foreach.variable, program);
}

static void keep_globals(struct program *program)
{
	for (unsigned int i = 0; i < program->globals->len; i++)
		((struct variable *)g_ptr_array_index(program->globals, i))->number = -1;
	g_ptr_array_set_size(program->globals, 0);
	for (unsigned int i = 0; i < program->handlers->len; i++)
		stmt_walk(((struct handler *)g_ptr_array_index(program->handlers, i))->body, keep_in_stmt,
			  keep_in_expr, program);
	for (unsigned int i = 0; i < program->conditions->len; i++)
		expr_walk(((struct condition *)g_ptr_array_index(program->conditions, i))->expr, keep_in_expr,
			  program);
	for (unsigned int i = 0; i < program->functions->len; i++) {
		struct function *function = g_ptr_array_index(program->functions, i);

		if (function->body)
			stmt_walk(function->body, keep_in_stmt, keep_in_expr, program);
	}
}

bool prune_program(struct analysis *analysis)
{
	struct program *program = analysis->program;
	struct span span = { program->script->source, 0, 0, NULL };

	for (unsigned int i = 0; i < program->functions->len; i++) {
		struct function *function = g_ptr_array_index(program->functions, i);

		if (function->body)
			prune_body(analysis, function->body, function->locals);
	}
	for (unsigned int i = 0; i < program->handlers->len; i++)
		prune_handler(analysis, g_ptr_array_index(program->handlers, i));
	keep_probes(program);
	keep_handlers(program);
	keep_functions(program);
	keep_globals(program);
	if (program->probes->len)
		return true;
	diag_error(analysis->diag, span, "E-no-probes", "no probe of the script does anything");
	diag_note(analysis->diag, no_span, "-u keeps probes whose handler does nothing");
	return false;
}
