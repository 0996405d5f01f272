/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session thread's way into a handler and out of it, and errors at the end of a run.
 */
#include "handler.h"
#include "error.h"

/* "TEXT at FILE:LINE:COLUMN in probe NAME" into the context's text. */
static void rt_error_describe(struct rt_context *c)
{
	const char *where = c->error_where ? c->error_where : c->probe->where;

	snprintf(c->text, sizeof(c->text), "%s at %s in probe %s", c->error, where,
		 c->probe->name);
}

/* Leaves the error to the session thread, which can wait for room; false if that is busy. */
static bool rt_error_mail(const struct rt_context *c)
{
	struct rt_mail *mail = rt_mail_open(c->probe->index);

	if (!mail)
		return false;
	memcpy(mail->text, c->text, sizeof(mail->text));
	rt_mail_send(mail);
	return true;
}

/* Passes on the error that ended a handler; one more than MAXERRORS ends the session. */
static void rt_error_report(struct rt_context *c)
{
	rt_counters_of(c)[c->probe->index].errors++;
	rt_error_describe(c);
	if ((c->is_process || !rt_error_mail(c)) &&
	    !rt_record_text(c, SPILE_RECORD_ERROR, c->text))
		atomic_inc(&rt_session.untold_errors);
	if (atomic_inc_return(&rt_session.handler_errors) > MAXERRORS) {
		kc_store(rt_session.has_failed, 1);
		rt_session_end();
	}
}

/* Counts, at the place of the error, that this hit was given up. */
static void rt_hit_give_up(struct rt_context *c, struct rt_place *place)
{
	rt_counters_of(c)[c->probe->index].given_up++;
	if (rt_place_count(place, c->probe))
		memcpy(place->text, c->error, sizeof(place->text) - 1);
}

void rt_error_settle(struct rt_context *c)
{
	struct rt_place *anywhere = &c->probe->place;

	if (c->failed == RT_FAILED_SOFT)
		rt_hit_give_up(c, c->error_place ? c->error_place : anywhere);
	else if (RT_SUPPRESS_HANDLER_ERRORS)
		rt_hit_give_up(c, rt_place_of_error(c->error_where, anywhere));
	else
		rt_error_report(c);
	c->failed = 0;
}

struct rt_context *rt_process_enter(struct rt_probe *probe)
{
	struct rt_context *c = rt_process_context;

	preempt_disable_notrace();
	c->probe = probe;
	c->where = NULL;
	rt_actions_start(c);
	c->lock_count = 0;
	kc_store(c->holder, 1 + smp_processor_id());
	return c;
}

void rt_process_leave(struct rt_context *c)
{
	c->lock_count = 0;
	if (c->failed)
		rt_error_settle(c);
	if (c->is_writing) {
		rt_handler_end_write(c);
		rt_time_close(c);
	}
	preempt_enable_notrace();
}

void rt_process_run(struct rt_probe *probe)
{
	u64 start = rt_times_all ? kc_cycles() : 0;
	struct rt_context *c = rt_process_enter(probe);

	rt_counters_of(c)[probe->index].hits++;
	probe->handler(c);
	if (rt_times_all)
		rt_usage_add(&rt_usage_of(c)[probe->index], kc_cycles() - start);
	rt_process_leave(c);
}

void rt_process_report(struct rt_probe *probe, u32 type, const char *text)
{
	struct rt_context *c = rt_process_enter(probe);

	rt_record_text(c, type, text);
	rt_process_leave(c);
}

void rt_session_exit(struct rt_context *c)
{
	rt_session_end();
}
