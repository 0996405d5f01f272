/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the script's globals, taken at load and given back at unload.
 *
 * module/main.c calls these with the NULL-terminated lists that the emitter writes. Numbers and
 * strings are plain C variables and need nothing.
 */
#ifndef SPILE_RUNTIME_GLOBALS_H
#define SPILE_RUNTIME_GLOBALS_H

#include "foreach.h"
#include "regex.h"

/* The lists of everything that needs memory. */
struct rt_globals {
	struct rt_map *const *maps;
	struct rt_stat_global *const *stats;
	struct rt_foreach_order *const *orders;
};

static __maybe_unused void rt_scratch_free_of(struct rt_context *c)
{
	kc_release(c->stat);
	kc_release(c->match);
	c->stat = NULL;
	c->match = NULL;
}

static __maybe_unused void rt_scratch_free(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		rt_scratch_free_of(rt_context_of(cpu));
	rt_scratch_free_of(rt_process_context);
}

static __maybe_unused bool rt_scratch_allocate_of(struct rt_context *c, u32 stat_size)
{
	if (stat_size)
		c->stat = rt_allocate(stat_size);
	if (RT_MATCH_GROUPS)
		c->match = rt_allocate(sizeof(*c->match));
	return (c->stat || !stat_size) && (c->match || !RT_MATCH_GROUPS);
}

/* Gives every context room to merge the largest of the statistics, and to keep what matched. */
static __maybe_unused bool rt_scratch_allocate(struct rt_stat_global *const *stats)
{
	unsigned int cpu;
	u32 size = 0;

	for (; *stats; stats++)
		size = max(size, rt_stat_size(&(*stats)->type));
	for_each_possible_cpu(cpu)
		if (!rt_scratch_allocate_of(rt_context_of(cpu), size))
			return false;
	return rt_scratch_allocate_of(rt_process_context, size);
}

/* Frees everything; also after a failed rt_globals_init. Context: process. */
static __maybe_unused void rt_globals_fini(const struct rt_globals *g)
{
	u32 i;

	for (i = 0; g->orders[i]; i++)
		rt_order_fini(g->orders[i]);
	for (i = 0; g->maps[i]; i++)
		rt_map_fini(g->maps[i]);
	for (i = 0; g->stats[i]; i++)
		rt_stat_fini(g->stats[i]);
	rt_scratch_free();
}

/* Takes all memory; false, with nothing kept, if there is not enough. Context: process. */
static __maybe_unused bool rt_globals_init(const struct rt_globals *g)
{
	bool is_done = true;
	u32 i;

	for (i = 0; is_done && g->maps[i]; i++)
		is_done = rt_map_init(g->maps[i]);
	for (i = 0; is_done && g->stats[i]; i++)
		is_done = rt_stat_init(g->stats[i]);
	for (i = 0; is_done && g->orders[i]; i++)
		is_done = rt_order_init(g->orders[i]);
	if (is_done && rt_scratch_allocate(g->stats))
		return true;
	rt_globals_fini(g);
	return false;
}

#endif
