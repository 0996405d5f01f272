/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files stream0 .. streamN and streamP in the module's proc directory.
 *
 * Each shows one struct rt_stream to the reader; reading never blocks and consumes. proc itself
 * waits for reads under way before the directory goes, so the files hold no reference.
 */
#ifndef SPILE_MODULE_STREAMS_H
#define SPILE_MODULE_STREAMS_H

#include "runtime/stream.h"

static int mod_stream_open(struct inode *inode, struct file *file)
{
	file->private_data = kc_proc_data(inode);
	return 0;
}

static ssize_t mod_stream_read(struct file *file, char __user *to, size_t room, loff_t *position)
{
	return rt_stream_read(file->private_data, to, room);
}

static const struct kc_proc_operations mod_stream_operations =
	KC_PROC_OPERATIONS(mod_stream_open, mod_stream_read, NULL, NULL, NULL);

/* Creates the files; false if that fails. Context: process, at load. */
static bool mod_streams_init(struct proc_dir_entry *directory)
{
	unsigned int cpu;
	char name[32];

	for_each_possible_cpu(cpu) {
		snprintf(name, sizeof(name), SPILE_PROC_STREAM "%u", cpu);
		if (!proc_create_data(name, 0400, directory, &mod_stream_operations,
				      &rt_cpu_streams[cpu]))
			return false;
	}
	return proc_create_data(SPILE_PROC_STREAM_PROCESS, 0400, directory,
				&mod_stream_operations, &rt_process_stream) != NULL;
}

#endif
