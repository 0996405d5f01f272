/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as people see them: formatted, on standard output, a file, or standard error. */
#ifndef SPILE_READER_OUTPUT_H
#define SPILE_READER_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"
#include "format.h"
#include "module_file.h"
#include "text.h"

struct output {
	int fd;
	const char *name;	/* for messages: the file's, or "standard output" */
	const struct module_file *module;
	struct text pending;	/* formatted, not yet written */
	struct spile_argument *arguments;	/* as many as any format takes */
	size_t argument_count;
	bool has_failed;	/* a write failed; said so; all later output is dropped */
	unsigned long long damaged_count;	/* records left out */
};

/* Output goes to `path`, or to standard output if that is NULL. False: said why. */
bool output_open(struct output *ret, const char *path, const struct module_file *module);

/* Prints one record, whatever its type. */
void output_record(struct output *output, const struct spile_record *record);

/* Writes what is pending. */
void output_flush(struct output *output);

/* Flushes, closes; false if anything could not be written, then or before. */
bool output_close(struct output *output);

#endif
