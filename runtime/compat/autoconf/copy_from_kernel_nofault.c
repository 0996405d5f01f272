/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe_kernel_read is called copy_from_kernel_nofault (Linux 5.8). */
#include <linux/uaccess.h>

long spile_test(void *to, const void *from);
long spile_test(void *to, const void *from)
{
	return copy_from_kernel_nofault(to, from, 8);
}
