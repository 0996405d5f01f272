/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a module for handlers that run for a hit, or do more than print: what they call of the
 * runtime, and what the session does for them. See module/README.md.
 */
#include "runtime/handlers.c"
#include "module/family.c"
#include "module/budget.h"
#include "module/conditions.h"
#include "module/families.h"
#include "module/hits.h"
#include "module/report.h"

/* Context: process, at load. */
static bool mod_hits_init(u32 percent)
{
	rt_budget_init(percent);
	return mod_budget_init();
}

/* The same. */
static bool mod_hits_prepare(void)
{
	return (!mod_script.entered_init || mod_script.entered_init()) && mod_families_prepare();
}

static void mod_hits_fini(void)
{
	mod_families_release();
	if (mod_script.entered_fini)
		mod_script.entered_fini();
	mod_budget_fini();
}

static void mod_hits_attach(void)
{
	mod_conditions_settle();
	mod_families_attach();
}

static void mod_hits_attend(void)
{
	mod_report_mail();
	mod_budget_apply();
	mod_conditions_apply();
	mod_families_run_due();
}

static void mod_hits_detach(void)
{
	mod_families_detach();
	mod_report_gaps();
	mod_report_mail();
}

static void mod_hits_count(struct spile_status *status, struct spile_probe_counters *counters)
{
	u32 i;

	status->points_attached = mod_points.attached;
	status->points_by_ftrace = mod_points.by_ftrace;
	status->points_refused = mod_points.refused;
	mod_families_count(counters);
	for (i = 0; i < rt_script.probe_count; i++)
		counters[i].off_ms = mod_budget_off_ns(i) / 1000000;
}

const struct mod_hits mod_hits = {
	.init = mod_hits_init,
	.prepare = mod_hits_prepare,
	.fini = mod_hits_fini,
	.evaluate = mod_conditions_evaluate,
	.attach = mod_hits_attach,
	.start = mod_budget_start,
	.attend = mod_hits_attend,
	.detach = mod_hits_detach,
	.report = mod_report_places,
	.add_points = mod_families_add_points,
	.count = mod_hits_count,
};
