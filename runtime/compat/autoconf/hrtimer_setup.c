/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hrtimer_setup replaces hrtimer_init (7.x). */
#include <linux/hrtimer.h>

void spile_test(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *));
void spile_test(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *))
{
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}
