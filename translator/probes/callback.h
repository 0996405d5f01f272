/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations in C, made of types that are known of a kernel rather than of its headers. */
#ifndef SPILE_PROBES_CALLBACK_H
#define SPILE_PROBES_CALLBACK_H

#include "knowledge/types.h"

/*
 * "struct file *file": what the compiler takes for the same parameter as the kernel's own. Typedefs
 * are resolved, so that nothing need be declared but the tags, which are appended to `tags` as
 * "struct file;" lines. NULL: the type has no such form; it is passed by value, and no number.
 */
const char *callback_parameter(struct arena *arena, const struct c_type *type, const char *name, GString *tags);

#endif
