/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The macros of the library. A *.stpm file defines macros that every script may use; those that a
 * script or another library file defines are its own.
 */
#ifndef SPILE_SCRIPT_MACRO_H
#define SPILE_SCRIPT_MACRO_H

#include "script/parse.h"

struct macro_library;

/* An empty library; freed with the arena. */
struct macro_library *macro_library_new(struct arena *arena);

/*
 * Adds the definitions of one *.stpm file to context->macros, which may not be NULL. Reports what
 * is no definition, and a name that is defined already.
 */
void macro_library_add(const struct parse_context *context, const struct source *source);

#endif
