/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a task began is its member start_boottime rather than real_start_time (Linux 5.5). */
#include <linux/sched.h>

u64 *spile_test(struct task_struct *task);
u64 *spile_test(struct task_struct *task)
{
	return &task->start_boottime;
}
