/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The function tracer's filter takes many addresses at once (Linux 5.18). */
#include <linux/ftrace.h>

int spile_test(struct ftrace_ops *ops, unsigned long *sites);
int spile_test(struct ftrace_ops *ops, unsigned long *sites)
{
	return ftrace_set_filter_ips(ops, sites, 2U, 0, 0);
}
