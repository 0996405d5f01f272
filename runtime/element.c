/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elements of arrays: sums over contexts, strings, statistics.
 */
#include "element.h"

s64 rt_map_sum(const struct rt_map *m, u32 number)
{
	const struct rt_context *c;
	u64 sum = 0;

	for (c = rt_contexts; c; c = c->next)
		sum += *(const u64 *)rt_map_value(c, m, number);
	return (s64)sum;
}

const char *rt_map_get_string(const struct rt_map *m,
			      const union rt_key *keys)
{
	u32 number = rt_map_find(m, keys);

	return number ? rt_map_value(NULL, m, number) : "";
}

bool rt_map_set_string(struct rt_context *c, const struct rt_map *m,
		       const union rt_key *keys, const char *value,
		       struct rt_place *place)
{
	u32 number = rt_map_make(c, m, keys, place);

	if (!number)
		return !c->failed;
	rt_string_copy(rt_map_value(c, m, number), value);
	return true;
}

const struct rt_stat *rt_map_stat(struct rt_context *c,
				  const struct rt_map *m, u32 number,
				  bool with_buckets)
{
	u32 buckets = with_buckets ? rt_stat_bucket_count(&m->stat_type) : 0;
	const struct rt_context *other;

	if (!m->is_accumulated)
		return rt_map_value(c, m, number);
	rt_stat_reset(c->stat, &m->stat_type);
	for (other = rt_contexts; other; other = other->next)
		rt_stat_merge(c->stat, rt_map_value(other, m, number), buckets);
	return c->stat;
}

const struct rt_stat *rt_map_stat_read(struct rt_context *c,
				       const struct rt_map *m,
				       const union rt_key *keys,
				       bool with_buckets)
{
	u32 number = rt_map_find(m, keys);

	return number ? rt_map_stat(c, m, number, with_buckets) : &rt_stat_none;
}
