/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for locks of script globals: what happens when the first try fails.
 */
#include "lock.h"

bool rt_lock_wait(struct rt_context *c, struct rt_lock *lock)
{
	u32 microseconds;

	for (microseconds = 0; microseconds < RT_LOCK_PATIENCE; microseconds++) {
		u32 holder = kc_load(lock->holder);

		if (!holder && cmpxchg(&lock->holder, 0, c->holder) == 0)
			return true;
		if (rt_lock_is_hopeless(c, holder))
			return false;
		udelay(1);
	}
	return false;
}

/* Waits until `other` does not share the lock, whose word we have; false if that takes too long. */
static bool rt_lock_wait_for_sharer(const struct rt_context *c,
				    const struct rt_lock *lock,
				    const struct rt_context *other)
{
	u32 microseconds;

	for (microseconds = 0; kc_load(other->sharing) & lock->bit; microseconds++) {
		if (microseconds >= RT_LOCK_PATIENCE ||
		    rt_lock_is_hopeless(c, kc_load(other->holder)))
			return false;
		udelay(1);
	}
	return true;
}

bool rt_lock_wait_for_sharers(const struct rt_context *c,
			      const struct rt_lock *lock)
{
	const struct rt_context *other;

	for (other = rt_contexts; other; other = other->next)
		if (!rt_lock_wait_for_sharer(c, lock, other))
			return false;
	kc_acquire_barrier();
	return true;
}

bool rt_locks_wait_shared(struct rt_context *c,
			  struct rt_lock *const *locks, u32 count,
			  u64 bits)
{
	const struct rt_lock *held;
	u32 microseconds = 0;

	while ((held = rt_locks_held(locks, count)) != NULL) {
		u32 holder;

		kc_store_release(c->sharing, 0);
		while ((holder = kc_load(held->holder)) != 0) {
			if (microseconds++ >= RT_LOCK_PATIENCE || rt_lock_is_hopeless(c, holder))
				return false;
			udelay(1);
		}
		rt_locks_show(c, bits);
	}
	return true;
}

void rt_locks_skip(struct rt_context *c)
{
	rt_counters_of(c)[c->probe->index].skipped_lock++;
	rt_skip_count(c->probe->index);
}
