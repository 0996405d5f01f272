/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One session: a module from before its load until after its unload. */
#ifndef SPILE_READER_SESSION_H
#define SPILE_READER_SESSION_H

#include "options.h"

/*
 * Runs the module of the options. Returns the exit status: 1 if the session could not run or
 * had run-time errors, else that of the command of -c, else 0.
 */
int session_run(const struct options *options);

#endif
