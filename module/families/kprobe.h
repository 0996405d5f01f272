/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on kernel functions' entries and returns, and within functions, as the emitter writes them;
 * kprobe.c attaches them.
 */
#ifndef SPILE_MODULE_FAMILIES_KPROBE_H
#define SPILE_MODULE_FAMILIES_KPROBE_H

#include "module/family.h"
#include "runtime/entered.h"

struct mod_kprobe_specification {
	/* Written by the emitter. */
	struct rt_probe *probe;
	u8 is_return;
	u8 is_optional;		/* no point attached is no error */
	u8 arguments_suffice;	/* the handler looks at no register but those of arguments and sp */
	int max_active;		/* calls at once that a return probe can follow; 0: default */
	/* Of a return that needs something of the entry: keeps it, in so many bytes; runs the handler. */
	bool (*keep)(struct pt_regs *regs, void *saved);
	void (*returned)(struct pt_regs *regs, const char *function, void *saved);
	u32 saved_size;
	/* Of an entry that only keeps registers for handlers further on, and runs none; or NULL. */
	struct rt_entered_function *entered;

	u32 points;
	u32 without_site;	/* of these, functions that the function tracer cannot call */
	u32 attached;
	u32 traced;		/* of these, by the function tracer */
	int error;		/* the last refusal's */
	const char *refused;	/* and its function */
	const char *unheard;	/* a function whose probe is never hit, or NULL */
	u32 gone;		/* functions that went with their module during the session */
	const char *went;	/* one of them */
};

extern const struct mod_family_ops mod_kprobe_ops;

#endif
