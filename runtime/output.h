/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records: what handlers write into their stream, in the form of include/abi.h.
 *
 * Per-CPU handlers never wait: a record for which there is no room is lost and counted, and the
 * next one that is written is preceded by a record of the gap. A handler in process context waits
 * for room as long as there is a reader, with its locks marked as sleeping.
 *
 * All records of one run carry the time of the first one. The reader asks for a horizon, a time
 * that no record still to come lies before: see rt_horizon.
 */
#ifndef SPILE_RUNTIME_OUTPUT_H
#define SPILE_RUNTIME_OUTPUT_H

#include "format.h"
#include "stream.h"
#include "lock.h"
#include "text.h"

/* Bytes of an argument in a record. */
#define RT_LONG_SIZE 8
#define RT_STRING_SIZE(length) (((u32)(length) + 4 + 7) & ~7U)

#define RT_GAP_LENGTH (sizeof(struct spile_record) + sizeof(u64))

/* ---- Time ---- */

/* Value of rt_context.time while its clock is being read; 0 while nothing was written. */
#define RT_TIME_OPENING 1

/* Clocks of different CPUs are this close to each other, in nanoseconds. */
#define RT_TIME_MARGIN 1000000

/*
 * Fixes the time of this run's records. The mark comes first: a horizon computed from a clock
 * read before it was seen is not later than ours. Context: any, NMI included.
 */
static inline void rt_time_open(struct rt_context *c)
{
	c->is_writing = 1;
	kc_store(c->time, RT_TIME_OPENING);
	smp_mb();
	kc_store(c->time, kc_monotonic_ns());
}

/* Closes the run's time: everything it wrote is committed. Context: the handler. */
static inline void rt_time_close(struct rt_context *c)
{
	kc_store_release(c->time, 0);
	c->is_writing = 0;
}

/* As rt_horizon, of records from the per-CPU contexts alone. Context: the same. */
u64 rt_cpu_horizon(u64 last);

/*
 * A time that every record still to be committed reaches; it never goes back. `last` is the
 * previous answer. Context: process, one caller at a time.
 */
u64 rt_horizon(u64 last);

/* ---- Records ---- */

static __always_inline char *rt_put_header(const struct rt_context *c, char *at, u32 type,
					   u32 length)
{
	struct spile_record *record = (struct spile_record *)at;

	record->length = length;
	record->type = type;
	record->probe = c->probe->index;
	record->time = c->time;
	return at + sizeof(*record);
}

/* What rt_record_open does where the room is not simply there. */
char *rt_record_make_room(struct rt_context *c, u32 length);

/*
 * Starts a record with `payload` bytes (a multiple of 8) and returns where they go; NULL if the
 * record is lost, which is then counted. Context: any, NMI included.
 */
static __always_inline char *rt_record_open(struct rt_context *c, u32 type, u32 payload)
{
	u32 length = sizeof(struct spile_record) + payload;
	struct rt_stream *s = c->stream;
	char *at = s->at;

	if (!c->time)
		rt_time_open(c);
	c->records_sent++;
	if (unlikely(at + length >= s->limit)) {
		at = rt_record_make_room(c, length);
		if (!at)
			return NULL;
	}
	at = rt_put_header(c, at, type, length);
	/* The kernel's flags keep compilers from knowing; it saves callers' tests. */
	if (!at)
		__builtin_unreachable();
	return at;
}

/*
 * Passes the record begun last on to the reader; `end` is what the last rt_put_... returned.
 * Context: any, NMI included.
 */
static __always_inline void rt_record_end(struct rt_context *c, char *end)
{
	rt_stream_commit(c->stream, end);
}

/*
 * Starts the record of a printf: format number `format` and `size` bytes of arguments, made by
 * rt_put_long and rt_put_string at the returned place, then rt_record_end. NULL: lost, counted.
 */
static __always_inline char *rt_record_begin(struct rt_context *c, u32 format, u32 size)
{
	char *at = rt_record_open(c, SPILE_RECORD_PRINT, 2 * sizeof(u32) + size);

	if (unlikely(!at))
		return NULL;
	*(u64 *)at = format;
	at += 2 * sizeof(u32);
	if (!at)
		__builtin_unreachable();
	return at;
}

/* Writes a number and returns the place behind it. */
static inline char *rt_put_long(char *at, s64 value)
{
	*(s64 *)at = value;
	return at + RT_LONG_SIZE;
}

/*
 * Writes a string of `length` bytes and returns the place behind it. The zeroes at its end, and
 * whole words of the string, may go beyond that place by as much as RT_SPARE bytes: what comes next
 * is written over them, and behind the last record of a sub-buffer there is that much.
 */
static inline char *rt_put_string(char *at, const char *s, u32 length)
{
	char *to = at + sizeof(u32);

	*(u32 *)at = length;
	rt_bytes_copy(to, s, length);
	kc_put_word(to + length, 0);
	return at + RT_STRING_SIZE(length);
}

/* Tells the reader that this run of a process-context handler wrote its last record. */
void rt_handler_end_write(struct rt_context *c);

/*
 * Writes the record of the gap that is due, if there is room for it and `length` bytes behind;
 * returns where those go, or NULL. The time is open. Context: any, NMI included.
 */
char *rt_gap_write(struct rt_context *c, u32 length);

/* ---- What generated code calls besides. Context: any, NMI included ---- */

/* sprintf into a buffer of MAXSTRINGLEN bytes. */
static inline void rt_format(char *to, const char *format, const struct spile_argument *arguments,
			     u32 count)
{
	spile_format(to, MAXSTRINGLEN, format, arguments, count);
}

#endif
