/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer.s, .ms, .us, .ns, .hz and .jiffies, as the emitter writes them; timer.c runs them.
 */
#ifndef SPILE_MODULE_FAMILIES_TIMER_H
#define SPILE_MODULE_FAMILIES_TIMER_H

#include "module/family.h"

struct mod_timer {
	/* Written by the emitter: one interval, and by how much it varies either way. */
	struct rt_probe *probe;
	u64 interval_ns, random_ns;
	u64 interval_jiffies, random_jiffies;

	struct hrtimer timer;
	bool is_attached;
	int due;
	u64 missed;
	u64 noise;	/* state of the random generator */
};

extern const struct mod_family_ops mod_timer_ops;

#endif
