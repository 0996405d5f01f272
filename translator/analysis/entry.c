/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of a function's entry in the handler of its return: @entry(expression), and parameters,
 * which are no longer where they were. Each is evaluated when the function is entered, and kept for
 * this call of it; no other call of the same function, by whatever task, sees it.
 */
#include <string.h>

#include "analysis/scope.h"
#include "script/walk.h"

/* Bytes that kernels are willing to keep for a call. */
#define MOST_SAVED 4096

static void note_local(struct expr *expr, void *found)
{
	if (expr->kind == EXPR_VARIABLE && expr->variable.variable &&
	    expr->variable.variable->kind != VARIABLE_GLOBAL && !*(const struct expr **)found)
		*(const struct expr **)found = expr;
}

/* @entry(expression) */
void resolve_entry(struct scope *scope, struct expr *expr)
{
	struct probe_target *target = &scope->analysis->target;
	const struct probe *probe = scope_probe(scope);
	struct expr *saved = g_ptr_array_index(expr->operator.arguments, 0);
	const struct expr *local = NULL;

	if (!probe || !probe->has_entry || target->at_entry) {
		scope_error(scope, expr->span, "E-entry", target->at_entry ? "@entry within @entry" :
			    "@entry needs a probe on the return of a function");
		return;
	}
	target->at_entry = true;
	resolve_expr(saved, scope);
	target->at_entry = false;
	expr_walk(saved, note_local, &local);
	if (local)
		scope_error(scope, local->span, "E-entry",
			    "local variable '%s' has no value yet when the function is entered",
			    local->variable.name);
}

bool is_parameter_at_return(struct scope *scope, const struct expr *expr)
{
	const struct probe *probe = scope_probe(scope);

	return probe && probe->has_entry && !scope->analysis->target.at_entry &&
	       expr->target.kind == TARGET_VARIABLE && strcmp(expr->target.name, "$return") != 0;
}

/* $x becomes @entry($x), $x->y becomes @entry($x)->y: what lies behind it is read at the return. */
bool become_entry(struct scope *scope, struct expr *expr)
{
	struct arena *arena = scope->analysis->arena;
	struct expr *name, *entry;

	if (!is_parameter_at_return(scope, expr))
		return false;
	name = arena_new0(arena, struct expr);
	*name = *expr;
	name->target.path = arena_array(arena);
	name->target.address_of = false;
	entry = arena_new0(arena, struct expr);
	entry->kind = EXPR_OPERATOR;
	entry->span = expr->span;
	entry->operator.operation = AT_ENTRY;
	entry->operator.arguments = arena_array(arena);
	g_ptr_array_add(entry->operator.arguments, name);
	if (expr->target.path->len || expr->target.address_of) {
		expr->target.kind = TARGET_AUTOCAST;
		expr->target.operand = entry;
	} else {
		*expr = *entry;
	}
	return true;
}

/* ---- How much is kept ---- */

struct total {
	const struct analysis *analysis;
	int64_t bytes;
	const struct expr *last;
};

static void add_saved(struct expr *expr, void *data)
{
	struct total *total = data;

	if (expr->kind != EXPR_OPERATOR || expr->operator.operation != AT_ENTRY)
		return;
	total->bytes += expr->type == TYPE_STRING ? total->analysis->program->limits.maxstringlen : 8;
	total->last = expr;
}

bool check_entries(struct analysis *analysis, const struct handler *handler)
{
	struct total total = { analysis, 0, NULL };

	stmt_walk(handler->body, NULL, add_saved, &total);
	if (total.bytes <= MOST_SAVED)
		return true;
	diag_error(analysis->diag, total.last->span, "E-entry",
		   "the values kept from the function's entry take %" G_GINT64_FORMAT " bytes, and %d is what kernels keep",
		   total.bytes, MOST_SAVED);
	diag_note(analysis->diag, no_span, "each string takes MAXSTRINGLEN, %" G_GINT64_FORMAT ": -D changes it",
		  analysis->program->limits.maxstringlen);
	return false;
}
