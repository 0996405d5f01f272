/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a hit may run under the budget of --budget: handlers may take so many cycles out of
 * RT_BUDGET_INTERVAL on each CPU.
 *
 * Two things decide, and what they pass over is counted. A probe may be given a part of its turns
 * only; which, the session thread says ten times a second (module/budget.h). And the budget of a
 * CPU may be used up: what handlers took beyond it they owe, and none runs until the intervals
 * that follow have paid. So the bound holds however late the thread is. Called by overload.h, and
 * only where there is a budget.
 */
#ifndef SPILE_RUNTIME_BUDGET_H
#define SPILE_RUNTIME_BUDGET_H

#include "context.h"

/* Cycles: about a thirtieth of a second. */
#define RT_BUDGET_INTERVAL 100000000ULL

/* How much of each CPU handlers may take, in percent; 0: no budget. Set at load. */
static u32 rt_budget_percent;

/* The cycles of an interval that this is. */
static u64 rt_budget_limit;

/* Sets the budget; if there is one, all hits are timed. Context: process, at load. */
static __maybe_unused void rt_budget_init(u32 percent)
{
	rt_budget_percent = percent;
	rt_budget_limit = RT_BUDGET_INTERVAL / 100 * percent;
	rt_times_all |= percent != 0;
}

/* Whether this CPU's handlers may take more by the time `now`. Context: a hit. */
static bool rt_budget_has_room(struct rt_context *c, u64 now)
{
	u64 length = now - c->budget_start;

	if (length >= RT_BUDGET_INTERVAL) {
		u64 intervals = length / RT_BUDGET_INTERVAL;

		c->budget_start += intervals * RT_BUDGET_INTERVAL;
		c->budget_taken -= min(c->budget_taken, intervals * rt_budget_limit);
	}
	return c->budget_taken < rt_budget_limit;
}

/* Whether it is the turn of this hit of `probe`. Context: a hit. */
static bool rt_budget_has_turn(struct rt_usage *usage, const struct rt_probe *probe)
{
	usage->turns += kc_load(probe->turns);
	if (usage->turns < RT_TURNS_ALL)
		return false;
	usage->turns -= RT_TURNS_ALL;
	return true;
}

/*
 * Whether a hit of probe number `probe` may run; else it is counted. One whose condition does not
 * hold may: it is none (rt_armed). Context: a hit, with the context taken.
 */
static __maybe_unused bool rt_budget_admits(struct rt_context *c, u32 probe, u64 now)
{
	if (!kc_load(rt_probes[probe].wanted))
		return true;
	if (rt_budget_has_turn(&c->usage[probe], &rt_probes[probe]) && rt_budget_has_room(c, now))
		return true;
	c->counters[probe].passed_over++;
	return false;
}

#endif
