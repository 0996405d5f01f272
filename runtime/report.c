/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of errors, warnings and gaps.
 */
#include "report.h"

bool rt_record_text(struct rt_context *c, u32 type, const char *text)
{
	u32 length = strlen(text);
	char *at = rt_record_open(c, type, RT_STRING_SIZE(length));

	if (!at)
		return false;
	rt_record_end(c, rt_put_string(at, text, length));
	return true;
}

void rt_warning(struct rt_context *c, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(c->text, sizeof(c->text), format, arguments);
	va_end(arguments);
	rt_record_text(c, SPILE_RECORD_WARNING, c->text);
}

void rt_print_text(struct rt_context *c, u32 number, const char *format, ...)
{
	va_list arguments;
	u32 length;
	char *at;

	va_start(arguments, format);
	vsnprintf(c->text, sizeof(c->text), format, arguments);
	va_end(arguments);
	length = strlen(c->text);
	at = rt_record_begin(c, number, RT_STRING_SIZE(length));
	if (at)
		rt_record_end(c, rt_put_string(at, c->text, length));
}

void rt_process_report(struct rt_probe *probe, u32 type, const char *text)
{
	struct rt_context *c = rt_process_enter(probe);

	rt_record_text(c, type, text);
	rt_process_leave(c);
}

void rt_gap_settle(struct rt_context *c)
{
	if (!c->stream->lost)
		return;
	rt_time_open(c);
	rt_gap_write(c, 0);
	rt_time_close(c);
}
