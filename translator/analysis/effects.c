/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What running a piece of the program may do: fail, write, print; and from that which globals a
 * handler has to lock. A handler locks, for as long as it runs and in one order for all, every
 * global that it or a function it calls touches, if some handler that may run at the same time
 * writes that global. Statistics that are not arrays are per-CPU and need no lock.
 */
#include <string.h>

#include "analysis/internal.h"
#include "script/walk.h"

struct touch {
	struct program *program;
	bool *touched;		/* by number of the global */
	bool *written;
	bool *functions_seen;	/* by number of the function */
	bool prints, fails, writes_global;
};

static void touch_stmt(struct stmt *stmt, void *data);
static void touch_expr(struct expr *expr, void *data);

static void touch_variable(struct touch *touch, const struct variable *variable, bool writes)
{
	if (!variable || variable->kind != VARIABLE_GLOBAL)
		return;
	touch->touched[variable->number] = true;
	if (writes) {
		touch->written[variable->number] = true;
		touch->writes_global = true;
	}
}

static void touch_place(struct touch *touch, const struct expr *place)
{
	if (place->kind == EXPR_VARIABLE)
		touch_variable(touch, place->variable.variable, true);
	else if (place->kind == EXPR_INDEX)
		touch_variable(touch, place->index.variable, true);
	touch->fails |= place->kind == EXPR_INDEX;
}

/*
 * Embedded C says of itself what it does: nothing but compute its result if it holds the pragma
 * "pure"; set no error if, besides, it does not mention STAP_ERROR.
 */
static bool is_pure(const struct function *function)
{
	return strstr(function->embedded_c, "/* pure */") != NULL;
}

static void touch_embedded(struct touch *touch, const struct function *function)
{
	bool pure = is_pure(function);

	touch->fails |= !pure || strstr(function->embedded_c, "STAP_ERROR");
	touch->writes_global |= !pure;
	touch->prints |= !pure;
}

static void touch_function(struct touch *touch, struct function *function)
{
	touch->fails |= function->is_recursive;
	if (function->embedded_c)
		touch_embedded(touch, function);
	if (touch->functions_seen[function->number])
		return;
	touch->functions_seen[function->number] = true;
	if (function->body)
		stmt_walk(function->body, touch_stmt, touch_expr, touch);
}

static void touch_expr(struct expr *expr, void *data)
{
	struct touch *touch = data;

	switch (expr->kind) {
	case EXPR_VARIABLE:
		touch_variable(touch, expr->variable.variable, false);
		break;
	case EXPR_INDEX:
		touch_variable(touch, expr->index.variable, false);
		break;
	case EXPR_IN:
		touch_variable(touch, expr->in.variable, false);
		break;
	case EXPR_ASSIGN:
		touch_place(touch, expr->assign.target);
		touch->fails |= expr->assign.operation == BINARY_DIVIDE || expr->assign.operation == BINARY_MODULO;
		break;
	case EXPR_INCREMENT:
		touch_place(touch, expr->increment.target);
		break;
	case EXPR_CALL:
		touch_function(touch, expr->call.function);
		break;
	case EXPR_PRINT:
		touch->prints |= !expr->print.form.to_string;
		break;
	case EXPR_BINARY:
		touch->fails |= expr->binary.operation == BINARY_DIVIDE || expr->binary.operation == BINARY_MODULO;
		break;
	case EXPR_TARGET:
	case EXPR_STATISTIC:
		touch->fails = true;
		break;
	default:
		break;
	}
}

static void touch_stmt(struct stmt *stmt, void *data)
{
	struct touch *touch = data;

	switch (stmt->kind) {
	case STMT_FOREACH:
		touch_variable(touch, stmt->foreach.variable, false);
		touch->fails = true;
		for (unsigned int i = 0; i < stmt->foreach.keys->len; i++)
			touch_variable(touch, ((struct foreach_key *)
				       g_ptr_array_index(stmt->foreach.keys, i))->variable, true);
		if (stmt->foreach.value)
			touch_variable(touch, stmt->foreach.value->variable, true);
		break;
	case STMT_WHILE:
	case STMT_FOR:
		touch->fails = true;
		break;
	case STMT_DELETE:
		touch_place(touch, stmt->expr);
		break;
	case STMT_TRY:
		touch_variable(touch, stmt->try_catch.variable, true);
		break;
	default:
		break;
	}
}

static void touch_begin(struct touch *touch, struct program *program)
{
	*touch = (struct touch){ .program = program };
	touch->touched = g_new0(bool, program->globals->len + 1);
	touch->written = g_new0(bool, program->globals->len + 1);
	touch->functions_seen = g_new0(bool, program->functions->len + 1);
}

static void touch_end(struct touch *touch)
{
	g_free(touch->touched);
	g_free(touch->written);
	g_free(touch->functions_seen);
}

/* ---- Functions ---- */

static void judge_function(struct program *program, struct function *function)
{
	struct touch touch;

	touch_begin(&touch, program);
	touch_function(&touch, function);
	function->may_fail = touch.fails;
	function->has_side_effects = touch.prints || touch.writes_global;
	touch_end(&touch);
	for (unsigned int i = 0; i < function->parameters->len; i++) {
		struct variable *parameter = g_ptr_array_index(function->parameters, i);
		parameter->is_reference = parameter->type == TYPE_STRING && !parameter->is_written;
	}
}

/* ---- Locks ---- */

static enum handler_context context_of(const struct handler *handler)
{
	return ((struct probe *)g_ptr_array_index(handler->probes, 0))->context;
}

static bool needs_lock(const struct variable *global)
{
	return global->type != TYPE_STATS || global->key_count > 0;
}

static void note_written(struct program *program, const struct handler *handler, bool *written)
{
	struct touch touch;

	touch_begin(&touch, program);
	stmt_walk(handler->body, touch_stmt, touch_expr, &touch);
	program->prints |= touch.prints || touch.fails;
	for (unsigned int i = 0; i < program->globals->len; i++)
		written[i] |= touch.written[i] && context_of(handler) != CONTEXT_ALONE;
	touch_end(&touch);
}

static void plan_locks(struct program *program, struct handler *handler, const bool *written)
{
	struct touch touch;

	if (context_of(handler) == CONTEXT_ALONE)
		return;
	touch_begin(&touch, program);
	stmt_walk(handler->body, touch_stmt, touch_expr, &touch);
	for (unsigned int i = 0; i < program->globals->len; i++) {
		struct variable *global = g_ptr_array_index(program->globals, i);

		if (touch.touched[i] && written[i] && needs_lock(global))
			g_ptr_array_add(handler->locked, global);
	}
	touch_end(&touch);
}

bool plan_effects(struct analysis *analysis)
{
	struct program *program = analysis->program;
	g_autofree bool *written = g_new0(bool, program->globals->len + 1);

	for (unsigned int i = 0; i < program->functions->len; i++)
		judge_function(program, g_ptr_array_index(program->functions, i));
	for (unsigned int i = 0; i < program->handlers->len; i++)
		note_written(program, g_ptr_array_index(program->handlers, i), written);
	for (unsigned int i = 0; i < program->handlers->len; i++)
		plan_locks(program, g_ptr_array_index(program->handlers, i), written);
	return true;
}
