/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer.profile: a tick of its own on every CPU, whose handler runs in the interrupt with the
 * registers of what it interrupted. A CPU has it while it is online.
 */
#include "module/families/profile.h"

/* One CPU's tick. */
struct mod_profile_tick {
	struct hrtimer timer;
	struct rt_probe *probe;
};

static const struct mod_family *mod_profile_family;	/* for those that hear of CPUs */

static RT_HANDLER enum hrtimer_restart mod_profile_ticked(struct hrtimer *timer)
{
	struct mod_profile_tick *tick = container_of(timer, struct mod_profile_tick, timer);
	struct pt_regs *regs = get_irq_regs();

	rt_hit(tick->probe->index, regs ? regs : task_pt_regs(current), NULL);
	hrtimer_forward_now(timer, ns_to_ktime(TICK_NSEC));
	return HRTIMER_RESTART;
}

/* Starts the ticks of a CPU. Context: on that CPU. */
static int mod_profile_come(unsigned int cpu)
{
	struct mod_profile_timer *timers = mod_profile_family->entries;
	u32 i;

	for (i = 0; i < mod_profile_family->count; i++) {
		struct mod_profile_tick *tick = per_cpu_ptr(timers[i].ticks, cpu);

		tick->probe = timers[i].probe;
		kc_hrtimer_setup(&tick->timer, mod_profile_ticked, KC_HRTIMER_TICK);
		hrtimer_start(&tick->timer, ns_to_ktime(TICK_NSEC), KC_HRTIMER_TICK);
	}
	return 0;
}

/* Stops them: left on, they would move to another CPU. Context: on that CPU. */
static int mod_profile_go(unsigned int cpu)
{
	struct mod_profile_timer *timers = mod_profile_family->entries;
	u32 i;

	for (i = 0; i < mod_profile_family->count; i++)
		hrtimer_cancel(&per_cpu_ptr(timers[i].ticks, cpu)->timer);
	return 0;
}

static struct kc_cpu_watch mod_profile_cpus = { .come = mod_profile_come, .go = mod_profile_go };

static bool mod_profile_attach(const struct mod_family *family)
{
	const struct mod_profile_timer *timers = family->entries;
	int error;

	mod_profile_family = family;
	error = kc_cpu_watch_begin(&mod_profile_cpus);
	if (error)
		mod_error(timers[0].probe, "cannot attach %s: the kernel refused (error %d)",
			  timers[0].probe->name, error);
	return !error;
}

static void mod_profile_detach(const struct mod_family *family)
{
	kc_cpu_watch_end(&mod_profile_cpus);
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
