/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * High-resolution timers.
 *
 * History: hrtimer_init and an assignment to ->function until Linux 6.12; hrtimer_setup, with
 * the function as an argument, replaces both in 7.x. On PREEMPT_RT a plain timer runs in a
 * thread; HRTIMER_MODE_*_HARD (5.4) asks for the interrupt, which a profile needs.
 */
#ifndef SPILE_COMPAT_HRTIMER_H
#define SPILE_COMPAT_HRTIMER_H

#ifdef HAVE_HRTIMER_MODE_HARD
#define KC_HRTIMER_TICK HRTIMER_MODE_REL_PINNED_HARD
#else /* !HAVE_HRTIMER_MODE_HARD */
#define KC_HRTIMER_TICK HRTIMER_MODE_REL_PINNED
#endif

/* Prepares a CLOCK_MONOTONIC timer; it does not run yet. Context: process or interrupt. */
static inline void kc_hrtimer_setup(struct hrtimer *timer,
				    enum hrtimer_restart (*function)(struct hrtimer *),
				    enum hrtimer_mode mode)
{
#ifdef HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, mode);
#else /* !HAVE_HRTIMER_SETUP */
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = function;
#endif
}

#endif
