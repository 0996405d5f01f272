/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The function tracer's own callback, with the registers of arguments only: what it gives since
 * Linux 5.11 without being asked. The pattern is for the function's several names.
 */
#include <linux/ftrace.h>
#include <linux/string.h>

#include "bare.h"

static u64 n;

static u64 bare_hits(void)
{
	return n;
}

static void notrace entered(unsigned long address, unsigned long parent, struct ftrace_ops *ops,
			    struct ftrace_regs *regs)
{
	n++;
}

static struct ftrace_ops ops = {
	.func = entered,
};

static int __init bare_init(void)
{
	char symbols[] = "*_sys_getppid";
	int error = ftrace_set_filter(&ops, symbols, strlen(symbols), 1);

	return error ? error : register_ftrace_function(&ops);
}

static void __exit bare_exit(void)
{
	unregister_ftrace_function(&ops);
	ftrace_free_filter(&ops);
}

module_init(bare_init);
module_exit(bare_exit);
