/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the runtime has to know of the script: its name, and how much of everything there is.
 *
 * The generated file defines rt_script, as constants: so its own code has them folded into every
 * address. The other objects of the module, which are compiled once for all scripts, read them.
 */
#ifndef SPILE_RUNTIME_SCRIPT_H
#define SPILE_RUNTIME_SCRIPT_H

#include "compat/kernel.h"

struct rt_context;

struct rt_script {
	const char *name;	/* of the module */
	u32 probe_count;	/* of rt_probes */
	u32 count_count;	/* numbers that each context has a part of: count.h */
	u32 part_count;		/* statistics and arrays that it has a part of: stat.h, map.h */
	u32 frame_size;		/* bytes of strings in the deepest chain of calls */
	u32 match_size;		/* bytes that keep what a regular expression matched; 0: not kept */
	const s64 *counts;	/* what those numbers begin with */
	/* Does what is left at the end of a run in which an error stayed; NULL: there are no errors. */
	void (*settle)(struct rt_context *c);
	u8 prints;		/* a handler may write where it runs */
	u8 shares_locks;	/* handlers share a global's lock */
};

extern const struct rt_script rt_script;

#endif
