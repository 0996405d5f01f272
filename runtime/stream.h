/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams: the bytes on their way from handlers to the reader.
 *
 * One stream per CPU (only if the script prints) and one for handlers in process context. A
 * stream's memory is a relay buffer; relay switches its sub-buffers and knows which are full.
 * Positions are ours: `committed`, written only by the CPU's running handler, is the number of
 * bytes ever passed, padding at the end of sub-buffers included; the reader follows it under
 * `reading`. A sub-buffer is never filled to the last byte, so a position tells which one it is in.
 */
#ifndef SPILE_RUNTIME_STREAM_H
#define SPILE_RUNTIME_STREAM_H

#include "context.h"

#define RT_SUBBUF_COUNT 8
#define RT_PROCESS_SUBBUF_SIZE 65536
#define RT_PROCESS_SUBBUF_COUNT 4

struct rt_stream {
	struct rchan *channel;		/* NULL: this stream carries nothing */
	struct rchan_buf *buffer;	/* NULL until the CPU has been online */
	unsigned int cpu;		/* of the buffer in its channel */
	u64 committed;			/* published by rt_stream_commit */
	u64 lost;			/* records lost since the last one that was written */
	struct mutex reading;
	u64 position;			/* of the reader */
};

static struct rt_stream *rt_cpu_streams;	/* nr_cpu_ids of them */
static struct rt_stream rt_process_stream;
static struct rchan *rt_cpu_channel;

/* The relay buffer behind a stream; NULL if there is none. Context: any. */
static inline struct rchan_buf *rt_stream_buffer(struct rt_stream *s)
{
	if (unlikely(!s->buffer) && s->channel)
		s->buffer = kc_relay_buffer(s->channel, s->cpu);
	return s->buffer;
}

/* Whether `length` bytes could ever be written at once. */
static inline bool rt_stream_fits(const struct rt_stream *s, u32 length)
{
	return s->channel && length < s->channel->subbuf_size;
}

/*
 * Room for `length` bytes (a multiple of 8), or NULL. They reach the reader by rt_stream_commit;
 * without it they are as if never asked for. Context: the stream's handler.
 */
static inline char *rt_stream_reserve(struct rt_stream *s, u32 length)
{
	struct rchan_buf *b = rt_stream_buffer(s);

	if (unlikely(!b || !rt_stream_fits(s, length)))
		return NULL;
	if (unlikely(b->offset + length >= s->channel->subbuf_size) &&
	    !relay_switch_subbuf(b, length))
		return NULL;
	return (char *)b->data + b->offset;
}

/* Passes the `length` bytes reserved last on to the reader. Context: the stream's handler. */
static inline void rt_stream_commit(struct rt_stream *s, u32 length)
{
	struct rchan_buf *b = s->buffer;

	b->offset += length;
	kc_store_release(s->committed,
			 (u64)b->subbufs_produced * s->channel->subbuf_size + b->offset);
}

/* ---- Reading: process context, under s->reading ---- */

/* How many bytes can be read at the reader's position before the sub-buffer's end. */
static __maybe_unused size_t rt_stream_available(const struct rt_stream *s, u64 committed)
{
	size_t size = s->channel->subbuf_size;
	u64 index = s->position / size;
	size_t end = size - s->buffer->padding[index % s->channel->n_subbufs];

	if (committed / size == index)
		end = committed % size;
	return end - s->position % size;
}

/* When all of a sub-buffer is read and writing goes on behind it: gives it back. */
static __maybe_unused void rt_stream_advance(struct rt_stream *s, u64 committed)
{
	size_t size = s->channel->subbuf_size;
	u64 index = s->position / size;

	if (committed / size == index || rt_stream_available(s, committed))
		return;
	s->position = (index + 1) * size;
	relay_subbufs_consumed(s->channel, s->cpu, 1);
}

/*
 * Copies at most `room` bytes to the reader; 0 if there is nothing now, or -EFAULT.
 * Context: process.
 */
static __maybe_unused ssize_t rt_stream_read(struct rt_stream *s, char __user *to, size_t room)
{
	ssize_t done = 0;

	mutex_lock(&s->reading);
	while (room && rt_stream_buffer(s)) {
		u64 committed = kc_load_acquire(s->committed);
		size_t size = s->channel->subbuf_size;
		size_t length = rt_stream_available(s, committed);

		if (!length && committed / size == s->position / size)
			break;
		if (length > room)
			length = room;
		if (copy_to_user(to + done, (char *)s->buffer->start +
				 s->position % (size * s->channel->n_subbufs), length)) {
			done = done ? done : -EFAULT;
			break;
		}
		done += length;
		room -= length;
		s->position += length;
		rt_stream_advance(s, committed);
	}
	mutex_unlock(&s->reading);
	return done;
}

/* ---- Load and unload ---- */

static __maybe_unused void rt_stream_prepare(struct rt_stream *s, struct rchan *channel,
					     unsigned int cpu)
{
	mutex_init(&s->reading);
	s->channel = channel;
	s->cpu = cpu;
	rt_stream_buffer(s);
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
