/* SPDX-License-Identifier: GPL-2.0-or-later */
/* <linux/sched.h> was split into topics (Linux 4.11). */
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/sched/mm.h>
#include <linux/sched/clock.h>

struct pt_regs *spile_test(struct task_struct *task);
struct pt_regs *spile_test(struct task_struct *task)
{
	return task_pt_regs(task);
}
