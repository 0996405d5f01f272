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

#define RT_SUBBUF_COUNT 8
#define RT_PROCESS_SUBBUF_SIZE 65536
#define RT_PROCESS_SUBBUF_COUNT 4

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

static struct rt_stream *rt_cpu_streams;	/* nr_cpu_ids of them */
static struct rt_stream rt_process_stream;
static struct rchan *rt_cpu_channel;

/* Looks for the relay buffer behind a stream; false if there is none. Context: as its handler. */
static __maybe_unused bool rt_stream_find(struct rt_stream *s)
{
	if (!s->at && s->channel) {
		s->buffer = kc_relay_buffer(s->channel, s->cpu);
		if (s->buffer)
			kc_store_release(s->at, (char *)s->buffer->start);
	}
	return s->at != NULL;
}

/* Whether `length` bytes could ever be written at once. */
static inline bool rt_stream_fits(const struct rt_stream *s, u32 length)
{
	return s->channel && length < s->channel->subbuf_size;
}

/*
 * Room for `length` bytes where rt_stream_reserve sees none: in the next sub-buffer, perhaps.
 * Context: the stream's handler.
 */
static __maybe_unused noinline char *rt_stream_make_room(struct rt_stream *s, u32 length)
{
	struct rchan_buf *b;
	size_t size;

	s->limit = NULL;
	if (!rt_stream_find(s) || !rt_stream_fits(s, length))
		return NULL;
	b = s->buffer;
	size = s->channel->subbuf_size;
	/* More than the size means that the sub-buffer is closed and the next one was not free. */
	if (b->offset <= size)
		b->offset = s->at - (char *)b->data;
	if (b->offset + length >= size && !relay_switch_subbuf(b, length))
		return NULL;
	s->limit = (char *)b->data + size;
	kc_store_release(s->at, (char *)b->data + b->offset);
	return s->at;
}

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

/* ---- Reading: process context, under s->reading ---- */

/* The number of the sub-buffer that `at` lies in. */
static inline size_t rt_stream_index(const struct rt_stream *s, const char *at)
{
	return (at - (char *)s->buffer->start) / s->channel->subbuf_size;
}

/* How many bytes the sub-buffer at the reader's place holds for it; writing has come to `at`. */
static __maybe_unused size_t rt_stream_available(const struct rt_stream *s, const char *at)
{
	size_t index = rt_stream_index(s, s->read_at);
	size_t end = (index + 1) * s->channel->subbuf_size - s->buffer->padding[index];

	if (rt_stream_index(s, at) == index)
		return at - s->read_at;
	return (char *)s->buffer->start + end - s->read_at;
}

/* Gives the sub-buffer at the reader's place back; writing goes on in one behind it. */
static __maybe_unused void rt_stream_advance(struct rt_stream *s)
{
	size_t next = (rt_stream_index(s, s->read_at) + 1) % s->channel->n_subbufs;

	s->read_at = (char *)s->buffer->start + next * s->channel->subbuf_size;
	smp_mb();	/* all of it was read before it is written again */
	relay_subbufs_consumed(s->channel, s->cpu, 1);
}

/* Copies at most `room` bytes; 0 if there is nothing now, or -EFAULT. Under s->reading. */
static __maybe_unused ssize_t rt_stream_copy(struct rt_stream *s, char __user *to, size_t room)
{
	const char *at = kc_load_acquire(s->at);
	size_t length;

	if (!at)
		return 0;
	if (!s->read_at)
		s->read_at = s->buffer->start;
	while (!(length = rt_stream_available(s, at))) {
		if (rt_stream_index(s, at) == rt_stream_index(s, s->read_at))
			return 0;
		rt_stream_advance(s);
	}
	length = min(length, room);
	if (copy_to_user(to, s->read_at, length))
		return -EFAULT;
	s->read_at += length;
	return length;
}

/*
 * Copies at most `room` bytes to the reader; 0 if there is nothing now, or -EFAULT.
 * Context: process.
 */
static __maybe_unused ssize_t rt_stream_read(struct rt_stream *s, char __user *to, size_t room)
{
	ssize_t done = 0, length;

	mutex_lock(&s->reading);
	do {
		length = rt_stream_copy(s, to + done, room - done);
		if (length > 0)
			done += length;
	} while (length > 0 && (size_t)done < room);
	mutex_unlock(&s->reading);
	return done ? done : length;
}

/* ---- Load and unload ---- */

static __maybe_unused void rt_stream_prepare(struct rt_stream *s, struct rchan *channel,
					     unsigned int cpu)
{
	mutex_init(&s->reading);
	s->channel = channel;
	s->cpu = cpu;
	rt_stream_find(s);
}

static __maybe_unused void rt_streams_fini(void)
{
	if (rt_cpu_channel)
		relay_close(rt_cpu_channel);
	if (rt_process_stream.channel)
		relay_close(rt_process_stream.channel);
	kc_release(rt_cpu_streams);
	rt_cpu_channel = NULL;
	rt_process_stream.channel = NULL;
	rt_cpu_streams = NULL;
}

/* The per-CPU relay channel, of about `bytes` for each CPU. */
static __maybe_unused bool rt_streams_open_cpus(size_t bytes)
{
	size_t subbuf_size = PAGE_ALIGN(bytes / RT_SUBBUF_COUNT);

	rt_cpu_channel = kc_relay_open(subbuf_size, RT_SUBBUF_COUNT, false);
	if (!rt_cpu_channel)
		return false;
	rt_session.memory += (u64)subbuf_size * RT_SUBBUF_COUNT * num_online_cpus();
	return true;
}

/*
 * Takes the streams' memory and ties the contexts to them; false without.
 * Context: process, at load, after rt_contexts_init.
 */
static __maybe_unused bool rt_streams_init(size_t bytes_per_cpu)
{
	struct rchan *process;
	unsigned int cpu;

	rt_cpu_streams = rt_allocate(nr_cpu_ids * sizeof(*rt_cpu_streams));
	if (!rt_cpu_streams)
		return false;
	process = kc_relay_open(RT_PROCESS_SUBBUF_SIZE, RT_PROCESS_SUBBUF_COUNT, true);
	if (!process)
		goto no_memory;
	rt_session.memory += RT_PROCESS_SUBBUF_SIZE * RT_PROCESS_SUBBUF_COUNT;
	rt_stream_prepare(&rt_process_stream, process, 0);
	rt_process_context->stream = &rt_process_stream;
	if (RT_PRINTS && !rt_streams_open_cpus(bytes_per_cpu))
		goto no_memory;
	for_each_possible_cpu(cpu) {
		rt_stream_prepare(&rt_cpu_streams[cpu], rt_cpu_channel, cpu);
		rt_context_of(cpu)->stream = &rt_cpu_streams[cpu];
	}
	return true;

no_memory:
	rt_streams_fini();
	return false;
}

#endif
