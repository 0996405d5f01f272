/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of spilerun itself. Everybody calls it; it calls nobody but the sink that output.c
 * sets while it writes: a message then takes its turn behind the script's own warnings and
 * errors, which do not come through here, and a terminal that stands still stops nobody.
 */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MOST 8192

static bool is_verbose;

void message_set_verbose(bool verbose)
{
	is_verbose = verbose;
}

static void (*message_sink)(void *context, const char *bytes, size_t length);
static void *message_context;

void message_set_sink(void (*sink)(void *context, const char *bytes, size_t length),
		      void *context)
{
	message_sink = sink;
	message_context = context;
}

/* Messages are lines: longer ones are cut. */
static void print(const char *prefix, const char *format, va_list values)
{
	char line[MESSAGE_MOST];
	size_t length = strlen(prefix);
	int added;

	memcpy(line, prefix, length);
	added = vsnprintf(line + length, sizeof(line) - length - 1, format, values);
	if (added > 0)
		length += strlen(line + length);
	line[length++] = '\n';
	if (message_sink)
		message_sink(message_context, line, length);
	else
		fwrite(line, 1, length, stderr);
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
