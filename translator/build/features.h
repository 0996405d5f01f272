/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel tree has: kconf.h, made by compiling the runtime's feature tests against the
 * tree. Each test NAME.c that compiles without a warning becomes `#define HAVE_NAME 1`, each
 * symbol of exports.list that the tree exports becomes `#define EXPORTED_symbol 1`.
 */
#ifndef SPILE_BUILD_FEATURES_H
#define SPILE_BUILD_FEATURES_H

#include "build/steps.h"

/*
 * The folder that holds kconf.h for this tree, from the cache unless the tree, its compiler or a
 * test changed. NULL after an error: E-sanity with the compiler's words if not even 0sanity.c
 * compiles, E-cache-folder if there is nowhere to keep it. Several processes may do it at once.
 * With what is `prepared` for the tree (or NULL) it takes a third of the time.
 */
const char *features_prepare(struct arena *arena, struct diag *diag,
			     const struct kernel_tree *tree, const struct steps_prepared *prepared,
			     bool verbose);

/* The same with the tests in `tests_dir`. */
const char *features_prepare_from(struct arena *arena, struct diag *diag,
				  const struct kernel_tree *tree,
				  const struct steps_prepared *prepared, const char *tests_dir,
				  bool verbose);

#endif
