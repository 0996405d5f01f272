/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct ftrace_regs is opened by arch_ftrace_regs() (Linux 6.13). */
#include <linux/ftrace.h>

struct pt_regs *spile_test(struct ftrace_regs *registers);
struct pt_regs *spile_test(struct ftrace_regs *registers)
{
	return &arch_ftrace_regs(registers)->regs;
}
