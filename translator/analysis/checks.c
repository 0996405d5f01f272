/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a well-typed tree may still get wrong: statements out of place, formats, histograms that
 * contradict each other, and what this version does not do yet.
 */
#include "analysis/internal.h"
#include "script/parse.h"
#include "script/walk.h"

struct check {
	struct analysis *analysis;
	struct function *function;	/* NULL in a probe */
	unsigned int loops;		/* around the statement */
	bool ok;
};

static void fail(struct check *check, struct span span, const char *tag, const char *text)
{
	diag_error(check->analysis->diag, span, tag, "%s", text);
	check->ok = false;
}

/* All @hist_ of one statistic must agree, for it collects one set of buckets. */
static void check_histogram(struct check *check, struct expr *expr)
{
	struct expr *operand = expr->histogram.operand;
	struct variable *variable = operand->kind == EXPR_INDEX ? operand->index.variable :
								  operand->variable.variable;
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
	case EXPR_BINARY:
		if (expr->binary.operation == BINARY_MATCH || expr->binary.operation == BINARY_NOT_MATCH)
			fail(check, expr->binary.operator_span, "E-not-supported",
			     "regular expressions are not supported by this version of spile");
		break;
	case EXPR_ASSIGN:
		if (expr->assign.operator == ASSIGN_PLAIN && expr->assign.target->type == TYPE_STATS)
			fail(check, expr->span, "E-type-mismatch",
			     "a statistic takes values with <<<, not by assignment");
		break;
	default:
		break;
	}
	expr_children(expr, check_expr, check);
}

static void check_foreach(struct check *check, struct stmt *stmt)
{
	const struct variable *array = stmt->foreach.variable;

	if (stmt->foreach.has_sort_statistic && array->type != TYPE_STATS)
		fail(check, stmt->foreach.name_span, "E-foreach",
		     "only arrays of statistics can be sorted by @count, @sum and so on");
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
	case STMT_NEXT:
		if (check->function)
			fail(check, stmt->span, "E-not-supported",
			     "'next' in a function is not supported by this version of spile");
		break;
	case STMT_FOREACH:
		check_foreach(check, stmt);
		break;
	default:
		break;
	}
	check->loops += loop;
	stmt_children(stmt, check_stmt, check_expr, check);
	check->loops -= loop;
}

static bool check_body(struct analysis *analysis, struct function *function, struct stmt *body)
{
	struct check check = { .analysis = analysis, .function = function, .ok = true };

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
	for (unsigned int i = 0; i < program->handlers->len; i++)
		ok &= check_body(analysis, NULL, ((struct handler *)g_ptr_array_index(program->handlers, i))->body);
	return ok;
}
