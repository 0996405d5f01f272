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
	bool has_more;		/* reading stopped early: the kernel may hold more */
	const char *damage;	/* why nothing more can be taken from it; NULL while it is sound */
};

struct streams {
	struct stream *items;	/* by number */
	size_t count;
};

/* Opens the streams of a loaded module; a module without output has none. False: said why. */
bool streams_open(struct streams *ret, const char *module);
/* Closes the files; what was read stays. */
void streams_close(struct streams *streams);
void streams_fini(struct streams *streams);

/*
 * Reads what the kernel holds at this moment, up to a limit per stream. Returns the bytes read;
 * sets `has_more` of a stream that reached the limit.
 */
size_t streams_read(struct streams *streams);

/* Adds bytes to a stream as if they had been read. */
void stream_feed(struct stream *stream, const void *bytes, size_t size);

/*
 * The record at the head of the stream: whole, its length checked, aligned for u64; valid until
 * the stream is fed or read. NULL if there is none yet, or the stream is damaged.
 */
const struct spile_record *stream_head(struct stream *stream);
/* Takes the head off; there must be one. Its bytes stay valid as stream_head() says. */
void stream_take(struct stream *stream);

/* At the end of the session: marks a stream that ends within a record as damaged. */
void stream_end(struct stream *stream);

#endif
