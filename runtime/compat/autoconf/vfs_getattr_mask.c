/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfs_getattr takes a mask and flags (Linux 4.11). */
#include <linux/fs.h>
#include <linux/stat.h>

int spile_test(struct path *path, struct kstat *status);
int spile_test(struct path *path, struct kstat *status)
{
	return vfs_getattr(path, status, STATX_NLINK, AT_STATX_SYNC_AS_STAT);
}
