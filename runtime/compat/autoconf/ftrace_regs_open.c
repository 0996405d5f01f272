/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct ftrace_regs is no secret (Linux 5.11 to 6.12). */
#include <linux/ftrace.h>

struct pt_regs *spile_test(struct ftrace_regs *registers);
struct pt_regs *spile_test(struct ftrace_regs *registers)
{
	return &registers->regs;
}
