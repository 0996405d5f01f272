/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library of scripts whose functions every script may call. */
#ifndef SPILE_SCRIPT_TAPSET_H
#define SPILE_SCRIPT_TAPSET_H

#include "script/parse.h"

/*
 * Parses all *.stp files in the folders (NULL-terminated) and the folders below them, in the order
 * of their paths, and before them all *.stpm files, whose macros are in context->macros from then
 * on, for these and for the user's script. Returns an array of struct script, owned by the arena;
 * what cannot be read or parsed has been reported. What of it is used is the caller's business.
 */
GPtrArray *tapset_library_load(struct parse_context *context, const char *const directories[]);

#endif
