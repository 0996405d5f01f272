/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams: the bytes on their way from handlers to the reader.
 *
 * One stream per CPU (only if probes print) and one for handlers in process context. A stream's
 * memory is a relay buffer; relay switches its sub-buffers and knows which are full. How far a
 * sub-buffer is filled is ours: `at`, written only by the CPU's running handler, is what the reader
 * may go up to; it follows with `read_at` under `reading`. A sub-buffer is never filled to the last
 * byte, so either pointer tells which one it is in; and the writer comes to one that the reader is
 * still in only by way of relay, which knows that it is not free.
 */
#ifndef SPILE_RUNTIME_STREAM_H
#define SPILE_RUNTIME_STREAM_H

#include "context.h"

/* Bytes that stay free behind the records of a sub-buffer: see rt_put_string. */
#define RT_SPARE 8

struct rt_stream {
	/* The writer's. */
	char *at;		/* where the next record goes; NULL until there is a buffer */
	char *limit;		/* it has to end before this; NULL: there is more to see to */
	u64 lost;		/* records lost since the last one that was written */

	struct rchan *channel;		/* NULL: this stream carries nothing */
	struct rchan_buf *buffer;	/* NULL until the CPU has been online */
	unsigned int cpu;		/* of the buffer in its channel */

	/* The reader's. */
	struct mutex reading;
	char *read_at;
} ____cacheline_aligned_in_smp;

extern struct rt_stream *rt_cpu_streams;	/* nr_cpu_ids of them */
extern struct rt_stream rt_process_stream;

/* Whether `length` bytes could ever be written at once. */
static inline bool rt_stream_fits(const struct rt_stream *s, u32 length)
{
	return s->channel && length < s->channel->subbuf_size;
}

/*
 * Room for `length` bytes where rt_stream_reserve sees none: in the next sub-buffer, perhaps.
 * Context: the stream's handler.
 */
char *rt_stream_make_room(struct rt_stream *s, u32 length);

/*
 * Room for `length` bytes (a multiple of 8), or NULL. They reach the reader by rt_stream_commit;
 * without it they are as if never asked for. Context: the stream's handler.
 */
static __always_inline char *rt_stream_reserve(struct rt_stream *s, u32 length)
{
	char *at = s->at;

	return likely(at + length < s->limit) ? at : rt_stream_make_room(s, length);
}

/* Passes what was reserved last on to the reader, up to `end`. Context: the stream's handler. */
static __always_inline void rt_stream_commit(struct rt_stream *s, char *end)
{
	kc_store_release(s->at, end);
}

/* ---- Reading ---- */

/*
 * Copies at most `room` bytes to the reader; 0 if there is nothing now, or -EFAULT.
 * Context: process.
 */
ssize_t rt_stream_read(struct rt_stream *s, char __user *to, size_t room);

/* ---- Load and unload ---- */

/* Closes the relay channels; also after a failed rt_streams_init. Context: process, at unload. */
void rt_streams_fini(void);

/*
 * Takes the streams' memory and ties the contexts to them; false without.
 * Context: process, at load, after rt_contexts_init.
 */
bool rt_streams_init(size_t bytes_per_cpu);

#endif
