/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of a module that do not depend on its script: compiled once for a kernel tree and the
 * limits that a script sets, and kept beside the precompiled headers.
 */
#ifndef SPILE_BUILD_PARTS_H
#define SPILE_BUILD_PARTS_H

#include "build/steps.h"

/*
 * Puts PART.o for each of `files`, whose PART.c are there already, into request->names.folder. Returns
 * their paths with blanks between, the arena's; NULL if one cannot be compiled. Adds to `log` what was
 * said. Several processes may do it at once.
 */
const char *parts_get(struct arena *arena, const struct steps_request *request, const char *limits,
		      const GPtrArray *files, GString *log);

#endif
