/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What names stand for. Starting from the handlers, every variable and function that is reached
 * is looked up, first in the file that uses it, then in the user's script, then in the tapset
 * library; only what is reached becomes part of the program, functions in the order callees
 * before callers. A name that is not declared is a local variable of the function or probe that
 * uses it; only arrays must be declared.
 */
#include <string.h>

#include "analysis/internal.h"
#include "script/walk.h"

struct scope {
	struct analysis *analysis;
	const struct script *script;	/* the file that is being looked at */
	GPtrArray *parameters;		/* of a function; NULL in a probe */
	GPtrArray *locals;
	bool in_function;
	const struct probe *probe;	/* whose target variables are resolved; NULL in a function */
	GHashTable *visiting;		/* functions on the way from the handler to here */
	bool ok;
};

static void resolve_stmt(struct stmt *stmt, void *data);
static void resolve_expr(struct expr *expr, void *data);

/* ---- Looking up ---- */

static struct variable *variable_named(const GPtrArray *variables, const char *name)
{
	for (unsigned int i = 0; variables && i < variables->len; i++) {
		struct variable *variable = g_ptr_array_index(variables, i);
		if (variable->name == name)
			return variable;
	}
	return NULL;
}

static struct function *function_named(const struct script *script, const char *name)
{
	for (unsigned int i = 0; i < script->functions->len; i++) {
		struct function *function = g_ptr_array_index(script->functions, i);
		if (function->name == name)
			return function;
	}
	return NULL;
}

static struct variable *find_global(struct scope *scope, const char *name)
{
	struct analysis *analysis = scope->analysis;
	struct variable *global = variable_named(scope->script->globals, name);

	if (!global && scope->script->source->is_tapset)
		return NULL;
	for (unsigned int i = 0; !global && i < analysis->input->library->len; i++) {
		const struct script *script = g_ptr_array_index(analysis->input->library, i);

		global = variable_named(script->globals, name);
		if (global && global->is_private)
			global = NULL;
	}
	if (global && global->number < 0) {
		global->number = analysis->program->globals->len;
		g_ptr_array_add(analysis->program->globals, global);
	}
	return global;
}

/*
 * In the file that calls it, then in the library. So a script may have a function of its own
 * where the library has one of that name, and the library goes on using the library's.
 */
static struct function *find_function(struct scope *scope, const char *name, const struct script **script_ret)
{
	GPtrArray *library = scope->analysis->input->library;
	struct function *function = function_named(scope->script, name);

	*script_ret = scope->script;
	if (function)
		return function;
	for (unsigned int i = 0; i < library->len; i++) {
		*script_ret = g_ptr_array_index(library, i);
		function = function_named(*script_ret, name);
		if (function && !function->is_private)
			return function;
	}
	return NULL;
}

/* ---- Reporting ---- */

static void add_function_names(GPtrArray *names, const struct script *script)
{
	for (unsigned int i = 0; i < script->functions->len; i++)
		g_ptr_array_add(names, (char *)((struct function *)g_ptr_array_index(script->functions, i))->name);
}

static void unknown_function(struct scope *scope, const struct expr *call)
{
	static const char *const print_family[] = { "print", "println", "printf", "printd", "printdln",
						    "sprint", "sprintln", "sprintf", "sprintd", "sprintdln" };
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GPtrArray *library = scope->analysis->input->library;
	const char *similar;

	for (unsigned int i = 0; i < G_N_ELEMENTS(print_family); i++)
		g_ptr_array_add(names, (char *)print_family[i]);
	add_function_names(names, scope->script);
	for (unsigned int i = 0; i < library->len; i++)
		add_function_names(names, g_ptr_array_index(library, i));
	diag_error(scope->analysis->diag, call->call.name_span, "E-unknown-function",
		   "unknown function '%s'", call->call.name);
	similar = did_you_mean(call->call.name, names);
	if (similar)
		diag_note(scope->analysis->diag, no_span, "did you mean '%s'?", similar);
	scope->ok = false;
}

static void undeclared_array(struct scope *scope, struct span span, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *similar;

	for (unsigned int i = 0; i < scope->script->globals->len; i++)
		g_ptr_array_add(names, (char *)((struct variable *)g_ptr_array_index(scope->script->globals, i))->name);
	similar = did_you_mean(name, names);
	diag_error(scope->analysis->diag, span, "E-undeclared-array",
		   "array '%s' is not declared; arrays are always global", name);
	if (similar)
		diag_note(scope->analysis->diag, no_span, "did you mean '%s'?", similar);
	else
		diag_note(scope->analysis->diag, no_span, "declare it at the top of the script: global %s", name);
	scope->ok = false;
}

/* ---- Variables ---- */

static struct variable *local_new(struct scope *scope, const char *name, struct span span)
{
	struct variable *local = arena_new0(scope->analysis->arena, struct variable);

	local->kind = VARIABLE_LOCAL;
	local->name = name;
	local->span = span;
	g_ptr_array_add(scope->locals, local);
	return local;
}

static struct variable *lookup_scalar(struct scope *scope, const char *name, struct span span)
{
	struct variable *variable = variable_named(scope->parameters, name);

	if (!variable)
		variable = variable_named(scope->locals, name);
	if (!variable)
		variable = find_global(scope, name);
	return variable ? variable : local_new(scope, name, span);
}

static struct variable *lookup_array(struct scope *scope, const char *name, struct span span, int key_count)
{
	struct variable *array = find_global(scope, name);

	if (!array) {
		undeclared_array(scope, span, name);
		return NULL;
	}
	if (array->key_count == -1 && key_count > 0) {
		array->key_count = key_count;
		array->type_span = span;
	} else if (key_count > 0 && array->key_count != key_count) {
		diag_error(scope->analysis->diag, span, "E-key-count", array->key_count ?
			   "array '%s' is used with %d key%s here" : "'%s' is used as an array with %d key%s here",
			   name, key_count, key_count == 1 ? "" : "s");
		diag_note(scope->analysis->diag, array->type_span.source ? array->type_span : array->span,
			  array->key_count ? "and with %d there" : "and as a single value there", array->key_count);
		scope->ok = false;
		return NULL;
	}
	return array;
}

/* What happens to a variable where it stands: both for ++ and +=. */
static void mark_use(struct expr *expr, bool reads, bool writes)
{
	struct variable *variable = expr->kind == EXPR_VARIABLE ? expr->variable.variable :
				    expr->kind == EXPR_INDEX ? expr->index.variable : NULL;

	if (!variable)
		return;
	variable->is_read |= reads;
	variable->is_written |= writes;
}

static void resolve_variable(struct scope *scope, struct expr *expr)
{
	struct variable *variable = lookup_scalar(scope, expr->variable.name, expr->span);

	expr->variable.variable = variable;
	if (variable->kind != VARIABLE_GLOBAL)
		return;
	if (variable->key_count > 0 || variable->has_size) {
		diag_error(scope->analysis->diag, expr->span, "E-key-count",
			   "array '%s' is used without keys", variable->name);
		diag_note(scope->analysis->diag, variable->span, "it is declared here");
		scope->ok = false;
	} else if (variable->key_count < 0) {
		variable->key_count = 0;
		variable->type_span = expr->span;
	}
}

static void resolve_index(struct scope *scope, struct expr *expr)
{
	expr->index.variable = lookup_array(scope, expr->index.name, expr->index.name_span,
					    expr->index.keys->len);
	expr_children(expr, resolve_expr, scope);
}

static void resolve_target_variable(struct scope *scope, struct expr *expr)
{
	struct analysis *analysis = scope->analysis;
	const struct probe *probe = scope->probe;

	expr_children(expr, resolve_expr, scope);
	if (probe && probe->family->resolve_target) {
		expr->target.access = probe->family->resolve_target(&analysis->target, probe, expr);
		scope->ok &= expr->target.access != NULL;
		return;
	}
	diag_error(analysis->diag, expr->span, "E-target-variable", "'%s' means nothing in %s",
		   expr->target.name, probe ? probe->text : "a function");
	diag_note(analysis->diag, no_span,
		  "target variables belong to handlers of probes on kernel code; pass their values to functions");
	scope->ok = false;
}

/* A place that is assigned to, without counting the mention as a read. */
static void resolve_place(struct scope *scope, struct expr *place, bool also_reads)
{
	resolve_expr(place, scope);
	if (place->kind == EXPR_TARGET) {
		diag_error(scope->analysis->diag, place->span, "E-not-supported",
			   "assignment to target variables is not supported by this version of spile");
		scope->ok = false;
		return;
	}
	mark_use(place, also_reads, true);
}

/* ---- Functions ---- */

static void resolve_function(struct analysis *analysis, struct function *function, const struct script *script,
			     GHashTable *visiting, bool *ok)
{
	struct scope scope = {
		.analysis = analysis, .script = script, .parameters = function->parameters,
		.in_function = true, .visiting = visiting, .ok = true,
	};

	function->is_used = true;
	function->locals = scope.locals = arena_array(analysis->arena);
	if (function->embedded_c && !script->source->is_tapset && !analysis->input->guru_mode) {
		diag_error(analysis->diag, function->embedded_c_span, "E-guru",
			   "embedded C needs guru mode: run spile with -g");
		scope.ok = false;
	}
	g_hash_table_add(visiting, function);
	if (function->body)
		resolve_stmt(function->body, &scope);
	g_hash_table_remove(visiting, function);
	function->number = analysis->program->functions->len;
	g_ptr_array_add(analysis->program->functions, function);
	*ok &= scope.ok;
}

static void resolve_call(struct scope *scope, struct expr *expr)
{
	const struct script *script;
	struct function *function = find_function(scope, expr->call.name, &script);
	unsigned int given = expr->call.arguments->len;

	expr_children(expr, resolve_expr, scope);
	if (!function) {
		unknown_function(scope, expr);
		return;
	}
	expr->call.function = function;
	if (given != function->parameters->len) {
		diag_error(scope->analysis->diag, expr->span, "E-argument-count",
			   "function '%s' takes %u argument%s, not %u", function->name,
			   function->parameters->len, function->parameters->len == 1 ? "" : "s", given);
		diag_note(scope->analysis->diag, function->span, "it is defined here");
		scope->ok = false;
		return;
	}
	if (g_hash_table_contains(scope->visiting, function))
		function->is_recursive = true;
	else if (!function->is_used)
		resolve_function(scope->analysis, function, script, scope->visiting, &scope->ok);
}

/* ---- Expressions and statements ---- */

static void resolve_statistic_operand(struct scope *scope, struct expr *operand)
{
	resolve_expr(operand, scope);
	mark_use(operand, true, false);
}

static void resolve_expr(struct expr *expr, void *data)
{
	struct scope *scope = data;

	switch (expr->kind) {
	case EXPR_VARIABLE:
		resolve_variable(scope, expr);
		mark_use(expr, true, false);
		break;
	case EXPR_INDEX:
		resolve_index(scope, expr);
		mark_use(expr, true, false);
		break;
	case EXPR_TARGET:
		resolve_target_variable(scope, expr);
		break;
	case EXPR_ASSIGN:
		resolve_expr(expr->assign.value, scope);
		resolve_place(scope, expr->assign.target, expr->assign.operator == ASSIGN_COMPOUND);
		break;
	case EXPR_INCREMENT:
		resolve_place(scope, expr->increment.target, true);
		break;
	case EXPR_IN:
		expr->in.variable = lookup_array(scope, expr->in.name, expr->in.name_span, expr->in.keys->len);
		if (expr->in.variable)
			expr->in.variable->is_read = true;
		expr_children(expr, resolve_expr, scope);
		break;
	case EXPR_CALL:
		resolve_call(scope, expr);
		break;
	case EXPR_STATISTIC:
		resolve_statistic_operand(scope, expr->statistic.operand);
		break;
	case EXPR_HISTOGRAM:
		resolve_statistic_operand(scope, expr->histogram.operand);
		break;
	default:
		expr_children(expr, resolve_expr, scope);
		break;
	}
}

static void resolve_foreach_key(struct scope *scope, struct foreach_key *key)
{
	key->variable = lookup_scalar(scope, key->name, key->span);
	key->variable->is_written = true;
}

static void resolve_foreach(struct scope *scope, struct stmt *stmt)
{
	stmt->foreach.variable = lookup_array(scope, stmt->foreach.name, stmt->foreach.name_span,
					      stmt->foreach.keys->len);
	if (stmt->foreach.variable)
		stmt->foreach.variable->is_read = true;
	for (unsigned int i = 0; i < stmt->foreach.keys->len; i++)
		resolve_foreach_key(scope, g_ptr_array_index(stmt->foreach.keys, i));
	if (stmt->foreach.value)
		resolve_foreach_key(scope, stmt->foreach.value);
	stmt_children(stmt, resolve_stmt, resolve_expr, scope);
}

/* `delete a` may name a whole array, which is no scalar variable. */
static void resolve_delete(struct scope *scope, struct stmt *stmt)
{
	struct expr *place = stmt->expr;

	if (place->kind == EXPR_VARIABLE) {
		place->variable.variable = lookup_scalar(scope, place->variable.name, place->span);
		place->variable.variable->is_written = true;
		return;
	}
	resolve_place(scope, place, false);
}

static void resolve_stmt(struct stmt *stmt, void *data)
{
	struct scope *scope = data;

	switch (stmt->kind) {
	case STMT_FOREACH:
		resolve_foreach(scope, stmt);
		break;
	case STMT_DELETE:
		resolve_delete(scope, stmt);
		break;
	case STMT_TRY:
		if (stmt->try_catch.name) {
			stmt->try_catch.variable = lookup_scalar(scope, stmt->try_catch.name,
								 stmt->try_catch.name_span);
			stmt->try_catch.variable->is_written = true;
		}
		stmt_children(stmt, resolve_stmt, resolve_expr, scope);
		break;
	default:
		stmt_children(stmt, resolve_stmt, resolve_expr, scope);
		break;
	}
}

/* ---- The program ---- */

static void warn_never_assigned(struct scope *scope)
{
	for (unsigned int i = 0; i < scope->locals->len; i++) {
		const struct variable *local = g_ptr_array_index(scope->locals, i);
		g_autoptr(GPtrArray) names = NULL;
		const char *similar;

		if (!local->is_read || local->is_written)
			continue;
		names = g_ptr_array_new();
		for (unsigned int j = 0; j < scope->script->globals->len; j++)
			g_ptr_array_add(names, (char *)((struct variable *)
						g_ptr_array_index(scope->script->globals, j))->name);
		for (unsigned int j = 0; j < scope->locals->len; j++)
			if (j != i)
				g_ptr_array_add(names, (char *)((struct variable *)
							g_ptr_array_index(scope->locals, j))->name);
		diag_warning(scope->analysis->diag, local->span, "W-never-assigned",
			     "local variable '%s' is never assigned", local->name);
		similar = did_you_mean(local->name, names);
		if (similar)
			diag_note(scope->analysis->diag, no_span, "did you mean '%s'?", similar);
	}
}

static bool resolve_handler(struct analysis *analysis, struct handler *handler)
{
	g_autoptr(GHashTable) visiting = g_hash_table_new(NULL, NULL);
	struct scope scope = {
		.analysis = analysis, .script = analysis->input->script, .locals = handler->locals,
		.probe = g_ptr_array_index(handler->probes, 0), .visiting = visiting, .ok = true,
	};

	resolve_stmt(handler->body, &scope);
	if (scope.ok)
		warn_never_assigned(&scope);
	return scope.ok;
}

/* A second declaration of a name in the user's script. */
static bool check_duplicates(struct analysis *analysis)
{
	const struct script *script = analysis->input->script;
	bool ok = true;

	for (unsigned int i = 0; i < script->globals->len; i++) {
		struct variable *global = g_ptr_array_index(script->globals, i);
		struct variable *first = variable_named(script->globals, global->name);

		if (first == global)
			continue;
		diag_error(analysis->diag, global->span, "E-duplicate", "global '%s' is declared twice", global->name);
		diag_note(analysis->diag, first->span, "first here");
		ok = false;
	}
	for (unsigned int i = 0; i < script->functions->len; i++) {
		struct function *function = g_ptr_array_index(script->functions, i);
		struct function *first = function_named(script, function->name);

		if (first == function)
			continue;
		diag_error(analysis->diag, function->span, "E-duplicate", "function '%s' is defined twice",
			   function->name);
		diag_note(analysis->diag, first->span, "first here");
		ok = false;
	}
	return ok;
}

static void unnumber_globals(const struct script *script)
{
	for (unsigned int i = 0; i < script->globals->len; i++)
		((struct variable *)g_ptr_array_index(script->globals, i))->number = -1;
}

bool resolve_names(struct analysis *analysis)
{
	GPtrArray *library = analysis->input->library;
	bool ok = check_duplicates(analysis);

	unnumber_globals(analysis->input->script);
	for (unsigned int i = 0; i < library->len; i++)
		unnumber_globals(g_ptr_array_index(library, i));
	for (unsigned int i = 0; i < analysis->program->handlers->len; i++)
		ok &= resolve_handler(analysis, g_ptr_array_index(analysis->program->handlers, i));
	return ok;
}
