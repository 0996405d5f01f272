/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a tree makes a module: kbuild's own commands, learnt from a small module that it has built,
 * with placeholders for what differs from module to module. What comes out is text for a shell.
 */
#ifndef SPILE_TARGET_KERNEL_RECIPE_H
#define SPILE_TARGET_KERNEL_RECIPE_H

#include <stdbool.h>

#include "base/arena.h"

/* The module that recipes are learnt from: two objects, of script.c and of RECIPE_PART.c. */
#define RECIPE_MODULE "spile_flags"
#define RECIPE_PART "spile_part"

/* An object that newer kbuild makes once for all modules of a folder. */
#define RECIPE_COMMON ".module-common.o"

/* In make's words: "VARIABLE=VALUE", which steps need in their environment. */
#define RECIPE_ENVIRONMENT_MARK "spile-environment "

enum kernel_recipe_step {
	RECIPE_COMPILE,		/* script.c into script.o, objtool included */
	RECIPE_LINK,		/* script.o and the parts into NAME.o */
	RECIPE_MODPOST,		/* writes NAME.mod.c */
	RECIPE_COMPILE_MODULE,	/* NAME.mod.c into NAME.mod.o */
	RECIPE_LINK_MODULE,	/* NAME.ko */
	RECIPE_STEPS
};

struct kernel_recipe {
	const char *directory;	/* where the steps run */
	const char *environment;	/* shell text: variables that steps look at */
	const char *steps[RECIPE_STEPS];
	const char *module_head;	/* the preprocessor lines that each NAME.mod.c begins with */
	const char *command_file;	/* what modpost reads of .script.o.cmd: the sources */
	/* Small files that steps read, "NAME.mod": name, text, name, text ... */
	GPtrArray *files;
};

/* What stands for the placeholders; no path has characters that a shell takes for its own. */
struct kernel_recipe_names {
	const char *folder;	/* that of the module */
	const char *module;	/* its name */
	const char *parts;	/* paths of the objects besides script.o; white space between */
	const char *top;	/* that of spile's own Kbuild */
	const char *common;	/* an object that is part of all modules of the tree; "" in most */
	const char *kconf;	/* that of kconf.h */
};

/*
 * Learns from the module RECIPE_MODULE in names->folder, built with V=1 and one part besides
 * script.c, from the command files there and from what make said; its steps ran in `directory`.
 * False if a step is missing: this tree's kbuild works in another way.
 */
bool kernel_recipe_learn(struct arena *arena, const struct kernel_recipe_names *names,
			 const char *directory, const char *output, struct kernel_recipe *ret);

/* A text of the recipe, its placeholders filled in. To be freed. */
char *kernel_recipe_fill(const char *text, const struct kernel_recipe_names *names);

void kernel_recipe_save(const struct kernel_recipe *recipe, GKeyFile *file);
/* False if there is no whole recipe in `file`. */
bool kernel_recipe_load(struct arena *arena, GKeyFile *file, struct kernel_recipe *ret);

/*
 * The shell command in the text that kbuild keeps beside an object (`cmd_x.o := gcc ...`), make's
 * quoting undone; NULL if there is none. To be freed.
 */
char *kernel_recipe_command(const char *text);

#endif
