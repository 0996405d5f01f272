/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a script is to the rest of its module: tables, which the generated file defines at its end.
 */
#ifndef SPILE_MODULE_SCRIPT_H
#define SPILE_MODULE_SCRIPT_H

#include "runtime/globals.h"
#include "module/family.h"
#include "module/hits.h"

struct mod_script {
	/* In the order of running; each list ends with NULL. */
	struct rt_probe *const *begin_probes;
	struct rt_probe *const *end_probes;
	struct rt_probe *const *error_probes;
	const struct mod_family *families;	/* the last one has no ops */
	const struct mod_hits *hits;		/* NULL: there are no hits, and no errors */
	struct rt_globals globals;
	bool (*entered_init)(void);	/* rt_entered_init, or NULL: no function's registers are kept */
	void (*entered_fini)(void);	/* rt_entered_fini */
};

extern const struct mod_script mod_script;

#endif
