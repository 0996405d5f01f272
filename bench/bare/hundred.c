/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module of a hundred lines for `passes`, which only builds it: what the kernel's build system
 * and the compiler take for something that small is what no script can go below. It counts the
 * calls of getppid for each process name, and shows them in a file of debugfs. As people write
 * such a thing: a list under a spinlock, memory from the atomic pool.
 */
#include <linux/debugfs.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct caller {
	struct list_head list;
	char name[TASK_COMM_LEN];
	unsigned long calls;
};

static LIST_HEAD(callers);
static DEFINE_SPINLOCK(callers_lock);
static struct dentry *file;

/* The caller of that name, made if there is none; NULL without memory. Holds callers_lock. */
static struct caller *find_caller(const char *name)
{
	struct caller *caller;

	list_for_each_entry(caller, &callers, list)
		if (strcmp(caller->name, name) == 0)
			return caller;
	caller = kzalloc(sizeof(*caller), GFP_ATOMIC);
	if (!caller)
		return NULL;
	strscpy(caller->name, name, sizeof(caller->name));
	list_add_tail(&caller->list, &callers);
	return caller;
}

static int entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	struct caller *caller;
	unsigned long flags;

	spin_lock_irqsave(&callers_lock, flags);
	caller = find_caller(current->comm);
	if (caller)
		caller->calls++;
	spin_unlock_irqrestore(&callers_lock, flags);
	return 0;
}

static struct kprobe kprobe = {
	.symbol_name = "__x64_sys_getppid",
	.pre_handler = entered,
};

static int callers_show(struct seq_file *output, void *unused)
{
	struct caller *caller;

	spin_lock_irq(&callers_lock);
	list_for_each_entry(caller, &callers, list)
		seq_printf(output, "%-16s %lu\n", caller->name, caller->calls);
	spin_unlock_irq(&callers_lock);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(callers);

static int __init hundred_init(void)
{
	int error = register_kprobe(&kprobe);

	if (error)
		return error;
	file = debugfs_create_file("getppid_callers", 0400, NULL, NULL, &callers_fops);
	return 0;
}

static void __exit hundred_exit(void)
{
	struct caller *caller, *next;

	debugfs_remove(file);
	unregister_kprobe(&kprobe);
	list_for_each_entry_safe(caller, next, &callers, list)
		kfree(caller);
}

module_init(hundred_init);
module_exit(hundred_exit);

MODULE_DESCRIPTION("counts the callers of getppid");
MODULE_LICENSE("GPL");
