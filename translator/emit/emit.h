/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program into the C of its module: a file of its own, and what that is linked with. */
#ifndef SPILE_EMIT_EMIT_H
#define SPILE_EMIT_EMIT_H

#include "analysis/program.h"

struct emit_options {
	const char *module_name;	/* [a-z0-9_], at most 55 characters */
	const char *kernel_release;
};

/* An @const("...") of the script: C that only the compiler can tell to be any. */
struct generated_constant {
	const char *text;	/* as it stands in c_text, behind "(s64)(" */
	struct span span;
};

struct generated {
	const char *c_text;	/* script.c, the file of its own */
	const char *limits;	/* #defines that it begins with, and that each part is compiled with */
	GPtrArray *parts;	/* const char *: files of the other parts, below the data folder */
	GPtrArray *constants;	/* struct generated_constant */
	GPtrArray *keepers;	/* struct probe: those that keep registers for handlers, which nobody has written */
};

/*
 * The module's C source, owned by the arena. The same program gives the same bytes: nothing of
 * the machine, the time or hash order is in it.
 */
const struct generated *emit_program(struct arena *arena, const struct program *program,
				     const struct emit_options *options);

/* All parts that a script may be linked with, with the limits that no option changes; no script. */
const struct generated *emit_all_parts(struct arena *arena);

#endif
