/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated C into a kernel module, by the kernel's own build system. The last pass before the
 * module is run; works in a folder of the caller's and never writes into the kernel tree.
 */
#ifndef SPILE_BUILD_KBUILD_H
#define SPILE_BUILD_KBUILD_H

#include "target/kernel_tree.h"

/* The generated file's name in the work folder. */
#define KBUILD_SCRIPT "script.c"

struct kbuild_request {
	const char *name;	/* of the module: a C identifier */
	const char *c_text;	/* the generated file */
	const char *limits;	/* what the parts begin with; NULL without any */
	const GPtrArray *parts;	/* const char *: files that are further objects; NULL: none */
	const GPtrArray *constants;	/* struct generated_constant: C that may be the script's fault; NULL: none */
	const char *work_dir;	/* made if missing; no white space in its path */
	const char *kconf_dir;	/* from features_prepare() */
	const char *data_dir;	/* holds the top Kbuild file; NULL: paths_data_dir() */
	bool debug_info;	/* with DWARF, for crash dumps; takes longer, makes it larger */
	bool verbose;		/* shows what make said */
};

/*
 * Writes script.c, a file for each part, and Kbuild into the work folder and builds them. Returns the path of NAME.ko,
 * the arena's; NULL after an error: E-constant for what the script has in @const, E-kernel-build with the
 * compiler's first words mapped to script lines, E-no-program, E-work-dir. After E-constant the work
 * folder is gone; after E-kernel-build it is evidence that the caller should keep, and build.log in it
 * holds all that make said.
 */
const char *kbuild_module(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			  const struct kbuild_request *request);

/*
 * Makes the work folder and writes all that into it, for kbuild or a way around it.
 * Its absolute path, the arena's, or NULL after an error.
 */
const char *kbuild_prepare(struct arena *arena, struct diag *diag,
			   const struct kbuild_request *request);

/*
 * The name of a part's object, without .o: "part-kprobe" of "module/families/kprobe.c", for no module
 * has a name with such a sign in it. The arena's.
 */
const char *kbuild_part_name(struct arena *arena, const char *file);

/*
 * The script's place for a line of generated C: that of the last comment `NAME:LINE:COLUMN` or
 * `:LINE` at or before it, as "hello.stp:4". NULL before the first one. Owned by the arena.
 */
const char *kbuild_script_place(struct arena *arena, const char *c_text, unsigned int line);

/* The error lines in what make said, at most `limit`, each mapped: char *, owned by the arena. */
GPtrArray *kbuild_errors(struct arena *arena, const struct kbuild_request *request,
			 const char *text, unsigned int limit);

#endif
