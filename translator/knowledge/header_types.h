/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types out of header files, for @cast(..., "kernel<linux/fs.h>"): a file that includes nothing else
 * is compiled with debugging information, which is then asked as that of a module would be.
 */
#ifndef SPILE_KNOWLEDGE_HEADER_TYPES_H
#define SPILE_KNOWLEDGE_HEADER_TYPES_H

#include "knowledge/dwarf/types.h"

/* Whether that "module" is header files: "kernel<linux/fs.h>", of the kernel's tree, or "<sys/stat.h>". */
bool header_types_are_meant(const char *module);

/* Compiles them, or takes what was made before of the same tree. NULL with the reason in *why_ret. */
struct dwarf_source *header_types_open(struct arena *arena, const struct kernel_tree *tree, const char *module,
				       const char **why_ret);

#endif
