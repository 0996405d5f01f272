/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kretprobe that keeps the time of entry with the call, and adds what has passed to a histogram
 * for each process name, in one open-addressed table for each CPU. A name that finds its table
 * full is not counted: the hits then do not add up, and the harness says so.
 */
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "bare.h"
#include "histogram.h"

#define TABLE_BITS 3
#define TABLE_SIZE (1 << TABLE_BITS)

struct element {
	char name[TASK_COMM_LEN];	/* empty: free */
	struct histogram times;
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
			hits += per_cpu(tables, cpu).elements[i].times.count;
	return hits;
}

static u32 __kprobes hash_name(const char *name)
{
	u32 hash = 0;

	while (*name)
		hash = hash * 31 + (unsigned char)*name++;
	return hash_32(hash, TABLE_BITS);
}

static void __kprobes add_time(const char *name, u64 time)
{
	struct table *table = this_cpu_ptr(&tables);
	u32 at = hash_name(name);
	u32 tries;

	for (tries = 0; tries < TABLE_SIZE; tries++) {
		struct element *element = &table->elements[(at + tries) & (TABLE_SIZE - 1)];

		if (!element->name[0])
			strscpy(element->name, name, sizeof(element->name));
		if (strcmp(element->name, name) == 0) {
			histogram_add(&element->times, time);
			return;
		}
	}
}

static int __kprobes entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(u64 *)instance->data = ktime_get_real_fast_ns();
	return 0;
}

static int __kprobes returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	add_time(current->comm, ktime_get_real_fast_ns() - *(u64 *)instance->data);
	return 0;
}

static struct kretprobe kretprobe = {
	.kp.symbol_name = BARE_SYMBOL,
	.entry_handler = entered,
	.handler = returned,
	.data_size = sizeof(u64),
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
