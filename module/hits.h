/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the session does for handlers that run for a hit, as main.c and control.h see it: families,
 * conditions behind probe points, the budget, errors and what was given up. A module whose handlers
 * only print, in process context, has none of that (hits.c), and its session is short.
 *
 * All functions run in the session thread, but for the first three and the last two.
 */
#ifndef SPILE_MODULE_HITS_H
#define SPILE_MODULE_HITS_H

#include "runtime/context.h"

struct mod_hits {
	/*
	 * Takes memory, before there are contexts; false without. Handlers may take `budget` percent
	 * of a CPU, 0: as much as they do. Context: process, at load.
	 */
	bool (*init)(u32 budget);
	/* Has the families take theirs, behind all other; false without. Context: process, at load. */
	bool (*prepare)(void);
	/* Frees what there is of both, also after a failure. Context: process. */
	void (*fini)(void);
	/* Evaluates all conditions, of globals that have their first values. */
	void (*evaluate)(void);
	/* Attaches the families, with their probes as the conditions are now. */
	void (*attach)(void);
	/* Before handlers run. */
	void (*start)(void);
	/*
	 * While they run, whenever the thread wakes up, ten times a second if there is a budget: tells
	 * errors, switches probes, runs what became due.
	 */
	void (*attend)(void);
	/* Detaches the families, waits for handlers under way, and tells what they left. */
	void (*detach)(void);
	/* At the very end: tells what was counted rather than told. */
	void (*report)(void);
	/* Hands the reader's points to the family that waits for this command; 0 or an error. */
	int (*add_points)(u32 command, u32 count, const struct spile_point __user *points);
	/* Adds what is known of points and probes, beside the contexts' counters. Context: process. */
	void (*count)(struct spile_status *status, struct spile_probe_counters *counters);
};

extern const struct mod_hits mod_hits;

#endif
