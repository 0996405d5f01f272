/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The families, one per file; only families.c needs them. */
#ifndef SPILE_PROBES_FAMILIES_H
#define SPILE_PROBES_FAMILIES_H

#include "probes/probe.h"

extern const struct probe_family session_family;	/* session.c: begin end error oneshot never */
extern const struct probe_family timer_family;		/* timer.c: timer.s(N) ... */
extern const struct probe_family profile_family;	/* timer.c: timer.profile */
extern const struct probe_family kprobe_family;		/* kprobe.c: functions by symbol */
extern const struct probe_family tracepoint_family;	/* tracepoint.c: kernel.trace */
extern const struct probe_family watchpoint_family;	/* watchpoint.c: kernel.data */

#endif
