/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pass 5: the finished module, run by spilerun here or in a throw-away machine. */
#ifndef SPILE_DRIVER_RUN_H
#define SPILE_DRIVER_RUN_H

#include "driver/options.h"
#include "target/kernel_tree.h"

/* Whether this user may load modules here; reports E-not-root otherwise. */
bool run_allowed(struct diag *diag, const struct options *options);

/* A finished module. */
struct run {
	const char *module;			/* its file */
	const char *built_name;			/* before it got this run's own (launcher/naming.h) */
	const char *kept;			/* the file in the cache that begins with it as built; NULL: none */
	const struct kernel_tree *kernel;	/* that it was built for */
};

/* Runs the module; returns the exit status for spile. */
int run_module(struct arena *arena, struct diag *diag, const struct options *options, const struct run *run);

#endif
