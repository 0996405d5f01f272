/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sequence of records out of many streams, in the order of time. */
#ifndef SPILE_READER_MERGE_H
#define SPILE_READER_MERGE_H

#include <stdint.h>

#include "streams.h"

/* The horizon when nothing more will be written: everything may be taken. */
#define MERGE_NO_HORIZON UINT64_MAX

/* A stream that has a head, and the head's time. */
struct merge_entry {
	uint64_t time;
	struct stream *stream;
};

struct merge {
	struct streams *streams;
	struct stream *process;	/* the one of process context; NULL if there is none */
	uint64_t horizon, cpu_horizon;
	struct merge_entry *heap;	/* a binary heap: the next record's stream comes first */
	size_t count;
	bool is_stopped;	/* a stream that may hold the next record has to be read first */
	struct stream *held;	/* a process-context handler's output is being given */
	uint64_t held_time;
};

/* The streams stay where they are until merge_fini(). */
void merge_init(struct merge *ret, struct streams *streams);
void merge_fini(struct merge *merge);

/*
 * After the streams were read: what is older than the horizons, as they are in struct spile_status,
 * may be taken now.
 */
void merge_begin(struct merge *merge, uint64_t horizon, uint64_t cpu_horizon);

/* The next record, valid until the streams are read again; NULL when no more may be taken. */
const struct spile_record *merge_next(struct merge *merge);

#endif
