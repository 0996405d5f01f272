/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records beyond the simple case: no room, gaps, waiting; the horizon.
 */
#include "output.h"

/* The time of the records that `c` may still write in this run; `now` if it writes none. */
static u64 rt_time_open_since(const struct rt_context *c, u64 now, u64 last)
{
	u64 time;
	u32 tries;

	for (tries = 0; tries < 1000; tries++) {
		time = kc_load(c->time);
		if (time != RT_TIME_OPENING)
			return time && time < now ? time : now;
		cpu_relax();
	}
	return last;
}

/* Never goes back behind `last`, the previous answer, and allows for the clocks' differences. */
static u64 rt_horizon_settle(u64 horizon, u64 last)
{
	return horizon < last + RT_TIME_MARGIN ? last : horizon - RT_TIME_MARGIN;
}

u64 rt_cpu_horizon(u64 last)
{
	u64 now = kc_monotonic_ns();
	u64 horizon = now;
	unsigned int cpu;

	smp_mb();
	for_each_possible_cpu(cpu)
		horizon = min(horizon, rt_time_open_since(rt_context_of(cpu), now, last));
	return rt_horizon_settle(horizon, last);
}

u64 rt_horizon(u64 last)
{
	u64 now = kc_monotonic_ns();
	u64 process;

	smp_mb();
	process = rt_horizon_settle(rt_time_open_since(rt_process_context, now, last), last);
	return min(process, rt_cpu_horizon(last));
}

/* Lets others run for a while in the middle of a process-context handler. */
static void rt_context_sleep(struct rt_context *c, u32 milliseconds)
{
	rt_locks_mark(c, RT_LOCK_SLEEPS);
	preempt_enable_notrace();
	msleep(milliseconds);
	preempt_disable_notrace();
	rt_locks_mark(c, 0);
}

static char *rt_wait_for_room(struct rt_context *c, u32 length)
{
	u32 milliseconds = 1;
	char *at = NULL;

	while (!at && rt_stream_fits(c->stream, length) && kc_load(rt_session.reader_present)) {
		rt_context_sleep(c, milliseconds);
		if (milliseconds < 16)
			milliseconds *= 2;
		at = rt_stream_reserve(c->stream, length);
	}
	return at;
}

/* As rt_stream_reserve, waiting in process context. */
static char *rt_room(struct rt_context *c, u32 length)
{
	char *at = rt_stream_reserve(c->stream, length);

	if (unlikely(!at) && c->is_process)
		at = rt_wait_for_room(c, length);
	return at;
}

char *rt_gap_write(struct rt_context *c, u32 length)
{
	struct rt_stream *s = c->stream;
	char *at = rt_room(c, RT_GAP_LENGTH + length);
	u64 *lost;

	if (!at)
		return NULL;
	lost = (u64 *)rt_put_header(c, at, SPILE_RECORD_GAP, RT_GAP_LENGTH);
	*lost = s->lost;
	s->lost = 0;
	rt_stream_commit(s, (char *)(lost + 1));
	return s->at;
}

/* Counts the record that is about to be written as lost. */
static void rt_record_lose(struct rt_context *c)
{
	c->stream->lost++;
	c->stream->limit = NULL;
	c->records_lost++;
	rt_counters_of(c)[c->probe->index].lost_records++;
}

char *rt_record_make_room(struct rt_context *c, u32 length)
{
	char *at;

	if (c->stream->lost)
		at = rt_gap_write(c, length);
	else
		at = rt_room(c, length);
	if (!at)
		rt_record_lose(c);
	return at;
}

void rt_handler_end_write(struct rt_context *c)
{
	u32 length = sizeof(struct spile_record);
	char *at = rt_room(c, length);

	if (at)
		rt_record_end(c, rt_put_header(c, at, SPILE_RECORD_HANDLER_END, length));
}
