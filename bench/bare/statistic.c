/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kprobe that adds its function's third argument to this CPU's histogram. */
#include <linux/kprobes.h>
#include <linux/percpu.h>

#include "bare.h"
#include "histogram.h"

static DEFINE_PER_CPU(struct histogram, histograms);

static u64 bare_hits(void)
{
	u64 hits = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		hits += per_cpu(histograms, cpu).count;
	return hits;
}

static int __kprobes entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	histogram_add(this_cpu_ptr(&histograms), regs->dx);
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
