/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of a histogram.
 */
#include "histogram.h"

void rt_print_histogram(struct rt_context *c,
			const struct rt_stat_type *type,
			const struct rt_stat *s)
{
	u32 size = rt_stat_bucket_count(type) * sizeof(u64);
	struct spile_histogram *h;

	h = (struct spile_histogram *)rt_record_open(c, SPILE_RECORD_HISTOGRAM, sizeof(*h) + size);
	if (!h)
		return;
	h->kind = type->kind;
	h->bucket_count = rt_stat_bucket_count(type);
	h->low = type->low;
	h->high = type->high;
	h->step = type->step;
	h->count = s->count;
	if (s->count)
		memcpy(h + 1, s->buckets, size);
	else
		memset(h + 1, 0, size);
	rt_record_end(c, (char *)(h + 1) + size);
}
