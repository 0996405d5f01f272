/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Callbacks of the function tracer are guarded unless they say they need not be (until 5.11). */
#include <linux/ftrace.h>

unsigned long spile_test(void);
unsigned long spile_test(void)
{
	return FTRACE_OPS_FL_RECURSION_SAFE;
}
