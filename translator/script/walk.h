/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Going over a tree without spelling out its shape each time. */
#ifndef SPILE_SCRIPT_WALK_H
#define SPILE_SCRIPT_WALK_H

#include "script/ast.h"

/* Calls visit for every direct child expression, in the order of evaluation. */
void expr_children(struct expr *expr, void (*visit)(struct expr *child, void *data), void *data);

/* Calls the visitors (either may be NULL) for every direct child of a statement. */
void stmt_children(struct stmt *stmt, void (*visit_stmt)(struct stmt *child, void *data),
		   void (*visit_expr)(struct expr *child, void *data), void *data);

/* Calls visit for every expression in the tree below (and including) it, parents first. */
void expr_walk(struct expr *expr, void (*visit)(struct expr *expr, void *data), void *data);
void stmt_walk(struct stmt *stmt, void (*visit_stmt)(struct stmt *stmt, void *data),
	       void (*visit_expr)(struct expr *expr, void *data), void *data);

/* A copy that shares nothing that analysis writes to. */
struct stmt *stmt_clone(struct arena *arena, const struct stmt *stmt);
struct expr *expr_clone(struct arena *arena, const struct expr *expr);

#endif
