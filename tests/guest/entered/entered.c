// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module whose functions lose their parameters: behind a statement that overwrites all registers
 * which a call may change, or behind a sleep, nothing but the value at the entry tells what a
 * parameter was. A copy that the compiler cannot know for one, `kept`, says what that has to be. entered.bats probes
 * these lines.
 *
 * Its parameters: `run` calls the functions; `sleepers` starts so many more threads, which sleep in
 * entered_sleeping(); `release` wakes all of them and waits for them to end.
 */
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/wait.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("functions whose parameters live at the entry alone");

#define MOST_SLEEPERS 256

static struct task_struct *entered_tasks[MOST_SLEEPERS];
static int entered_started;
static atomic_t entered_asleep = ATOMIC_INIT(0);
static int entered_is_released;
static DECLARE_WAIT_QUEUE_HEAD(entered_queue);
static DECLARE_WAIT_QUEUE_HEAD(entered_starter);

/* A copy that is another number to the compiler, where no call changes it. */
#define copy_of(value) ({ long copied_ = (value); asm volatile("" : "+r"(copied_)); copied_; })

/* Overwrites what a call may overwrite. */
#define forget() asm volatile("" : : : "memory", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11")

/* An instruction to probe. */
#define stop() asm volatile("nop" : : : "memory")

/* Takes a value, which then is needed no more. */
#define use(value) asm volatile("" : : "r"(value) : "memory")

noinline long entered_plain(int number, long other)
{
	long kept = copy_of(number), kept_other = copy_of(other), sum = number + 8;

	use(sum);
	forget();
	stop();					/* line: plain */
	use(kept);
	return kept_other;
}

static __always_inline void entered_inner(int value)
{
	use(value);
	forget();
	stop();					/* line: inlined */
}

noinline long entered_outer(int number)
{
	long kept = copy_of(number);

	entered_inner(number);
	return kept;
}

/* Its entry may be probed, but has no call site that would be passed once only. */
noinline notrace long entered_untraced(int number)
{
	long kept = copy_of(number);

	use(number);
	forget();
	stop();					/* line: untraced */
	return kept;
}

noinline int entered_deep(int number)
{
	long kept = copy_of(number);
	int below = number > 1 ? entered_deep(number - 1) : 0;

	forget();
	stop();					/* line: deep */
	use(kept);
	return below + 1;
}

noinline long entered_sleeping(int number)
{
	long kept = copy_of(number);

	use(number);
	if (atomic_inc_return(&entered_asleep) == entered_started)
		wake_up(&entered_starter);
	wait_event(entered_queue, entered_is_released);
	forget();
	stop();					/* line: woken */
	return kept;
}

static int entered_thread(void *number)
{
	entered_sleeping((long)number);
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static int entered_run(const char *text, const struct kernel_param *parameter)
{
	int turns, i, error = kstrtoint(text, 0, &turns);

	for (i = 0; !error && i < turns; i++) {
		entered_plain(1000 + i, -5000000000L - i);
		entered_outer(2000 + i);
		entered_untraced(4000 + i);
		entered_deep(5);
	}
	return error;
}

/* Starts them, and waits until they sleep. */
static int entered_sleep(const char *text, const struct kernel_param *parameter)
{
	int more, i, error = kstrtoint(text, 0, &more);

	if (error || more < 0 || more > MOST_SLEEPERS - entered_started)
		return -EINVAL;
	entered_is_released = 0;
	more += entered_started;
	for (i = entered_started, entered_started = more; i < more; i++) {
		entered_tasks[i] = kthread_run(entered_thread, (void *)(3000L + i), "entered/%d", i);
		if (IS_ERR(entered_tasks[i]))
			return PTR_ERR(entered_tasks[i]);
	}
	wait_event(entered_starter, atomic_read(&entered_asleep) == more);
	return 0;
}

static int entered_release(const char *text, const struct kernel_param *parameter)
{
	int i;

	entered_is_released = 1;
	wake_up_all(&entered_queue);
	for (i = 0; i < entered_started; i++)
		kthread_stop(entered_tasks[i]);
	entered_started = 0;
	atomic_set(&entered_asleep, 0);
	return 0;
}

static const struct kernel_param_ops entered_run_operations = { .set = entered_run };
static const struct kernel_param_ops entered_sleep_operations = { .set = entered_sleep };
static const struct kernel_param_ops entered_release_operations = { .set = entered_release };
module_param_cb(run, &entered_run_operations, NULL, 0200);
module_param_cb(sleepers, &entered_sleep_operations, NULL, 0200);
module_param_cb(release, &entered_release_operations, NULL, 0200);

static int __init entered_init(void)
{
	return 0;
}

static void __exit entered_exit(void)
{
}

module_init(entered_init);
module_exit(entered_exit);
