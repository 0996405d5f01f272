/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pass 5: the finished module, run by spilerun here or in a throw-away machine. */
#ifndef SPILE_DRIVER_RUN_H
#define SPILE_DRIVER_RUN_H

#include "driver/options.h"

/* Whether this user may load modules here; reports E-not-root otherwise. */
bool run_allowed(struct diag *diag, const struct options *options);

/* Runs the module; returns the exit status for spile. `release` is the kernel it was built for. */
int run_module(struct arena *arena, struct diag *diag, const struct options *options, const char *module,
	       const char *release);

#endif
