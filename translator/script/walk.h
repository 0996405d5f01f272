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
struct expr *expr_clone(struct arena *arena, struct expr *expr);

/*
 * Notes in all spans of a tree that have no expansion yet how its text came to be used: for the
 * copy of an alias's body, so that messages lead to the probe.
 */
void stmt_set_expansion(struct stmt *stmt, const struct expansion *expansion);

#endif
