/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timers: a high-resolution timer marks the probe due and wakes the session thread, which runs the
 * handler in process context.
 *
 * A tick that comes while the one before is still waiting to be run is counted as missed; before
 * and after the session runs, while others are being attached or detached, and while the condition
 * of the probe does not hold, ticks mean nothing.
 */
#include "module/families/timer.h"

/* Length of the next interval in nanoseconds. */
static u64 mod_timer_interval(struct mod_timer *t)
{
	u64 interval = t->interval_ns + t->interval_jiffies * TICK_NSEC;
	u64 random = t->random_ns + t->random_jiffies * TICK_NSEC;

	if (random) {
		t->noise ^= t->noise << 13;
		t->noise ^= t->noise >> 7;
		t->noise ^= t->noise << 17;
		random = min(random, interval);
		interval += t->noise % (2 * random + 1) - random;
	}
	return interval ? interval : 1;
}

static enum hrtimer_restart mod_timer_fired(struct hrtimer *timer)
{
	struct mod_timer *t = container_of(timer, struct mod_timer, timer);
	u64 ticks = hrtimer_forward_now(timer, ns_to_ktime(mod_timer_interval(t)));

	if (!kc_load(rt_session.running) || !kc_load(t->probe->wanted))
		return HRTIMER_RESTART;
	if (ticks > 1)
		t->missed += ticks - 1;
	if (kc_load(t->due)) {
		t->missed++;
	} else {
		kc_store(t->due, 1);
		rt_session_wake();
	}
	return HRTIMER_RESTART;
}

static bool mod_timer_attach(const struct mod_family *family)
{
	struct mod_timer *timers = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		struct mod_timer *t = &timers[i];

		t->noise = kc_monotonic_ns() | 1;
		kc_hrtimer_setup(&t->timer, mod_timer_fired, HRTIMER_MODE_REL);
		t->is_attached = true;
		hrtimer_start(&t->timer, ns_to_ktime(mod_timer_interval(t)), HRTIMER_MODE_REL);
	}
	return true;
}

static void mod_timer_detach(const struct mod_family *family)
{
	struct mod_timer *timers = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		if (timers[i].is_attached)
			hrtimer_cancel(&timers[i].timer);
		timers[i].is_attached = false;
	}
}

static void mod_timer_run_due(const struct mod_family *family)
{
	struct mod_timer *timers = family->entries;
	u32 i;

	for (i = 0; i < family->count && kc_load(rt_session.running); i++) {
		if (!kc_load(timers[i].due))
			continue;
		kc_store(timers[i].due, 0);
		rt_process_run(timers[i].probe);
	}
}

static void mod_timer_count(const struct mod_family *family,
			    struct spile_probe_counters *counters)
{
	const struct mod_timer *timers = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		counters[timers[i].probe->index].skipped_instances += timers[i].missed;
		counters[timers[i].probe->index].points[SPILE_BY_TIMER]++;
	}
}

const struct mod_family_ops mod_timer_ops = {
	.attach = mod_timer_attach,
	.detach = mod_timer_detach,
	.run_due = mod_timer_run_due,
	.count = mod_timer_count,
};
