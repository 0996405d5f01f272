/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bound on the time that handlers take from a CPU: STP_OVERLOAD_THRESHOLD cycles out of
 * STP_OVERLOAD_INTERVAL; over that the session ends by an error.
 *
 * One hit of a probe in RT_SAMPLE_EVERY is timed and stands for the others, so the bound costs a
 * hit a countdown. Such a guess can be far off, where the host takes the CPU away in the middle of a
 * timed hit: it only raises a suspicion. Then all hits of an interval are timed, and by these the
 * session is judged. Its thread's own handlers are not timed. Called by handler.h.
 */
#ifndef SPILE_RUNTIME_OVERLOAD_H
#define SPILE_RUNTIME_OVERLOAD_H

#include "context.h"
#include "mail.h"

/* Starts to time this run. Context: any, NMI included. */
static __maybe_unused noinline void rt_sample_begin(struct rt_context *c)
{
	c->is_sampled = 1;
	c->sample_left = c->sample_every;
	c->sample_start = kc_cycles();
	if (!c->interval_start)
		c->interval_start = c->sample_start;
}

/* Acts on the share of the CPU, in thousandths, that the handlers took in an interval. */
static __maybe_unused void rt_overload_judge(struct rt_context *c, u64 share)
{
	u64 limit = STP_OVERLOAD_THRESHOLD / (STP_OVERLOAD_INTERVAL / 1000);
	bool is_guess = c->sample_every > 1;

	c->sample_every = RT_SAMPLE_EVERY;
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

/* Takes the time of this run, and judges the interval if it is over. Context: as its begin. */
static __maybe_unused void rt_sample_end(struct rt_context *c)
{
	u64 now = kc_cycles();
	u64 length = now - c->interval_start;

	c->is_sampled = 0;
	c->sampled_cycles += (now - c->sample_start) * c->sample_every;
	if (length < STP_OVERLOAD_INTERVAL)
		return;
	if (RT_OVERLOAD)
		rt_overload_judge(c, c->sampled_cycles / (length / 1000));
	c->interval_start = 0;
	c->sampled_cycles = 0;
}

#endif
