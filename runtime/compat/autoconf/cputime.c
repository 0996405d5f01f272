/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of tasks have a type of their own, whose unit is the kernel's choice (Linux up to 4.10). */
#include <linux/sched.h>

u64 spile_test(cputime_t time);
u64 spile_test(cputime_t time)
{
	return cputime_to_usecs(time);
}
