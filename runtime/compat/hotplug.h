/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs that come and go: a function that runs on each that is online, and one on each that leaves.
 *
 * History: cpuhp_setup_state came with Linux 4.10 (RHEL 8 has it): with a dynamic state it calls
 * both on the CPU concerned, in process context. Before there were notifiers, which are called on
 * another CPU and hear of changes only; get_online_cpus keeps those from happening. A CPU that
 * comes between the two calls is heard of twice, so it is remembered who is on.
 */
#ifndef SPILE_COMPAT_HOTPLUG_H
#define SPILE_COMPAT_HOTPLUG_H

/*
 * kc_cpu_watch_begin calls watch->come on each CPU that is online, and on those that come until
 * kc_cpu_watch_end; watch->go is called on those that go, and at the end on all that are left. Both
 * return 0, and run in process context or in an interrupt. Begin returns 0 or an error, with
 * which nothing is watched; end without a begin does nothing. Context: process.
 */

#ifdef EXPORTED___cpuhp_setup_state

struct kc_cpu_watch {
	int (*come)(unsigned int cpu);
	int (*go)(unsigned int cpu);
	int state;	/* 0: not watching */
};

static inline int kc_cpu_watch_begin(struct kc_cpu_watch *watch)
{
	int state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "spile:online", watch->come, watch->go);

	if (state < 0)
		return state;
	watch->state = state;
	return 0;
}

static inline void kc_cpu_watch_end(struct kc_cpu_watch *watch)
{
	if (watch->state)
		cpuhp_remove_state(watch->state);
	watch->state = 0;
}

#else /* !EXPORTED___cpuhp_setup_state */

struct kc_cpu_watch {
	int (*come)(unsigned int cpu);
	int (*go)(unsigned int cpu);
	bool is_watching;
	cpumask_t on;
	struct notifier_block notifier;
};

static void kc_cpu_come(void *data)
{
	struct kc_cpu_watch *watch = data;
	unsigned int cpu = smp_processor_id();

	if (!cpumask_test_and_set_cpu(cpu, &watch->on))
		watch->come(cpu);
}

static void kc_cpu_go(void *data)
{
	struct kc_cpu_watch *watch = data;
	unsigned int cpu = smp_processor_id();

	if (cpumask_test_and_clear_cpu(cpu, &watch->on))
		watch->go(cpu);
}

static int kc_cpu_notified(struct notifier_block *block, unsigned long event, void *cpu)
{
	struct kc_cpu_watch *watch = container_of(block, struct kc_cpu_watch, notifier);

	switch (event & ~CPU_TASKS_FROZEN) {
	case CPU_ONLINE:
	case CPU_DOWN_FAILED:
		smp_call_function_single((unsigned long)cpu, kc_cpu_come, watch, 1);
		break;
	case CPU_DOWN_PREPARE:
		smp_call_function_single((unsigned long)cpu, kc_cpu_go, watch, 1);
		break;
	}
	return NOTIFY_OK;
}

static inline void kc_cpu_watch_each(struct kc_cpu_watch *watch, void (*step)(void *watch))
{
	unsigned int cpu;

	get_online_cpus();
	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, step, watch, 1);
	put_online_cpus();
}

static inline int kc_cpu_watch_begin(struct kc_cpu_watch *watch)
{
	int error;

	watch->notifier.notifier_call = kc_cpu_notified;
	error = register_cpu_notifier(&watch->notifier);
	if (error)
		return error;
	watch->is_watching = true;
	kc_cpu_watch_each(watch, kc_cpu_come);
	return 0;
}

static inline void kc_cpu_watch_end(struct kc_cpu_watch *watch)
{
	if (!watch->is_watching)
		return;
	unregister_cpu_notifier(&watch->notifier);
	kc_cpu_watch_each(watch, kc_cpu_go);
	watch->is_watching = false;
}

#endif /* EXPORTED___cpuhp_setup_state */

#endif
