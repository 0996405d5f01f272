/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics: everything but adding a value.
 */
#include "stat.h"

bool rt_stat_type_is_valid(const struct rt_stat_type *type)
{
	if (type->kind != SPILE_HISTOGRAM_LINEAR)
		return true;
	return type->step > 0 && type->low <= type->high &&
	       ((u64)type->high - (u64)type->low) / (u64)type->step <= RT_STAT_MAX_BUCKETS - 3;
}

void rt_stat_reset(struct rt_stat *s, const struct rt_stat_type *type)
{
	memset(s, 0, rt_stat_size(type));
	s->min = RT_S64_MAX;
	s->max = RT_S64_MIN;
}

void rt_stat_include_square(struct rt_stat *s, s64 value)
{
	u64 wide[RT_SUM_WORDS] = { value, rt_sign_word(value) };
	u64 square[RT_SQUARES_WORDS];

	rt_wide_square(square, value);
	rt_wide_add(s->wide_sum, wide, RT_SUM_WORDS);
	rt_wide_add(s->squares, square, RT_SQUARES_WORDS);
}

void rt_stat_merge(struct rt_stat *to, const struct rt_stat *from,
		   u32 buckets)
{
	u32 i;

	if (!from->count)
		return;
	to->count += from->count;
	to->sum = (s64)((u64)to->sum + (u64)from->sum);
	rt_wide_add(to->wide_sum, from->wide_sum, RT_SUM_WORDS);
	rt_wide_add(to->squares, from->squares, RT_SQUARES_WORDS);
	if (from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
	for (i = 0; i < buckets; i++)
		to->buckets[i] += from->buckets[i];
}

const struct rt_stat *rt_stat_read(struct rt_context *c,
				   const struct rt_stat_global *g,
				   bool with_buckets)
{
	u32 buckets = with_buckets ? rt_stat_bucket_count(&g->type) : 0;
	const struct rt_context *other;

	rt_stat_reset(c->stat, &g->type);
	for (other = rt_contexts; other; other = other->next)
		rt_stat_merge(c->stat, rt_parts_of(other)[g->part], buckets);
	return c->stat;
}

void rt_stat_clear(const struct rt_stat_global *g)
{
	struct rt_context *c;

	for (c = rt_contexts; c; c = c->next)
		rt_stat_reset(rt_parts_of(c)[g->part], &g->type);
}

bool rt_stat_has_values(struct rt_context *c, const struct rt_stat *s,
			const char *where)
{
	if (s->count)
		return true;
	rt_error_at(c, where, "empty aggregate");
	return false;
}

s64 rt_stat_variance(const struct rt_stat *s)
{
	u64 sum[RT_SUM_WORDS] = { s->wide_sum[0], s->wide_sum[1] };
	u64 product[RT_WIDE_WORDS], square[RT_WIDE_WORDS];

	if (s->count < 2)
		return 0;
	if ((s64)sum[1] < 0)
		rt_wide_negate(sum, RT_SUM_WORDS);
	rt_wide_multiply(square, sum, RT_SUM_WORDS, sum, RT_SUM_WORDS);
	rt_wide_multiply(product, s->squares, RT_SQUARES_WORDS, (const u64 *)&s->count, 1);
	if (!rt_wide_subtract(product, square, RT_WIDE_WORDS))
		return 0;
	rt_wide_divide(product, RT_WIDE_WORDS, s->count);
	rt_wide_divide(product, RT_WIDE_WORDS, s->count - 1);
	if (product[1] | product[2] | product[3] || product[0] > (u64)RT_S64_MAX)
		return RT_S64_MAX;
	return product[0];
}

s64 rt_stat_bucket_at(struct rt_context *c, const struct rt_stat_type *type,
		      const struct rt_stat *s, s64 index, const char *where)
{
	u32 count = rt_stat_bucket_count(type);

	if (index < 0 || index >= count) {
		rt_error_at(c, where, "histogram has no bucket %lld, only 0 to %u",
			    (long long)index, count - 1);
		return 0;
	}
	return s->count ? s->buckets[index] : 0;
}

static inline u64 rt_stat_bucket_count_of(const struct rt_stat *s, s64 index)
{
	return s->count ? s->buckets[index] : 0;
}

/* Whether bucket `a` comes before bucket `b` by what they count; equal ones by their numbers. */
static inline bool rt_stat_bucket_before(const struct rt_stat *s, s64 a, s64 b, bool is_down)
{
	u64 left = rt_stat_bucket_count_of(s, a);
	u64 right = rt_stat_bucket_count_of(s, b);

	if (left == right)
		return a < b;
	return is_down ? left > right : left < right;
}

s64 rt_stat_bucket_next(const struct rt_stat_type *type,
			const struct rt_stat *s, s64 last,
			enum rt_bucket_order order)
{
	s64 count = rt_stat_bucket_count(type);
	bool is_down = order == RT_BUCKETS_COUNT_DOWN;
	s64 next = -1;
	s64 i;

	if (order == RT_BUCKETS_UP)
		return last + 1 < count ? last + 1 : -1;
	if (order == RT_BUCKETS_DOWN)
		return (last < 0 ? count : last) - 1;
	for (i = 0; i < count; i++) {
		if (last >= 0 && !rt_stat_bucket_before(s, last, i, is_down))
			continue;
		if (next < 0 || rt_stat_bucket_before(s, i, next, is_down))
			next = i;
	}
	return next;
}

s64 rt_stat_field(const struct rt_stat *s, enum rt_stat_field field)
{
	if (!s->count)
		return 0;
	switch (field) {
	case RT_STAT_SUM:
		return s->sum;
	case RT_STAT_MIN:
		return s->min;
	case RT_STAT_MAX:
		return s->max;
	case RT_STAT_AVERAGE:
		return s->sum / s->count;
	case RT_STAT_VARIANCE:
		return rt_stat_variance(s);
	default:
		return s->count;
	}
}
