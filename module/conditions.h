/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions behind probe points: `probe P if (verbose > 1)`.
 *
 * A handler that changes what a condition reads evaluates it at its end (rt_condition_set); a hit
 * that comes while the condition does not hold returns at once (rt_armed). So the script sees the
 * right hits without this file: it takes probes off and on again, that they cost nothing while
 * they are off. The budget (budget.h) switches probes by the same way. Called by hits.c in the
 * session thread.
 */
#ifndef SPILE_MODULE_CONDITIONS_H
#define SPILE_MODULE_CONDITIONS_H

#include "module/families.h"

/* Evaluates all conditions, of globals that have their first values. */
static void mod_conditions_evaluate(void)
{
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++) {
		struct rt_context *c;

		if (!rt_probes[i].condition)
			continue;
		c = rt_process_enter(&rt_probes[i]);
		rt_probes[i].condition(c);
		rt_process_leave(c);
	}
}

/* Whether hits of `probe` are of any use: its condition holds and the budget has it on. */
static bool mod_condition_holds(const struct rt_probe *probe)
{
	return kc_load(probe->wanted) && !probe->is_off;
}

/* Has the families attach their probes as the conditions are now. */
static void mod_conditions_settle(void)
{
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++)
		rt_probes[i].armed = mod_condition_holds(&rt_probes[i]);
}

static void mod_condition_apply(const struct rt_probe *probe)
{
	const struct mod_family *family;

	mod_for_each_family(family)
		if (family->ops->arm)
			family->ops->arm(family, probe);
}

/* Arms and disarms the probes for which that changed since they were attached. */
static void mod_conditions_apply(void)
{
	u32 i;

	if (!kc_load(rt_session.condition_changed))
		return;
	kc_store(rt_session.condition_changed, 0);
	/* What is set from now on is read by the next call. */
	smp_mb();
	for (i = 0; i < rt_script.probe_count; i++) {
		struct rt_probe *probe = &rt_probes[i];
		bool holds = mod_condition_holds(probe);

		if (holds == probe->armed)
			continue;
		probe->armed = holds;
		mod_condition_apply(probe);
	}
}

#endif
