/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timers. timer.s/ms/us/ns/jiffies: a high-resolution timer marks the probe due and wakes the
 * session thread, which runs the handler in process context. timer.profile: a tick of its own on
 * every CPU, whose handler runs in the interrupt with the registers of what it interrupted.
 *
 * A tick that comes while the one before is still waiting to be run is counted as missed; before
 * and after the session runs, while others are being attached or detached, and while the condition
 * of the probe does not hold, ticks mean nothing. CPUs that come online during a session have no
 * profile tick.
 */
#ifndef SPILE_MODULE_FAMILIES_TIMER_H
#define SPILE_MODULE_FAMILIES_TIMER_H

#include "module/family.h"

/* ---- Timers in process context ---- */

struct mod_timer {
	/* Written by the emitter: one interval, and by how much it varies either way. */
	struct rt_probe *probe;
	u64 interval_ns, random_ns;
	u64 interval_jiffies, random_jiffies;

	struct hrtimer timer;
	bool is_attached;
	int due;
	u64 missed;
	u64 noise;	/* state of the random generator */
};

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

static const struct mod_family_ops mod_timer_ops __maybe_unused = {
	.attach = mod_timer_attach,
	.detach = mod_timer_detach,
	.run_due = mod_timer_run_due,
	.count = mod_timer_count,
};

/* ---- The profile timer ---- */

/* One CPU's tick. */
struct mod_profile_tick {
	struct hrtimer timer;
	struct rt_probe *probe;
	bool is_attached;
};

struct mod_profile_timer {
	struct rt_probe *probe;		/* written by the emitter */
	struct mod_profile_tick __percpu *ticks;
};

static RT_HANDLER enum hrtimer_restart mod_profile_ticked(struct hrtimer *timer)
{
	struct mod_profile_tick *tick = container_of(timer, struct mod_profile_tick, timer);
	struct pt_regs *regs = get_irq_regs();

	rt_hit(tick->probe->index, regs ? regs : task_pt_regs(current), NULL);
	hrtimer_forward_now(timer, ns_to_ktime(TICK_NSEC));
	return HRTIMER_RESTART;
}

/* Starts this CPU's tick. Context: interrupt, on that CPU. */
static void mod_profile_start(void *data)
{
	struct mod_profile_timer *p = data;
	struct mod_profile_tick *tick = this_cpu_ptr(p->ticks);

	tick->probe = p->probe;
	kc_hrtimer_setup(&tick->timer, mod_profile_ticked, KC_HRTIMER_TICK);
	tick->is_attached = true;
	hrtimer_start(&tick->timer, ns_to_ktime(TICK_NSEC), KC_HRTIMER_TICK);
}

static bool mod_profile_attach(const struct mod_family *family)
{
	struct mod_profile_timer *timers = family->entries;
	unsigned int cpu;
	u32 i;

	for (i = 0; i < family->count; i++)
		for_each_online_cpu(cpu)
			smp_call_function_single(cpu, mod_profile_start, &timers[i], 1);
	return true;
}

static void mod_profile_detach(const struct mod_family *family)
{
	struct mod_profile_timer *timers = family->entries;
	unsigned int cpu;
	u32 i;

	for (i = 0; i < family->count; i++) {
		for_each_possible_cpu(cpu) {
			struct mod_profile_tick *tick = per_cpu_ptr(timers[i].ticks, cpu);

			if (tick->is_attached)
				hrtimer_cancel(&tick->timer);
			tick->is_attached = false;
		}
	}
}

/* One point, though each CPU has a tick. */
static void mod_profile_count(const struct mod_family *family,
			      struct spile_probe_counters *counters)
{
	const struct mod_profile_timer *timers = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++)
		counters[timers[i].probe->index].points[SPILE_BY_PROFILE]++;
}

static bool mod_profile_prepare(const struct mod_family *family)
{
	struct mod_profile_timer *timers = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		timers[i].ticks = alloc_percpu(struct mod_profile_tick);
		if (!timers[i].ticks)
			return false;
	}
	return true;
}

static void mod_profile_release(const struct mod_family *family)
{
	struct mod_profile_timer *timers = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		free_percpu(timers[i].ticks);
		timers[i].ticks = NULL;
	}
}

static const struct mod_family_ops mod_profile_timer_ops __maybe_unused = {
	.prepare = mod_profile_prepare,
	.release = mod_profile_release,
	.attach = mod_profile_attach,
	.detach = mod_profile_detach,
	.count = mod_profile_count,
};

#endif
