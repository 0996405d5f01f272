/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors of the session as a whole, found by a hit.
 */
#include "fail.h"

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

void rt_skip_count(u32 probe)
{
	if (RT_MAXSKIPPED < 0 || RT_SUPPRESS_HANDLER_ERRORS)
		return;
	if (atomic_long_inc_return(&rt_session.skipped) > RT_MAXSKIPPED)
		rt_session_fail(probe, "more than %d probe hits skipped (MAXSKIPPED)",
				RT_MAXSKIPPED);
}
