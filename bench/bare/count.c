/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kprobe that counts its hits. */
#include <linux/kprobes.h>

#include "bare.h"

static u64 n;

static u64 bare_hits(void)
{
	return n;
}

static int __kprobes entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	n++;
	return 0;
}

static struct kprobe kprobe = {
	.symbol_name = BARE_SYMBOL,
	.pre_handler = entered,
};

static int __init bare_init(void)
{
	return register_kprobe(&kprobe);
}

static void __exit bare_exit(void)
{
	unregister_kprobe(&kprobe);
}

module_init(bare_init);
module_exit(bare_exit);
