/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated C into a kernel module, by the shortest way that makes what kbuild would make.
 */
#ifndef SPILE_BUILD_BUILD_H
#define SPILE_BUILD_BUILD_H

#include "build/kbuild.h"

/*
 * Builds as kbuild_module() does, with the same results and errors, but runs kbuild itself only if
 * `plain`, or if the shortcut does not fit the tree or fails: what then is said is kbuild's.
 */
const char *build_module(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			 const struct kbuild_request *request, bool plain);

#endif
