/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A compile command of kbuild's, taken apart so that a precompiled header can go before all else:
 * what kbuild includes and what it calls the object move into files of ours, the flags stay.
 */
#ifndef SPILE_BUILD_COMPILE_STEP_H
#define SPILE_BUILD_COMPILE_STEP_H

#include <stdbool.h>

#include "base/arena.h"

struct compile_step {
	GPtrArray *flags;	/* char *: the compiler, then its flags; no input, output or name */
	GPtrArray *includes;	/* char *: files that -include names */
	const char *definitions;	/* C text: KBUILD_MODNAME and its like */
	const char *input, *output;
	const char *rest;	/* shell text of what follows the compiler, from ';' on; or "" */
};

/* False if the command has another form than is known; the text is one without placeholders. */
bool compile_step_parse(struct arena *arena, const char *text, struct compile_step *ret);

/*
 * The command with `header` as precompiled header and `names`, which begins with step->definitions,
 * behind it. Shell text, the arena's.
 */
const char *compile_step_text(struct arena *arena, const struct compile_step *step,
			      const char *header, const char *names);

/* What the precompiled header holds: the step's includes, seen from `directory`, then `head`. */
const char *compile_step_header(struct arena *arena, const struct compile_step *step,
				const char *directory, const char *head);

/* The command that compiles `header` to header.gch. Shell text, the arena's. */
const char *compile_step_precompile(struct arena *arena, const struct compile_step *step,
				    const char *header);
/* The command that preprocesses it, to header.i. */
const char *compile_step_preprocess(struct arena *arena, const struct compile_step *step,
				    const char *header);

/*
 * What gcc forgets of a precompiled header, to be included behind it: that registers belong to
 * global variables. `text` is the preprocessed header; the result is the arena's.
 */
const char *compile_step_registers(struct arena *arena, const char *text);

#endif
