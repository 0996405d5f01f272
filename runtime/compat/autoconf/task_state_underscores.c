/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A task's state is its member __state, an unsigned int, rather than state, a long (Linux 5.14). */
#include <linux/sched.h>

unsigned int *spile_test(struct task_struct *task);
unsigned int *spile_test(struct task_struct *task)
{
	return &task->__state;
}
