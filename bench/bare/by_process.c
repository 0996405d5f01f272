/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kprobe that counts by process id, in one open-addressed table for each CPU. A process that
 * finds its table full is not counted: the hits then do not add up, and the harness says so.
 */
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "bare.h"

#define TABLE_BITS 8
#define TABLE_SIZE (1 << TABLE_BITS)

struct element {
	u64 pid;	/* 0: free */
	u64 count;
};

struct table {
	struct element elements[TABLE_SIZE];
};

static DEFINE_PER_CPU(struct table, tables);

static u64 bare_hits(void)
{
	u64 hits = 0;
	unsigned int cpu;
	int i;

	for_each_possible_cpu(cpu)
		for (i = 0; i < TABLE_SIZE; i++)
			hits += per_cpu(tables, cpu).elements[i].count;
	return hits;
}

static int __kprobes entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	struct table *table = this_cpu_ptr(&tables);
	u64 pid = current->tgid;
	u32 at = hash_64(pid, TABLE_BITS);
	u32 tries;

	for (tries = 0; tries < TABLE_SIZE; tries++) {
		struct element *element = &table->elements[(at + tries) & (TABLE_SIZE - 1)];

		if (element->pid && element->pid != pid)
			continue;
		element->pid = pid;
		element->count++;
		break;
	}
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
