/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program into the C of its module. */
#ifndef SPILE_EMIT_EMIT_H
#define SPILE_EMIT_EMIT_H

#include "analysis/program.h"

struct emit_options {
	const char *module_name;	/* [a-z0-9_], at most 55 characters */
	const char *kernel_release;
};

/*
 * The module's C source, owned by the arena. The same program gives the same bytes: nothing of
 * the machine, the time or hash order is in it.
 */
const char *emit_program(struct arena *arena, const struct program *program,
			 const struct emit_options *options);

#endif
