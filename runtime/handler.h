/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way into a handler and out of it.
 *
 * rt_enter/rt_leave are what every probe family puts around a handler: they are the price of a
 * hit, so they read one flag, take this CPU's context and count, and neither mask interrupts nor
 * use atomic instructions. Whatever interrupts a handler on its CPU finds the context busy and
 * is skipped and counted. rt_process_enter/_leave are the session thread's, for its own context.
 */
#ifndef SPILE_RUNTIME_HANDLER_H
#define SPILE_RUNTIME_HANDLER_H

#include "output.h"

/* ---- Errors at the end of a handler ---- */

/* "TEXT at FILE:LINE:COLUMN in probe NAME" into the context's text. */
static __maybe_unused void rt_error_describe(struct rt_context *c)
{
	const char *where = c->error_where ? c->error_where : c->probe->where;

	snprintf(c->text, sizeof(c->text), "%s at %s in probe %s", c->error, where,
		 c->probe->name);
}

/* Leaves the error to the session thread, which can wait for room; false if one lies there. */
static __maybe_unused bool rt_error_mail(const struct rt_context *c)
{
	struct rt_error_mail *mail = &rt_session.mail;

	if (cmpxchg(&mail->state, 0, 1) != 0)
		return false;
	mail->probe = c->probe->index;
	memcpy(mail->text, c->text, sizeof(mail->text));
	kc_store_release(mail->state, 2);
	return true;
}

/* Reports the error that ended a handler, and asks for the session's end. */
static __maybe_unused noinline void rt_error_report(struct rt_context *c)
{
	c->counters[c->probe->index].errors++;
	rt_error_describe(c);
	c->failed = 0;
	if (c->is_process || !rt_error_mail(c))
		rt_record_text(c, SPILE_RECORD_ERROR, c->text);
	rt_session_end();
}

/* Closes the run's time: everything it wrote is committed. */
static inline void rt_time_close(struct rt_context *c)
{
	if (c->time)
		kc_store_release(c->time, 0);
}

/* ---- Probes ---- */

/*
 * This CPU's context for a run of `probe`; NULL if it must not run now, which is counted unless
 * the session is not running. Ends with rt_leave. Context: any, NMI included.
 */
static __always_inline struct rt_context *rt_enter(struct rt_probe *probe)
{
	struct rt_context *c;

	if (unlikely(!kc_load(rt_session.running)))
		return NULL;
	preempt_disable_notrace();
	c = __this_cpu_read(rt_cpu_context);
	if (unlikely(c->busy)) {
		c->counters[probe->index].skipped_reentry++;
		preempt_enable_notrace();
		return NULL;
	}
	c->busy = 1;
	barrier();
	rt_context_start(c, probe, MAXACTION);
	c->counters[probe->index].hits++;
	return c;
}

/* Ends what rt_enter began. Context: the same. */
static __always_inline void rt_leave(struct rt_context *c)
{
	if (unlikely(c->failed))
		rt_error_report(c);
	rt_time_close(c);
	barrier();
	c->busy = 0;
	preempt_enable_notrace();
}

/* ---- The session thread ---- */

/* The process context, for a run of `probe` or a report in its name. Context: session thread. */
static __maybe_unused struct rt_context *rt_process_enter(struct rt_probe *probe)
{
	struct rt_context *c = rt_process_context;

	preempt_disable_notrace();
	rt_context_start(c, probe, MAXACTION_INTERRUPTIBLE);
	return c;
}

/* Ends what rt_process_enter began; tells the reader that this run's output is complete. */
static __maybe_unused void rt_process_leave(struct rt_context *c)
{
	c->lock_count = 0;
	if (c->failed)
		rt_error_report(c);
	if (c->wrote) {
		char *at = rt_room(c, sizeof(struct spile_record));

		if (at) {
			rt_put_header(c, at, SPILE_RECORD_HANDLER_END, sizeof(struct spile_record));
			rt_stream_commit(c->stream, sizeof(struct spile_record));
		}
	}
	rt_time_close(c);
	preempt_enable_notrace();
}

/* Runs `probe` in process context, counted as a hit. Context: session thread. */
static __maybe_unused void rt_process_run(struct rt_probe *probe)
{
	struct rt_context *c = rt_process_enter(probe);

	c->counters[probe->index].hits++;
	probe->handler(c);
	rt_process_leave(c);
}

/* Writes one text record in the name of `probe`. Context: session thread. */
static __maybe_unused void rt_process_report(struct rt_probe *probe, u32 type, const char *text)
{
	struct rt_context *c = rt_process_enter(probe);

	rt_record_text(c, type, text);
	rt_process_leave(c);
}

/* exit() of the script: no handler starts any more, and the session ends. Context: any. */
static __maybe_unused void rt_session_exit(struct rt_context *c)
{
	rt_session_end();
}

#endif
