/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What spilerun itself has to say, on standard error, one line per call. */
#ifndef SPILE_READER_MESSAGE_H
#define SPILE_READER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#define MESSAGE_PRINTF __attribute__((format(printf, 1, 2)))

/* -v: message_verbose() speaks. */
void message_set_verbose(bool verbose);

/*
 * Has messages handed to `sink` instead of written to standard error; NULL ends that. Messages
 * come from the session's thread only.
 */
void message_set_sink(void (*sink)(void *context, const char *bytes, size_t length),
		      void *context);

/* "spilerun: error: ..." */
void message_error(const char *format, ...) MESSAGE_PRINTF;
/* "spilerun: note: ..."; what to do about the error before it. */
void message_note(const char *format, ...) MESSAGE_PRINTF;
/* "spilerun: ..." */
void message_info(const char *format, ...) MESSAGE_PRINTF;
/* As message_info(), with -v only. */
void message_verbose(const char *format, ...) MESSAGE_PRINTF;

#endif
