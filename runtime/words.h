/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line and the environment of the current process, which are words with a NUL behind
 * each in its own memory. What cannot be read without a fault ends them; at most 64 KB are looked at.
 *
 * Called by tapsets/process.stp. Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_WORDS_H
#define SPILE_RUNTIME_WORDS_H

#include "user.h"

/*
 * Words of the command line from number `first`, counted from 0, to number `last` (below 0: to the
 * end), with `delimiter` between them, to to[MAXSTRINGLEN]; "" if there are none.
 */
void rt_command_words(char *to, s64 first, s64 last, const char *delimiter);

/* The value of the environment's variable `name` to to[MAXSTRINGLEN]; "" if there is none. */
void rt_environment_value(char *to, const char *name);

#endif
