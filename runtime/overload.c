/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timing runs of handlers, and judging what they took.
 */
#include "overload.h"

bool rt_sample_begin(struct rt_context *c, u32 probe)
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
static void rt_overload_judge(struct rt_context *c, u64 share)
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
static void rt_overload_add(struct rt_context *c, u64 cycles, u64 now)
{
	u64 length = now - c->interval_start;

	c->sampled_cycles += cycles * c->sample_every;
	if (length < STP_OVERLOAD_INTERVAL)
		return;
	rt_overload_judge(c, c->sampled_cycles / (length / 1000));
	c->interval_start = 0;
	c->sampled_cycles = 0;
}

void rt_sample_end(struct rt_context *c)
{
	u64 now = kc_cycles();
	u64 cycles = now - c->sample_start;

	c->is_sampled = 0;
	if (rt_times_all)
		rt_usage_add(&rt_usage_of(c)[c->probe->index], cycles);
	if (rt_budget_percent)
		c->budget_taken += cycles;
	else if (RT_OVERLOAD)
		rt_overload_add(c, cycles, now);
}
