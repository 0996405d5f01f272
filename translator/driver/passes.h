/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to the exit status. */
#ifndef SPILE_DRIVER_PASSES_H
#define SPILE_DRIVER_PASSES_H

#include "driver/options.h"

/* Runs the passes up to the one asked for; returns the exit status. */
int passes_run(struct arena *arena, struct diag *diag, const struct options *options);

#endif
