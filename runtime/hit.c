/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rarer ways of a hit into a handler and out of it: errors, what else asks for attention, closed
 * gates, conditions.
 */
#include "handler.h"
#include "error.h"
#include "report.h"

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

void rt_attend(struct rt_context *c)
{
	if (c->is_sampled)
		rt_sample_end(c);
	if (c->failed)
		rt_error_settle(c);
	if (c->is_writing)
		rt_time_close(c);
}

void rt_turn_away(u32 *gate, u32 probe)
{
	if (gate != &rt_gate_closed)
		rt_counters_of(container_of(gate, struct rt_context, busy))[probe].skipped_reentry++;
	preempt_enable_notrace();
}

void rt_condition_set(struct rt_probe *probe, bool is_met)
{
	if (kc_load(probe->wanted) == is_met)
		return;
	kc_store(probe->wanted, is_met);
	kc_store_release(rt_session.condition_changed, 1);
	rt_session_wake();
}
