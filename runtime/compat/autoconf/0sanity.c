/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compiles wherever this kernel tree can build modules at all; without it no test means a thing. */
#include <linux/module.h>
#include <linux/kprobes.h>
#include <linux/relay.h>
#include <linux/proc_fs.h>
#include <linux/hrtimer.h>
#include <linux/tracepoint.h>

struct module *spile_test(void);
struct module *spile_test(void)
{
	return THIS_MODULE;
}
MODULE_LICENSE("GPL");
