/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions behind probe points: `probe P if (verbose > 1)`.
 *
 * A handler that changes what a condition reads evaluates it at its end (rt_condition_set); a hit
 * that comes while the condition does not hold returns at once (rt_armed). So the script sees the
 * right hits without this file: it takes probes off and on again, that they cost nothing while
 * they are off. Called by main.c in the session thread.
 */
#ifndef SPILE_MODULE_CONDITIONS_H
#define SPILE_MODULE_CONDITIONS_H

#include "module/family.h"

/* Evaluates all conditions, of globals that have their first values. */
static void mod_conditions_evaluate(void)
{
	u32 i;

	for (i = 0; i < RT_PROBE_COUNT; i++) {
		struct rt_context *c;

		if (!rt_probes[i].condition)
			continue;
		c = rt_process_enter(&rt_probes[i]);
		rt_probes[i].condition(c);
		rt_process_leave(c);
	}
}

/* Has the families attach their probes as the conditions are now. */
static void mod_conditions_settle(void)
{
	u32 i;

	for (i = 0; i < RT_PROBE_COUNT; i++)
		rt_probes[i].armed = kc_load(rt_probes[i].wanted);
}

static void mod_condition_apply(const struct rt_probe *probe)
{
	const struct mod_family *family;

	for (family = mod_families; family->ops; family++)
		if (family->ops->arm)
			family->ops->arm(family, probe);
}

/* Arms and disarms the probes whose condition changed since they were attached. */
static void mod_conditions_apply(void)
{
	u32 i;

	if (!kc_load(rt_session.condition_changed))
		return;
	kc_store(rt_session.condition_changed, 0);
	/* What is set from now on is read by the next call. */
	smp_mb();
	for (i = 0; i < RT_PROBE_COUNT; i++) {
		struct rt_probe *probe = &rt_probes[i];
		u32 wanted = kc_load(probe->wanted);

		if (wanted == probe->armed)
			continue;
		probe->armed = wanted;
		mod_condition_apply(probe);
	}
}

#endif
