/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers that handlers only add to: each context has a part of its own in `counts`, which nobody
 * else writes while handlers run, so that adding is one instruction on memory of this CPU. The
 * value is the sum of the parts. Who reads or sets it holds the global's lock exclusively, or runs
 * alone. Numbers of counts are constants that the emitter writes. Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_COUNT_H
#define SPILE_RUNTIME_COUNT_H

#include "context.h"

/* The value of count number `count`. */
s64 rt_count_read(u32 count);

/* Sets it; the value is then all in the part of `c`. */
void rt_count_set(struct rt_context *c, u32 count, s64 value);

#endif
