/* SPDX-License-Identifier: GPL-2.0-or-later */
/* <linux/timekeeping.h> exists (Linux 3.17). */
#include <linux/types.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>

u64 spile_test(void);
u64 spile_test(void)
{
	return ktime_get_mono_fast_ns();
}
