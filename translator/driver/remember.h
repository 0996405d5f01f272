/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lets the launcher run the same command line again without the translator. */
#ifndef SPILE_DRIVER_REMEMBER_H
#define SPILE_DRIVER_REMEMBER_H

#include "driver/run.h"

/*
 * Writes the record (launcher/record.h) of a run that is about to begin with the loader's command line
 * `loader`, unless something of it could come out otherwise the next time, or has said something: then
 * that has to do all of it again. What goes wrong costs time and nothing else.
 */
void remember_run(const struct diag *diag, const struct options *options, const struct run *run,
		  const char *const *loader);

#endif
