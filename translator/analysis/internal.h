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
	GHashTable *aliases;		/* first component to GPtrArray, see aliases.c */
	GPtrArray *all_aliases;
	GHashTable *globals;		/* name to GPtrArray, see lookup.c */
	GHashTable *functions;
};

/* analyse.c: before any pass. */
struct analysis *analysis_new(const struct analysis_input *input);

/* limits.c: -D and -G. */
bool apply_limits(struct analysis *analysis);
bool apply_global_settings(struct analysis *analysis);

/* aliases.c: what probe aliases mean. */
void aliases_index(struct analysis *analysis);
/*
 * The derivations that a point means, of struct derivation; NULL after an error was reported.
 * `condition` is what is written behind the point itself, or NULL.
 */
GPtrArray *aliases_of(struct analysis *analysis, const struct derivation *derivation,
		      const struct probe_point *point, struct expr *condition);
/* `own && of_use`, each if there is one. */
struct expr *both_conditions(struct analysis *analysis, struct expr *own, struct expr *of_use);
struct probe_point *derived_point(struct analysis *analysis, const struct derivation *derivation,
				  const struct probe_point *point);
void aliases_add_names(const struct analysis *analysis, GPtrArray *names);

/* points.c: probe points to probes and handlers. */
bool resolve_points(struct analysis *analysis);
/* One probe of the script, or one made up, that uses the script's names. */
bool resolve_declaration(struct analysis *analysis, const struct script *script,
			 const struct probe_declaration *declaration);

/* lookup.c: what is declared where. */
struct known_function {
	struct function *function;
	const struct script *script;
};
bool lookup_index(struct analysis *analysis);
/* The global that a file means by a name, NULL if there is none. It becomes part of the program. */
struct variable *lookup_global(struct analysis *analysis, const struct script *script, const char *name);
/* All functions of that name that a file may call, of struct known_function, those asked first first. */
GPtrArray *lookup_functions(struct analysis *analysis, const struct script *script, const char *name);
void lookup_add_function_names(struct analysis *analysis, const struct script *script, GPtrArray *names);
void lookup_add_global_names(struct analysis *analysis, const struct script *script, GPtrArray *names);

/* names.c: variables and functions that names stand for; what the library has to lend. */
bool resolve_names(struct analysis *analysis);
bool resolve_handler_names(struct analysis *analysis, struct handler *handler);

/* operators.c: embedded C outside of handlers, used or not, is for guru mode. */
bool check_declared_embedded_c(struct analysis *analysis);

/* types.c: long, string or statistic, for everything. */
bool infer_types(struct analysis *analysis);

/* prune.c: what has no effect is left out, with a warning. */
bool prune_program(struct analysis *analysis);

/* display.c: globals that nobody reads are printed at the end. */
bool display_globals(struct analysis *analysis);

/* fold.c: operations on literals. */
void fold_program(struct analysis *analysis);

/* formats.c: the format of a print expression against its arguments; sets resolved_format. */
bool check_format(struct analysis *analysis, struct expr *print);
/* The type that the n-th argument of a printf-like expression must have, or TYPE_UNKNOWN. */
enum type format_argument_type(const struct expr *print, unsigned int argument);

/* entry.c: whether what a handler keeps of the function's entry has room. */
bool check_entries(struct analysis *analysis, const struct handler *handler);

/* lines.c: lines of source of what is probed, if the program asks for any. */
void find_lines(struct analysis *analysis);

/* checks.c: what a well-typed tree may still get wrong. */
bool check_program(struct analysis *analysis);

/* effects.c: which functions have side effects, as far as names alone tell. */
void judge_functions(struct analysis *analysis);
/* Which functions fail, recurse or have side effects; which globals need locks. */
bool plan_effects(struct analysis *analysis);

#endif
