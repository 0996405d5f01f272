/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of spilerun. */
#ifndef SPILE_READER_OPTIONS_H
#define SPILE_READER_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

/* The form of the statistics at the end. */
enum options_stats { STATS_NONE, STATS_TABLE, STATS_JSON };

struct options {
	const char *module;	/* path of the .ko */
	char **parameters;	/* name=value ..., as given */
	int parameter_count;
	const char *command;	/* -c, or NULL */
	pid_t target;		/* -x, or 0 */
	const char *output;	/* -o, or NULL for standard output */
	unsigned long long file_size;	/* -S: bytes of a file of -o; 0: no limit */
	unsigned long file_count;	/* -S: files to keep; 0: all */
	bool is_bulk;		/* -b */
	bool is_merge;		/* --merge: `module` and `parameters` are files of -b */
	bool is_check;		/* --check: load nothing */
	const char *unload;	/* -d: name of a module to unload, or NULL */
	unsigned long buffer_kb;	/* -s, per CPU; 0: the module's own choice */
	enum options_stats stats;	/* -t, --stats */
	unsigned int budget;	/* --budget: percent; 0: none */
	bool verbose, quiet;
};

enum options_result {
	OPTIONS_RUN,	/* go on with what is in the options */
	OPTIONS_DONE,	/* help or version was printed */
	OPTIONS_WRONG,	/* said so; exit with status 1 */
};

/* Strings in *ret point into argv. */
enum options_result options_parse(int argc, char **argv, struct options *ret);

#endif
