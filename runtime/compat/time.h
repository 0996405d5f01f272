/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks that any context may read.
 *
 * History: ktime_get_mono_fast_ns appeared in Linux 3.17 and was brought to RHEL 7; it takes no
 * lock and is the one clock that an NMI may read. Its declaration sits in <linux/timekeeping.h>
 * (3.17) or <linux/ktime.h> (RHEL 7), both of which the funnel includes when they are there.
 */
#ifndef SPILE_COMPAT_TIME_H
#define SPILE_COMPAT_TIME_H

/* Cycles of this CPU since some time; 0 where it does not count them. Context: any. */
static __always_inline u64 kc_cycles(void)
{
	return get_cycles();
}

/* CLOCK_MONOTONIC in nanoseconds. Context: any, NMI included. */
static __always_inline u64 kc_monotonic_ns(void)
{
	return ktime_get_mono_fast_ns();
}

/*
 * CLOCK_REALTIME in nanoseconds. ktime_get_real_fast_ns appeared in Linux 4.10; RHEL 7 has
 * nothing that an NMI may read, so there it is the monotonic clock plus what lay between the
 * two when the module was loaded: a clock that is set during a session is not noticed.
 */
extern u64 kc_realtime_offset;	/* one for all objects of a module: session.c has it */

#ifdef EXPORTED_ktime_get_real_fast_ns
static __always_inline u64 kc_realtime_ns(void)
{
	return ktime_get_real_fast_ns();
}

static inline void kc_clocks_init(void)
{
}
#else
static __always_inline u64 kc_realtime_ns(void)
{
	return kc_monotonic_ns() + kc_realtime_offset;
}

static inline void kc_clocks_init(void)
{
	kc_realtime_offset = ktime_to_ns(ktime_get_real()) - kc_monotonic_ns();
}
#endif

#endif
