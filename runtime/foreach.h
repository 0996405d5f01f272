/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Iteration over a map: an order made once at the start, then walked.
 *
 * Every foreach statement of the script has a struct rt_foreach_order, room for one entry per
 * element of its map, guarded by that map's lock. An entry remembers its slot's generation, so
 * elements deleted while the loop runs are passed over, and a slot used anew is not mistaken for
 * the old one. Sorting is by heap, without recursion; only as many elements as `limit` asks for
 * are brought into order. Elements that compare equal keep the order of their insertion.
 */
#ifndef SPILE_RUNTIME_FOREACH_H
#define SPILE_RUNTIME_FOREACH_H

#include "element.h"

/* The limit of a foreach statement that has none. */
#define RT_NO_LIMIT RT_S64_MAX

enum rt_sort { RT_SORT_DESCENDING = -1, RT_SORT_NONE = 0, RT_SORT_ASCENDING = 1 };

struct rt_order_entry {
	s64 weight;	/* sorts numbers; strings are compared in the map */
	u32 slot;
	u32 generation;
	u32 position;	/* by insertion */
};

struct rt_foreach_order {
	const struct rt_map *map;
	struct rt_order_entry *entries;	/* capacity of the map */
	u32 busy;			/* the statement is being executed */
	/* How this run sorts. */
	enum rt_sort direction;
	u32 column;			/* 0 value, 1..n keys */
	bool by_string;
	const union rt_key *keys;	/* of a slice, while the order is made */
	u32 mask;
};

struct rt_foreach {
	struct rt_foreach_order *order;	/* NULL when ended */
	struct rt_slot *slot;		/* current element */
	u32 number;			/* of that slot */
	u32 next;			/* index into entries */
	u32 left;
	s32 step;			/* to the next index: -1 through a sorted order */
};

/* ---- What generated code calls; all under the map's lock. Context: any, NMI included ---- */

/*
 * Starts an iteration over the slice of `keys` and `mask` (0: all elements). `column` 0 sorts by
 * value, 1..n by that key; `field` says by what of a statistic; at most `limit` elements come, none
 * if it is below 1. The keys are not read any more afterwards. False with the error set if this
 * statement is already being executed (a function that calls itself from inside its loop).
 */
bool rt_foreach_begin(struct rt_context *c, struct rt_foreach *i,
		      struct rt_foreach_order *o, enum rt_sort direction,
		      u32 column, enum rt_stat_field field, s64 limit,
		      const union rt_key *keys, u32 mask,
		      const char *where);

/* Goes to the next element that still exists; false when there is none. */
bool rt_foreach_next(struct rt_foreach *i);

/* Ends an iteration; harmless when repeated. */
static inline void rt_foreach_end(struct rt_foreach *i)
{
	if (i->order)
		i->order->busy = 0;
	i->order = NULL;
}

/* Key number `key`, from 0, of the current element. */
static inline s64 rt_foreach_key(const struct rt_foreach *i, u32 key)
{
	return *(const s64 *)rt_slot_key(i->order->map, i->slot, key);
}

/* As above; points into the map, good until the element is deleted. */
static inline const char *rt_foreach_key_string(const struct rt_foreach *i, u32 key)
{
	return rt_slot_key(i->order->map, i->slot, key);
}

static inline s64 rt_foreach_value(const struct rt_foreach *i)
{
	return rt_map_number(i->order->map, i->number);
}

static inline const char *rt_foreach_value_string(const struct rt_foreach *i)
{
	return rt_map_value(NULL, i->order->map, i->number);
}

/* ---- Load and unload ---- */

/* Frees that memory; also after a failed rt_order_init. Context: process. */
void rt_order_fini(struct rt_foreach_order *o);

/* Takes memory for the order of one foreach statement; false without. Context: process. */
bool rt_order_init(struct rt_foreach_order *o);

#endif
