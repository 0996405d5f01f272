/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the script's globals. Each context gets its parts of statistics and accumulated arrays in
 * one block, near its CPU.
 */
#include "globals.h"

static inline size_t rt_part_align(size_t size)
{
	return (size + 63) & ~(size_t)63;
}

/* Bytes of what one context has of all globals. */
static size_t rt_parts_size(const struct rt_globals *g)
{
	size_t size = 0;
	u32 i;

	for (i = 0; g->stats[i]; i++)
		size += rt_part_align(rt_stat_size(&g->stats[i]->type));
	for (i = 0; g->maps[i]; i++)
		if (g->maps[i]->is_accumulated)
			size += rt_part_align(rt_map_part_size(g->maps[i]));
	return size;
}

/* Tells the context where in `block`, which is zeroed, its parts are, and empties them. */
static void rt_parts_place(const struct rt_globals *g, struct rt_context *c,
			   char *block)
{
	u32 i, number;

	c->part_block = block;
	for (i = 0; g->stats[i]; i++) {
		rt_parts_of(c)[g->stats[i]->part] = block;
		rt_stat_reset(rt_parts_of(c)[g->stats[i]->part], &g->stats[i]->type);
		block += rt_part_align(rt_stat_size(&g->stats[i]->type));
	}
	for (i = 0; g->maps[i]; i++) {
		const struct rt_map *m = g->maps[i];

		if (!m->is_accumulated)
			continue;
		rt_parts_of(c)[m->part] = block;
		for (number = 0; number <= m->capacity; number++)
			rt_map_reset_value(m, rt_map_value(c, m, number));
		block += rt_part_align(rt_map_part_size(m));
	}
}

static bool rt_parts_allocate_of(const struct rt_globals *g, struct rt_context *c,
				 char *block, size_t size)
{
	if (!block)
		return false;
	rt_session.memory += size;
	rt_parts_place(g, c, block);
	return true;
}

/* Frees the parts; also after a failed rt_parts_allocate. */
static void rt_parts_free(void)
{
	struct rt_context *c;

	for (c = rt_contexts; c; c = c->next) {
		kc_release(c->part_block);
		c->part_block = NULL;
	}
}

static bool rt_parts_allocate(const struct rt_globals *g)
{
	size_t size = rt_parts_size(g);
	unsigned int cpu;

	if (!size)
		return true;
	for_each_possible_cpu(cpu)
		if (!rt_parts_allocate_of(g, rt_context_of(cpu), kc_allocate_near(size, cpu), size))
			return false;
	return rt_parts_allocate_of(g, rt_process_context, kc_allocate(size), size);
}

/* Frees the scratch space; also after a failed rt_scratch_allocate. */
static void rt_scratch_free(void)
{
	struct rt_context *c;

	for (c = rt_contexts; c; c = c->next) {
		kc_release(c->stat);
		c->stat = NULL;
	}
}

static bool rt_scratch_allocate_of(struct rt_context *c, u32 stat_size)
{
	if (stat_size)
		c->stat = rt_allocate(stat_size);
	return c->stat || !stat_size;
}

/* Gives every context room to merge the largest of the statistics. */
static bool rt_scratch_allocate(const struct rt_globals *g)
{
	struct rt_context *c;
	u32 size = 0;
	u32 i;

	for (i = 0; g->stats[i]; i++)
		size = max(size, rt_stat_size(&g->stats[i]->type));
	for (i = 0; g->maps[i]; i++)
		if (g->maps[i]->is_accumulated && g->maps[i]->value == RT_VALUE_STAT)
			size = max(size, rt_stat_size(&g->maps[i]->stat_type));
	for (c = rt_contexts; c; c = c->next)
		if (!rt_scratch_allocate_of(c, size))
			return false;
	return true;
}

void rt_globals_fini(const struct rt_globals *g)
{
	u32 i;

	for (i = 0; g->orders[i]; i++)
		rt_order_fini(g->orders[i]);
	for (i = 0; g->maps[i]; i++)
		rt_map_fini(g->maps[i]);
	rt_parts_free();
	rt_scratch_free();
}

bool rt_globals_init(const struct rt_globals *g)
{
	bool is_done = true;
	u32 i;

	for (i = 0; g->stats[i]; i++)
		is_done &= rt_stat_type_is_valid(&g->stats[i]->type);
	for (i = 0; is_done && g->maps[i]; i++)
		is_done = rt_map_init(g->maps[i]);
	for (i = 0; is_done && g->orders[i]; i++)
		is_done = rt_order_init(g->orders[i]);
	if (is_done && rt_parts_allocate(g) && rt_scratch_allocate(g))
		return true;
	rt_globals_fini(g);
	return false;
}
