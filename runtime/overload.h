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
#include "mail.h"

/* Adds a hit that took `cycles`. Context: that of the hit, the context taken. */
static __maybe_unused void rt_usage_add(struct rt_usage *usage, u64 cycles)
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
static __maybe_unused noinline bool rt_sample_begin(struct rt_context *c, u32 probe)
{
	u64 now = kc_cycles();

	c->sample_left = c->sample_every;
	if (rt_budget_percent && !rt_budget_admits(c, probe, now)) {
		barrier();
		c->busy = 0;
		preempt_enable_notrace();
		return false;
	}
	c->is_sampled = 1;
	c->sample_start = now;
	if (!c->interval_start)
		c->interval_start = now;
	return true;
}

/* Acts on the share of the CPU, in thousandths, that the handlers took in an interval. */
static __maybe_unused void rt_overload_judge(struct rt_context *c, u64 share)
{
	u64 limit = STP_OVERLOAD_THRESHOLD / (STP_OVERLOAD_INTERVAL / 1000);
	bool is_guess = c->sample_every > 1;

	c->sample_every = rt_sample_usual();
	if (share <= limit)
		return;
	if (is_guess)
		c->sample_left = c->sample_every = 1;
	else
		rt_session_fail(c->probe->index, "probe overhead exceeded threshold: handlers took "
				"%llu%% of CPU %u, allowed are %llu%% (--suppress-time-limits or "
				"-D STP_NO_OVERLOAD lifts the limit)",
				(unsigned long long)share / 10, smp_processor_id(),
				(unsigned long long)limit / 10);
}

/* Counts a timed run of `cycles` that ended at `now`, and judges the interval if it is over. */
static __maybe_unused void rt_overload_add(struct rt_context *c, u64 cycles, u64 now)
{
	u64 length = now - c->interval_start;

	c->sampled_cycles += cycles * c->sample_every;
	if (length < STP_OVERLOAD_INTERVAL)
		return;
	rt_overload_judge(c, c->sampled_cycles / (length / 1000));
	c->interval_start = 0;
	c->sampled_cycles = 0;
}

/* Takes the time of this run. Context: as its begin. */
static __maybe_unused void rt_sample_end(struct rt_context *c)
{
	u64 now = kc_cycles();
	u64 cycles = now - c->sample_start;

	c->is_sampled = 0;
	if (rt_times_all)
		rt_usage_add(&c->usage[c->probe->index], cycles);
	if (rt_budget_percent)
		c->budget_taken += cycles;
	else if (RT_OVERLOAD)
		rt_overload_add(c, cycles, now);
}

#endif
