/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kretprobe that counts its hits. */
#include <linux/kprobes.h>

#include "bare.h"

static u64 n;

static u64 bare_hits(void)
{
	return n;
}

static int __kprobes returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	n++;
	return 0;
}

static struct kretprobe kretprobe = {
	.kp.symbol_name = BARE_SYMBOL,
	.handler = returned,
};

static int __init bare_init(void)
{
	return register_kretprobe(&kretprobe);
}

static void __exit bare_exit(void)
{
	unregister_kretprobe(&kretprobe);
}

module_init(bare_init);
module_exit(bare_exit);
