/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of an iteration, and its steps.
 */
#include "foreach.h"

static inline const char *rt_order_string(const struct rt_foreach_order *o,
					  const struct rt_order_entry *e)
{
	if (!o->column)
		return rt_map_value(NULL, o->map, e->slot);
	return rt_slot_key(o->map, rt_map_at(o->map, e->slot), o->column - 1);
}

/* Whether `a` is to come before `b`. */
static bool rt_order_before(const struct rt_foreach_order *o,
			    const struct rt_order_entry *a,
			    const struct rt_order_entry *b)
{
	int way;

	if (o->by_string)
		way = rt_string_compare(rt_order_string(o, a), rt_order_string(o, b));
	else
		way = a->weight < b->weight ? -1 : a->weight > b->weight;
	if (way == 0)
		return a->position < b->position;
	return o->direction == RT_SORT_ASCENDING ? way < 0 : way > 0;
}

static inline void rt_order_swap(struct rt_foreach_order *o, u32 a, u32 b)
{
	struct rt_order_entry kept = o->entries[a];

	o->entries[a] = o->entries[b];
	o->entries[b] = kept;
}

/* Lets entry `root` of a heap of `count` sink below those that come before it. */
static void rt_order_sink(struct rt_foreach_order *o, u32 root, u32 count)
{
	while (2 * root + 1 < count) {
		u32 child = 2 * root + 1;

		if (child + 1 < count &&
		    rt_order_before(o, &o->entries[child + 1], &o->entries[child]))
			child++;
		if (!rt_order_before(o, &o->entries[child], &o->entries[root]))
			return;
		rt_order_swap(o, root, child);
		root = child;
	}
}

/* Brings the first `wanted` of `count` entries to the end, in reverse. */
static void rt_order_sort(struct rt_foreach_order *o, u32 count, u32 wanted)
{
	u32 i;

	for (i = count / 2; i; i--)
		rt_order_sink(o, i - 1, count);
	for (; wanted && count > 1; wanted--, count--) {
		rt_order_swap(o, 0, count - 1);
		rt_order_sink(o, 0, count - 1);
	}
}

/* The number that an element is sorted by; what several CPUs have added is summed up once. */
static inline s64 rt_order_weight(struct rt_context *c, const struct rt_foreach_order *o,
				  u32 number, enum rt_stat_field field)
{
	if (o->column)
		return *(const s64 *)rt_slot_key(o->map, rt_map_at(o->map, number), o->column - 1);
	if (o->map->value == RT_VALUE_STAT)
		return rt_stat_field(rt_map_stat(c, o->map, number, false), field);
	return rt_map_number(o->map, number);
}

/* Lists the slice's elements from oldest to newest; returns their number. */
static u32 rt_order_fill(struct rt_context *c, struct rt_foreach_order *o,
			 enum rt_stat_field field)
{
	u32 number, newer, count = 0;

	for (number = o->map->table->oldest; number; number = newer) {
		struct rt_slot *slot = rt_map_at(o->map, number);
		struct rt_order_entry *e = &o->entries[count];

		newer = slot->newer;
		if (!rt_slot_in_slice(o->map, slot, o->keys, o->mask))
			continue;
		e->slot = number;
		e->generation = slot->generation;
		e->position = count++;
		e->weight = o->by_string || !o->direction ? 0 :
			    rt_order_weight(c, o, number, field);
	}
	return count;
}

bool rt_foreach_begin(struct rt_context *c, struct rt_foreach *i,
		      struct rt_foreach_order *o, enum rt_sort direction,
		      u32 column, enum rt_stat_field field, s64 limit,
		      const union rt_key *keys, u32 mask,
		      const char *where)
{
	u32 count;

	i->order = NULL;
	if (o->busy) {
		rt_error_at(c, where, "foreach is entered again while it runs");
		return false;
	}
	o->busy = 1;
	o->direction = direction;
	o->column = column;
	o->by_string = direction && (column ? o->map->key_is_string[column - 1]
					    : o->map->value == RT_VALUE_STRING);
	o->keys = keys;
	o->mask = mask;
	count = limit > 0 ? rt_order_fill(c, o, field) : 0;
	i->order = o;
	i->left = min_t(s64, count, max_t(s64, limit, 0));
	i->next = 0;
	i->step = 1;
	if (direction && count) {
		rt_order_sort(o, count, i->left);
		i->next = count - 1;
		i->step = -1;
	}
	return true;
}

bool rt_foreach_next(struct rt_foreach *i)
{
	struct rt_foreach_order *o = i->order;

	while (i->left) {
		struct rt_order_entry *e = &o->entries[i->next];

		i->left--;
		i->next += i->step;
		i->number = e->slot;
		i->slot = rt_map_at(o->map, e->slot);
		if (i->slot->generation == e->generation)
			return true;
	}
	return false;
}

void rt_order_fini(struct rt_foreach_order *o)
{
	kc_release(o->entries);
	o->entries = NULL;
}

bool rt_order_init(struct rt_foreach_order *o)
{
	o->entries = rt_allocate((size_t)o->map->capacity * sizeof(*o->entries));
	return o->entries != NULL;
}
