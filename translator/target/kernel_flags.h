/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a tree compiles a module: its compiler, the exact flags and all steps. kbuild is asked once
 * per tree; the answer is cached until the tree, the compiler or our own Kbuild changes.
 */
#ifndef SPILE_TARGET_KERNEL_FLAGS_H
#define SPILE_TARGET_KERNEL_FLAGS_H

#include "base/process.h"
#include "target/kernel_recipe.h"
#include "target/kernel_tree.h"

struct kernel_flags {
	const char *directory;	/* where relative paths in the arguments start */
	const char *identity;	/* of the compiler: changes with its version */
	GPtrArray *command;	/* char *: the compiler, then its flags; no input, no output */
	const struct kernel_recipe *recipe;	/* of whole modules; NULL: kbuild alone can do it */
	const char *common;	/* path of an object that recipe->steps want; perhaps there is none */
	const char *sample;	/* path of a module that kbuild made from kernel_flags_sample() */
};

/*
 * The flags of a tree. NULL after an error: E-no-program (with the package), E-kernel-flags
 * when kbuild refuses an empty module. Context: any thread, one at a time per arena.
 */
const struct kernel_flags *kernel_flags_get(struct arena *arena, struct diag *diag,
					    const struct kernel_tree *tree);

/* The sources of that module, script.c (0) and its part (1). */
const char *kernel_flags_sample(int part);

/* Runs the compiler with its flags and then `extra` (NULL-terminated). Safe in any thread. */
void kernel_compile(const struct kernel_flags *flags, const char *const extra[],
		    struct process_result *ret);

/*
 * Takes the text that kbuild keeps beside an object (`cmd_x.o := gcc ...`) apart: the input,
 * the output, dependency files and the module's name are dropped, names of our own put in their
 * place. Fills ret->command; false if it holds no such command.
 */
bool kernel_flags_parse(struct arena *arena, const char *text, struct kernel_flags *ret);

#endif
