/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which trace headers a module can include. Some of those that the kernel installs name types that
 * only its own sources know: they can be preprocessed, and so declare tracepoints, but not compiled.
 */
#ifndef SPILE_TARGET_TRACEPOINT_HEADERS_H
#define SPILE_TARGET_TRACEPOINT_HEADERS_H

#include "target/kernel_tree.h"

/*
 * Those of `headers` (char *, as in struct tracepoint) that do not compile if a module includes all
 * of them in this order. NULL after a reported error. The first question of a tree runs the
 * compiler, the same one again reads the cache.
 */
GPtrArray *tracepoint_headers_broken(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
				     const GPtrArray *headers);

#endif
