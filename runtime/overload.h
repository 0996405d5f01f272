/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time that handlers take: of each probe for the statistics, and of a whole CPU, which is
 * bounded: STP_OVERLOAD_THRESHOLD cycles out of STP_OVERLOAD_INTERVAL; over that the session ends
 * by an error. With a budget (budget.h) hits are passed over instead.
 *
 * For the bound one hit in RT_SAMPLE_EVERY on a CPU is timed and stands for the others, so this
 * costs a hit one countdown. Such a guess can be far off, where the host takes the CPU away in the
 * middle of a timed hit: it only raises a suspicion. Then all hits of an interval are timed, and by
 * these the session is judged. Its thread's own handlers do not count there. Called by handler.h.
 */
#ifndef SPILE_RUNTIME_OVERLOAD_H
#define SPILE_RUNTIME_OVERLOAD_H

#include "budget.h"
#include "fail.h"

/* Adds a hit that took `cycles`. Context: that of the hit, the context taken. */
static inline void rt_usage_add(struct rt_usage *usage, u64 cycles)
{
	if (!usage->timed || cycles < usage->cycles_least)
		usage->cycles_least = cycles;
	if (cycles > usage->cycles_most)
		usage->cycles_most = cycles;
	usage->cycles += cycles;
	usage->timed++;
}

/*
 * Starts to time a run of probe number `probe`. False if the budget has nothing left for it: the
 * hit is over then, as after rt_leave. Context: rt_enter.
 */
bool rt_sample_begin(struct rt_context *c, u32 probe);

/* Takes the time of this run. Context: as its begin. */
void rt_sample_end(struct rt_context *c);

#endif
