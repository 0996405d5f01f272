/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a module for handlers that run for a hit, or do more than print: what they call of the
 * runtime, and what the session thread does to have them run or not. See module/README.md.
 */
#include "runtime/handlers.c"
#include "module/budget.h"
#include "module/conditions.h"
#include "module/switches.h"

/* Context: process, at load. */
static bool mod_switches_init(u32 percent)
{
	rt_budget_init(percent);
	return mod_budget_init();
}

static void mod_switches_apply(void)
{
	mod_budget_apply();
	mod_conditions_apply();
}

const struct mod_switches mod_switches = {
	.init = mod_switches_init,
	.fini = mod_budget_fini,
	.evaluate = mod_conditions_evaluate,
	.settle = mod_conditions_settle,
	.start = mod_budget_start,
	.apply = mod_switches_apply,
	.off_ns = mod_budget_off_ns,
};
