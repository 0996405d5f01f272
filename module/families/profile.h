/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer.profile, as the emitter writes it; profile.c runs it.
 */
#ifndef SPILE_MODULE_FAMILIES_PROFILE_H
#define SPILE_MODULE_FAMILIES_PROFILE_H

#include "module/family.h"

struct mod_profile_tick;

struct mod_profile_timer {
	struct rt_probe *probe;		/* written by the emitter */
	struct mod_profile_tick __percpu *ticks;
};

extern const struct mod_family_ops mod_profile_timer_ops;

#endif
