/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A task's CPU is a member of its own, not of its struct thread_info (Linux 4.9 to 5.15). */
#include <linux/sched.h>

unsigned int spile_test(struct task_struct *task);
unsigned int spile_test(struct task_struct *task)
{
	return task->cpu;
}
