/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library of scripts whose functions every script may call. */
#ifndef SPILE_SCRIPT_TAPSET_H
#define SPILE_SCRIPT_TAPSET_H

#include "base/diag.h"
#include "script/ast.h"

/*
 * Parses all *.stp files in the folders (NULL-terminated) and the folders below them, in the order
 * of their paths. Returns an array of struct script, owned by the arena; what cannot be read or
 * parsed has been reported. What of it is used is the caller's business.
 */
GPtrArray *tapset_library_load(struct arena *arena, struct diag *diag,
			       const char *const directories[]);

#endif
