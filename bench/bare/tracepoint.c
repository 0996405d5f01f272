/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts at the tracepoint on the way into system calls. It is not exported to modules, which
 * have to look for it.
 */
#include <linux/ptrace.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "bare.h"

static u64 n;
static struct tracepoint *point;

static u64 bare_hits(void)
{
	return n;
}

static void notrace entered(void *data, struct pt_regs *regs, long number)
{
	n++;
}

static void take_if_named(struct tracepoint *candidate, void *name)
{
	if (strcmp(candidate->name, name) == 0)
		point = candidate;
}

static int __init bare_init(void)
{
	char name[] = "sys_enter";

	for_each_kernel_tracepoint(take_if_named, name);
	return point ? tracepoint_probe_register(point, entered, NULL) : -ENOENT;
}

static void __exit bare_exit(void)
{
	tracepoint_probe_unregister(point, entered, NULL);
	tracepoint_synchronize_unregister();
}

module_init(bare_init);
module_exit(bare_exit);
