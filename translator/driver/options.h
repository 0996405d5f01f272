/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of spile; letters and their meaning are stap's. */
#ifndef SPILE_DRIVER_OPTIONS_H
#define SPILE_DRIVER_OPTIONS_H

#include <stdbool.h>

#include "base/diag.h"

struct options {
	const char *const *argv;	/* the command line as it came, NULL-terminated */
	int last_pass;			/* -p: 1 parse, 2 analyse, 3 emit, 4 build, 5 run */
	const char *script_text;	/* -e; NULL: a file */
	const char *script_file;	/* "-" for standard input */
	int argument_count;		/* $1 ... of the script */
	const char *const *arguments;
	const char *command;		/* -c */
	const char *target;		/* -x, as given */
	const char *output;		/* -o */
	const char *file_size;		/* -S, as given */
	const char *module_name;	/* -m */
	const char *kernel;		/* -r: release or build tree */
	const char *buffer_megabytes;	/* -s, as given */
	const char *budget;		/* --budget, as given */
	const char *stats;		/* --stats=X: "json"; "" without a value; NULL: not given */
	const char *const *limits;	/* -D, NULL-terminated */
	const char *const *globals;	/* -G */
	const char *const *tapset_dirs;	/* -I */
	int verbosity;			/* number of -v */
	bool guru_mode, keep, no_warnings, warnings_are_errors, quiet;
	const char *list;		/* -l, -L: a probe point to be listed */
	bool list_variables;		/* -L */
	bool as_json;			/* --json */
	bool kbuild;			/* --kbuild */
	unsigned int sources;		/* --sources: bits of enum knowledge_source */
	bool unoptimized;		/* -u */
	bool bulk;			/* -b */
	bool no_display;		/* --no-global-var-display */
	bool no_time_limits;		/* --suppress-time-limits */
	bool suppress_handler_errors, stap_errors;	/* options of these names */
	bool vm;			/* --vm[=RELEASE] */
	const char *vm_release;		/* NULL: the machine's own choice */
};

enum options_outcome { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/*
 * Parses argv; strings in *ret point into it, lists live as long as the arena. OPTIONS_DONE after --help or -V,
 * OPTIONS_WRONG after an error was reported.
 */
enum options_outcome options_read(struct arena *arena, struct diag *diag, int argc, char **argv,
				  struct options *ret);

#endif
