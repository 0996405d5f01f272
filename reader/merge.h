/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sequence of records out of many streams, in the order of time. */
#ifndef SPILE_READER_MERGE_H
#define SPILE_READER_MERGE_H

#include <stdint.h>

#include "streams.h"

/* The horizon when nothing more will be written: everything may be taken. */
#define MERGE_NO_HORIZON UINT64_MAX

struct merge {
	struct streams *streams;
	uint64_t horizon;
	struct stream *current;	/* the head of this one comes before all others ... */
	uint64_t limit_time;	/* ... while it is earlier than (limit_time, limit_number) */
	uint32_t limit_number;
	struct stream *held;	/* a process-context handler's output is being given */
	uint64_t held_time;
};

void merge_init(struct merge *ret, struct streams *streams);

/* After the streams were read: what is older than `horizon` may be taken now. */
void merge_begin(struct merge *merge, uint64_t horizon);

/* The next record, valid until the streams are read again; NULL when no more may be taken. */
const struct spile_record *merge_next(struct merge *merge);

#endif
