/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rarer ways of a hit into a handler and out of it: what asks for attention, closed gates,
 * conditions.
 */
#include "handler.h"
#include "error.h"

void rt_attend(struct rt_context *c)
{
	if (c->is_sampled)
		rt_sample_end(c);
	if (c->failed)
		rt_error_settle(c);
	if (c->is_writing)
		rt_time_close(c);
}

void rt_turn_away(u32 *gate, u32 probe)
{
	if (gate != &rt_gate_closed)
		rt_counters_of(container_of(gate, struct rt_context, busy))[probe].skipped_reentry++;
	preempt_enable_notrace();
}

void rt_condition_set(struct rt_probe *probe, bool is_met)
{
	if (kc_load(probe->wanted) == is_met)
		return;
	kc_store(probe->wanted, is_met);
	kc_store_release(rt_session.condition_changed, 1);
	rt_session_wake();
}
