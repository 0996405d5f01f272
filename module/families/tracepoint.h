/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on the kernel's tracepoints, as the emitter writes them; tracepoint.c attaches them.
 */
#ifndef SPILE_MODULE_FAMILIES_TRACEPOINT_H
#define SPILE_MODULE_FAMILIES_TRACEPOINT_H

#include "module/family.h"

struct mod_tracepoint {
	/* Written by the emitter. */
	struct rt_probe *probe;
	const char *name;
	const char *module;	/* that has to define it; NULL: the kernel or any */
	void *callback;
	u8 is_optional;		/* a kernel without this tracepoint is no error */

	struct kc_tracepoint point;
	bool is_attached;
	bool was_attached;	/* at the start, as far as this kernel has it */
};

extern const struct mod_family_ops mod_tracepoint_ops;

#endif
