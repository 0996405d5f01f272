/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raising run-time errors: what is called when there is one, and what checks bounds by a call.
 */
#include "error.h"

static __printf(3, 0)
void rt_error_set(struct rt_context *c, const char *where, const char *format, va_list arguments)
{
	if (c->failed)
		return;
	c->failed = RT_FAILED_HARD;
	c->error_where = where;
	vsnprintf(c->error, sizeof(c->error), format, arguments);
}

void rt_error(struct rt_context *c, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	rt_error_set(c, c->where ? c->where->where : NULL, format, arguments);
	va_end(arguments);
}

void rt_error_at(struct rt_context *c, const char *where, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	rt_error_set(c, where, format, arguments);
	va_end(arguments);
}

static __printf(3, 0)
void rt_fault_set(struct rt_context *c, struct rt_place *place, const char *format,
		  va_list arguments)
{
	if (c->failed)
		return;
	rt_error_set(c, place ? place->where : NULL, format, arguments);
	c->error_place = place;
	if (!RT_STAP_ERRORS)
		c->failed = RT_FAILED_SOFT;
}

void rt_fault(struct rt_context *c, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	rt_fault_set(c, c->where, format, arguments);
	va_end(arguments);
}

void rt_fault_at(struct rt_context *c, struct rt_place *place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	rt_fault_set(c, place, format, arguments);
	va_end(arguments);
}

void rt_error_take(struct rt_context *c, char *text)
{
	if (text)
		rt_string_copy(text, c->failed ? c->error : "");
	c->failed = 0;
}

bool rt_call_enter(struct rt_context *c, const char *where)
{
	if (RT_TIME_LIMITS)
		c->actions--;
	if (c->nesting >= MAXNESTING) {
		rt_error_at(c, where, "MAXNESTING exceeded");
		return false;
	}
	c->nesting++;
	return true;
}

void *rt_frame_push(struct rt_context *c, u32 size)
{
	void *frame = rt_frames_of(c) + c->frame_used;

	size = (size + 7) & ~7U;
	if (size > RT_FRAME_BYTES - c->frame_used) {
		rt_error(c, "stack of strings full (calls nested too deeply)");
		return NULL;
	}
	c->frame_used += size;
	return frame;
}
