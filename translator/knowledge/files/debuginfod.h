/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debugging information from a server that speaks the protocol of debuginfod. */
#ifndef SPILE_KNOWLEDGE_FILES_DEBUGINFOD_H
#define SPILE_KNOWLEDGE_FILES_DEBUGINFOD_H

#include <stdbool.h>

#include "base/arena.h"

/* Whether $DEBUGINFOD_URLS names a server. */
bool debuginfod_is_wanted(void);

/*
 * The file with the DWARF of a build, out of the cache that the library keeps, or fetched with word
 * of its progress on standard error. NULL, with the reason in *why_ret: libdebuginfod is not installed,
 * or no server can be reached, or none has it. Both are owned by the arena.
 */
const char *debuginfod_fetch(struct arena *arena, const char *build_id, const char **why_ret);

#endif
