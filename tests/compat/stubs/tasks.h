/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel's headers, as far as the kernel side asks for them: memory, tasks, waiting and time.
 *
 * Included by stub.h alone.
 */
#ifndef STUB_TASKS_H
#define STUB_TASKS_H

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
};

/* ---- Memory ---- */

#define TASK_SIZE_MAX 0x7ffffffff000UL
#define __VIRTUAL_MASK_SHIFT 47
#define MODULES_VADDR 0xffffffffa0000000UL
#define MODULES_END 0xffffffffff000000UL
#define _ASM_EXTABLE(from, to) ".pushsection __ex_table,\"a\"\n.popsection\n"
void *vzalloc(unsigned long size);
void *vzalloc_node(unsigned long size, int node);
void vfree(const void *memory);
void pagefault_disable(void);
void pagefault_enable(void);
unsigned long __copy_from_user_inatomic(void *to, const void __user *from, unsigned long size);
unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long size);
unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long size);
#if STUB >= 510
long copy_from_kernel_nofault(void *to, const void *from, size_t size);
#else
long probe_kernel_read(void *to, const void *from, size_t size);
#endif

/* ---- Tasks ---- */

struct mm_struct {
	unsigned long arg_start, arg_end, env_start, env_end;
};

struct thread_info {
	unsigned long flags;
#if STUB < 418 || STUB >= 703
	u32 cpu;
#endif
};

#if STUB < 418
typedef unsigned long cputime_t;
#define cputime_to_usecs(time) ((time) * (1000000 / HZ))
#define NSEC_PER_SEC 1000000000L
struct timespec {
	long tv_sec, tv_nsec;
};
#else
#define CONFIG_THREAD_INFO_IN_TASK 1
#define NSEC_PER_USEC 1000L
#endif

struct task_struct {
#if STUB >= 418
	struct thread_info thread_info;
#endif
#if STUB >= 418 && STUB < 703
	unsigned int cpu;
#endif
#if STUB >= 510
	u64 start_boottime;
#elif STUB >= 418
	u64 real_start_time;
#else
	struct timespec real_start_time;
#endif
#if STUB >= 514
	unsigned int __state;
#else
	volatile long state;
#endif
	int exit_state;
	void *stack;
	struct mm_struct *mm;
	int pid, tgid;
	struct task_struct *real_parent;
	const struct cred *cred;
	char comm[16];
};

extern struct task_struct *stub_current;
#define current stub_current
#define task_pt_regs(task) ((struct pt_regs *)(task)->stack - 1)
struct pt_regs *get_irq_regs(void);
int user_mode(struct pt_regs *regs);
struct task_struct *stub_run(int (*function)(void *data), void *data, const char *name, ...);
#define kthread_run stub_run
int kthread_stop(struct task_struct *task);
bool kthread_should_stop(void);
#if STUB >= 418
int _cond_resched(void);
#define cond_resched() _cond_resched()
#else
int cond_resched(void);
#endif

/* ---- Waiting ---- */

struct mutex {
	int owner;
};

typedef struct {
	int unused;
} wait_queue_head_t;

struct irq_work {
	void (*func)(struct irq_work *work);
};

#define DEFINE_MUTEX(name) struct mutex name
#define MAX_SCHEDULE_TIMEOUT ((long)(~0UL >> 1))
#define wait_event_interruptible_timeout(queue, condition, jiffies) \
	({ (void)&(queue); (condition) ? 1 : (long)(jiffies); })
void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
void init_waitqueue_head(wait_queue_head_t *queue);
void wake_up(wait_queue_head_t *queue);
void init_irq_work(struct irq_work *work, void (*function)(struct irq_work *work));
bool irq_work_queue(struct irq_work *work);
void irq_work_sync(struct irq_work *work);
void msleep(unsigned int milliseconds);
void udelay(unsigned long microseconds);

struct notifier_block {
	int (*notifier_call)(struct notifier_block *block, unsigned long event, void *data);
};

#define NOTIFY_DONE 0
#define NOTIFY_OK 1

/* ---- Clocks ---- */

#if STUB >= 418
typedef s64 ktime_t;
#else
typedef union {
	s64 tv64;
} ktime_t;
#endif

#define TICK_NSEC (1000000000L / HZ)
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
typedef unsigned long long cycles_t;
cycles_t get_cycles(void);
ktime_t ktime_get_real(void);
s64 ktime_to_ns(ktime_t time);
ktime_t ns_to_ktime(u64 nanoseconds);
u64 ktime_get_mono_fast_ns(void);
#if STUB >= 418
u64 ktime_get_real_fast_ns(void);
#endif
extern unsigned long volatile jiffies;

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

enum hrtimer_mode {
	HRTIMER_MODE_REL = 1,
	HRTIMER_MODE_REL_PINNED = 3,
#if STUB >= 510
	HRTIMER_MODE_REL_PINNED_HARD = 11,
#endif
};

typedef int clockid_t;
struct hrtimer {
#if STUB >= 703
	enum hrtimer_restart (*__private_function)(struct hrtimer *timer);
#else
	enum hrtimer_restart (*function)(struct hrtimer *timer);
#endif
};

#if STUB >= 703
void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *timer),
		   clockid_t clock, enum hrtimer_mode mode);
#else
void hrtimer_init(struct hrtimer *timer, clockid_t clock, enum hrtimer_mode mode);
#endif
#if STUB >= 418
void hrtimer_start(struct hrtimer *timer, ktime_t time, const enum hrtimer_mode mode);
#else
int hrtimer_start(struct hrtimer *timer, ktime_t time, const enum hrtimer_mode mode);
#endif
int hrtimer_cancel(struct hrtimer *timer);
u64 hrtimer_forward_now(struct hrtimer *timer, ktime_t interval);

#endif
