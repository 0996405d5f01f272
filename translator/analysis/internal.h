/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The passes of analysis/, in the order in which analyse.c runs them. */
#ifndef SPILE_ANALYSIS_INTERNAL_H
#define SPILE_ANALYSIS_INTERNAL_H

#include "analysis/analyse.h"

struct analysis {
	const struct analysis_input *input;
	struct arena *arena;
	struct diag *diag;
	struct program *program;
	struct probe_target target;
};

/* limits.c: -D and -G. */
bool apply_limits(struct analysis *analysis);
bool apply_global_settings(struct analysis *analysis);

/* points.c: probe points to probes and handlers. */
bool resolve_points(struct analysis *analysis);

/* names.c: variables and functions that names stand for; what the library has to lend. */
bool resolve_names(struct analysis *analysis);

/* types.c: long, string or statistic, for everything. */
bool infer_types(struct analysis *analysis);

/* formats.c: the format of a print expression against its arguments; sets resolved_format. */
bool check_format(struct analysis *analysis, struct expr *print);
/* The type that the n-th argument of a printf-like expression must have, or TYPE_UNKNOWN. */
enum type format_argument_type(const struct expr *print, unsigned int argument);

/* checks.c: what a well-typed tree may still get wrong. */
bool check_program(struct analysis *analysis);

/* effects.c: which functions fail, recurse or have side effects; which globals need locks. */
bool plan_effects(struct analysis *analysis);

#endif
