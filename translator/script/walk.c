/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks and copies of trees. expr_slots() and stmt_slots() are the only place, besides printing,
 * that lists the parts of every kind of node; everything else here, and the passes that look for
 * one kind of thing, go over the slots.
 */
#include "script/walk.h"

#include <string.h>

/* A slot is where a node keeps a child; never an empty one. */
typedef void (*expr_slot_visitor)(struct expr **slot, void *data);
typedef void (*stmt_slot_visitor)(struct stmt **slot, void *data);

static void visit_expr(struct expr **slot, expr_slot_visitor visit, void *data)
{
	if (*slot)
		visit(slot, data);
}

static void visit_list(GPtrArray *list, expr_slot_visitor visit, void *data)
{
	for (unsigned int i = 0; i < list->len; i++)
		visit((struct expr **)&g_ptr_array_index(list, i), data);
}

static void visit_path(GPtrArray *path, expr_slot_visitor visit, void *data)
{
	for (unsigned int i = 0; i < path->len; i++) {
		struct path_step *step = g_ptr_array_index(path, i);

		if (step->kind == PATH_INDEX)
			visit(&step->index, data);
	}
}

/* The children of an expression, in the order of evaluation. */
static void expr_slots(struct expr *expr, expr_slot_visitor visit, void *data)
{
	switch (expr->kind) {
	case EXPR_NUMBER:
	case EXPR_STRING:
	case EXPR_VARIABLE:
	case EXPR_EMBEDDED_C:
	case EXPR_ANY_KEY:
		break;
	case EXPR_INDEX:
		visit_list(expr->index.keys, visit, data);
		break;
	case EXPR_TARGET:
		visit_expr(&expr->target.operand, visit, data);
		visit_path(expr->target.path, visit, data);
		break;
	case EXPR_UNARY:
		visit(&expr->unary.operand, data);
		break;
	case EXPR_BINARY:
		visit(&expr->binary.left, data);
		visit(&expr->binary.right, data);
		break;
	case EXPR_TERNARY:
		visit(&expr->ternary.condition, data);
		visit(&expr->ternary.yes, data);
		visit(&expr->ternary.no, data);
		break;
	case EXPR_ASSIGN:
		visit(&expr->assign.target, data);
		visit(&expr->assign.value, data);
		break;
	case EXPR_INCREMENT:
		visit(&expr->increment.target, data);
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
		visit(&expr->statistic.operand, data);
		break;
	case EXPR_HISTOGRAM:
		visit(&expr->histogram.operand, data);
		visit_expr(&expr->histogram.bucket, visit, data);
		break;
	case EXPR_OPERATOR:
		visit_list(expr->operator.arguments, visit, data);
		break;
	}
}

static void visit_stmt(struct stmt **slot, stmt_slot_visitor visit, void *data)
{
	if (*slot)
		visit(slot, data);
}

/* The children of a statement, in the order of the text. */
static void stmt_slots(struct stmt *stmt, stmt_slot_visitor visit, expr_slot_visitor expressions,
		       void *data)
{
	switch (stmt->kind) {
	case STMT_EMPTY:
	case STMT_NEXT:
	case STMT_BREAK:
	case STMT_CONTINUE:
	case STMT_EMBEDDED_C:
		break;
	case STMT_EXPR:
	case STMT_RETURN:
	case STMT_DELETE:
		visit_expr(&stmt->expr, expressions, data);
		break;
	case STMT_BLOCK:
		for (unsigned int i = 0; i < stmt->block->len; i++)
			visit((struct stmt **)&g_ptr_array_index(stmt->block, i), data);
		break;
	case STMT_IF:
		visit_expr(&stmt->branch.condition, expressions, data);
		visit_stmt(&stmt->branch.then, visit, data);
		visit_stmt(&stmt->branch.otherwise, visit, data);
		break;
	case STMT_WHILE:
	case STMT_FOR:
		visit_expr(&stmt->loop.initial, expressions, data);
		visit_expr(&stmt->loop.condition, expressions, data);
		visit_expr(&stmt->loop.step, expressions, data);
		visit_stmt(&stmt->loop.body, visit, data);
		break;
	case STMT_FOREACH:
		if (stmt->foreach.slice)
			visit_list(stmt->foreach.slice, expressions, data);
		visit_expr(&stmt->foreach.histogram, expressions, data);
		visit_expr(&stmt->foreach.limit, expressions, data);
		visit_stmt(&stmt->foreach.body, visit, data);
		break;
	case STMT_TRY:
		visit_stmt(&stmt->try_catch.body, visit, data);
		visit_stmt(&stmt->try_catch.handler, visit, data);
		break;
	}
}

/* ---- Children and walks ---- */

struct visitors {
	stmt_visitor stmt;
	expr_visitor expr;
	void *data;
};

static void child_expr(struct expr **slot, void *data)
{
	const struct visitors *visitors = data;

	if (visitors->expr)
		visitors->expr(*slot, visitors->data);
}

static void child_stmt(struct stmt **slot, void *data)
{
	const struct visitors *visitors = data;

	if (visitors->stmt)
		visitors->stmt(*slot, visitors->data);
}

void expr_children(struct expr *expr, expr_visitor visit, void *data)
{
	struct visitors visitors = { NULL, visit, data };

	expr_slots(expr, child_expr, &visitors);
}

void stmt_children(struct stmt *stmt, stmt_visitor statements, expr_visitor expressions, void *data)
{
	struct visitors visitors = { statements, expressions, data };

	stmt_slots(stmt, child_stmt, child_expr, &visitors);
}

static void walk_expr(struct expr **slot, void *data)
{
	child_expr(slot, data);
	expr_slots(*slot, walk_expr, data);
}

static void walk_stmt(struct stmt **slot, void *data)
{
	child_stmt(slot, data);
	stmt_slots(*slot, walk_stmt, walk_expr, data);
}

void expr_walk(struct expr *expr, expr_visitor visit, void *data)
{
	struct visitors visitors = { NULL, visit, data };

	walk_expr(&expr, &visitors);
}

void stmt_walk(struct stmt *stmt, stmt_visitor statements, expr_visitor expressions, void *data)
{
	struct visitors visitors = { statements, expressions, data };

	walk_stmt(&stmt, &visitors);
}

/* ---- Copies: of a node first, with its lists, then of what is in its slots ---- */

static void copy_list(struct arena *arena, GPtrArray **list)
{
	GPtrArray *copy = arena_array(arena);

	for (unsigned int i = 0; i < (*list)->len; i++)
		g_ptr_array_add(copy, g_ptr_array_index(*list, i));
	*list = copy;
}

/* The same for a list whose elements are no nodes, but belong to the node. */
static void copy_elements(struct arena *arena, GPtrArray **list, size_t size)
{
	copy_list(arena, list);
	for (unsigned int i = 0; i < (*list)->len; i++) {
		void *element = arena_alloc(arena, size);

		memcpy(element, g_ptr_array_index(*list, i), size);
		g_ptr_array_index(*list, i) = element;
	}
}

static void copy_expr_lists(struct arena *arena, struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_INDEX:
		copy_list(arena, &expr->index.keys);
		break;
	case EXPR_TARGET:
		copy_elements(arena, &expr->target.path, sizeof(struct path_step));
		break;
	case EXPR_IN:
		copy_list(arena, &expr->in.keys);
		break;
	case EXPR_CALL:
		copy_list(arena, &expr->call.arguments);
		break;
	case EXPR_PRINT:
		copy_list(arena, &expr->print.arguments);
		break;
	case EXPR_OPERATOR:
		copy_list(arena, &expr->operator.arguments);
		break;
	default:
		break;
	}
}

static void copy_stmt_lists(struct arena *arena, struct stmt *stmt)
{
	struct foreach_key *value;

	if (stmt->kind == STMT_BLOCK)
		copy_list(arena, &stmt->block);
	if (stmt->kind != STMT_FOREACH)
		return;
	copy_elements(arena, &stmt->foreach.keys, sizeof(struct foreach_key));
	if (stmt->foreach.slice)
		copy_list(arena, &stmt->foreach.slice);
	if (!stmt->foreach.value)
		return;
	value = arena_new0(arena, struct foreach_key);
	*value = *stmt->foreach.value;
	stmt->foreach.value = value;
}

static void copy_expr(struct expr **slot, void *arena)
{
	struct expr *copy = arena_new0(arena, struct expr);

	*copy = **slot;
	copy_expr_lists(arena, copy);
	expr_slots(copy, copy_expr, arena);
	*slot = copy;
}

static void copy_stmt(struct stmt **slot, void *arena)
{
	struct stmt *copy = arena_new0(arena, struct stmt);

	*copy = **slot;
	copy_stmt_lists(arena, copy);
	stmt_slots(copy, copy_stmt, copy_expr, arena);
	*slot = copy;
}

struct stmt *stmt_clone(struct arena *arena, struct stmt *stmt)
{
	copy_stmt(&stmt, arena);
	return stmt;
}

struct expr *expr_clone(struct arena *arena, struct expr *expr)
{
	copy_expr(&expr, arena);
	return expr;
}

/* ---- Where a tree has come to be used ---- */

static void expand_span(struct span *span, const struct expansion *expansion)
{
	if (span->source && !span->expansion)
		span->expansion = expansion;
}

static void expand_path(GPtrArray *path, const struct expansion *expansion)
{
	for (unsigned int i = 0; i < path->len; i++) {
		struct path_step *step = g_ptr_array_index(path, i);

		expand_span(&step->span, expansion);
	}
}

/* The spans of a node itself, besides those of its children. */
static void expand_expr(struct expr *expr, void *expansion)
{
	expand_span(&expr->span, expansion);
	switch (expr->kind) {
	case EXPR_INDEX:
		expand_span(&expr->index.name_span, expansion);
		break;
	case EXPR_TARGET:
		expand_path(expr->target.path, expansion);
		break;
	case EXPR_BINARY:
		expand_span(&expr->binary.operator_span, expansion);
		break;
	case EXPR_ASSIGN:
		expand_span(&expr->assign.operator_span, expansion);
		break;
	case EXPR_IN:
		expand_span(&expr->in.name_span, expansion);
		break;
	case EXPR_CALL:
		expand_span(&expr->call.name_span, expansion);
		break;
	case EXPR_PRINT:
		expand_span(&expr->print.format_span, expansion);
		break;
	default:
		break;
	}
}

static void expand_foreach(struct stmt *stmt, const struct expansion *expansion)
{
	expand_span(&stmt->foreach.name_span, expansion);
	if (stmt->foreach.value)
		expand_span(&stmt->foreach.value->span, expansion);
	for (unsigned int i = 0; i < stmt->foreach.keys->len; i++) {
		struct foreach_key *key = g_ptr_array_index(stmt->foreach.keys, i);

		expand_span(&key->span, expansion);
	}
}

static void expand_stmt(struct stmt *stmt, void *expansion)
{
	expand_span(&stmt->span, expansion);
	if (stmt->kind == STMT_FOREACH)
		expand_foreach(stmt, expansion);
	else if (stmt->kind == STMT_TRY)
		expand_span(&stmt->try_catch.name_span, expansion);
}

void stmt_set_expansion(struct stmt *stmt, const struct expansion *expansion)
{
	stmt_walk(stmt, expand_stmt, expand_expr, (void *)expansion);
}
