/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elements of the script's arrays, as generated code reads, sets and adds to them. All of it is
 * called with the array's lock, as map.h says; rt_map_add and rt_map_stat_add on an accumulated
 * array also by several handlers at a time, each for its own context.
 *
 * What is inlined is so for constant arrays and for one number as key, the most frequent: then it
 * is a handful of instructions. Everything else is a call. Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_ELEMENT_H
#define SPILE_RUNTIME_ELEMENT_H

#include "map.h"

/* Whether there is an element with these keys. */
static __always_inline bool rt_map_has(const struct rt_map *m, const union rt_key *keys)
{
	return rt_map_find(m, keys) != 0;
}

/* ---- Numbers ---- */

/*
 * The element's number, made 0 if absent; NULL with the error set. For an insertion that was given
 * up a number that nobody keeps. Not of an accumulated array.
 */
static __always_inline s64 *rt_map_slot(struct rt_context *c, const struct rt_map *m,
					const union rt_key *keys, struct rt_place *place)
{
	u32 number = rt_map_make(c, m, keys, place);

	if (likely(number))
		return rt_map_value(c, m, number);
	c->spill = 0;
	return c->failed ? NULL : &c->spill;
}

s64 rt_map_sum(const struct rt_map *m, u32 number);

/* The number of an element. */
static __always_inline s64 rt_map_number(const struct rt_map *m, u32 number)
{
	if (m->is_accumulated)
		return rt_map_sum(m, number);
	return *(const s64 *)rt_map_value(NULL, m, number);
}

/* The element's number; 0 if absent. */
static __always_inline s64 rt_map_get(const struct rt_map *m, const union rt_key *keys)
{
	u32 number = rt_map_find(m, keys);

	return number ? rt_map_number(m, number) : 0;
}

/* The same of a plain array, where the handler found element `known` before, or none for 0. */
static __always_inline s64 rt_map_get_known(const struct rt_map *m, const union rt_key *keys,
					    u32 known)
{
	u32 number = rt_map_find_known(m, keys, known);

	return number ? rt_map_number(m, number) : 0;
}

/* Assigns a number; false with the error set. */
static __always_inline bool rt_map_set(struct rt_context *c, const struct rt_map *m,
				       const union rt_key *keys, s64 value, struct rt_place *place)
{
	u32 number = rt_map_make(c, m, keys, place);

	if (unlikely(!number))
		return !c->failed;
	if (m->is_accumulated)
		rt_map_reset_parts(m, number);
	*(s64 *)rt_map_value(c, m, number) = value;
	return true;
}

/* Adds to the number of an element of an accumulated array; false with the error set. */
static __always_inline bool rt_map_add(struct rt_context *c, const struct rt_map *m,
				       const union rt_key *keys, s64 value, struct rt_place *place)
{
	u32 number = rt_map_make(c, m, keys, place);

	if (unlikely(!number))
		return !c->failed;
	*(u64 *)rt_map_value(c, m, number) += (u64)value;
	return true;
}

/* ---- Strings ---- */

/* The element's string, inside the table; "" if absent. */
const char *rt_map_get_string(const struct rt_map *m,
			      const union rt_key *keys);

/* Assigns a string; false with the error set. */
bool rt_map_set_string(struct rt_context *c, const struct rt_map *m,
		       const union rt_key *keys, const char *value,
		       struct rt_place *place);

/* ---- Statistics ---- */

/* Adds a value to the statistic of an element; false with the error set. */
static __always_inline bool rt_map_stat_add(struct rt_context *c, const struct rt_map *m,
					    const union rt_key *keys, s64 value,
					    struct rt_place *place)
{
	u32 number = rt_map_make(c, m, keys, place);

	if (unlikely(!number))
		return !c->failed;
	rt_stat_include(rt_map_value(c, m, number), &m->stat_type, value);
	return true;
}

/* What is read of a statistic that is not there. It has no buckets: see rt_print_histogram. */
static const struct rt_stat rt_stat_none __maybe_unused = {
	.min = RT_S64_MAX,
	.max = RT_S64_MIN,
};

/* The statistic of an element: in the table, or merged as by rt_stat_read. */
const struct rt_stat *rt_map_stat(struct rt_context *c,
				  const struct rt_map *m, u32 number,
				  bool with_buckets);

/* The element's statistic, as rt_stat_read gives one; an empty one if absent. */
const struct rt_stat *rt_map_stat_read(struct rt_context *c,
				       const struct rt_map *m,
				       const union rt_key *keys,
				       bool with_buckets);

#endif
