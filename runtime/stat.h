/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics: count, sum, minimum, maximum, the sum of the squares where the script asks for the
 * variance, and a histogram where it draws one or reads its buckets.
 *
 * A global statistic has a part in each context, which only the context's own handler adds to;
 * reading merges the parts. Who reads or empties it holds its lock exclusively, or runs alone.
 * map.h keeps the statistics of arrays. What adds a value is inlined: where the type is known, the
 * compiler leaves out what the script does not ask for.
 */
#ifndef SPILE_RUNTIME_STAT_H
#define SPILE_RUNTIME_STAT_H

#include "error.h"
#include "wide.h"

/* A linear histogram has at most this many buckets: each statistic has all of them on each CPU. */
#define RT_STAT_MAX_BUCKETS 2048

struct rt_stat_type {
	u32 kind;		/* 0: no histogram; or enum spile_histogram_kind */
	s64 low, high, step;	/* SPILE_HISTOGRAM_LINEAR */
	u8 with_variance;
};

struct rt_stat {
	s64 count;
	s64 sum;
	s64 min;	/* S64_MAX while empty */
	s64 max;	/* S64_MIN while empty */
	/* Only with_variance: sums of the values and of their squares, lowest word first. */
	u64 wide_sum[RT_SUM_WORDS];
	u64 squares[RT_SQUARES_WORDS];
	u64 buckets[];
};

/* Written by the emitter. */
struct rt_stat_global {
	struct rt_stat_type type;
	u32 part;		/* number of its part in each context */
};

/* What foreach sorts statistics by. */
enum rt_stat_field {
	RT_STAT_COUNT, RT_STAT_SUM, RT_STAT_MIN, RT_STAT_MAX, RT_STAT_AVERAGE, RT_STAT_VARIANCE
};

#define RT_S64_MAX ((s64)(~0ULL >> 1))
#define RT_S64_MIN (-RT_S64_MAX - 1)

/* Buckets of a histogram of this type; 0 without one. */
static __always_inline u32 rt_stat_bucket_count(const struct rt_stat_type *type)
{
	if (type->kind == SPILE_HISTOGRAM_LOG)
		return SPILE_HISTOGRAM_LOG_BUCKETS;
	if (type->kind == SPILE_HISTOGRAM_LINEAR)
		return ((u64)type->high - (u64)type->low) / (u64)type->step + 3;
	return 0;
}

/* Whether the bounds make a histogram of a size that can be had. */
bool rt_stat_type_is_valid(const struct rt_stat_type *type);

/* Bytes of a struct rt_stat with its buckets. */
static __always_inline u32 rt_stat_size(const struct rt_stat_type *type)
{
	return sizeof(struct rt_stat) + rt_stat_bucket_count(type) * sizeof(u64);
}

/* The bucket that counts `value`. Only for types that have a histogram. */
static __always_inline u32 rt_stat_bucket(const struct rt_stat_type *type, s64 value)
{
	if (type->kind == SPILE_HISTOGRAM_LOG) {
		if (value >= 0)
			return 64 + fls64(value);
		return 64 - fls64(0 - (u64)value);
	}
	if (value < type->low)
		return 0;
	if (value > type->high)
		return rt_stat_bucket_count(type) - 1;
	return 1 + ((u64)value - (u64)type->low) / (u64)type->step;
}

/* Makes a statistic empty. */
void rt_stat_reset(struct rt_stat *s, const struct rt_stat_type *type);

void rt_stat_include_square(struct rt_stat *s, s64 value);

/* Adds a value to a statistic that nobody else touches. */
static __always_inline void rt_stat_include(struct rt_stat *s, const struct rt_stat_type *type,
					    s64 value)
{
	s->count++;
	s->sum = (s64)((u64)s->sum + (u64)value);
	if (value < s->min)
		s->min = value;
	if (value > s->max)
		s->max = value;
	if (type->kind)
		s->buckets[rt_stat_bucket(type, value)]++;
	if (type->with_variance)
		rt_stat_include_square(s, value);
}

/* Adds everything of `from` to `to`; of the histogram the first `buckets`. */
void rt_stat_merge(struct rt_stat *to, const struct rt_stat *from,
		   u32 buckets);

/* ---- Global statistics ---- */

/* Adds `value` to this context's part. Context: any, NMI included; the handler of `c`. */
static __always_inline void rt_stat_add(struct rt_context *c, const struct rt_stat_global *g,
					s64 value)
{
	rt_stat_include(rt_parts_of(c)[g->part], &g->type, value);
}

/*
 * All parts together, in the context's scratch space: valid until the next read of a statistic by
 * this handler. Without `with_buckets` the histogram is not to be looked at. Context: any.
 */
const struct rt_stat *rt_stat_read(struct rt_context *c,
				   const struct rt_stat_global *g,
				   bool with_buckets);

/* Empties all parts. Context: any, NMI included. */
void rt_stat_clear(const struct rt_stat_global *g);

/* ---- What is asked of a statistic ---- */

static inline s64 rt_stat_count(const struct rt_stat *s)
{
	return s->count;
}

static inline s64 rt_stat_sum(const struct rt_stat *s)
{
	return s->sum;
}

/* Whether there is a value; sets the error if not. */
bool rt_stat_has_values(struct rt_context *c, const struct rt_stat *s,
			const char *where);

/* Smallest value; 0 with the error set if there is none. */
static inline s64 rt_stat_min(struct rt_context *c, const struct rt_stat *s, const char *where)
{
	return rt_stat_has_values(c, s, where) ? s->min : 0;
}

/* Largest value; 0 with the error set if there is none. */
static inline s64 rt_stat_max(struct rt_context *c, const struct rt_stat *s, const char *where)
{
	return rt_stat_has_values(c, s, where) ? s->max : 0;
}

/* Mean, towards zero; 0 with the error set if there is none. */
static inline s64 rt_stat_average(struct rt_context *c, const struct rt_stat *s,
				  const char *where)
{
	return rt_stat_has_values(c, s, where) ? s->sum / s->count : 0;
}

/*
 * The sample variance, (sum of squares - sum * sum / count) / (count - 1), exact but for what is
 * behind the point, which is cut; at most S64_MAX. 0 for fewer than two values. Context: any, NMI
 * included.
 */
s64 rt_stat_variance(const struct rt_stat *s);

/*
 * Bucket number `index`, from 0, of a histogram of type `type`, in the order of include/abi.h; 0
 * with the error set if there is none of that number. `s` may be rt_stat_none.
 */
s64 rt_stat_bucket_at(struct rt_context *c, const struct rt_stat_type *type,
		      const struct rt_stat *s, s64 index, const char *where);

/* What a foreach over a histogram goes by: the number of the bucket, or what it counts. */
enum rt_bucket_order {
	RT_BUCKETS_UP, RT_BUCKETS_DOWN, RT_BUCKETS_COUNT_UP, RT_BUCKETS_COUNT_DOWN
};

/*
 * The bucket behind `last` in that order, the first one for -1; -1 if there is none. Each step by
 * counts looks at all buckets, so that no memory is needed. Context: any, NMI included.
 */
s64 rt_stat_bucket_next(const struct rt_stat_type *type,
			const struct rt_stat *s, s64 last,
			enum rt_bucket_order order);

/* The number that foreach sorts by; an empty statistic counts as 0. */
s64 rt_stat_field(const struct rt_stat *s, enum rt_stat_field field);

#endif
