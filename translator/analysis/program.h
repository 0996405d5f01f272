/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What analysis makes of the script and the tapset library: everything that will be in the
 * module and nothing else, names resolved, types known, points resolved to probes, locks
 * planned. The emitter writes it out without deciding anything.
 */
#ifndef SPILE_ANALYSIS_PROGRAM_H
#define SPILE_ANALYSIS_PROGRAM_H

#include "probes/probe.h"

/* One C function made of a probe's body, run by one or several probes. */
struct handler {
	struct stmt *body;
	GPtrArray *locals;		/* of struct variable */
	GPtrArray *locked;		/* of struct variable: globals locked while it runs, in order */
	GPtrArray *probes;		/* of struct probe; their context and family are the same */
	const struct probe_declaration *declaration;
	bool uses_target_variables;
	int number;			/* that of its first probe */
};

/* Limits by SystemTap's names; -D NAME=VALUE changes them. */
struct limits {
	int64_t maxstringlen, maxaction, maxaction_interruptible, maxnesting, maxmapentries,
		maxtrylock, trylockdelay;
};

struct program {
	const struct script *script;	/* the user's */
	GPtrArray *globals;		/* of struct variable, used ones only */
	GPtrArray *functions;		/* of struct function, callees before callers */
	GPtrArray *probes;		/* of struct probe, by number */
	GPtrArray *handlers;		/* of struct handler */
	struct limits limits;
	bool prints;			/* some handler writes to a stream */
};

#endif
