/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_create takes struct proc_ops (Linux 5.6). */
#include <linux/fs.h>
#include <linux/proc_fs.h>

struct proc_dir_entry *spile_test(const struct proc_ops *operations);
struct proc_dir_entry *spile_test(const struct proc_ops *operations)
{
	return proc_create("spile", 0400, NULL, operations);
}
