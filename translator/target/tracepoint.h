/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tracepoints of a kernel tree: their names, headers and exact prototypes, as the tree's
 * own headers declare them under its own configuration. One that the configuration leaves out
 * is not found, though its text stands in a header.
 */
#ifndef SPILE_TARGET_TRACEPOINT_H
#define SPILE_TARGET_TRACEPOINT_H

#include "target/kernel_tree.h"

struct tracepoint_parameter {
	const char *type;		/* "struct task_struct *" */
	const char *name;		/* "prev" */
	const char *declaration;	/* "struct task_struct *prev": can be assigned to, so it
					   has no const of its own and is no array */
};

struct tracepoint {
	const char *name;	/* "sched_switch" */
	const char *system;	/* "sched"; "" where the header names none */
	const char *header;	/* "trace/events/sched.h" */
	GPtrArray *parameters;	/* of struct tracepoint_parameter * */
};

/*
 * Finds "sched_switch" or "sched:sched_switch". NULL after reporting E-unknown-tracepoint (with
 * the nearest name) or E-tracepoint-header (its header cannot be compiled outside the kernel's
 * sources). The first search in a tree runs the compiler, later ones read the cache.
 */
struct tracepoint *tracepoint_find(struct arena *arena, struct diag *diag,
				   const struct kernel_tree *tree, const char *name,
				   struct span where);

/* All tracepoints in the tree's headers (struct tracepoint *); NULL after a reported error. */
GPtrArray *tracepoint_all(struct arena *arena, struct diag *diag, const struct kernel_tree *tree);

/* Their names alone (char *), sorted; NULL after a reported error. */
GPtrArray *tracepoint_names(struct arena *arena, struct diag *diag, const struct kernel_tree *tree);

#endif
