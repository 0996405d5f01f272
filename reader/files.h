/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where output goes: standard output, a file, or one file after the other. */
#ifndef SPILE_READER_FILES_H
#define SPILE_READER_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "text.h"

struct files {
	int fd;			/* -1: none is open */
	bool is_ours;		/* the descriptor is closed with the file */
	bool is_binary;		/* lines mean nothing in it */
	struct text name;	/* of the file that is open, for messages too */
	const char *pattern;	/* of -o, with strftime(3)'s conversions; NULL if not by name */
	bool is_numbered;	/* names end with ".N" from the first one on */
	unsigned long number;	/* of the next file */
	unsigned long keep;	/* files kept at most; 0: all */
	char **kept;		/* their names, `keep` of them, that of file N at N % keep */
};

/* Output to a descriptor that others own and close. */
void files_init_descriptor(struct files *ret, int fd, const char *name);

/*
 * Output to files by name; none is opened yet. With `is_numbered` the first is called NAME.0,
 * otherwise NAME, the next one NAME.1. `keep`: when one more is made the oldest is removed.
 */
void files_init_named(struct files *ret, const char *pattern, bool is_numbered,
		      unsigned long keep);
void files_fini(struct files *files);

/*
 * Makes the next file, or empties an existing one of that name, and closes the one before. False
 * with the reason appended to `why`; the old one stays open then.
 */
bool files_next(struct files *files, struct text *why);

/* Closes the file; false with errno set if the kernel could not write all of it. */
bool files_close(struct files *files);

/*
 * The name that a pattern stands for at `when`, appended: strftime(3)'s conversions if there are
 * any, then ".N" with `has_number`.
 */
void files_make_name(struct text *ret, const char *pattern, time_t when, bool has_number,
		     unsigned long number);

#endif
