/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contexts' memory, and the gates that handlers come to them by.
 */
#include "context.h"

bool rt_times_all;
DEFINE_PER_CPU(struct rt_context *, rt_cpu_context);
struct rt_context *rt_process_context;
struct rt_context *rt_contexts;

void rt_session_open(void)
{
	unsigned int cpu;

	kc_store_release(rt_session.running, 1);
	for_each_possible_cpu(cpu)
		kc_store_release(per_cpu(rt_cpu_gate, cpu), &rt_context_of(cpu)->busy);
}

void rt_contexts_fini(void)
{
	struct rt_context *c;

	while ((c = rt_contexts) != NULL) {
		rt_contexts = c->next;
		kc_release(c->match);
		kc_release(c);
	}
}

/* Bytes of a context, with all that lies behind it. */
static size_t rt_context_size(void)
{
	return sizeof(struct rt_context) + rt_script.count_count * sizeof(s64) +
	       rt_script.part_count * sizeof(void *) +
	       rt_script.probe_count * (sizeof(struct rt_counters) + sizeof(struct rt_usage)) +
	       RT_FRAME_BYTES;
}

static void rt_context_list(struct rt_context *c)
{
	c->next = rt_contexts;
	rt_contexts = c;
}

/* Numbers the probes. Those with a condition have to wait for its first evaluation. */
static void rt_probes_init(void)
{
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++) {
		struct rt_probe *probe = &rt_probes[i];

		probe->index = i;
		probe->wanted = !probe->condition;
		probe->armed = probe->wanted;
		probe->turns = RT_TURNS_ALL;
		probe->place.where = probe->where;
	}
}

/* Readies what was allocated, if it was; false if not, or if there is no memory for more. */
static bool rt_context_prepare(struct rt_context *c)
{
	if (!c)
		return false;
	rt_session.memory += rt_context_size();
	rt_context_list(c);
	if (rt_script.match_size)
		c->match = rt_allocate(rt_script.match_size);
	return c->match || !rt_script.match_size;
}

static bool rt_context_make(unsigned int cpu)
{
	struct rt_context *c = kc_allocate_near(rt_context_size(), cpu);

	per_cpu(rt_cpu_context, cpu) = c;
	per_cpu(rt_cpu_gate, cpu) = &rt_gate_closed;
	if (!rt_context_prepare(c))
		return false;
	c->sample_left = c->sample_every = rt_sample_usual();
	c->holder = 1 + cpu;
	return true;
}

/* The session thread's, which has the first values of all counts. */
static bool rt_context_make_process(void)
{
	struct rt_context *c = kc_allocate(rt_context_size());
	u32 i;

	rt_process_context = c;
	if (!rt_context_prepare(c))
		return false;
	c->is_process = 1;
	for (i = 0; i < rt_script.count_count; i++)
		c->counts[i] = rt_script.counts[i];
	return true;
}

bool rt_contexts_init(void)
{
	unsigned int cpu;

	rt_probes_init();
	for_each_possible_cpu(cpu)
		if (!rt_context_make(cpu))
			goto no_memory;
	if (rt_context_make_process())
		return true;
no_memory:
	rt_contexts_fini();
	return false;
}
