/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Beginning and end of a session, as handlers and the session thread tell each other.
 */
#include "session.h"

struct rt_session rt_session;
DEFINE_PER_CPU(u32 *, rt_cpu_gate);
u32 rt_gate_closed = 1;
u64 kc_realtime_offset;

/* Runs soon after rt_session_wake, in an interrupt (in a thread on PREEMPT_RT). */
static void rt_session_wake_now(struct irq_work *work)
{
	kc_store(rt_session.woken, 1);
	wake_up(&rt_session.thread_wait);
}

void rt_session_close(void)
{
	unsigned int cpu;

	kc_store(rt_session.running, 0);
	for_each_possible_cpu(cpu)
		kc_store(per_cpu(rt_cpu_gate, cpu), &rt_gate_closed);
}

void rt_session_end(void)
{
	rt_session_close();
	kc_store_release(rt_session.end_requested, 1);
	rt_session_wake();
}

void rt_session_init(void)
{
	kc_clocks_init();
	init_waitqueue_head(&rt_session.thread_wait);
	init_waitqueue_head(&rt_session.reader_wait);
	init_irq_work(&rt_session.wake_work, rt_session_wake_now);
	rt_session.state = SPILE_STATE_LOADED;
}

void *rt_allocate(size_t size)
{
	void *memory = kc_allocate(size);

	if (memory)
		rt_session.memory += size;
	return memory;
}
