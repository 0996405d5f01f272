/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel knows of a task that is given by an address, which need not be that of one: all is
 * read without faulting.
 *
 * History: the CPU was in struct thread_info at the end of the task's stack, in Linux 4.9 came into
 * struct task_struct, and in 5.16 (not in RHEL 9) into the thread_info there; state became __state in 5.14. The time of
 * the start was a struct timespec before 3.17, and got its present name in 5.5. Times used were
 * cputime_t, ticks or nanoseconds, before 4.11.
 */
#ifndef SPILE_COMPAT_TASK_H
#define SPILE_COMPAT_TASK_H

/* How it is scheduled, TASK_RUNNING and so on; of a dead task EXIT_...; 0 or -EFAULT. Context: any. */
static inline int kc_read_task_state(u32 *state, unsigned long task)
{
#ifdef HAVE_TASK_STATE_UNDERSCORES
	unsigned int value;
	unsigned long at = task + offsetof(struct task_struct, __state);
#else /* !HAVE_TASK_STATE_UNDERSCORES */
	long value;
	unsigned long at = task + offsetof(struct task_struct, state);
#endif
	int exit_state;

	if (kc_read_kernel(&value, at, sizeof(value)) ||
	    kc_read_kernel(&exit_state, task + offsetof(struct task_struct, exit_state), sizeof(exit_state)))
		return -EFAULT;
	*state = exit_state ? (u32)exit_state : (u32)value;
	return 0;
}

/* The CPU that it runs on, or ran on last; 0 or -EFAULT. Context: any. */
static inline int kc_read_task_cpu(u32 *cpu, unsigned long task)
{
#ifndef CONFIG_SMP
	*cpu = 0;
	return 0;
#elif defined(HAVE_TASK_CPU_MEMBER)
	return kc_read_kernel(cpu, task + offsetof(struct task_struct, cpu), sizeof(*cpu));
#elif defined(CONFIG_THREAD_INFO_IN_TASK)
	return kc_read_kernel(cpu, task + offsetof(struct task_struct, thread_info.cpu), sizeof(*cpu));
#else
	unsigned long info;

	if (kc_read_kernel(&info, task + offsetof(struct task_struct, stack), sizeof(info)))
		return -EFAULT;
	return kc_read_kernel(cpu, info + offsetof(struct thread_info, cpu), sizeof(*cpu));
#endif
}

/* When it began, in nanoseconds since the kernel did; 0 or -EFAULT. Context: any. */
static inline int kc_read_task_start(u64 *start, unsigned long task)
{
#ifdef HAVE_TASK_START_BOOTTIME
	return kc_read_kernel(start, task + offsetof(struct task_struct, start_boottime), sizeof(*start));
#elif !defined(HAVE_TASK_START_TIMESPEC)
	return kc_read_kernel(start, task + offsetof(struct task_struct, real_start_time), sizeof(*start));
#else
	struct timespec value;

	if (kc_read_kernel(&value, task + offsetof(struct task_struct, real_start_time), sizeof(value)))
		return -EFAULT;
	*start = (u64)value.tv_sec * NSEC_PER_SEC + value.tv_nsec;
	return 0;
#endif
}

/* Microseconds of what the kernel counts as time that tasks used. Context: any. */
static inline u64 kc_cputime_us(u64 time)
{
#ifdef HAVE_CPUTIME
	return cputime_to_usecs((__force cputime_t)time);
#else /* !HAVE_CPUTIME */
	return time / NSEC_PER_USEC;
#endif
}

#endif
