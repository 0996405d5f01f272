/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module by kbuild's own steps, without kbuild: script.c is compiled against a precompiled
 * header, linked with objects that are compiled already, and made a module.
 */
#ifndef SPILE_BUILD_STEPS_H
#define SPILE_BUILD_STEPS_H

#include "target/kernel_flags.h"

/* What was compiled ahead; see prepared.h. */
struct steps_prepared {
	const char *folder;
	const char *header;		/* precompiled, of script.c */
	const char *module_header;	/* precompiled, of NAME.mod.c */
	const char *registers;		/* C text behind `header`: see compile_step.h */
};

struct steps_request {
	const struct kernel_tree *tree;
	const struct kernel_flags *flags;	/* with a recipe */
	const struct steps_prepared *prepared;
	struct kernel_recipe_names names;	/* names.folder has script.c in it */
};

/*
 * Makes NAME.ko in names.folder. False if a step fails or does not look as expected, when kbuild
 * has to do it; what was said by then is added to `log` in either case.
 */
bool steps_run(struct arena *arena, const struct steps_request *request, GString *log);

/* Writes what modpost reads of a part whose PART.o was compiled before. */
bool steps_note_part(const struct steps_request *request, const char *part);

/*
 * Shell text that compiles PART.c of names.folder to PART.o there, as kbuild would compile it for
 * the module, against prepared->header unless its flags are others. NULL if kbuild's step does not
 * look as expected.
 */
const char *steps_compile_text(struct arena *arena, const struct steps_request *request,
			       const char *part);

/*
 * The words of a command that compiles one file against prepared->header, with names->module as the
 * module's name, but for the file and what is to become of it; for the kernel_make_environment().
 * NULL if kbuild's step does not look as expected. names->folder gets a file.
 */
GPtrArray *steps_compiler(struct arena *arena, const struct steps_request *request);

/* Runs shell text where kbuild runs a step, with its variables; false if it failed. Adds to `log`. */
bool steps_shell(const struct steps_request *request, const char *text, GString *log);

#endif
