/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations on literals are done here, once, instead of at every hit; branches on a literal lose
 * the side that is never taken. Runs on a well-typed tree; what would be an error at run time
 * (division by zero) is left for then, since a try block may be waiting for it.
 */
#include "analysis/internal.h"
#include "script/walk.h"

#include <string.h>

static bool is_number(const struct expr *expr)
{
	return expr->kind == EXPR_NUMBER;
}

static bool is_string(const struct expr *expr)
{
	return expr->kind == EXPR_STRING;
}

static void become_number(struct expr *expr, int64_t number)
{
	expr->kind = EXPR_NUMBER;
	expr->type = TYPE_LONG;
	expr->number = number;
}

/* ---- Numbers: 64 bits that wrap, see runtime/arith.h ---- */

/* False where there is no result. */
static bool divide(bool modulo, int64_t left, int64_t right, int64_t *ret)
{
	if (right == 0)
		return false;
	if (right == -1)
		*ret = modulo ? 0 : (int64_t)(0 - (uint64_t)left);
	else
		*ret = modulo ? left % right : left / right;
	return true;
}

static bool compute(enum binary_operator operation, int64_t left, int64_t right, int64_t *ret)
{
	uint64_t a = left, b = right;

	switch (operation) {
	case BINARY_ADD:
		*ret = (int64_t)(a + b);
		return true;
	case BINARY_SUBTRACT:
		*ret = (int64_t)(a - b);
		return true;
	case BINARY_MULTIPLY:
		*ret = (int64_t)(a * b);
		return true;
	case BINARY_DIVIDE:
	case BINARY_MODULO:
		return divide(operation == BINARY_MODULO, left, right, ret);
	case BINARY_SHIFT_LEFT:
		*ret = (int64_t)(a << (b & 63));
		return true;
	case BINARY_SHIFT_RIGHT:
		*ret = left >> (b & 63);
		return true;
	case BINARY_AND:
		*ret = left & right;
		return true;
	case BINARY_OR:
		*ret = left | right;
		return true;
	case BINARY_XOR:
		*ret = left ^ right;
		return true;
	case BINARY_LOGICAL_AND:
		*ret = left && right;
		return true;
	case BINARY_LOGICAL_OR:
		*ret = left || right;
		return true;
	default:
		return false;
	}
}

/* Of numbers, or of what strcmp() says of strings against 0. */
static bool compare(enum binary_operator operation, int64_t left, int64_t right, int64_t *ret)
{
	switch (operation) {
	case BINARY_EQUAL:
		*ret = left == right;
		return true;
	case BINARY_NOT_EQUAL:
		*ret = left != right;
		return true;
	case BINARY_LESS:
		*ret = left < right;
		return true;
	case BINARY_LESS_EQUAL:
		*ret = left <= right;
		return true;
	case BINARY_GREATER:
		*ret = left > right;
		return true;
	case BINARY_GREATER_EQUAL:
		*ret = left >= right;
		return true;
	default:
		return false;
	}
}

/* ---- Expressions ---- */

static void fold_strings(struct analysis *analysis, struct expr *expr)
{
	const char *left = expr->binary.left->string, *right = expr->binary.right->string;
	int64_t result;

	if (expr->binary.operation == BINARY_CONCATENATE) {
		expr->kind = EXPR_STRING;
		expr->string = arena_printf(analysis->arena, "%s%s", left, right);
	} else if (compare(expr->binary.operation, strcmp(left, right), 0, &result)) {
		become_number(expr, result);
	}
}

static void fold_binary(struct analysis *analysis, struct expr *expr)
{
	const struct expr *left = expr->binary.left, *right = expr->binary.right;
	int64_t result;

	if (is_string(left) && is_string(right))
		fold_strings(analysis, expr);
	else if (is_number(left) && is_number(right) &&
		 (compute(expr->binary.operation, left->number, right->number, &result) ||
		  compare(expr->binary.operation, left->number, right->number, &result)))
		become_number(expr, result);
}

static void fold_unary(struct expr *expr)
{
	int64_t operand = expr->unary.operand->number;

	if (!is_number(expr->unary.operand))
		return;
	switch (expr->unary.operation) {
	case UNARY_PLUS:
		become_number(expr, operand);
		break;
	case UNARY_MINUS:
		become_number(expr, (int64_t)(0 - (uint64_t)operand));
		break;
	case UNARY_NOT:
		become_number(expr, !operand);
		break;
	case UNARY_COMPLEMENT:
		become_number(expr, ~operand);
		break;
	}
}

static void fold_expr(struct expr *expr, void *analysis)
{
	expr_children(expr, fold_expr, analysis);
	switch (expr->kind) {
	case EXPR_BINARY:
		fold_binary(analysis, expr);
		break;
	case EXPR_UNARY:
		fold_unary(expr);
		break;
	case EXPR_TERNARY:
		if (is_number(expr->ternary.condition))
			*expr = expr->ternary.condition->number ? *expr->ternary.yes : *expr->ternary.no;
		break;
	default:
		break;
	}
}

/* ---- Statements ---- */

static void fold_if(struct stmt *stmt)
{
	struct stmt *taken;

	if (!is_number(stmt->branch.condition))
		return;
	taken = stmt->branch.condition->number ? stmt->branch.then : stmt->branch.otherwise;
	if (taken)
		*stmt = *taken;
	else
		stmt->kind = STMT_EMPTY;
}

/* A loop whose condition never holds: what it starts with is all that happens. */
static void fold_loop(struct stmt *stmt)
{
	struct expr *initial = stmt->loop.initial;

	if (!stmt->loop.condition || !is_number(stmt->loop.condition) || stmt->loop.condition->number)
		return;
	stmt->kind = initial ? STMT_EXPR : STMT_EMPTY;
	stmt->expr = initial;
}

static void fold_stmt(struct stmt *stmt, void *analysis)
{
	stmt_children(stmt, fold_stmt, fold_expr, analysis);
	if (stmt->kind == STMT_IF)
		fold_if(stmt);
	else if (stmt->kind == STMT_WHILE || stmt->kind == STMT_FOR)
		fold_loop(stmt);
}

void fold_program(struct analysis *analysis)
{
	const struct program *program = analysis->program;

	for (unsigned int i = 0; i < program->functions->len; i++) {
		struct function *function = g_ptr_array_index(program->functions, i);

		if (function->body)
			fold_stmt(function->body, analysis);
	}
	for (unsigned int i = 0; i < program->handlers->len; i++)
		fold_stmt(((struct handler *)g_ptr_array_index(program->handlers, i))->body, analysis);
	for (unsigned int i = 0; i < program->conditions->len; i++)
		fold_expr(((struct condition *)g_ptr_array_index(program->conditions, i))->expr, analysis);
}
