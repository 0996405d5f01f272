/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams beyond the next record: new sub-buffers, the reader's side, load and unload.
 */
#include "stream.h"

/* For the per-CPU streams and the one of process context. */
#define RT_SUBBUF_COUNT 8
#define RT_PROCESS_SUBBUF_SIZE 65536
#define RT_PROCESS_SUBBUF_COUNT 4

struct rt_stream *rt_cpu_streams;
struct rt_stream rt_process_stream;
static struct rchan *rt_cpu_channel;

/* Looks for the relay buffer behind a stream; false if there is none. Context: as its handler. */
static bool rt_stream_find(struct rt_stream *s)
{
	if (!s->at && s->channel) {
		s->buffer = kc_relay_buffer(s->channel, s->cpu);
		if (s->buffer)
			kc_store_release(s->at, (char *)s->buffer->start);
	}
	return s->at != NULL;
}

char *rt_stream_make_room(struct rt_stream *s, u32 length)
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

/* The number of the sub-buffer that `at` lies in. */
static inline size_t rt_stream_index(const struct rt_stream *s, const char *at)
{
	return (at - (char *)s->buffer->start) / s->channel->subbuf_size;
}

/* How many bytes the sub-buffer at the reader's place holds for it; writing has come to `at`. */
static size_t rt_stream_available(const struct rt_stream *s, const char *at)
{
	size_t index = rt_stream_index(s, s->read_at);
	size_t end = (index + 1) * s->channel->subbuf_size - s->buffer->padding[index];

	if (rt_stream_index(s, at) == index)
		return at - s->read_at;
	return (char *)s->buffer->start + end - s->read_at;
}

/* Gives the sub-buffer at the reader's place back; writing goes on in one behind it. */
static void rt_stream_advance(struct rt_stream *s)
{
	size_t next = (rt_stream_index(s, s->read_at) + 1) % s->channel->n_subbufs;

	s->read_at = (char *)s->buffer->start + next * s->channel->subbuf_size;
	smp_mb();	/* all of it was read before it is written again */
	relay_subbufs_consumed(s->channel, s->cpu, 1);
}

/* Copies at most `room` bytes; 0 if there is nothing now, or -EFAULT. Under s->reading. */
static ssize_t rt_stream_copy(struct rt_stream *s, char __user *to, size_t room)
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

ssize_t rt_stream_read(struct rt_stream *s, char __user *to, size_t room)
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

static void rt_stream_prepare(struct rt_stream *s, struct rchan *channel,
			      unsigned int cpu)
{
	mutex_init(&s->reading);
	s->channel = channel;
	s->cpu = cpu;
	rt_stream_find(s);
}

void rt_streams_fini(void)
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
static bool rt_streams_open_cpus(size_t bytes)
{
	size_t subbuf_size = PAGE_ALIGN(bytes / RT_SUBBUF_COUNT);

	rt_cpu_channel = kc_relay_open(subbuf_size, RT_SUBBUF_COUNT, false);
	if (!rt_cpu_channel)
		return false;
	rt_session.memory += (u64)subbuf_size * RT_SUBBUF_COUNT * num_online_cpus();
	return true;
}

bool rt_streams_init(size_t bytes_per_cpu)
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
	if (rt_script.prints && !rt_streams_open_cpus(bytes_per_cpu))
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
