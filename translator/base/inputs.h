/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that this run has come from: whoever reads one, or looks whether it is there, says so here
 * before. If none of them has changed the next time, all will come out as it did (driver/remember.c).
 *
 * Not among them: what is fixed while a machine runs and the same modules are loaded (files under /proc and
 * /sys); the environment; and what we keep in our own cache under a hash of inputs.
 */
#ifndef SPILE_BASE_INPUTS_H
#define SPILE_BASE_INPUTS_H

#include <stdbool.h>

#include <glib.h>

/* One input. A folder stands for the names in it. */
struct input {
	char *path;			/* absolute, or from the current folder on */
	char *status;			/* as record_input() has it */
};

/*
 * `path` may be that of nothing: that it comes to be is a change. Each file counts as it was at the first
 * call. Returns its status then, as record_input() has it.
 */
const char *inputs_add(const char *path);

/* Something was asked whose answer may be another one next time, and nobody would notice. */
void inputs_add_unknown(void);

/* Whether all inputs are known, and none was changed so lately that its next change could not be seen. */
bool inputs_are_known(void);

/* All so far, struct input *, in the order of the calls. */
const GPtrArray *inputs_all(void);

#endif
