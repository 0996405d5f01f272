/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a task began is kept in seconds and nanoseconds (Linux up to 3.16). */
#include <linux/sched.h>

long spile_test(struct task_struct *task);
long spile_test(struct task_struct *task)
{
	return task->real_start_time.tv_sec;
}
