/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which file has the debugging information of the kernel that is traced, or of one of its modules:
 * packages put it into many places, and it must be of the very build.
 *
 * $SPILE_DEBUGINFO, folders or files separated by ':', goes before all other places.
 */
#ifndef SPILE_KNOWLEDGE_FILES_DEBUGINFO_H
#define SPILE_KNOWLEDGE_FILES_DEBUGINFO_H

#include "target/kernel_tree.h"

/*
 * The path of the kernel's own, as far as it is on this machine: no server is asked. NULL, with the
 * reason in *why_ret. Owned by the arena.
 */
const char *debuginfo_of_kernel(struct arena *arena, const char *root, const struct kernel_tree *tree,
				const char **why_ret);

#ifdef HAVE_LIBDW

#include "knowledge/dwarf/file.h"

/*
 * Finds the file of the kernel, or of `module`, without reading its DWARF. `root` is "" but in tests, where it stands before
 * /usr/lib/debug, /boot and the like. NULL, with the reason and what to do in *why_ret.
 */
struct dwarf_file *debuginfo_open(struct arena *arena, const char *root, const struct kernel_tree *tree,
				  const char *module, const char **why_ret);

#endif /* HAVE_LIBDW */

#endif
