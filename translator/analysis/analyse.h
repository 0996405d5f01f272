/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trees into a program: names, probe points, types, checks, locks. */
#ifndef SPILE_ANALYSIS_ANALYSE_H
#define SPILE_ANALYSIS_ANALYSE_H

#include "analysis/program.h"

struct analysis_input {
	struct arena *arena;
	struct diag *diag;
	struct script *script;			/* the user's */
	GPtrArray *library;			/* of struct script */
	const struct kernel_tree *kernel;
	const struct symbol_table *symbols;	/* may be NULL */
	struct knowledge *knowledge;		/* of the kernel's names and types */
	const char *const *limit_settings;	/* -D NAME=VALUE, NULL-terminated, may be NULL */
	const char *const *global_settings;	/* -G name=value, NULL-terminated, may be NULL */
	bool guru_mode;				/* -g */
	bool unoptimized;			/* -u */
	bool no_display;			/* --no-global-var-display */
	bool no_time_limits, suppress_handler_errors, stap_errors;	/* options of these names */
};

/* NULL after errors were reported. */
struct program *analyse(const struct analysis_input *input);

struct list_options {
	bool with_variables;	/* -L: and the target variables of each */
	bool as_json;
};

/*
 * What the probe points of the script stand for, sorted, each once: as text a line for each, as JSON
 * an array of objects. False after errors were reported.
 */
bool list_points(const struct analysis_input *input, const struct list_options *options, GString *out);

/* Writes globals, functions, locals and probes with their types in the form of stap's -p2. */
void program_print(const struct program *program, GString *out);
/* Writes how globals are kept and locked, a line for each. */
void program_print_sharing(const struct program *program, GString *out);

#endif
