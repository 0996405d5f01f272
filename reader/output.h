/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as people see them: formatted, on standard output, in files, or on standard error. */
#ifndef SPILE_READER_OUTPUT_H
#define SPILE_READER_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"
#include "files.h"
#include "formats.h"
#include "module_file.h"
#include "options.h"
#include "writer.h"

/* Descriptors that output_news() may give. */
#define OUTPUT_NEWS_MOST 2

struct output {
	const struct module_file *module;
	struct formats formats;
	struct files text_files, error_files;
	struct writer text_writer, error_writer;
	/* Where text and messages go: one and the same if both end up in one place. */
	struct writer *text, *errors;
	unsigned long long file_size;	/* bytes of the file that the next record goes to */
	unsigned long long file_limit;	/* -S, in bytes; 0: none */
	bool is_within_line;	/* the last record did not end its line */
	bool wants_next_file;	/* SIGUSR2 */
	unsigned long long record_count;	/* records that handlers sent, as they came by */
	unsigned long long damaged_count;	/* of these, left out */
};

/*
 * Opens what the options say, starts the threads, and takes the messages of message.h over. With
 * -b it is for bulk.c to say where `text` goes. False: said why; output_close() is due in any
 * case.
 */
bool output_open(struct output *ret, const struct options *options,
		 const struct module_file *module);

/* Prints one record, whatever its type. Context: while output_has_room(). */
void output_record(struct output *output, const struct spile_record *record);

/* Is there room for another record? While there is none nothing should be read. */
bool output_has_room(struct output *output);
/*
 * Sleeps until something was written, or a signal came: what waits is then given up if that was
 * the third Ctrl-C.
 */
void output_wait(struct output *output);

/* Has what was printed written, as soon as there is nothing older to write. */
void output_flush(struct output *output);
/* Begins the next file of -o when the line that is under way is complete. */
void output_next_file(struct output *output);

/* Descriptors that become readable when something was written; returns how many there are. */
size_t output_news(const struct output *output, int ret[OUTPUT_NEWS_MOST]);
void output_drain_news(struct output *output);

/*
 * The descriptor of standard output, to be polled for errors alone: they mean that its reader has
 * gone, which a script that prints seldom would not find out. -1 if that cannot happen, or has.
 */
int output_watched(struct output *output);
void output_reader_gone(struct output *output);

/* A write failed: what comes now is only counted. */
bool output_has_failed(struct output *output);
/* Gives up on those outputs that are not through with what they have. */
void output_abandon(struct output *output);

/*
 * Waits until everything is written, or given up; gives the messages back to standard error,
 * and says what could not be written. False if there was any such thing.
 */
bool output_close(struct output *output);

#endif
