/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A timer can insist on interrupt context (Linux 5.4). */
#include <linux/hrtimer.h>

enum hrtimer_mode spile_test(void);
enum hrtimer_mode spile_test(void)
{
	return HRTIMER_MODE_REL_PINNED_HARD;
}
