/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of spilerun itself. Everybody calls it; it calls nobody. The script's own output
 * and its warnings and errors do not come through here but through output.c, in their order.
 */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_verbose;

void message_set_verbose(bool verbose)
{
	is_verbose = verbose;
}

static void print(const char *prefix, const char *format, va_list values)
{
	fputs(prefix, stderr);
	vfprintf(stderr, format, values);
	fputc('\n', stderr);
}

void message_error(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	print("spilerun: error: ", format, values);
	va_end(values);
}

void message_note(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	print("spilerun: note: ", format, values);
	va_end(values);
}

void message_info(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	print("spilerun: ", format, values);
	va_end(values);
}

void message_verbose(const char *format, ...)
{
	va_list values;

	if (!is_verbose)
		return;
	va_start(values, format);
	print("spilerun: ", format, values);
	va_end(values);
}
