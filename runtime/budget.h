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
extern u32 rt_budget_percent;

/* The cycles of an interval that this is. */
extern u64 rt_budget_limit;

/* Sets the budget; if there is one, all hits are timed. Context: process, at load. */
void rt_budget_init(u32 percent);

/*
 * Whether a hit of probe number `probe` may run; else it is counted. One whose condition does not
 * hold may: it is none (rt_armed). Context: a hit, with the context taken.
 */
bool rt_budget_admits(struct rt_context *c, u32 probe, u64 now);

#endif
