/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value of numbers that handlers only add to.
 */
#include "count.h"

s64 rt_count_read(u32 count)
{
	const struct rt_context *c;
	u64 sum = 0;

	for (c = rt_contexts; c; c = c->next)
		sum += (u64)c->counts[count];
	return (s64)sum;
}

void rt_count_set(struct rt_context *c, u32 count, s64 value)
{
	struct rt_context *other;

	for (other = rt_contexts; other; other = other->next)
		other->counts[count] = 0;
	c->counts[count] = value;
}
