/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command line that was run before, on the same files: its module is in the cache. libc only. */
#ifndef SPILE_LAUNCHER_AGAIN_H
#define SPILE_LAUNCHER_AGAIN_H

#include <stdbool.h>

/*
 * Runs it again, if nothing has changed since; *status_ret is the loader's. False, with nothing done and
 * nothing said, if the translator has to look at it.
 */
bool again_run(const char *const *argv, int *status_ret);

#endif
