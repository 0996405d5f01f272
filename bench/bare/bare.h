/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hand-written modules have in common: the symbol they sit on, and the parameter `hits`,
 * by which the harness sees that the module has really seen every call. A module defines
 * bare_hits; asking is not part of a hit.
 */
#ifndef SPILE_BENCH_BARE_H
#define SPILE_BENCH_BARE_H

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#define BARE_SYMBOL "__x64_sys_getppid"

/* Hits so far. Context: process. */
static u64 bare_hits(void);

static int bare_hits_get(char *buffer, const struct kernel_param *parameter)
{
	return scnprintf(buffer, PAGE_SIZE, "%llu\n", (unsigned long long)bare_hits());
}

static const struct kernel_param_ops bare_hits_ops = {
	.get = bare_hits_get,
};

module_param_cb(hits, &bare_hits_ops, NULL, 0444);

MODULE_DESCRIPTION("what a hand-written probe costs");
MODULE_LICENSE("GPL");

#endif
