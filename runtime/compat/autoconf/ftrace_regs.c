/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Callbacks of the function tracer get struct ftrace_regs (Linux 5.11). */
#include <linux/ftrace.h>

struct pt_regs *spile_test(struct ftrace_ops *ops, struct ftrace_regs *registers);
struct pt_regs *spile_test(struct ftrace_ops *ops, struct ftrace_regs *registers)
{
	ops->func(0, 0, ops, registers);
	return ftrace_get_regs(registers);
}
