/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What names stand for. Starting from the handlers, every variable and function that is reached is
 * looked up (lookup.c); only what is reached becomes part of the program. A name that is not
 * declared is a local variable of the function or probe that uses it; only arrays must be declared.
 * Calls are in calls.c, the conditions of probe points in conditions.c.
 *
 * A condition with @defined chooses what is looked at: in @defined($x) ? $x : 0 the part that is not
 * taken may name what there is not.
 */
#include <stdarg.h>
#include <string.h>

#include "analysis/scope.h"
#include "script/walk.h"

/* ---- Reporting ---- */

void scope_error(struct scope *scope, struct span span, const char *tag, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	diag_error_list(scope->analysis->diag, span, tag, format, arguments);
	va_end(arguments);
	scope->ok = false;
}

const struct probe *scope_probe(const struct scope *scope)
{
	return scope->handler ? g_ptr_array_index(scope->handler->probes, 0) : NULL;
}

static void undeclared_array(struct scope *scope, struct span span, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *similar;

	lookup_add_global_names(scope->analysis, scope->script, names);
	similar = did_you_mean(name, names);
	scope_error(scope, span, "E-undeclared-array", "array '%s' is not declared; arrays are always global", name);
	if (similar)
		diag_note(scope->analysis->diag, no_span, "did you mean '%s'?", similar);
	else
		diag_note(scope->analysis->diag, no_span, "declare it at the top of the script: global %s", name);
}

/* ---- Variables ---- */

static struct variable *local_new(struct scope *scope, const char *name, struct span span)
{
	struct variable *local = arena_new0(scope->analysis->arena, struct variable);

	local->kind = VARIABLE_LOCAL;
	local->name = name;
	local->span = span;
	g_ptr_array_add(scope->locals, local);
	g_hash_table_insert(scope->names, (char *)name, local);
	return local;
}

static struct variable *find_scalar(struct scope *scope, const char *name)
{
	struct variable *variable = g_hash_table_lookup(scope->names, name);

	return variable ? variable : lookup_global(scope->analysis, scope->script, name);
}

static struct variable *lookup_scalar(struct scope *scope, const char *name, struct span span)
{
	struct variable *variable = find_scalar(scope, name);

	return variable ? variable : local_new(scope, name, span);
}

static struct variable *lookup_array(struct scope *scope, const char *name, struct span span, int key_count)
{
	struct variable *array = lookup_global(scope->analysis, scope->script, name);

	if (!array) {
		undeclared_array(scope, span, name);
		return NULL;
	}
	if (array->key_count == -1 && key_count > 0) {
		array->key_count = key_count;
		array->type_span = span;
	} else if (key_count > 0 && array->key_count != key_count) {
		scope_error(scope, span, "E-key-count", array->key_count ?
			    "array '%s' is used with %d key%s here" : "'%s' is used as an array with %d key%s here",
			    name, key_count, key_count == 1 ? "" : "s");
		diag_note(scope->analysis->diag, array->type_span.source ? array->type_span : array->span,
			  array->key_count ? "and with %d there" : "and as a single value there", array->key_count);
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
		scope_error(scope, expr->span, "E-key-count", "array '%s' is used without keys", variable->name);
		diag_note(scope->analysis->diag, variable->span, "it is declared here");
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

/* A place that is assigned to, without counting the mention as a read. */
static void resolve_place(struct scope *scope, struct expr *place, bool also_reads)
{
	struct variable *variable;
	bool was_read;

	if (place->kind == EXPR_TARGET) {
		resolve_target_place(scope, place);
		return;
	}
	if (place->kind == EXPR_INDEX) {
		resolve_index(scope, place);
		mark_use(place, also_reads, true);
		return;
	}
	variable = lookup_scalar(scope, place->variable.name, place->span);
	was_read = variable->is_read;
	resolve_expr(place, scope);
	variable->is_read = was_read;
	mark_use(place, also_reads, true);
}

/* ---- Never assigned ---- */

void warn_never_assigned(struct scope *scope)
{
	for (unsigned int i = 0; i < scope->locals->len; i++) {
		const struct variable *local = g_ptr_array_index(scope->locals, i);
		g_autoptr(GPtrArray) names = NULL;
		const char *similar;

		if (!local->is_read || local->is_written)
			continue;
		names = g_ptr_array_new();
		lookup_add_global_names(scope->analysis, scope->script, names);
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

/* ---- Expressions ---- */

static void resolve_statistic_operand(struct scope *scope, struct expr *operand)
{
	resolve_expr(operand, scope);
	mark_use(operand, true, false);
}

static void resolve_histogram(struct scope *scope, struct expr *expr)
{
	resolve_statistic_operand(scope, expr->histogram.operand);
	if (expr->histogram.bucket)
		resolve_expr(expr->histogram.bucket, scope);
}

/* Only here a histogram as a whole is an argument. */
static void resolve_print(struct scope *scope, struct expr *expr)
{
	for (unsigned int i = 0; i < expr->print.arguments->len; i++) {
		struct expr *argument = g_ptr_array_index(expr->print.arguments, i);

		if (argument->kind == EXPR_HISTOGRAM)
			resolve_histogram(scope, argument);
		else
			resolve_expr(argument, scope);
	}
}

/* [k1, *] in array */
static void resolve_in(struct scope *scope, struct expr *expr)
{
	expr->in.variable = lookup_array(scope, expr->in.name, expr->in.name_span, expr->in.keys->len);
	if (expr->in.variable)
		expr->in.variable->is_read = true;
	expr_children(expr, resolve_expr, scope);
}

static void note_choice(struct expr *expr, void *found)
{
	*(bool *)found |= expr->kind == EXPR_OPERATOR && (expr->operator.operation == AT_DEFINED ||
							  expr->operator.operation == AT_PROBE_WRITE);
}

/* Resolves a condition; true if it asked what is defined, and its value is known by that. */
static bool resolve_choice(struct scope *scope, struct expr *condition)
{
	bool asks = false;

	expr_walk(condition, note_choice, &asks);
	resolve_expr(condition, scope);
	return asks && condition->kind == EXPR_NUMBER;
}

/* condition ? yes : no */
static void resolve_ternary(struct scope *scope, struct expr *expr)
{
	struct expr *condition = expr->ternary.condition;

	if (resolve_choice(scope, condition)) {
		*expr = condition->number ? *expr->ternary.yes : *expr->ternary.no;
		resolve_expr(expr, scope);
		return;
	}
	resolve_expr(expr->ternary.yes, scope);
	resolve_expr(expr->ternary.no, scope);
}

static void become_number(struct expr *expr, int64_t number)
{
	expr->kind = EXPR_NUMBER;
	expr->type = TYPE_LONG;
	expr->number = number;
}

/* left && right, left || right: the left side may say that the right one does not matter. */
static void resolve_logical(struct scope *scope, struct expr *expr)
{
	bool is_and = expr->binary.operation == BINARY_LOGICAL_AND;
	struct expr *left = expr->binary.left, *right = expr->binary.right;
	bool chooses = resolve_choice(scope, left);

	if (chooses && (left->number != 0) != is_and) {
		become_number(expr, !is_and);
		return;
	}
	chooses |= resolve_choice(scope, right);
	if (chooses && left->kind == EXPR_NUMBER && right->kind == EXPR_NUMBER)
		become_number(expr, right->number != 0);
}

static void resolve_unary(struct scope *scope, struct expr *expr)
{
	if (resolve_choice(scope, expr->unary.operand) && expr->unary.operation == UNARY_NOT)
		become_number(expr, !expr->unary.operand->number);
}

static void resolve_binary(struct scope *scope, struct expr *expr)
{
	switch (expr->binary.operation) {
	case BINARY_LOGICAL_AND:
	case BINARY_LOGICAL_OR:
		resolve_logical(scope, expr);
		break;
	case BINARY_MATCH:
	case BINARY_NOT_MATCH:
		resolve_expr(expr->binary.left, scope);
		resolve_match(scope, expr);
		break;
	default:
		expr_children(expr, resolve_expr, scope);
		break;
	}
}

void resolve_expr(struct expr *expr, void *data)
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
		resolve_target(scope, expr);
		break;
	case EXPR_ASSIGN:
		resolve_place(scope, expr->assign.target, expr->assign.operator == ASSIGN_COMPOUND);
		resolve_expr(expr->assign.value, scope);
		note_value_type(expr->assign.target, expr->assign.value);
		break;
	case EXPR_INCREMENT:
		resolve_place(scope, expr->increment.target, true);
		break;
	case EXPR_IN:
		resolve_in(scope, expr);
		break;
	case EXPR_CALL:
		resolve_call(scope, expr);
		break;
	case EXPR_UNARY:
		resolve_unary(scope, expr);
		break;
	case EXPR_BINARY:
		resolve_binary(scope, expr);
		break;
	case EXPR_TERNARY:
		resolve_ternary(scope, expr);
		break;
	case EXPR_STATISTIC:
		resolve_statistic_operand(scope, expr->statistic.operand);
		break;
	case EXPR_HISTOGRAM:
		if (!expr->histogram.bucket)
			scope_error(scope, expr->span, "E-histogram",
				    "a histogram is no value: it is printed, gone over, or read by @hist_log(x)[bucket]");
		resolve_histogram(scope, expr);
		break;
	case EXPR_PRINT:
		resolve_print(scope, expr);
		break;
	case EXPR_OPERATOR:
		resolve_operator(scope, expr);
		break;
	case EXPR_EMBEDDED_C:
		resolve_embedded_c(scope, expr->span);
		break;
	default:
		expr_children(expr, resolve_expr, scope);
		break;
	}
}

/* ---- Statements ---- */

static void resolve_foreach_key(struct scope *scope, struct foreach_key *key)
{
	key->variable = lookup_scalar(scope, key->name, key->span);
	key->variable->is_written = true;
}

static void resolve_foreach(struct scope *scope, struct stmt *stmt)
{
	if (stmt->foreach.name)
		stmt->foreach.variable = lookup_array(scope, stmt->foreach.name, stmt->foreach.name_span,
						      stmt->foreach.slice ? stmt->foreach.slice->len :
									    stmt->foreach.keys->len);
	if (stmt->foreach.variable)
		stmt->foreach.variable->is_read = true;
	for (unsigned int i = 0; i < stmt->foreach.keys->len; i++)
		resolve_foreach_key(scope, g_ptr_array_index(stmt->foreach.keys, i));
	if (stmt->foreach.value)
		resolve_foreach_key(scope, stmt->foreach.value);
	for (unsigned int i = 0; stmt->foreach.slice && i < stmt->foreach.slice->len; i++)
		resolve_expr(g_ptr_array_index(stmt->foreach.slice, i), scope);
	if (stmt->foreach.histogram)
		resolve_histogram(scope, stmt->foreach.histogram);
	if (stmt->foreach.limit)
		resolve_expr(stmt->foreach.limit, scope);
	resolve_stmt(stmt->foreach.body, scope);
}

/* `delete a` may name a whole array, which is no scalar variable. */
static void resolve_delete(struct scope *scope, struct stmt *stmt)
{
	struct expr *place = stmt->expr;

	if (place->kind != EXPR_VARIABLE) {
		resolve_place(scope, place, false);
		return;
	}
	place->variable.variable = find_scalar(scope, place->variable.name);
	if (place->variable.variable)
		place->variable.variable->is_written = true;
	else
		undeclared_array(scope, place->span, place->variable.name);
}

static void resolve_if(struct scope *scope, struct stmt *stmt)
{
	struct expr *condition = stmt->branch.condition;
	struct stmt *taken;

	if (!resolve_choice(scope, condition)) {
		resolve_stmt(stmt->branch.then, scope);
		if (stmt->branch.otherwise)
			resolve_stmt(stmt->branch.otherwise, scope);
		return;
	}
	taken = condition->number ? stmt->branch.then : stmt->branch.otherwise;
	if (taken) {
		*stmt = *taken;
		resolve_stmt(stmt, scope);
	} else {
		stmt->kind = STMT_EMPTY;
	}
}

static void resolve_try(struct scope *scope, struct stmt *stmt)
{
	resolve_stmt(stmt->try_catch.body, scope);
	if (stmt->try_catch.name) {
		stmt->try_catch.variable = lookup_scalar(scope, stmt->try_catch.name, stmt->try_catch.name_span);
		stmt->try_catch.variable->is_written = true;
	}
	resolve_stmt(stmt->try_catch.handler, scope);
}

void resolve_stmt(struct stmt *stmt, void *data)
{
	struct scope *scope = data;

	switch (stmt->kind) {
	case STMT_IF:
		resolve_if(scope, stmt);
		break;
	case STMT_FOREACH:
		resolve_foreach(scope, stmt);
		break;
	case STMT_DELETE:
		resolve_delete(scope, stmt);
		break;
	case STMT_TRY:
		resolve_try(scope, stmt);
		break;
	case STMT_EMBEDDED_C:
		resolve_embedded_c(scope, stmt->span);
		break;
	default:
		stmt_children(stmt, resolve_stmt, resolve_expr, scope);
		break;
	}
}

/* ---- The program ---- */

bool resolve_handler_names(struct analysis *analysis, struct handler *handler)
{
	g_autoptr(GHashTable) visiting = g_hash_table_new(NULL, NULL);
	g_autoptr(GHashTable) names = g_hash_table_new(NULL, NULL);
	struct scope scope = {
		.analysis = analysis, .locals = handler->locals, .names = names, .handler = handler,
		.visiting = visiting, .ok = true,
	};

	for (unsigned int i = 0; i < handler->parts->len; i++) {
		const struct handler_part *part = g_ptr_array_index(handler->parts, i);

		scope.script = part->script;
		resolve_stmt(part->block, &scope);
	}
	scope.script = analysis->input->script;
	if (scope.ok)
		warn_never_assigned(&scope);
	return scope.ok;
}

static void warn_never_assigned_global(struct analysis *analysis)
{
	const GPtrArray *globals = analysis->program->script->globals;

	for (unsigned int i = 0; i < globals->len; i++) {
		const struct variable *global = g_ptr_array_index(globals, i);

		if (global->is_read && !global->is_written && !global->initial)
			diag_warning(analysis->diag, global->span, "W-never-assigned",
				     "global variable '%s' is never assigned", global->name);
	}
}

bool resolve_names(struct analysis *analysis)
{
	struct program *program = analysis->program;
	bool ok = true;

	for (unsigned int i = 0; i < program->handlers->len; i++)
		ok &= resolve_handler_names(analysis, g_ptr_array_index(program->handlers, i));
	for (unsigned int i = 0; i < program->conditions->len; i++)
		ok &= resolve_condition(analysis, g_ptr_array_index(program->conditions, i));
	if (ok)
		warn_never_assigned_global(analysis);
	return ok;
}
