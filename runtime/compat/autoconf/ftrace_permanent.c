/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A callback can keep the function tracer from being switched off (Linux 5.5). */
#include <linux/ftrace.h>

unsigned long spile_test(void);
unsigned long spile_test(void)
{
	return FTRACE_OPS_FL_PERMANENT;
}
