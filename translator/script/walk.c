/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks and copies of trees. The children_ functions are the only place, besides printing, that
 * lists the parts of every kind of node; passes that look for one kind of thing use them.
 */
#include "script/walk.h"

#include <string.h>

typedef void (*expr_visitor)(struct expr *expr, void *data);
typedef void (*stmt_visitor)(struct stmt *stmt, void *data);

static void visit_list(GPtrArray *list, expr_visitor visit, void *data)
{
	for (unsigned int i = 0; list && i < list->len; i++)
		visit(g_ptr_array_index(list, i), data);
}

static void visit_path(GPtrArray *path, expr_visitor visit, void *data)
{
	for (unsigned int i = 0; path && i < path->len; i++) {
		struct path_step *step = g_ptr_array_index(path, i);
		if (step->kind == PATH_INDEX)
			visit(step->index, data);
	}
}

void expr_children(struct expr *expr, expr_visitor visit, void *data)
{
	switch (expr->kind) {
	case EXPR_NUMBER:
	case EXPR_STRING:
	case EXPR_VARIABLE:
		break;
	case EXPR_INDEX:
		visit_list(expr->index.keys, visit, data);
		break;
	case EXPR_TARGET:
		visit_path(expr->target.path, visit, data);
		break;
	case EXPR_UNARY:
		visit(expr->unary.operand, data);
		break;
	case EXPR_BINARY:
		visit(expr->binary.left, data);
		visit(expr->binary.right, data);
		break;
	case EXPR_TERNARY:
		visit(expr->ternary.condition, data);
		visit(expr->ternary.yes, data);
		visit(expr->ternary.no, data);
		break;
	case EXPR_ASSIGN:
		visit(expr->assign.target, data);
		visit(expr->assign.value, data);
		break;
	case EXPR_INCREMENT:
		visit(expr->increment.target, data);
		break;
	case EXPR_IN:
		visit_list(expr->in.keys, visit, data);
		break;
	case EXPR_CALL:
		visit_list(expr->call.arguments, visit, data);
		break;
	case EXPR_PRINT:
		visit_list(expr->print.arguments, visit, data);
		break;
	case EXPR_STATISTIC:
		visit(expr->statistic.operand, data);
		break;
	case EXPR_HISTOGRAM:
		visit(expr->histogram.operand, data);
		break;
	}
}

static void visit_expr_or_null(struct expr *expr, expr_visitor visit, void *data)
{
	if (expr && visit)
		visit(expr, data);
}

static void visit_stmt_or_null(struct stmt *stmt, stmt_visitor visit, void *data)
{
	if (stmt && visit)
		visit(stmt, data);
}

void stmt_children(struct stmt *stmt, stmt_visitor visit_stmt, expr_visitor visit_expr, void *data)
{
	switch (stmt->kind) {
	case STMT_EMPTY:
	case STMT_NEXT:
	case STMT_BREAK:
	case STMT_CONTINUE:
		break;
	case STMT_EXPR:
	case STMT_RETURN:
	case STMT_DELETE:
		visit_expr_or_null(stmt->expr, visit_expr, data);
		break;
	case STMT_BLOCK:
		for (unsigned int i = 0; i < stmt->block->len; i++)
			visit_stmt_or_null(g_ptr_array_index(stmt->block, i), visit_stmt, data);
		break;
	case STMT_IF:
		visit_expr_or_null(stmt->branch.condition, visit_expr, data);
		visit_stmt_or_null(stmt->branch.then, visit_stmt, data);
		visit_stmt_or_null(stmt->branch.otherwise, visit_stmt, data);
		break;
	case STMT_WHILE:
	case STMT_FOR:
		visit_expr_or_null(stmt->loop.initial, visit_expr, data);
		visit_expr_or_null(stmt->loop.condition, visit_expr, data);
		visit_expr_or_null(stmt->loop.step, visit_expr, data);
		visit_stmt_or_null(stmt->loop.body, visit_stmt, data);
		break;
	case STMT_FOREACH:
		visit_expr_or_null(stmt->foreach.limit, visit_expr, data);
		visit_stmt_or_null(stmt->foreach.body, visit_stmt, data);
		break;
	case STMT_TRY:
		visit_stmt_or_null(stmt->try_catch.body, visit_stmt, data);
		visit_stmt_or_null(stmt->try_catch.handler, visit_stmt, data);
		break;
	}
}

struct walk {
	stmt_visitor visit_stmt;
	expr_visitor visit_expr;
	void *data;
};

static void walk_expr(struct expr *expr, void *data)
{
	struct walk *walk = data;

	if (walk->visit_expr)
		walk->visit_expr(expr, walk->data);
	expr_children(expr, walk_expr, walk);
}

static void walk_stmt(struct stmt *stmt, void *data)
{
	struct walk *walk = data;

	if (walk->visit_stmt)
		walk->visit_stmt(stmt, walk->data);
	stmt_children(stmt, walk_stmt, walk_expr, walk);
}

void expr_walk(struct expr *expr, expr_visitor visit, void *data)
{
	struct walk walk = { NULL, visit, data };

	walk_expr(expr, &walk);
}

void stmt_walk(struct stmt *stmt, stmt_visitor visit_stmt, expr_visitor visit_expr, void *data)
{
	struct walk walk = { visit_stmt, visit_expr, data };

	walk_stmt(stmt, &walk);
}

/* ---- Copies ---- */

static GPtrArray *clone_exprs(struct arena *arena, const GPtrArray *list)
{
	GPtrArray *copy = arena_array(arena);

	for (unsigned int i = 0; i < list->len; i++)
		g_ptr_array_add(copy, expr_clone(arena, g_ptr_array_index(list, i)));
	return copy;
}

static GPtrArray *clone_path(struct arena *arena, const GPtrArray *path)
{
	GPtrArray *copy = arena_array(arena);

	for (unsigned int i = 0; i < path->len; i++) {
		struct path_step *step = arena_new0(arena, struct path_step);

		*step = *(struct path_step *)g_ptr_array_index(path, i);
		if (step->kind == PATH_INDEX)
			step->index = expr_clone(arena, step->index);
		g_ptr_array_add(copy, step);
	}
	return copy;
}

struct expr *expr_clone(struct arena *arena, const struct expr *expr)
{
	struct expr *copy;

	if (!expr)
		return NULL;
	copy = arena_new0(arena, struct expr);
	*copy = *expr;
	switch (expr->kind) {
	case EXPR_NUMBER:
	case EXPR_STRING:
	case EXPR_VARIABLE:
		break;
	case EXPR_INDEX:
		copy->index.keys = clone_exprs(arena, expr->index.keys);
		break;
	case EXPR_TARGET:
		copy->target.path = clone_path(arena, expr->target.path);
		break;
	case EXPR_UNARY:
		copy->unary.operand = expr_clone(arena, expr->unary.operand);
		break;
	case EXPR_BINARY:
		copy->binary.left = expr_clone(arena, expr->binary.left);
		copy->binary.right = expr_clone(arena, expr->binary.right);
		break;
	case EXPR_TERNARY:
		copy->ternary.condition = expr_clone(arena, expr->ternary.condition);
		copy->ternary.yes = expr_clone(arena, expr->ternary.yes);
		copy->ternary.no = expr_clone(arena, expr->ternary.no);
		break;
	case EXPR_ASSIGN:
		copy->assign.target = expr_clone(arena, expr->assign.target);
		copy->assign.value = expr_clone(arena, expr->assign.value);
		break;
	case EXPR_INCREMENT:
		copy->increment.target = expr_clone(arena, expr->increment.target);
		break;
	case EXPR_IN:
		copy->in.keys = clone_exprs(arena, expr->in.keys);
		break;
	case EXPR_CALL:
		copy->call.arguments = clone_exprs(arena, expr->call.arguments);
		break;
	case EXPR_PRINT:
		copy->print.arguments = clone_exprs(arena, expr->print.arguments);
		break;
	case EXPR_STATISTIC:
		copy->statistic.operand = expr_clone(arena, expr->statistic.operand);
		break;
	case EXPR_HISTOGRAM:
		copy->histogram.operand = expr_clone(arena, expr->histogram.operand);
		break;
	}
	return copy;
}

static struct foreach_key *clone_key(struct arena *arena, const struct foreach_key *key)
{
	struct foreach_key *copy;

	if (!key)
		return NULL;
	copy = arena_new0(arena, struct foreach_key);
	*copy = *key;
	return copy;
}

static void clone_foreach(struct arena *arena, struct stmt *copy)
{
	GPtrArray *keys = arena_array(arena);

	for (unsigned int i = 0; i < copy->foreach.keys->len; i++)
		g_ptr_array_add(keys, clone_key(arena, g_ptr_array_index(copy->foreach.keys, i)));
	copy->foreach.keys = keys;
	copy->foreach.value = clone_key(arena, copy->foreach.value);
	copy->foreach.limit = expr_clone(arena, copy->foreach.limit);
	copy->foreach.body = stmt_clone(arena, copy->foreach.body);
}

static GPtrArray *clone_block(struct arena *arena, const GPtrArray *block)
{
	GPtrArray *copy = arena_array(arena);

	for (unsigned int i = 0; i < block->len; i++)
		g_ptr_array_add(copy, stmt_clone(arena, g_ptr_array_index(block, i)));
	return copy;
}

struct stmt *stmt_clone(struct arena *arena, const struct stmt *stmt)
{
	struct stmt *copy;

	if (!stmt)
		return NULL;
	copy = arena_new0(arena, struct stmt);
	*copy = *stmt;
	switch (stmt->kind) {
	case STMT_EMPTY:
	case STMT_NEXT:
	case STMT_BREAK:
	case STMT_CONTINUE:
		break;
	case STMT_EXPR:
	case STMT_RETURN:
	case STMT_DELETE:
		copy->expr = expr_clone(arena, stmt->expr);
		break;
	case STMT_BLOCK:
		copy->block = clone_block(arena, stmt->block);
		break;
	case STMT_IF:
		copy->branch.condition = expr_clone(arena, stmt->branch.condition);
		copy->branch.then = stmt_clone(arena, stmt->branch.then);
		copy->branch.otherwise = stmt_clone(arena, stmt->branch.otherwise);
		break;
	case STMT_WHILE:
	case STMT_FOR:
		copy->loop.initial = expr_clone(arena, stmt->loop.initial);
		copy->loop.condition = expr_clone(arena, stmt->loop.condition);
		copy->loop.step = expr_clone(arena, stmt->loop.step);
		copy->loop.body = stmt_clone(arena, stmt->loop.body);
		break;
	case STMT_FOREACH:
		clone_foreach(arena, copy);
		break;
	case STMT_TRY:
		copy->try_catch.body = stmt_clone(arena, stmt->try_catch.body);
		copy->try_catch.handler = stmt_clone(arena, stmt->try_catch.handler);
		break;
	}
	return copy;
}
