/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks of script globals: test-and-set words that are only ever tried.
 *
 * They are no kernel locks, because handlers run in NMIs and inside PREEMPT_RT's raw sections. A
 * handler takes the locks of all globals that it uses, in the emitter's one order, before its
 * first statement. It waits at most MAXTRYLOCK times TRYLOCKDELAY microseconds for one; it does
 * not wait at all for a holder that cannot go on: one on this CPU, which it has interrupted, or
 * one that sleeps for want of room in its output buffer. Without time limits the bound is a second,
 * not none: whoever waits keeps its CPU from everything else.
 */
#ifndef SPILE_RUNTIME_LOCK_H
#define SPILE_RUNTIME_LOCK_H

#include "context.h"
#include "mail.h"

#define RT_LOCK_SLEEPS 0x80000000U

/* Microseconds to wait for a lock. */
#define RT_LOCK_PATIENCE (RT_TIME_LIMITS ? MAXTRYLOCK * TRYLOCKDELAY : 1000000)

struct rt_lock {
	u32 holder;	/* 0 free; else 1 + the holder's CPU, and RT_LOCK_SLEEPS */
};

/* Waits for `lock`; false if it cannot be had in time. Preemption is off. */
static __maybe_unused noinline bool rt_lock_wait(struct rt_lock *lock, u32 me)
{
	u32 microseconds;

	for (microseconds = 0; microseconds < RT_LOCK_PATIENCE; microseconds++) {
		u32 holder = kc_load(lock->holder);

		if (!holder && cmpxchg(&lock->holder, 0, me) == 0)
			return true;
		if (holder == me || (holder & RT_LOCK_SLEEPS))
			return false;
		udelay(1);
	}
	return false;
}

/* Releases `count` locks. Context: the handler that holds them. */
static inline void rt_locks_drop(struct rt_lock *const *locks, u32 count)
{
	while (count)
		kc_store_release(locks[--count]->holder, 0);
}

/*
 * Takes `count` locks, all or none. False: the handler must not run, and the skip is counted.
 * Context: any, NMI included; preemption is off.
 */
static inline bool rt_locks_take(struct rt_context *c, struct rt_lock *const *locks, u32 count)
{
	u32 me = 1 + smp_processor_id();
	u32 i;

	for (i = 0; i < count; i++) {
		if (likely(cmpxchg(&locks[i]->holder, 0, me) == 0))
			continue;
		if (!rt_lock_wait(locks[i], me)) {
			rt_locks_drop(locks, i);
			c->counters[c->probe->index].skipped_lock++;
			rt_skip_count(c->probe->index);
			return false;
		}
	}
	c->locks = locks;
	c->lock_count = count;
	return true;
}

/* Marks the held locks while a process-context handler sleeps, and as awake again afterwards. */
static __maybe_unused void rt_locks_mark(struct rt_context *c, u32 mark)
{
	u32 holder = (1 + smp_processor_id()) | mark;
	u32 i;

	for (i = 0; i < c->lock_count; i++)
		kc_store(c->locks[i]->holder, holder);
}

#endif
