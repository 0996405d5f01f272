/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The families of the script's probes, one after the other: from load to unload, in the order of
 * hits.h. Which there are is mod_script's to say. Called by hits.c.
 */
#ifndef SPILE_MODULE_FAMILIES_H
#define SPILE_MODULE_FAMILIES_H

#include "module/script.h"

#define mod_for_each_family(family) \
	for (family = mod_script.families; family->ops; family++)

static bool mod_families_prepare(void)
{
	const struct mod_family *family;

	mod_for_each_family(family)
		if (family->ops->prepare && !family->ops->prepare(family))
			return false;
	return true;
}

static void mod_families_release(void)
{
	const struct mod_family *family;

	mod_for_each_family(family)
		if (family->ops->release)
			family->ops->release(family);
}

static int mod_families_add_points(u32 command, u32 count, const struct spile_point __user *points)
{
	const struct mod_family *family;

	mod_for_each_family(family)
		if (family->ops->command == command)
			return family->ops->add_points(family, count, points);
	return -EINVAL;
}

/* Until one cannot go on, or the end is requested. */
static void mod_families_attach(void)
{
	const struct mod_family *family;

	mod_for_each_family(family)
		if (kc_load_acquire(rt_session.end_requested) || !family->ops->attach(family))
			return;
}

static void mod_families_detach(void)
{
	const struct mod_family *family;

	mod_for_each_family(family)
		family->ops->detach(family);
}

static void mod_families_run_due(void)
{
	const struct mod_family *family;

	mod_for_each_family(family)
		if (family->ops->run_due)
			family->ops->run_due(family);
}

static void mod_families_count(struct spile_probe_counters *counters)
{
	const struct mod_family *family;

	mod_for_each_family(family)
		family->ops->count(family, counters);
}

#endif
