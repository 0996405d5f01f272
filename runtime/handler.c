/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session thread's way into a handler and out of it.
 */
#include "handler.h"

struct rt_context *rt_process_enter(struct rt_probe *probe)
{
	struct rt_context *c = rt_process_context;

	preempt_disable_notrace();
	c->probe = probe;
	c->where = NULL;
	rt_actions_start(c);
	c->lock_count = 0;
	kc_store(c->holder, 1 + smp_processor_id());
	return c;
}

void rt_process_leave(struct rt_context *c)
{
	c->lock_count = 0;
	if (c->failed)
		rt_script.settle(c);
	if (c->is_writing) {
		rt_handler_end_write(c);
		rt_time_close(c);
	}
	preempt_enable_notrace();
}

void rt_process_run(struct rt_probe *probe)
{
	u64 start = rt_times_all ? kc_cycles() : 0;
	struct rt_context *c = rt_process_enter(probe);

	rt_counters_of(c)[probe->index].hits++;
	probe->handler(c);
	if (rt_times_all)
		rt_usage_add(&rt_usage_of(c)[probe->index], kc_cycles() - start);
	rt_process_leave(c);
}

void rt_session_exit(struct rt_context *c)
{
	rt_session_end();
}
