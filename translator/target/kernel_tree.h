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
	bool is_absent;		/* there is none: nothing can be built, but what is known of the kernel asked for */
	/* The file that stood in the place of a tree; NULL: none did. */
	const char *vmlinux, *module;
};

/*
 * Finds the build tree asked for: NULL for the running kernel's, a release, the path of a tree
 * (anything with a '/'), or a vmlinux or module file, whose kernel need not have one. False after
 * reporting E-no-build-tree (with the command that installs it), E-build-tree-unprepared,
 * E-build-tree-mismatch or E-kernel-file. Strings are the arena's.
 */
bool kernel_tree_find(struct arena *arena, struct diag *diag, const char *request,
		      struct kernel_tree *ret);

/* The same under `root`, which stands before /lib/modules, /usr/src and /etc/os-release. */
bool kernel_tree_find_in(struct arena *arena, struct diag *diag, const char *root,
			 const char *request, struct kernel_tree *ret);

enum kernel_tree_state {
	KERNEL_TREE_SOUND,
	KERNEL_TREE_ABSENT,
	KERNEL_TREE_UNUSABLE,	/* it is there, and lacks something */
	KERNEL_TREE_OF_OTHER,	/* it is another release's */
};

/* Whether there is a tree to build with; false after reporting E-no-build-tree. */
bool kernel_tree_require(struct arena *arena, struct diag *diag, const struct kernel_tree *tree);

/* What a search for a build tree came to. Strings are the arena's; NULL where there is none. */
struct kernel_tree_finding {
	enum kernel_tree_state state;
	const char *request;	/* the release or path asked for */
	const char *folder;	/* the first place that has something */
	const char *dangling;	/* a link in such a place that leads nowhere */
	const char *defect;	/* UNUSABLE: what it lacks */
	const char *other;	/* OF_OTHER: the release that it is of */
};

/*
 * The same search without a message; false unless the tree is sound. Links to absolute paths lead to
 * places below `root`.
 */
bool kernel_tree_examine(struct arena *arena, const char *root, const char *request,
			 struct kernel_tree_finding *finding, struct kernel_tree *ret);

/* What to ask the knowledge room with where a kernel has no tree: its folder does not exist. */
void kernel_tree_without_folder(struct arena *arena, const char *root, const char *release,
				struct kernel_tree *ret);

/* The releases (char *) that there are build trees of below `root`, usable or not, sorted. */
GPtrArray *kernel_tree_releases(struct arena *arena, const char *root);

/* The tree's folder in our cache, made if need be; NULL (errno set) if there can be none. */
const char *kernel_tree_cache(struct arena *arena, const struct kernel_tree *tree);

#endif
