/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks of script globals: test-and-set words that are only ever tried.
 *
 * They are no kernel locks, because handlers run in NMIs and inside PREEMPT_RT's raw sections. A
 * handler takes its locks before its first statement, in the emitter's one order: first those that
 * it holds exclusively, by a word in the lock, then all those that it shares, by bits in its
 * context, where sharers write to no line that another CPU reads. Who has taken a lock's word waits
 * until no context has its bit; who finds the word taken withdraws its bits before it waits.
 *
 * Each wait is bounded by MAXTRYLOCK times TRYLOCKDELAY microseconds, and there is none for a holder
 * that cannot go on: one on this CPU, which the handler has interrupted, or one that sleeps for want
 * of room in its output buffer. Without time limits the bound is a second, not none: whoever waits
 * keeps its CPU from everything else.
 */
#ifndef SPILE_RUNTIME_LOCK_H
#define SPILE_RUNTIME_LOCK_H

#include "context.h"
#include "fail.h"

#define RT_LOCK_SLEEPS 0x80000000U

/* Microseconds to wait for a lock. */
#define RT_LOCK_PATIENCE (RT_TIME_LIMITS ? MAXTRYLOCK * TRYLOCKDELAY : 1000000)

struct rt_lock {
	u32 holder;	/* 0 free; else 1 + the holder's CPU, and RT_LOCK_SLEEPS */
	u64 bit;	/* of those who share it; 0: nobody does. Written by the emitter */
} ____cacheline_aligned;

/* Whether `holder`, another handler's word, belongs to one that cannot go on while we wait. */
static inline bool rt_lock_is_hopeless(const struct rt_context *c, u32 holder)
{
	return holder == c->holder || (holder & RT_LOCK_SLEEPS);
}

/* ---- Exclusively ---- */

/* Waits for the lock's word; false if it cannot be had in time. Preemption is off. */
bool rt_lock_wait(struct rt_context *c, struct rt_lock *lock);

bool rt_lock_wait_for_sharers(const struct rt_context *c,
			      const struct rt_lock *lock);

/* Takes one lock; false if it cannot be had in time. The exchange is a full barrier. */
static __always_inline bool rt_lock_take(struct rt_context *c, struct rt_lock *lock)
{
	if (unlikely(cmpxchg(&lock->holder, 0, c->holder) != 0) && !rt_lock_wait(c, lock))
		return false;
	if (!rt_script.shares_locks || !lock->bit || rt_lock_wait_for_sharers(c, lock))
		return true;
	kc_store_release(lock->holder, 0);
	return false;
}

/* ---- Shared ---- */

/* The first of the locks whose word somebody has; NULL if they are free. */
static __always_inline struct rt_lock *rt_locks_held(struct rt_lock *const *locks, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (unlikely(kc_load(locks[i]->holder)))
			return locks[i];
	return NULL;
}

/* Shows that we share the locks with these bits. Either we see who takes one, or he sees us. */
static __always_inline void rt_locks_show(struct rt_context *c, u64 bits)
{
	kc_store(c->sharing, bits);
	smp_mb();
}

/* Shares the locks of which one was found held, and the bits are withdrawn while it is. */
bool rt_locks_wait_shared(struct rt_context *c,
			  struct rt_lock *const *locks, u32 count,
			  u64 bits);

/* Shares `count` locks, whose bits are `bits`, all or none; false if that is not to be had. */
static __always_inline bool rt_locks_share(struct rt_context *c, struct rt_lock *const *locks,
					   u32 count, u64 bits)
{
	rt_locks_show(c, bits);
	if (unlikely(rt_locks_held(locks, count)) && !rt_locks_wait_shared(c, locks, count, bits))
		return false;
	kc_acquire_barrier();
	return true;
}

/* ---- What generated code calls ---- */

static __always_inline void rt_locks_release(struct rt_lock *const *locks, u32 count)
{
	while (count)
		kc_store_release(locks[--count]->holder, 0);
}

/* Releases what rt_locks_take took. Context: the handler that holds them. */
static __always_inline void rt_locks_drop(struct rt_context *c, struct rt_lock *const *locks,
					  u32 taken, u64 bits)
{
	if (bits)
		kc_store_release(c->sharing, 0);
	rt_locks_release(locks, taken);
}

void rt_locks_skip(struct rt_context *c);

/*
 * Takes the first `taken` of the locks exclusively and shares the `shared` ones behind them, whose
 * bits are `bits`; all or none. False: the handler must not run, and the skip is counted.
 * Context: any, NMI included; preemption is off.
 */
static __always_inline bool rt_locks_take(struct rt_context *c, struct rt_lock *const *locks,
					  u32 taken, u32 shared, u64 bits)
{
	u32 i;

	for (i = 0; i < taken; i++)
		if (!rt_lock_take(c, locks[i]))
			break;
	if (likely(i == taken && (!shared || rt_locks_share(c, locks + taken, shared, bits))))
		return true;
	rt_locks_release(locks, i);
	rt_locks_skip(c);
	return false;
}

/* Notes the `taken` locks of a handler that may sleep, for rt_locks_mark. Context: session thread. */
static __always_inline void rt_locks_note(struct rt_context *c, struct rt_lock *const *locks,
					  u32 taken)
{
	c->locks = locks;
	c->lock_count = taken;
}

/* Marks what is held while a process-context handler sleeps, and as awake again afterwards. */
static inline void rt_locks_mark(struct rt_context *c, u32 mark)
{
	u32 i;

	kc_store(c->holder, (1 + smp_processor_id()) | mark);
	for (i = 0; i < c->lock_count; i++)
		kc_store(c->locks[i]->holder, c->holder);
}

#endif
