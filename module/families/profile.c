/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer.profile: a tick of its own on every CPU, whose handler runs in the interrupt with the
 * registers of what it interrupted. CPUs that come online during a session have no tick.
 */
#include "module/families/profile.h"

/* One CPU's tick. */
struct mod_profile_tick {
	struct hrtimer timer;
	struct rt_probe *probe;
	bool is_attached;
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

const struct mod_family_ops mod_profile_timer_ops = {
	.prepare = mod_profile_prepare,
	.release = mod_profile_release,
	.attach = mod_profile_attach,
	.detach = mod_profile_detach,
	.count = mod_profile_count,
};
