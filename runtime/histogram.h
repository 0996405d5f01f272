/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Histograms on their way to the reader, which draws them.
 */
#ifndef SPILE_RUNTIME_HISTOGRAM_H
#define SPILE_RUNTIME_HISTOGRAM_H

#include "output.h"
#include "stat.h"

/* Has a histogram drawn. `s` is of type `type`, or rt_stat_none. */
void rt_print_histogram(struct rt_context *c,
			const struct rt_stat_type *type,
			const struct rt_stat *s);

#endif
