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

/* Whether it names a structure that is passed by value: then its members are parameters, too. */
static bool is_record(struct scope *scope, const struct expr *expr)
{
	const struct probe *probe = scope_probe(scope);
	GPtrArray *variables = probe->family->target_variables(&scope->analysis->target, probe);

	for (unsigned int i = 0; variables && i < variables->len; i++) {
		const struct target_variable *variable = g_ptr_array_index(variables, i);

		if (strcmp(variable->name, expr->target.name) == 0)
			return variable->type && c_type_is_record(variable->type);
	}
	return false;
}

static struct expr *entry_of(struct arena *arena, struct expr *saved)
{
	struct expr *entry = arena_new0(arena, struct expr);

	entry->kind = EXPR_OPERATOR;
	entry->span = saved->span;
	entry->operator.operation = AT_ENTRY;
	entry->operator.arguments = arena_array(arena);
	g_ptr_array_add(entry->operator.arguments, saved);
	return entry;
}

/*
 * $x becomes @entry($x), $x->y becomes @entry($x)->y: what lies behind it is read at the return. Of
 * a structure itself the member is kept.
 */
bool become_entry(struct scope *scope, struct expr *expr)
{
	struct arena *arena = scope->analysis->arena;
	bool is_behind;
	struct expr *name;

	if (!is_parameter_at_return(scope, expr))
		return false;
	is_behind = (expr->target.path->len || expr->target.address_of) && !is_record(scope, expr);
	name = arena_new0(arena, struct expr);
	*name = *expr;
	if (is_behind) {
		name->target.path = arena_array(arena);
		name->target.address_of = false;
		expr->target.kind = TARGET_AUTOCAST;
		expr->target.operand = entry_of(arena, name);
	} else {
		*expr = *entry_of(arena, name);
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
