/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel a vmlinux, or a module's file, is of: what -r may name instead of a build tree. */
#ifndef SPILE_TARGET_KERNEL_FILE_H
#define SPILE_TARGET_KERNEL_FILE_H

#include <stdbool.h>

#include "base/arena.h"

struct kernel_file {
	const char *release;	/* "6.1.0-13-amd64" */
	bool is_module;
};

/* False, with the reason, if it is neither. Strings are the arena's. */
bool kernel_file_read(struct arena *arena, const char *path, struct kernel_file *ret, const char **why_ret);

#endif
