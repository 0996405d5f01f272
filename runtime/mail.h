/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors on their way from handlers to the session thread, which can wait for room in the output.
 *
 * A few letter boxes, taken by whoever finds one free, in any context. The session thread empties
 * them in the order of their time (module/report.h). An error that finds none goes the way of all
 * output, and is counted if it is lost there too: handler.h. rt_session_fail() is for errors of the
 * session as a whole, which end it: too many skipped hits, too much time spent in handlers.
 */
#ifndef SPILE_RUNTIME_MAIL_H
#define SPILE_RUNTIME_MAIL_H

#include "session.h"

/* An empty box for an error of probe number `probe`, or NULL. Context: any, NMI included. */
static __maybe_unused struct rt_mail *rt_mail_open(u32 probe)
{
	u32 i;

	for (i = 0; i < RT_MAILS; i++) {
		struct rt_mail *mail = &rt_session.mails[i];

		if (cmpxchg(&mail->state, RT_MAIL_EMPTY, RT_MAIL_OPEN) != RT_MAIL_EMPTY)
			continue;
		mail->probe = probe;
		mail->time = kc_monotonic_ns();
		return mail;
	}
	return NULL;
}

/* Sends what was written into the box's text. Context: any, NMI included. */
static __maybe_unused void rt_mail_send(struct rt_mail *mail)
{
	kc_store_release(mail->state, RT_MAIL_SENT);
	rt_session_wake();
}

/* The oldest error that was sent, or NULL. Context: session thread. */
static __maybe_unused struct rt_mail *rt_mail_next(void)
{
	struct rt_mail *oldest = NULL;
	u32 i;

	for (i = 0; i < RT_MAILS; i++) {
		struct rt_mail *mail = &rt_session.mails[i];

		if (kc_load_acquire(mail->state) == RT_MAIL_SENT &&
		    (!oldest || mail->time < oldest->time))
			oldest = mail;
	}
	return oldest;
}

/* Empties a box of rt_mail_next. Context: session thread. */
static __maybe_unused void rt_mail_drop(struct rt_mail *mail)
{
	kc_store_release(mail->state, RT_MAIL_EMPTY);
}

/*
 * Ends the session for an error, printf-like, that is no single handler's; if one has ended it
 * already, this one is not told. Context: any, NMI included.
 */
static __maybe_unused __printf(2, 3)
void rt_session_fail(u32 probe, const char *format, ...)
{
	struct rt_mail *mail;
	va_list arguments;

	if (cmpxchg(&rt_session.has_failed, 0, 1) == 0) {
		atomic_inc(&rt_session.error_count);
		mail = rt_mail_open(probe);
		if (mail) {
			va_start(arguments, format);
			vsnprintf(mail->text, sizeof(mail->text), format, arguments);
			va_end(arguments);
			rt_mail_send(mail);
		} else {
			atomic_inc(&rt_session.untold_errors);
		}
	}
	rt_session_end();
}

/* A hit of probe number `probe` was skipped: no more of that than MAXSKIPPED. Context: any. */
static __maybe_unused void rt_skip_count(u32 probe)
{
	if (RT_MAXSKIPPED < 0 || RT_SUPPRESS_HANDLER_ERRORS)
		return;
	if (atomic_long_inc_return(&rt_session.skipped) > RT_MAXSKIPPED)
		rt_session_fail(probe, "more than %d probe hits skipped (MAXSKIPPED)",
				RT_MAXSKIPPED);
}

#endif
