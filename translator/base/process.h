/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child processes: run a command, keep what it said. */
#ifndef SPILE_BASE_PROCESS_H
#define SPILE_BASE_PROCESS_H

#include <stdbool.h>
#include <glib.h>

struct process_result {
	int status;	/* exit status; 128 + N when signal N ended it; -1 if it could not be started */
	char *output;	/* standard output, NUL-terminated */
	char *errors;	/* standard error; the reason when status is -1 */
};

/* Runs argv in `directory` (NULL: ours) with standard input from /dev/null; waits for its end. */
void process_run(const char *const argv[], const char *directory, struct process_result *ret);
void process_result_clear(struct process_result *result);

#endif
