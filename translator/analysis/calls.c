/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls: which functions they may come to. The first function of a name that takes as many
 * arguments is asked; one that leaves by `next` passes the call on to the one behind it. What is
 * reached becomes part of the program, callees before callers. Called by names.c.
 */
#include <string.h>

#include "analysis/scope.h"
#include "script/walk.h"

static void unknown_function(struct scope *scope, const struct expr *call)
{
	static const char *const print_family[] = { "print", "println", "printf", "printd", "printdln",
						    "sprint", "sprintln", "sprintf", "sprintd", "sprintdln" };
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *similar;

	for (unsigned int i = 0; i < G_N_ELEMENTS(print_family); i++)
		g_ptr_array_add(names, (char *)print_family[i]);
	lookup_add_function_names(scope->analysis, scope->script, names);
	scope_error(scope, call->call.name_span, "E-unknown-function", "unknown function '%s'", call->call.name);
	similar = did_you_mean(call->call.name, names);
	if (similar)
		diag_note(scope->analysis->diag, no_span, "did you mean '%s'?", similar);
}

static void note_next(struct stmt *stmt, void *found)
{
	*(bool *)found |= stmt->kind == STMT_NEXT;
}

static bool declines(struct function *function)
{
	bool found = function->embedded_c && strstr(function->embedded_c, "STAP_NEXT");

	if (function->body)
		stmt_walk(function->body, note_next, NULL, &found);
	return found;
}

static void resolve_function(struct scope *caller, struct function *function, const struct script *script)
{
	struct analysis *analysis = caller->analysis;
	g_autoptr(GHashTable) names = g_hash_table_new(NULL, NULL);
	struct scope scope = {
		.analysis = analysis, .script = script, .names = names, .function = function,
		.visiting = caller->visiting, .ok = true,
	};

	function->is_used = true;
	function->declines = declines(function);
	function->locals = scope.locals = arena_array(analysis->arena);
	for (unsigned int i = 0; i < function->parameters->len; i++) {
		struct variable *parameter = g_ptr_array_index(function->parameters, i);

		g_hash_table_insert(names, (char *)parameter->name, parameter);
	}
	g_hash_table_add(scope.visiting, function);
	if (function->body)
		resolve_stmt(function->body, &scope);
	g_hash_table_remove(scope.visiting, function);
	if (scope.ok)
		warn_never_assigned(&scope);
	function->number = analysis->program->functions->len;
	g_ptr_array_add(analysis->program->functions, function);
	caller->ok &= scope.ok;
}

static void reach_function(struct scope *scope, const struct known_function *known)
{
	if (g_hash_table_contains(scope->visiting, known->function))
		known->function->is_recursive = true;
	else if (!known->function->is_used)
		resolve_function(scope, known->function, known->script);
}

/* None of the functions of that name takes as many arguments as are given. */
static void wrong_argument_count(struct scope *scope, const struct expr *call, const GPtrArray *functions)
{
	unsigned int given = call->call.arguments->len;
	const struct known_function *only = g_ptr_array_index(functions, 0);

	if (functions->len == 1)
		scope_error(scope, call->span, "E-argument-count", "function '%s' takes %u argument%s, not %u",
			    call->call.name, only->function->parameters->len,
			    only->function->parameters->len == 1 ? "" : "s", given);
	else
		scope_error(scope, call->span, "E-argument-count",
			    "none of the functions '%s' takes %u argument%s", call->call.name, given,
			    given == 1 ? "" : "s");
	for (unsigned int i = 0; i < functions->len; i++) {
		const struct known_function *known = g_ptr_array_index(functions, i);

		if (functions->len == 1)
			diag_note(scope->analysis->diag, known->function->span, "it is defined here");
		else
			diag_note(scope->analysis->diag, known->function->span, "one that takes %u",
				  known->function->parameters->len);
	}
}

/* Two functions of one file that only differ in that nobody will ever ask the second: a mistake. */
static void warn_never_asked(struct scope *scope, const GPtrArray *functions, unsigned int asked)
{
	const struct known_function *first = g_ptr_array_index(functions, asked);

	for (unsigned int i = asked + 1; i < functions->len; i++) {
		const struct known_function *other = g_ptr_array_index(functions, i);

		if (other->script != first->script || other->script->source->is_tapset ||
		    other->function->parameters->len != first->function->parameters->len)
			continue;
		diag_warning(scope->analysis->diag, other->function->span, "W-never-asked",
			     "this function '%s' is never asked", other->function->name);
		diag_note(scope->analysis->diag, first->function->span, "this one takes all calls: it has no 'next'");
	}
}

void resolve_call(struct scope *scope, struct expr *expr)
{
	GPtrArray *functions = lookup_functions(scope->analysis, scope->script, expr->call.name);
	struct function *before = NULL;

	expr_children(expr, resolve_expr, scope);
	if (!functions->len) {
		unknown_function(scope, expr);
		return;
	}
	for (unsigned int i = 0; i < functions->len; i++) {
		const struct known_function *known = g_ptr_array_index(functions, i);

		if (known->function->parameters->len != expr->call.arguments->len)
			continue;
		reach_function(scope, known);
		if (before)
			before->alternative = known->function;
		else
			expr->call.function = known->function;
		before = known->function;
		if (!before->declines) {
			warn_never_asked(scope, functions, i);
			return;
		}
	}
	if (!before)
		wrong_argument_count(scope, expr, functions);
}
