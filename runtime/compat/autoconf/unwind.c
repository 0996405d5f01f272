/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules may walk a stack from registers (Linux 4.9, RHEL 7). */
#include <linux/sched.h>
#include <asm/unwind.h>

unsigned long spile_test(struct pt_regs *regs);
unsigned long spile_test(struct pt_regs *regs)
{
	struct unwind_state state;

	unwind_start(&state, current, regs, NULL);
	unwind_next_frame(&state);
	return unwind_done(&state) ? 0 : unwind_get_return_address(&state);
}
