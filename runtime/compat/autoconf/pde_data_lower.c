/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDE_DATA is spelled pde_data (Linux 5.17). */
#include <linux/fs.h>
#include <linux/proc_fs.h>

void *spile_test(const struct inode *inode);
void *spile_test(const struct inode *inode)
{
	return pde_data(inode);
}
