/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions on probe points, `probe P if (on > 3)`: worked out from globals whenever a handler has
 * written one of them, so nothing else may stand in them. Called by names.c.
 */
#include "analysis/scope.h"
#include "script/walk.h"

static void note_read_global(struct expr *expr, void *data)
{
	struct condition *condition = data;

	if (expr->kind == EXPR_VARIABLE)
		g_ptr_array_add(condition->globals, expr->variable.variable);
	else if (expr->kind == EXPR_INDEX)
		g_ptr_array_add(condition->globals, expr->index.variable);
	else if (expr->kind == EXPR_IN)
		g_ptr_array_add(condition->globals, expr->in.variable);
}

/* What may stand in a condition on a probe point: globals, and what is made of them. */
static void check_condition_part(struct expr *expr, void *data)
{
	struct scope *scope = data;

	switch (expr->kind) {
	case EXPR_CALL:
		scope_error(scope, expr->span, "E-condition", "a condition on a probe point cannot call a function");
		break;
	case EXPR_ASSIGN:
	case EXPR_INCREMENT:
	case EXPR_PRINT:
	case EXPR_EMBEDDED_C:
	case EXPR_TARGET:
		scope_error(scope, expr->span, "E-condition",
			    "a condition on a probe point can only compute something from globals");
		break;
	default:
		return;
	}
	diag_note(scope->analysis->diag, no_span, "test it at the start of the handler: if (!(...)) next");
}

bool resolve_condition(struct analysis *analysis, struct condition *condition)
{
	g_autoptr(GHashTable) visiting = g_hash_table_new(NULL, NULL);
	g_autoptr(GHashTable) names = g_hash_table_new(NULL, NULL);
	struct scope scope = {
		.analysis = analysis, .locals = condition->locals, .names = names,
		.condition = condition, .visiting = visiting, .ok = true,
	};

	expr_walk(condition->expr, check_condition_part, &scope);
	if (!scope.ok)
		return false;
	for (unsigned int i = 0; i < condition->parts->len; i++) {
		const struct condition_part *part = g_ptr_array_index(condition->parts, i);

		scope.script = part->script;
		resolve_expr(part->expr, &scope);
	}
	for (unsigned int i = 0; i < condition->locals->len; i++) {
		const struct variable *local = g_ptr_array_index(condition->locals, i);

		scope_error(&scope, local->span, "E-condition", "'%s' is no global; a condition on a probe point "
			    "is worked out from globals, before its handler runs", local->name);
	}
	if (scope.ok)
		expr_walk(condition->expr, note_read_global, condition);
	return scope.ok;
}
