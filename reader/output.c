/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns records into text. session.c hands over the merged records as long as there is room, and
 * flushes once per round; so does merge_files.c with those of files.
 *
 * Text and messages go to a writer each, whose threads do the waiting. If standard output and
 * standard error are one place, a terminal or one pipe, they share a writer and so keep their
 * order. A write that fails is not told before the end, when it is known what is missing: until
 * then everything that still comes is counted. Payloads are not trusted: see payload.h.
 */
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "histogram.h"
#include "message.h"
#include "signals.h"

/* ---- Where it goes ---- */

/* Do both descriptors stand for one file, pipe or terminal? */
static bool is_same_place(int a, int b)
{
	struct stat first, second;

	return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

static bool open_text(struct output *output, const struct options *options)
{
	struct text why = { 0 };
	bool success;

	if (!options->output) {
		files_init_descriptor(&output->text_files, STDOUT_FILENO, "standard output");
		return true;
	}
	output->file_limit = options->file_size;
	files_init_named(&output->text_files, options->output, options->file_size > 0,
			 options->file_count);
	success = files_next(&output->text_files, &why);
	if (!success)
		message_error("%s", why.bytes);
	text_fini(&why);
	return success;
}

/* Messages of spilerun take their turn among the script's. */
static void take_message(void *context, const char *bytes, size_t length)
{
	struct output *output = context;

	text_append(&output->errors->pending.text, bytes, length);
	writer_flush(output->errors);
}

static bool start_writers(struct output *output)
{
	bool is_one = !output->file_limit && is_same_place(output->text_files.fd, STDERR_FILENO);

	output->text = &output->text_writer;
	if (!writer_init(output->text))
		return false;
	writer_text(output->text, &output->text_files);
	output->errors = is_one ? output->text : &output->error_writer;
	if (is_one)
		return true;
	if (!writer_init(output->errors))
		return false;
	writer_text(output->errors, &output->error_files);
	return true;
}

bool output_open(struct output *ret, const struct options *options,
		 const struct module_file *module)
{
	memset(ret, 0, sizeof(*ret));
	ret->module = module;
	ret->text_files.fd = -1;
	formats_init(&ret->formats, &module->formats);
	files_init_descriptor(&ret->error_files, STDERR_FILENO, "standard error");
	if ((!options->is_bulk && !open_text(ret, options)) || !start_writers(ret))
		return false;
	message_set_sink(take_message, ret);
	return true;
}

/* The writers that there are, each once. */
static size_t writers_of(const struct output *output, struct writer *ret[OUTPUT_NEWS_MOST])
{
	size_t count = 0;

	if (output->text)
		ret[count++] = output->text;
	if (output->errors && output->errors != output->text)
		ret[count++] = output->errors;
	return count;
}

/* ---- Room ---- */

bool output_has_room(struct output *output)
{
	return writer_has_room(output->text) &&
	       (output->errors == output->text || writer_has_room(output->errors));
}

void output_flush(struct output *output)
{
	struct writer *writers[OUTPUT_NEWS_MOST];
	size_t count = writers_of(output, writers);

	for (size_t i = 0; i < count; i++)
		writer_flush(writers[i]);
}

size_t output_news(const struct output *output, int ret[OUTPUT_NEWS_MOST])
{
	struct writer *writers[OUTPUT_NEWS_MOST];
	size_t count = writers_of(output, writers);

	for (size_t i = 0; i < count; i++)
		ret[i] = writer_news(writers[i]);
	return count;
}

void output_drain_news(struct output *output)
{
	struct writer *writers[OUTPUT_NEWS_MOST];
	size_t count = writers_of(output, writers);

	for (size_t i = 0; i < count; i++)
		writer_drain_news(writers[i]);
}

void output_wait(struct output *output)
{
	struct pollfd descriptors[OUTPUT_NEWS_MOST + 1] = {
		{ .fd = signals_fd(), .events = POLLIN },
	};
	int news[OUTPUT_NEWS_MOST];
	size_t count = output_news(output, news);

	if (signals_requests() >= SIGNALS_AT_ONCE) {
		output_abandon(output);
		return;
	}
	for (size_t i = 0; i < count; i++)
		descriptors[i + 1] = (struct pollfd){ .fd = news[i], .events = POLLIN };
	poll(descriptors, count + 1, -1);
	signals_drain();
	output_drain_news(output);
}

static bool is_idle(struct output *output)
{
	struct writer *writers[OUTPUT_NEWS_MOST];
	size_t count = writers_of(output, writers);
	bool result = true;

	for (size_t i = 0; i < count; i++)
		result &= writer_is_idle(writers[i]);
	return result;
}

bool output_has_failed(struct output *output)
{
	struct writer *writers[OUTPUT_NEWS_MOST];
	size_t count = writers_of(output, writers);
	bool result = false;

	for (size_t i = 0; i < count; i++)
		result |= writer_has_failed(writers[i]);
	return result;
}

int output_watched(struct output *output)
{
	return output->text_files.pattern || writer_has_failed(output->text) ?
		       -1 : output->text_files.fd;
}

void output_reader_gone(struct output *output)
{
	struct stat status;
	bool is_terminal = fstat(output->text_files.fd, &status) == 0 && S_ISCHR(status.st_mode);

	/* What a write would have said. */
	writer_fail(output->text, &output->text_files, strerror(is_terminal ? EIO : EPIPE));
}

void output_abandon(struct output *output)
{
	struct writer *writers[OUTPUT_NEWS_MOST];
	size_t count = writers_of(output, writers);

	for (size_t i = 0; i < count; i++)
		if (!writer_is_idle(writers[i]))
			writer_abandon(writers[i]);
}

/* ---- Records ---- */

void output_next_file(struct output *output)
{
	output->wants_next_file = output->text_files.pattern != NULL;
}

/*
 * Text was appended, from `before` on: does it belong to the next file? Only whole lines go
 * there; the rest of a long line may make a file larger than -S says.
 */
static void place_in_file(struct output *output, size_t before)
{
	struct piece *pending = &output->text->pending;
	size_t added = pending->text.length - before;
	bool is_full = output->file_limit && output->file_size &&
		       output->file_size + added > output->file_limit;

	if (added == 0)
		return;
	if ((is_full || output->wants_next_file) && !output->is_within_line && !pending->is_cut) {
		writer_cut(output->text, before);
		output->wants_next_file = false;
		output->file_size = 0;
	}
	output->file_size += added;
	output->is_within_line = pending->text.bytes[pending->text.length - 1] != '\n';
}

static bool print_formatted(struct output *output, struct payload payload)
{
	struct text *text = &output->text->pending.text;
	size_t before = text->length;
	__u32 numbers[2];	/* the format's, and zero */

	if (!payload_take(&payload, numbers, sizeof(numbers)) ||
	    !formats_print(&output->formats, numbers[0], payload, text))
		return false;
	if (output->text_files.pattern)
		place_in_file(output, before);
	return true;
}

static bool print_histogram(struct output *output, struct payload payload)
{
	struct text *text = &output->text->pending.text;
	size_t before = text->length;

	if (!histogram_draw(payload.at, payload.left, text))
		return false;
	if (output->text_files.pattern)
		place_in_file(output, before);
	return true;
}

/* Text for standard error. */
static bool print_message(struct output *output, const char *prefix, struct payload payload)
{
	struct text *out = &output->errors->pending.text;
	const char *bytes;
	__u32 length;

	if (!payload_take_string(&payload, &bytes, &length))
		return false;
	text_append_string(out, prefix);
	text_append(out, bytes, length);
	if (length == 0 || bytes[length - 1] != '\n')
		text_append_string(out, "\n");
	return true;
}

static bool print_gap(struct output *output, struct payload payload)
{
	__u64 count;

	if (!payload_take(&payload, &count, sizeof(count)))
		return false;
	text_printf(&output->errors->pending.text, "WARNING: %llu record%s lost here\n",
		    (unsigned long long)count, count == 1 ? " was" : "s were");
	return true;
}

/* False if the payload is not what the type calls for. */
static bool print_record(struct output *output, const struct spile_record *record)
{
	struct payload payload = payload_of(record);

	switch (record->type) {
	case SPILE_RECORD_PRINT:
		return print_formatted(output, payload);
	case SPILE_RECORD_HISTOGRAM:
		return print_histogram(output, payload);
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
	if (output->damaged_count++ == 0)
		message_error("a damaged record of probe %s was left out, others silently",
			      module_file_probe(output->module, record->probe));
}

void output_record(struct output *output, const struct spile_record *record)
{
	if (record->type != SPILE_RECORD_GAP && record->type != SPILE_RECORD_HANDLER_END)
		output->record_count++;
	if (!print_record(output, record))
		tell_damage(output, record);
}

/* ---- The end ---- */

/* Says what a writer, which has ended, could not write; false if that is anything. */
static bool tell_unwritten(const struct writer *writer)
{
	const struct files *files = writer->pending.files;
	struct text what = { 0 };

	if (!writer->failure && writer->bytes == 0)
		return true;
	if (!files->is_binary)
		text_printf(&what, "%llu line%s, ", writer->lines, writer->lines == 1 ? "" : "s");
	text_printf(&what, "%llu byte%s", writer->bytes, writer->bytes == 1 ? "" : "s");
	if (writer->failure)
		message_error("%s; not written: %s", writer->failure, what.bytes);
	else
		message_error("%s did not take the output in time; not written: %s",
			      files->name.bytes, what.bytes);
	text_fini(&what);
	return false;
}

/* Closes the file of -o, which may fail for what the kernel has yet to write. */
static bool close_text(struct output *output)
{
	bool success = true;

	if (output->text && output->text->is_stuck)
		return false;
	if (!files_close(&output->text_files)) {
		message_error("%s: %s", output->text_files.name.bytes, strerror(errno));
		success = false;
	}
	files_fini(&output->text_files);
	return success;
}

bool output_close(struct output *output)
{
	struct writer *writers[OUTPUT_NEWS_MOST];
	size_t count = writers_of(output, writers);
	bool success = true;

	output_flush(output);
	while (!is_idle(output)) {
		output_wait(output);
		output_flush(output);
	}
	message_set_sink(NULL, NULL);
	for (size_t i = 0; i < count; i++)
		writer_end(writers[i]);
	for (size_t i = 0; i < count; i++)
		success &= tell_unwritten(writers[i]);
	success &= close_text(output);
	for (size_t i = 0; i < count; i++)
		writer_fini(writers[i]);
	files_fini(&output->error_files);
	formats_fini(&output->formats);
	output->text = output->errors = NULL;
	return success;
}
