/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns records into text. session.c hands over the merged records and flushes once per round.
 *
 * Text collects in `pending`; what goes to standard error flushes it first, so that both keep
 * their order on a terminal. The first write that fails is told and ends all writing: the
 * session sees has_failed and stops. Payloads are not trusted: an argument is taken only
 * after it was seen to lie within its record.
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "histogram.h"
#include "message.h"
#include "signals.h"

#define PENDING_MOST (256 * 1024)	/* flushed at the latest */
#define FORMATTED_AT_FIRST 1024
#define FORMATTED_MOST (64 * 1024 * 1024)

/* The part of a payload that is not yet taken. */
struct payload {
	const char *at;
	size_t left;
};

/* ---- Files ---- */

/* The most arguments that one of the module's formats takes. */
static size_t most_arguments(const struct module_file *module)
{
	size_t most = 0;

	for (size_t i = 0; i < module->formats.count; i++) {
		const char *at = module->formats.items[i];
		struct spile_directive directive;
		size_t count = 0;

		while (spile_format_next(&at, &directive))
			count += spile_directive_arguments(&directive);
		if (count > most)
			most = count;
	}
	return most;
}

bool output_open(struct output *ret, const char *path, const struct module_file *module)
{
	memset(ret, 0, sizeof(*ret));
	ret->module = module;
	ret->fd = STDOUT_FILENO;
	ret->name = path ? path : "standard output";
	if (path)
		ret->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (ret->fd < 0) {
		message_error("%s: %s", path, strerror(errno));
		ret->has_failed = true;
		return false;
	}
	ret->argument_count = most_arguments(module);
	ret->arguments = memory_alloc(ret->argument_count * sizeof(*ret->arguments));
	return true;
}

static void fail(struct output *output, const char *reason)
{
	output->has_failed = true;
	message_error("writing to %s failed: %s", output->name, reason);
}

/* Waits until a descriptor that does not block takes bytes again. */
static void wait_for_room(const struct output *output)
{
	struct pollfd descriptor = { .fd = output->fd, .events = POLLOUT };

	poll(&descriptor, 1, -1);
}

void output_flush(struct output *output)
{
	size_t done = 0;

	while (!output->has_failed && done < output->pending.length) {
		ssize_t written = write(output->fd, output->pending.bytes + done,
					output->pending.length - done);

		if (written >= 0)
			done += (size_t)written;
		else if (errno == EAGAIN)
			wait_for_room(output);
		else if (errno != EINTR)
			fail(output, strerror(errno));
		if (written < 0 && signals_requests() >= SIGNALS_AT_ONCE && !output->has_failed)
			fail(output, "it did not take the output in time");
	}
	text_clear(&output->pending);
}

bool output_close(struct output *output)
{
	output_flush(output);
	if (output->fd > STDOUT_FILENO && close(output->fd) != 0 && !output->has_failed)
		fail(output, strerror(errno));
	text_fini(&output->pending);
	free(output->arguments);
	output->arguments = NULL;
	output->fd = -1;
	return !output->has_failed;
}

/* ---- Payloads ---- */

static bool take_bytes(struct payload *payload, void *ret, size_t size)
{
	if (payload->left < size)
		return false;
	memcpy(ret, payload->at, size);
	payload->at += size;
	payload->left -= size;
	return true;
}

/* A u32 length, that many bytes, and zeroes up to a multiple of eight. */
static bool take_string(struct payload *payload, struct spile_argument *ret)
{
	__u32 length;
	size_t size;

	if (!take_bytes(payload, &length, sizeof(length)) || length > payload->left)
		return false;
	ret->s = payload->at;
	ret->length = length;
	/* The zeroes are there: the payload is a multiple of eight, and so is all before. */
	size = (sizeof(length) + (size_t)length + 7) / 8 * 8 - sizeof(length);
	payload->at += size;
	payload->left -= size;
	return true;
}

/* Takes the arguments of one directive, the numbers of its `*` first. */
static bool take_arguments(struct payload *payload, const struct spile_directive *directive,
			   struct spile_argument *ret)
{
	__u32 count = spile_directive_arguments(directive);

	for (__u32 i = 0; i < count; i++) {
		bool is_value = i == count - 1 && spile_directive_has_value(directive);

		memset(&ret[i], 0, sizeof(ret[i]));
		if (is_value && spile_directive_is_string(directive)) {
			if (!take_string(payload, &ret[i]))
				return false;
		} else if (!take_bytes(payload, &ret[i].n, sizeof(ret[i].n))) {
			return false;
		}
	}
	return true;
}

/* Appends the formatted text, with more room as long as it comes out cut. */
static void append_formatted(struct text *text, const char *format,
			     const struct spile_argument *arguments, __u32 count)
{
	__u32 size = FORMATTED_AT_FIRST;

	for (;;) {
		char *end = text_reserve(text, size);
		__u32 length = spile_format(end, size, format, arguments, count);

		if (length < size - 1 || size >= FORMATTED_MOST) {
			text->length += length;
			return;
		}
		size *= 4;
	}
}

/* ---- Records ---- */

static bool print_formatted(struct output *output, struct payload payload)
{
	struct spile_directive directive;
	__u32 numbers[2];	/* the format's, and zero */
	const char *format, *at;
	__u32 count = 0;

	if (!take_bytes(&payload, numbers, sizeof(numbers)) ||
	    numbers[0] >= output->module->formats.count)
		return false;
	format = output->module->formats.items[numbers[0]];
	at = format;
	while (spile_format_next(&at, &directive)) {
		if (!take_arguments(&payload, &directive, output->arguments + count))
			return false;
		count += spile_directive_arguments(&directive);
	}
	append_formatted(&output->pending, format, output->arguments, count);
	return true;
}

/* Text for standard error, after all output before it. */
static bool print_message(struct output *output, const char *prefix, struct payload payload)
{
	struct spile_argument text = { 0, NULL, 0 };

	if (!take_string(&payload, &text))
		return false;
	output_flush(output);
	fputs(prefix, stderr);
	fwrite(text.s, 1, text.length, stderr);
	if (text.length == 0 || text.s[text.length - 1] != '\n')
		fputc('\n', stderr);
	return true;
}

static bool print_gap(struct output *output, struct payload payload)
{
	__u64 count;

	if (!take_bytes(&payload, &count, sizeof(count)))
		return false;
	output_flush(output);
	fprintf(stderr, "WARNING: %llu record%s lost here\n", (unsigned long long)count,
		count == 1 ? " was" : "s were");
	return true;
}

/* False if the payload is not what the type calls for. */
static bool print_record(struct output *output, const struct spile_record *record)
{
	struct payload payload = {
		.at = (const char *)(record + 1),
		.left = record->length - sizeof(*record),
	};

	switch (record->type) {
	case SPILE_RECORD_PRINT:
		return print_formatted(output, payload);
	case SPILE_RECORD_HISTOGRAM:
		return histogram_draw(payload.at, payload.left, &output->pending);
	case SPILE_RECORD_WARNING:
		return print_message(output, "WARNING: ", payload);
	case SPILE_RECORD_ERROR:
		return print_message(output, "ERROR: ", payload);
	case SPILE_RECORD_GAP:
		return print_gap(output, payload);
	case SPILE_RECORD_HANDLER_END:
		return true;
	default:
		return false;
	}
}

/* Only the first one is told: where one record is damaged, many are. */
static void tell_damage(struct output *output, const struct spile_record *record)
{
	output_flush(output);
	if (output->damaged_count++ == 0)
		message_error("a damaged record of probe %s was left out, others silently",
			      module_file_probe(output->module, record->probe));
}

void output_record(struct output *output, const struct spile_record *record)
{
	if (!print_record(output, record))
		tell_damage(output, record);
	if (output->pending.length >= PENDING_MOST)
		output_flush(output);
}
