/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going over a tree without spelling out its shape each time. */
#ifndef SPILE_SCRIPT_WALK_H
#define SPILE_SCRIPT_WALK_H

#include "script/ast.h"

typedef void (*expr_visitor)(struct expr *expr, void *data);
typedef void (*stmt_visitor)(struct stmt *stmt, void *data);

/* Calls visit for every direct child of an expression, in the order of evaluation. */
void expr_children(struct expr *expr, expr_visitor visit, void *data);

/* Calls the visitors (either may be NULL) for every direct child of a statement. */
void stmt_children(struct stmt *stmt, stmt_visitor statements, expr_visitor expressions, void *data);

/* The same for every node of a tree, its root included, parents first. */
void expr_walk(struct expr *expr, expr_visitor visit, void *data);
void stmt_walk(struct stmt *stmt, stmt_visitor statements, expr_visitor expressions, void *data);

/* A copy that shares nothing that analysis writes to. `stmt` itself is not changed. */
struct stmt *stmt_clone(struct arena *arena, struct stmt *stmt);

#endif
