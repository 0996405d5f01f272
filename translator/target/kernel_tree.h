/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The build tree of the kernel that is traced: where it is, whether it can be built against,
 * and what tells it from every other one. Everything else in this room starts from one.
 */
#ifndef SPILE_TARGET_KERNEL_TREE_H
#define SPILE_TARGET_KERNEL_TREE_H

#include <stdbool.h>

#include "base/diag.h"

struct kernel_tree {
	const char *release;	/* "6.1.0-13-amd64", from the tree itself */
	const char *build_dir;	/* the configured tree, symbolic links resolved */
	const char *source_dir;	/* headers common to several configurations; else build_dir */
	const char *key;	/* hexadecimal: equal for an unchanged tree only */
	bool is_running;	/* it is the tree of the running kernel */
};

/*
 * Finds the build tree asked for: NULL for the running kernel's, a release, or the path of a
 * tree (anything with a '/'). False after reporting E-no-build-tree (with the command that
 * installs it), E-build-tree-unprepared or E-build-tree-mismatch. Strings are the arena's.
 */
bool kernel_tree_find(struct arena *arena, struct diag *diag, const char *request,
		      struct kernel_tree *ret);

/* The same under `root`, which stands before /lib/modules, /usr/src and /etc/os-release. */
bool kernel_tree_find_in(struct arena *arena, struct diag *diag, const char *root,
			 const char *request, struct kernel_tree *ret);

/* The tree's folder in our cache, made if need be; NULL (errno set) if there can be none. */
const char *kernel_tree_cache(struct arena *arena, const struct kernel_tree *tree);

#endif
