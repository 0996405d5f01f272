/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's headers that all generated C includes: what is precompiled, and what questions may take for granted. */
#ifndef SPILE_TARGET_HEADERS_H
#define SPILE_TARGET_HEADERS_H

#include "base/arena.h"

/*
 * C text of a line `#include <...>` each, the arena's: those that runtime/compat/kernel.h asks for
 * without a condition. "" if that file is missing.
 */
const char *headers_of_scripts(struct arena *arena);

#endif
