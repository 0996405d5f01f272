/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracepoints by what types say of them. For tracepoint.c. */
#ifndef SPILE_PROBES_TYPED_TRACEPOINT_H
#define SPILE_PROBES_TYPED_TRACEPOINT_H

#include "probes/probe.h"
#include "target/tracepoint.h"

/*
 * The type of a tracepoint's callback: its first parameter is the session's own pointer, the others are
 * the arguments. NULL: the kernel's, or the module's, BTF does not know it.
 */
const struct c_type *tracepoint_callback_type(const struct probe_target *target, const char *module, const char *name);

/* The type of argument `index`, from 0; NULL: `callback` is NULL. */
const struct c_type *tracepoint_argument_type(const struct c_type *callback, unsigned int index);

/*
 * A tracepoint that no header declares; *tags_ret declares what its parameters need. NULL: its prototype
 * is not known, or cannot be written.
 */
const struct tracepoint *tracepoint_by_type(const struct probe_target *target, const char *module, const char *name,
					    const char **tags_ret);

/* The same tracepoint with parameters that are declared by their types; NULL likewise. */
const struct tracepoint *tracepoint_retyped(const struct probe_target *target, const char *module,
					    const struct tracepoint *tracepoint, const char **tags_ret);

#endif
