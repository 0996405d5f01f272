/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merges the streams by (time, stream number). session.c reads the streams, sets the horizon
 * that it took beforehand, and takes records until there is none.
 *
 * Within a stream the order is the stream's, whatever the times say. A stream that was not
 * read to its end stops the merge when it runs dry, for its next record may be the oldest.
 * After output of a process-context handler only its own stream is asked until the record of
 * the handler's end, or one of another handler, turns up: it is out of the heap meanwhile.
 *
 * A handler in process context may write more than the buffers hold before it ends, and as long
 * as it runs the horizon stays before it. But once its first record is here, only the streams of
 * CPUs can still bring something older: then the horizon of those is the one that counts.
 *
 * A heap keeps the streams by their heads. As long as the first one stays first, which for
 * bursts of one CPU is most of the time, a record costs two comparisons.
 */
#include "merge.h"

#include <stdlib.h>
#include <string.h>

void merge_init(struct merge *ret, struct streams *streams)
{
	memset(ret, 0, sizeof(*ret));
	ret->streams = streams;
	for (size_t i = 0; i < streams->count; i++)
		if (streams->items[i].number == STREAM_PROCESS)
			ret->process = &streams->items[i];
	ret->heap = memory_alloc(streams->count * sizeof(*ret->heap));
}

void merge_fini(struct merge *merge)
{
	free(merge->heap);
	memset(merge, 0, sizeof(*merge));
}

/* ---- The heap ---- */

static bool is_before(const struct merge_entry *a, const struct merge_entry *b)
{
	return a->time < b->time || (a->time == b->time && a->stream->number < b->stream->number);
}

/* Moves the entry at `at` down to where it belongs. */
static void sift_down(struct merge *merge, size_t at)
{
	struct merge_entry entry = merge->heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < merge->count &&
		    is_before(&merge->heap[child + 1], &merge->heap[child]))
			child++;
		if (child >= merge->count || !is_before(&merge->heap[child], &entry))
			break;
		merge->heap[at] = merge->heap[child];
		at = child;
	}
	merge->heap[at] = entry;
}

static void sift_up(struct merge *merge, size_t at)
{
	struct merge_entry entry = merge->heap[at];

	while (at > 0 && is_before(&entry, &merge->heap[(at - 1) / 2])) {
		merge->heap[at] = merge->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	merge->heap[at] = entry;
}

/* May a stream without a head have the next record? Then nothing may be taken until it is read. */
static bool has_unread(const struct stream *stream)
{
	return stream->has_more && !stream->damage;
}

/* Adds a stream, which is not in the heap. */
static void add(struct merge *merge, struct stream *stream)
{
	const struct spile_record *head = stream_head(stream);

	if (!head) {
		merge->is_stopped |= has_unread(stream);
		return;
	}
	merge->heap[merge->count].time = head->time;
	merge->heap[merge->count].stream = stream;
	sift_up(merge, merge->count++);
}

static void remove_first(struct merge *merge)
{
	merge->heap[0] = merge->heap[--merge->count];
	if (merge->count)
		sift_down(merge, 0);
}

/* The first stream's head was taken off: finds the new place of the stream. */
static void settle_first(struct merge *merge)
{
	struct stream *stream = merge->heap[0].stream;
	const struct spile_record *head = stream_head(stream);

	if (head) {
		merge->heap[0].time = head->time;
		sift_down(merge, 0);
		return;
	}
	merge->is_stopped |= has_unread(stream);
	remove_first(merge);
}

void merge_begin(struct merge *merge, uint64_t horizon, uint64_t cpu_horizon)
{
	merge->horizon = horizon;
	merge->cpu_horizon = cpu_horizon;
	merge->count = 0;
	merge->is_stopped = false;
	for (size_t i = 0; i < merge->streams->count; i++)
		if (&merge->streams->items[i] != merge->held)
			add(merge, &merge->streams->items[i]);
}

/* ---- Records ---- */

/* While a handler's output is held together: is the head still of that handler? */
static bool still_held(const struct merge *merge, const struct spile_record *head)
{
	if (head)
		return head->time == merge->held_time;
	if (merge->held->damage)
		return false;
	return merge->horizon != MERGE_NO_HORIZON || merge->held->has_more;
}

/* Output, unlike a message of the session itself, is always followed by its handler's end. */
static bool starts_handler(const struct stream *stream, const struct spile_record *record)
{
	return stream->number == STREAM_PROCESS &&
	       (record->type == SPILE_RECORD_PRINT || record->type == SPILE_RECORD_HISTOGRAM);
}

static void release_hold(struct merge *merge)
{
	struct stream *stream = merge->held;

	merge->held = NULL;
	add(merge, stream);
}

/* The held stream's next record; NULL if it has yet to come, or the hold has ended. */
static const struct spile_record *take_held(struct merge *merge)
{
	const struct spile_record *record = stream_head(merge->held);

	if (!still_held(merge, record)) {
		release_hold(merge);
		return NULL;
	}
	if (!record)
		return NULL;
	stream_take(merge->held);
	if (record->type == SPILE_RECORD_HANDLER_END)
		release_hold(merge);
	return record;
}

/* May a record of that time be taken, when it is the first one? */
static bool is_settled(const struct merge *merge, uint64_t time)
{
	bool has_process = merge->process && stream_head(merge->process);
	uint64_t horizon = has_process ? merge->cpu_horizon : merge->horizon;

	return horizon == MERGE_NO_HORIZON || time < horizon;
}

static const struct spile_record *take_first(struct merge *merge)
{
	const struct spile_record *record;
	struct stream *stream;

	if (merge->is_stopped || merge->count == 0 || !is_settled(merge, merge->heap[0].time))
		return NULL;
	stream = merge->heap[0].stream;
	record = stream_head(stream);
	stream_take(stream);
	if (starts_handler(stream, record)) {
		merge->held = stream;
		merge->held_time = record->time;
		remove_first(merge);
	} else {
		settle_first(merge);
	}
	return record;
}

const struct spile_record *merge_next(struct merge *merge)
{
	const struct spile_record *record;

	do {
		record = merge->held ? take_held(merge) : NULL;
		if (!record && !merge->held)
			record = take_first(merge);
	} while (record && record->type == SPILE_RECORD_HANDLER_END);
	return record;
}
