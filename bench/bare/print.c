/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kprobe that formats a line of 39 bytes with the kernel's own snprintf, into a relay channel
 * that nobody reads: the oldest line gives way. The count is there for the harness alone.
 */
#include <linux/debugfs.h>
#include <linux/kprobes.h>
#include <linux/relay.h>
#include <linux/sched.h>

#include "bare.h"

static struct rchan *channel;
static u64 n;

static u64 bare_hits(void)
{
	return n;
}

static int __kprobes entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	char line[64];
	int length = scnprintf(line, sizeof(line), "%-12s %8d %16llx\n", current->comm,
			       current->tgid, (unsigned long long)(u32)regs->dx);

	relay_write(channel, line, length);
	n++;
	return 0;
}

static struct kprobe kprobe = {
	.symbol_name = BARE_SYMBOL,
	.pre_handler = entered,
};

static int overwrite(struct rchan_buf *buffer, void *subbuffer, void *previous)
{
	return 1;
}

/* The same before Linux 7. */
static int overwrite_padded(struct rchan_buf *buffer, void *subbuffer, void *previous,
			    size_t previous_padding)
{
	return 1;
}

static struct dentry *create_file(const char *name, struct dentry *parent, umode_t mode,
				  struct rchan_buf *buffer, int *is_global)
{
	return debugfs_create_file(name, mode, parent, buffer, &relay_file_operations);
}

static int remove_file(struct dentry *file)
{
	debugfs_remove(file);
	return 0;
}

static const struct rchan_callbacks callbacks = {
	.create_buf_file = create_file,
	.remove_buf_file = remove_file,
	.subbuf_start = _Generic(((struct rchan_callbacks *)NULL)->subbuf_start,
				 int (*)(struct rchan_buf *, void *, void *): overwrite,
				 default: overwrite_padded),
};

static int __init bare_init(void)
{
	int error;

	channel = relay_open("bare_print", NULL, 65536, 4, &callbacks, NULL);
	if (!channel)
		return -ENOMEM;
	error = register_kprobe(&kprobe);
	if (error)
		relay_close(channel);
	return error;
}

static void __exit bare_exit(void)
{
	unregister_kprobe(&kprobe);
	relay_close(channel);
}

module_init(bare_init);
module_exit(bare_exit);
