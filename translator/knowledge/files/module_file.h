/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which file a kernel module is loaded from, by its name. */
#ifndef SPILE_KNOWLEDGE_FILES_MODULE_FILE_H
#define SPILE_KNOWLEDGE_FILES_MODULE_FILE_H

#include "target/kernel_tree.h"

/* Within /lib/modules/RELEASE, "kernel/fs/ext4/ext4.ko.xz"; NULL: the kernel has none of that name. */
const char *module_file_relative(struct arena *arena, const char *root, const struct kernel_tree *tree,
				 const char *module);

/* The whole path; `root` is "" but in tests. Owned by the arena. */
const char *module_file_find(struct arena *arena, const char *root, const struct kernel_tree *tree,
			     const char *module);

#endif
