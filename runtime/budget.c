/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which hits the budget lets run. Called by overload.c.
 */
#include "budget.h"

u32 rt_budget_percent;
u64 rt_budget_limit;

void rt_budget_init(u32 percent)
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

bool rt_budget_admits(struct rt_context *c, u32 probe, u64 now)
{
	if (!kc_load(rt_probes[probe].wanted))
		return true;
	if (rt_budget_has_turn(&rt_usage_of(c)[probe], &rt_probes[probe]) && rt_budget_has_room(c, now))
		return true;
	rt_counters_of(c)[probe].passed_over++;
	return false;
}
