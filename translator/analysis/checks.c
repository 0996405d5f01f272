/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a well-typed tree may still get wrong: statements out of place, formats, histograms that
 * contradict each other, arrays that change while a loop goes over them.
 */
#include "analysis/internal.h"
#include "script/parse.h"
#include "script/walk.h"

struct check {
	struct analysis *analysis;
	struct function *function;	/* NULL in a probe */
	unsigned int loops;		/* around the statement */
	GPtrArray *iterated;		/* of struct variable: arrays of the foreach loops around it */
	bool ok;
};

static void fail(struct check *check, struct span span, const char *tag, const char *text)
{
	diag_error(check->analysis->diag, span, tag, "%s", text);
	check->ok = false;
}

static struct variable *variable_of(const struct expr *place)
{
	if (place->kind == EXPR_INDEX)
		return place->index.variable;
	return place->kind == EXPR_VARIABLE ? place->variable.variable : NULL;
}

/* All @hist_ of one statistic must agree, for it collects one set of buckets. */
static void check_histogram(struct check *check, struct expr *expr)
{
	struct expr *operand = expr->histogram.operand;
	struct variable *variable = variable_of(operand);
	bool linear = expr->histogram.kind == HISTOGRAM_LINEAR;

	if (linear && (expr->histogram.step < 1 || expr->histogram.high <= expr->histogram.low ||
		       (expr->histogram.high - expr->histogram.low) / expr->histogram.step > 1024)) {
		fail(check, expr->span, "E-histogram",
		     "@hist_linear(x, low, high, width) needs low < high, a positive width, and at most 1024 buckets");
		return;
	}
	if (variable->histogram == HISTOGRAM_NONE) {
		variable->histogram = expr->histogram.kind;
		variable->histogram_low = expr->histogram.low;
		variable->histogram_high = expr->histogram.high;
		variable->histogram_step = expr->histogram.step;
		variable->histogram_span = expr->span;
	} else if (variable->histogram != expr->histogram.kind ||
		   variable->histogram_low != expr->histogram.low ||
		   variable->histogram_high != expr->histogram.high ||
		   variable->histogram_step != expr->histogram.step) {
		fail(check, expr->span, "E-histogram", "a statistic can have only one kind of histogram");
		diag_note(check->analysis->diag, variable->histogram_span, "and has another one here");
	}
}

static void check_variance(struct check *check, const struct expr *expr)
{
	variable_of(expr->statistic.operand)->with_variance = true;
	if (expr->statistic.has_shift && (expr->statistic.shift < 0 || expr->statistic.shift > 62))
		fail(check, expr->span, "E-number-range", "the bit shift of @variance is 0 to 62");
}

/* ---- Arrays that a loop goes over ---- */

struct writes {
	const struct variable *array;
	GHashTable *seen;	/* of struct function */
	bool found;
};

static void note_element_write(struct expr *expr, void *data);

static void note_element_delete(struct stmt *stmt, void *data)
{
	struct writes *writes = data;

	if (stmt->kind == STMT_DELETE && stmt->expr->kind == EXPR_INDEX)
		writes->found |= stmt->expr->index.variable == writes->array;
}

static void note_function_writes(struct writes *writes, struct function *function)
{
	for (; function; function = function->alternative)
		if (g_hash_table_add(writes->seen, function) && function->body)
			stmt_walk(function->body, note_element_delete, note_element_write, writes);
}

static void note_element_write(struct expr *expr, void *data)
{
	struct writes *writes = data;
	const struct expr *place = expr->kind == EXPR_ASSIGN ? expr->assign.target :
				   expr->kind == EXPR_INCREMENT ? expr->increment.target : NULL;

	if (place && place->kind == EXPR_INDEX)
		writes->found |= place->index.variable == writes->array;
	if (expr->kind == EXPR_CALL)
		note_function_writes(writes, expr->call.function);
}

static void fail_modified(struct check *check, struct span span, const struct variable *array)
{
	diag_error(check->analysis->diag, span, "E-foreach-modified",
		   "array '%s' is modified while 'foreach' goes over it", array->name);
	diag_note(check->analysis->diag, no_span,
		  "collect the keys in another array and change '%s' behind the loop", array->name);
	check->ok = false;
}

static void check_iterated_place(struct check *check, const struct expr *place)
{
	if (place->kind == EXPR_INDEX && g_ptr_array_find(check->iterated, place->index.variable, NULL))
		fail_modified(check, place->span, place->index.variable);
}

static void check_iterated_call(struct check *check, const struct expr *call)
{
	for (unsigned int i = 0; i < check->iterated->len; i++) {
		struct writes writes = { g_ptr_array_index(check->iterated, i), g_hash_table_new(NULL, NULL), false };

		note_function_writes(&writes, call->call.function);
		g_hash_table_unref(writes.seen);
		if (writes.found)
			fail_modified(check, call->span, writes.array);
	}
}

/* ---- Expressions ---- */

static void check_assign(struct check *check, struct expr *expr)
{
	check_iterated_place(check, expr->assign.target);
	if (expr->assign.operator == ASSIGN_PLAIN && expr->assign.target->type == TYPE_STATS)
		fail(check, expr->span, "E-type-mismatch", "a statistic takes values with <<<, not by assignment");
}

static void check_expr(struct expr *expr, void *data)
{
	struct check *check = data;

	switch (expr->kind) {
	case EXPR_PRINT:
		check->ok &= check_format(check->analysis, expr);
		break;
	case EXPR_HISTOGRAM:
		check_histogram(check, expr);
		break;
	case EXPR_ASSIGN:
		check_assign(check, expr);
		break;
	case EXPR_INCREMENT:
		check_iterated_place(check, expr->increment.target);
		break;
	case EXPR_CALL:
		check_iterated_call(check, expr);
		break;
	case EXPR_STATISTIC:
		if (expr->statistic.operation == STATISTIC_VARIANCE)
			check_variance(check, expr);
		break;
	default:
		break;
	}
	expr_children(expr, check_expr, check);
}

static void check_foreach(struct check *check, struct stmt *stmt)
{
	const struct variable *array = stmt->foreach.variable;

	if (array && stmt->foreach.has_sort_statistic && stmt->foreach.sort_statistic == STATISTIC_VARIANCE)
		stmt->foreach.variable->with_variance = true;
	if (stmt->foreach.has_sort_statistic && (!array || array->type != TYPE_STATS))
		fail(check, stmt->foreach.name_span, "E-foreach",
		     "only arrays of statistics can be sorted by @count, @sum and so on");
}

/* The place itself is no value: keys may be `*`. */
static void check_delete(struct check *check, struct stmt *stmt)
{
	check_iterated_place(check, stmt->expr);
	expr_children(stmt->expr, check_expr, check);
}

static void check_stmt(struct stmt *stmt, void *data)
{
	struct check *check = data;
	bool loop = stmt->kind == STMT_WHILE || stmt->kind == STMT_FOR || stmt->kind == STMT_FOREACH;

	switch (stmt->kind) {
	case STMT_BREAK:
		if (!check->loops)
			fail(check, stmt->span, "E-statement", "'break' outside of a loop");
		break;
	case STMT_CONTINUE:
		if (!check->loops)
			fail(check, stmt->span, "E-statement", "'continue' outside of a loop");
		break;
	case STMT_RETURN:
		if (!check->function)
			fail(check, stmt->span, "E-statement", "'return' outside of a function; 'next' leaves a probe");
		break;
	case STMT_FOREACH:
		check_foreach(check, stmt);
		if (stmt->foreach.variable)
			g_ptr_array_add(check->iterated, stmt->foreach.variable);
		break;
	case STMT_DELETE:
		check_delete(check, stmt);
		return;
	default:
		break;
	}
	check->loops += loop;
	stmt_children(stmt, check_stmt, check_expr, check);
	check->loops -= loop;
	if (stmt->kind == STMT_FOREACH && stmt->foreach.variable)
		g_ptr_array_set_size(check->iterated, check->iterated->len - 1);
}

static bool check_body(struct analysis *analysis, struct function *function, struct stmt *body)
{
	g_autoptr(GPtrArray) iterated = g_ptr_array_new();
	struct check check = { .analysis = analysis, .function = function, .iterated = iterated, .ok = true };

	check_stmt(body, &check);
	return check.ok;
}

bool check_program(struct analysis *analysis)
{
	struct program *program = analysis->program;
	bool ok = true;

	for (unsigned int i = 0; i < program->functions->len; i++) {
		struct function *function = g_ptr_array_index(program->functions, i);

		if (function->body)
			ok &= check_body(analysis, function, function->body);
	}
	for (unsigned int i = 0; i < program->handlers->len; i++) {
		struct handler *handler = g_ptr_array_index(program->handlers, i);

		ok &= check_body(analysis, NULL, handler->body) && check_entries(analysis, handler);
	}
	return ok;
}
