/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What families tell the user, and count. Part of hits.c's object.
 */
#include "runtime/report.h"
#include "module/family.h"

struct mod_points mod_points;

void mod_warning(struct rt_probe *probe, const char *format, ...)
{
	static char text[RT_TEXT_SIZE];		/* the session thread's alone */
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	rt_process_report(probe, SPILE_RECORD_WARNING, text);
}

void mod_error(struct rt_probe *probe, const char *format, ...)
{
	char text[RT_ERROR_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	atomic_inc(&rt_session.error_count);
	kc_store(rt_session.has_failed, 1);
	rt_process_report(probe, SPILE_RECORD_ERROR, text);
	rt_session_end();
}
