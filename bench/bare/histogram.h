/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A statistic with a logarithmic histogram, as one writes it by hand: what a script's statistic
 * keeps, without its types. The caller sees to it that nobody else touches the same one.
 */
#ifndef SPILE_BENCH_HISTOGRAM_H
#define SPILE_BENCH_HISTOGRAM_H

#include <linux/bitops.h>
#include <linux/types.h>

struct histogram {
	u64 count, sum, least, most;
	u64 buckets[65];
};

static inline void histogram_add(struct histogram *h, u64 value)
{
	if (!h->count || value < h->least)
		h->least = value;
	if (value > h->most)
		h->most = value;
	h->count++;
	h->sum += value;
	h->buckets[fls64(value)]++;
}

#endif
