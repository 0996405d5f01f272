/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the kernel's own build system on a folder of ours, in an environment that a calling
 * make or a user's cross-compilation variables cannot bend.
 */
#ifndef SPILE_TARGET_KERNEL_MAKE_H
#define SPILE_TARGET_KERNEL_MAKE_H

#include <stdbool.h>

#include "base/process.h"
#include "target/kernel_tree.h"

/*
 * Arguments that keep debug information out of modules: Linux before 5.12 asks gcc for DWARF 4 even
 * where it asks for none.
 */
#define KERNEL_MAKE_NO_DEBUG_INFO "CONFIG_DEBUG_INFO=", "CONFIG_DEBUG_INFO_DWARF4="

/*
 * `make -C BUILD_DIR M=module_dir arguments...`; `arguments` is NULL-terminated. Writes into
 * module_dir only. The result is the caller's to clear.
 */
void kernel_make(const struct kernel_tree *tree, const char *module_dir,
		 const char *const arguments[], struct process_result *ret);

/* Appends the command words that clean the environment; the command itself follows them. */
void kernel_make_environment(GPtrArray *argv);

/*
 * The program that a failed run missed ("gcc-12"), from its words; NULL if the failure has
 * another cause. Owned by the arena.
 */
const char *kernel_make_missing_program(struct arena *arena, const char *errors);

/* Reports E-no-program with the command that installs it; false if no program was missing. */
bool kernel_make_report_missing(struct arena *arena, struct diag *diag,
				const struct process_result *result);

#endif
