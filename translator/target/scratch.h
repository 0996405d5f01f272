/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A temporary folder for a compiler or kbuild to work in, outside of any kernel tree. Whoever
 * makes one removes it; what compilers leave in it goes with it.
 */
#ifndef SPILE_TARGET_SCRATCH_H
#define SPILE_TARGET_SCRATCH_H

#include <stdbool.h>

#include "base/diag.h"

/* A new empty folder that make can work in, owned by the arena's life; NULL after an error. */
const char *scratch_new(struct arena *arena, struct diag *diag);
/* Whether make can work with that path; false after E-work-dir was reported. */
bool scratch_usable(struct diag *diag, const char *path);
/* Removes the folder and all that is in it, symbolic links not followed. NULL is allowed. */
void scratch_remove(const char *folder);
/*
 * A new empty file among the temporary ones, which goes with the arena; `what` becomes part of its
 * name. NULL with errno set.
 */
const char *scratch_file(struct arena *arena, const char *what);
/* Writes `text` to `folder`/`name`; false after an error was reported. */
bool scratch_write(struct diag *diag, const char *folder, const char *name, const char *text);

#endif
