/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What switches probes off and on while a session runs, as main.c sees it: conditions behind probe
 * points, and the budget of handlers. Only modules with probes that are hit, or with conditions,
 * have it (hits.c); all functions run in the session thread but for init and fini, and off_ns.
 */
#ifndef SPILE_MODULE_SWITCHES_H
#define SPILE_MODULE_SWITCHES_H

#include "runtime/context.h"

struct mod_switches {
	/*
	 * Takes memory, before there are contexts; false without. Handlers may take `budget` percent
	 * of a CPU, 0: as much as they do. Context: process, at load.
	 */
	bool (*init)(u32 budget);
	void (*fini)(void);
	/* Evaluates all conditions, of globals that have their first values. */
	void (*evaluate)(void);
	/* Has the families attach their probes as the conditions are now. */
	void (*settle)(void);
	/* Before handlers run. */
	void (*start)(void);
	/* While they run, ten times a second if there is a budget: switches what has to be switched. */
	void (*apply)(void);
	/* How long a probe has been off for the budget, in nanoseconds. Context: process. */
	u64 (*off_ns)(u32 probe);
};

extern const struct mod_switches mod_switches;

#endif
