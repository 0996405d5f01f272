/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on variables, as the emitter writes them; watchpoint.c attaches them.
 */
#ifndef SPILE_MODULE_FAMILIES_WATCHPOINT_H
#define SPILE_MODULE_FAMILIES_WATCHPOINT_H

#include "module/family.h"

struct mod_watchpoint {
	/* Written by the emitter. */
	struct rt_probe *probe;
	unsigned long address;	/* 0: the reader sends it */
	u32 type;		/* HW_BREAKPOINT_W or HW_BREAKPOINT_RW */
	u32 length;		/* 1, 2, 4 or 8 */
	u8 is_optional;		/* without it the session goes on */

	struct perf_event * __percpu *events;	/* NULL: not attached */
	bool was_attached;	/* at the start */
};

extern const struct mod_family_ops mod_watchpoint_ops;

#endif
