/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The streams of a module: bytes as the kernel gives them, cut into records. */
#ifndef SPILE_READER_STREAMS_H
#define SPILE_READER_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "text.h"

/* The number of streamP: it comes after those of all CPUs. */
#define STREAM_PROCESS UINT32_MAX

struct stream {
	int fd;			/* -1 if there is no file (tests) */
	uint32_t number;	/* its CPU, or STREAM_PROCESS */
	struct text buffer;	/* bytes not yet taken are [start, buffer.length) */
	size_t start;
	size_t limit;		/* bytes that may wait in the buffer, unless a record is longer */
	const struct spile_record *head;	/* at `start`, if it was looked at and is sound */
	bool has_more;		/* reading stopped at the limit: there may be more to read */
	const char *damage;	/* why nothing more can be taken from it; NULL while it is sound */
};

struct streams {
	struct stream *items;	/* by number */
	size_t count;
};

/* Opens the streams of a loaded module; a module without output has none. False: said why. */
bool streams_open(struct streams *ret, const char *module);
/* The same by hand: adds a stream, which then owns the descriptor; and what all of them need. */
void streams_add(struct streams *streams, int fd, uint32_t number);
void streams_complete(struct streams *streams);
/* Closes the files; what was read stays. */
void streams_close(struct streams *streams);
void streams_fini(struct streams *streams);

/*
 * Reads what there is at this moment, as far as the buffers have room. Returns the bytes read;
 * sets `has_more` of a stream whose buffer is full.
 */
size_t streams_read(struct streams *streams);

/* Adds bytes to a stream as if they had been read. */
void stream_feed(struct stream *stream, const void *bytes, size_t size);

/* Looks at the bytes at `start`, for stream_head(). */
const struct spile_record *stream_find_head(struct stream *stream);

/*
 * The record at the head of the stream: whole, its length checked, aligned for u64; valid until
 * the stream is fed or read. NULL if there is none yet, or the stream is damaged.
 */
static inline const struct spile_record *stream_head(struct stream *stream)
{
	return stream->head ? stream->head : stream_find_head(stream);
}

/* Takes the head off, if there is one. Its bytes stay valid as stream_head() says. */
static inline void stream_take(struct stream *stream)
{
	const struct spile_record *head = stream_head(stream);

	if (head)
		stream->start += head->length;
	stream->head = NULL;
}

/* At the end of the session: marks a stream that ends within a record as damaged. */
void stream_end(struct stream *stream);

#endif
