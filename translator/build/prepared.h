/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is compiled ahead for a kernel tree, once: all headers of the kernel that generated C
 * includes. It lies in the tree's cache folder, complete or not at all, under a key that changes
 * with the tree, the compiler and the list of headers.
 */
#ifndef SPILE_BUILD_PREPARED_H
#define SPILE_BUILD_PREPARED_H

#include "build/steps.h"

/*
 * Makes it if it is not there: takes some seconds. NULL if this tree or its compiler does not fit
 * the shortcut, so that kbuild has to make its modules; *why_ret says why. Several processes may
 * do it at once.
 */
const struct steps_prepared *prepared_get(struct arena *arena, const struct kernel_tree *tree,
					  const struct kernel_flags *flags, const char **why_ret);

#endif
