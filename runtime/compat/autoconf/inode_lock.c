/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inodes are locked by inode_lock rather than i_mutex (Linux 4.5). */
#include <linux/fs.h>

void spile_test(struct inode *inode);
void spile_test(struct inode *inode)
{
	inode_lock(inode);
	inode_unlock(inode);
}
