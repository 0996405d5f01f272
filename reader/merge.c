/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merges the streams by (time, stream number). session.c reads the streams, sets the horizon
 * that it took beforehand, and takes records until there is none.
 *
 * Within a stream the order is the stream's, whatever the times say. A stream that was not
 * read to its end stops the merge when it runs dry, for its next record may be the oldest.
 * After output of a process-context handler only its own stream is asked until the record of
 * the handler's end, or one of another handler, turns up.
 *
 * Choosing looks at every stream's head; so the choice is kept while the chosen stream's head
 * stays before the runner-up, which for bursts of one CPU is most of the time.
 */
#include "merge.h"

#include <string.h>

void merge_init(struct merge *ret, struct streams *streams)
{
	memset(ret, 0, sizeof(*ret));
	ret->streams = streams;
}

void merge_begin(struct merge *merge, uint64_t horizon)
{
	merge->horizon = horizon;
	merge->current = NULL;
}

static bool is_before(uint64_t time, uint32_t number, uint64_t other_time, uint32_t other_number)
{
	return time < other_time || (time == other_time && number < other_number);
}

/* Finds the stream with the first head and the runner-up's place; NULL if none may be taken. */
static struct stream *choose(struct merge *merge)
{
	struct stream *first = NULL;
	uint64_t first_time = UINT64_MAX;

	merge->limit_time = UINT64_MAX;
	merge->limit_number = UINT32_MAX;
	for (size_t i = 0; i < merge->streams->count; i++) {
		struct stream *stream = &merge->streams->items[i];
		const struct spile_record *head = stream_head(stream);

		if (!head && stream->has_more && !stream->damage)
			return NULL;
		if (!head)
			continue;
		if (!first || is_before(head->time, stream->number, first_time, first->number)) {
			if (first) {
				merge->limit_time = first_time;
				merge->limit_number = first->number;
			}
			first = stream;
			first_time = head->time;
		} else if (is_before(head->time, stream->number, merge->limit_time,
				     merge->limit_number)) {
			merge->limit_time = head->time;
			merge->limit_number = stream->number;
		}
	}
	return first;
}

/* The stream whose head comes next, chosen anew when the last choice does not hold any more. */
static struct stream *next_stream(struct merge *merge)
{
	struct stream *current = merge->current;
	const struct spile_record *head = current ? stream_head(current) : NULL;

	if (!head || !is_before(head->time, current->number, merge->limit_time,
				merge->limit_number))
		merge->current = choose(merge);
	return merge->current;
}

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

/* The stream to take from now; NULL if nothing may be taken. */
static struct stream *stream_to_take(struct merge *merge)
{
	struct stream *stream;
	const struct spile_record *head;

	if (merge->held) {
		head = stream_head(merge->held);
		if (still_held(merge, head))
			return head ? merge->held : NULL;
		merge->held = NULL;
	}
	stream = next_stream(merge);
	if (!stream)
		return NULL;
	head = stream_head(stream);
	if (merge->horizon != MERGE_NO_HORIZON && head->time >= merge->horizon)
		return NULL;
	return stream;
}

const struct spile_record *merge_next(struct merge *merge)
{
	struct stream *stream;

	while ((stream = stream_to_take(merge))) {
		const struct spile_record *record = stream_head(stream);

		stream_take(stream);
		if (record->type == SPILE_RECORD_HANDLER_END) {
			merge->held = NULL;
			continue;
		}
		if (starts_handler(stream, record)) {
			merge->held = stream;
			merge->held_time = record->time;
		}
		return record;
	}
	return NULL;
}
