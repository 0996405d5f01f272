/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of -b: FILE_cpu0, FILE_cpu1 and so on, FILE_cpuP for handlers in process context.
 * session.c calls it in the place of merge.c and output.c's formatting; the bytes go through the
 * same writer. merge_files.c reads what is written here.
 *
 * Only whole records are passed on, so that a file ends with one whatever happens. A CPU's file
 * is made with its first record; the file of process context knows in the end how many there are.
 */
#include "bulk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "message.h"

/* ---- Files ---- */

static void fill_up(struct text *text, size_t start)
{
	text_fill(text, '\0', (8 - (text->length - start) % 8) % 8);
}

/* The lines of .modinfo that name the probes, appended; returns how many they are. */
static __u32 append_probes(struct text *out, const struct module_file *module)
{
	size_t position = 0;
	const char *value;
	__u32 count = 0;

	while ((value = module_file_next_value(module, "spile_probe", &position))) {
		text_printf(out, "spile_probe=%s", value);
		text_append(out, "", 1);
		count++;
	}
	return count;
}

/* Appends what a file begins with. */
static void append_head(const struct bulk *bulk, __u32 stream, struct text *out)
{
	const struct string_list *formats = &bulk->module->formats;
	struct bulk_head head = {
		.abi = SPILE_ABI_VERSION,
		.session = bulk->session,
		.stream = stream,
		.format_count = (__u32)formats->count,
	};
	size_t start = out->length;

	memcpy(head.magic, BULK_HEAD_MAGIC, BULK_MAGIC_SIZE);
	text_append(out, (const char *)&head, sizeof(head));
	for (size_t i = 0; i < formats->count; i++)
		text_append(out, formats->items[i], strlen(formats->items[i]) + 1);
	head.information_count = append_probes(out, bulk->module);
	fill_up(out, start);
	head.length = (__u32)(out->length - start);
	memcpy(out->bytes + start, &head, sizeof(head));
}

static bool make_file(struct bulk *bulk, struct bulk_file *file, __u32 stream)
{
	struct text name = { 0 };
	int fd;

	text_printf(&name, "%s_cpu", bulk->name.bytes);
	if (stream == STREAM_PROCESS)
		text_append_string(&name, "P");
	else
		text_printf(&name, "%u", stream);
	fd = open(name.bytes, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd >= 0)
		files_init_descriptor(&file->files, fd, name.bytes);
	else
		message_error("%s: %s", name.bytes, strerror(errno));
	file->files.is_ours = true;
	file->files.is_binary = true;
	text_fini(&name);
	return fd >= 0;
}

bool bulk_open(struct bulk *ret, const struct options *options, const struct module_file *module,
	       const struct streams *streams)
{
	struct timespec now;

	memset(ret, 0, sizeof(*ret));
	clock_gettime(CLOCK_REALTIME, &now);
	ret->session = (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec;
	ret->module = module;
	ret->streams = streams;
	files_make_name(&ret->name, options->output, now.tv_sec, false, 0);
	ret->items = memory_alloc(streams->count * sizeof(*ret->items));
	for (size_t i = 0; i < streams->count; i++)
		ret->items[i].files.fd = -1;
	for (size_t i = 0; i < streams->count; i++)
		if (streams->items[i].number == STREAM_PROCESS)
			return make_file(ret, &ret->items[i], STREAM_PROCESS);
	return true;
}

bool bulk_close(struct bulk *bulk)
{
	bool success = bulk->dropped_count == 0;

	if (!success)
		message_error("%llu records were not written for want of their files",
			      bulk->dropped_count);
	for (size_t i = 0; bulk->items && i < bulk->streams->count; i++) {
		struct files *files = &bulk->items[i].files;

		if (!files_close(files)) {
			message_error("%s: %s", files->name.bytes, strerror(errno));
			success = false;
		}
		files_fini(files);
	}
	free(bulk->items);
	text_fini(&bulk->name);
	bulk->items = NULL;
	return success;
}

/* ---- Records ---- */

/* The text for a stream's file, behind its head; NULL while there is no room. */
static struct text *text_of(struct bulk *bulk, struct bulk_file *file, __u32 stream,
			    struct output *output)
{
	struct text *text = output_has_room(output) ? writer_text(output->text, &file->files) :
						      NULL;
	size_t before;

	if (!text || file->size)
		return text;
	before = text->length;
	append_head(bulk, stream, text);
	file->size = text->length - before;
	return text;
}

/* What is to be seen at once, though the record goes to the file. */
static void notice(struct output *output, const struct spile_record *record)
{
	switch (record->type) {
	case SPILE_RECORD_PRINT: case SPILE_RECORD_HISTOGRAM:
		output->record_count++;
		break;
	case SPILE_RECORD_WARNING: case SPILE_RECORD_ERROR:
		output_record(output, record);
		break;
	default:
		break;
	}
}

/* Copies records to the text until it is a piece; returns how many. */
static unsigned long long copy_records(struct stream *stream, struct text *text,
				       struct output *output)
{
	const struct spile_record *record = stream_head(stream);
	const char *from = (const char *)record;
	unsigned long long count = 0;
	size_t size = 0;

	for (; record && text->length + size < WRITER_PIECE; record = stream_head(stream)) {
		notice(output, record);
		size += record->length;
		count++;
		stream_take(stream);
	}
	text_append(text, from, size);
	return count;
}

/* The module must not wait for what has nowhere to go. Returns how many records there were. */
static unsigned long long drop_records(struct bulk *bulk, struct stream *stream,
				       struct output *output)
{
	const struct spile_record *record;
	unsigned long long count = 0;

	for (; (record = stream_head(stream)); count++) {
		notice(output, record);
		stream_take(stream);
	}
	bulk->dropped_count += count;
	return count;
}

/* Passes a stream's records on while there is room; returns how many. */
static unsigned long long take_records(struct bulk *bulk, struct bulk_file *file,
				       struct stream *stream, struct output *output)
{
	unsigned long long count = 0;

	while (stream_head(stream)) {
		struct text *text = text_of(bulk, file, stream->number, output);
		size_t before;

		if (!text) {
			bulk->is_blocked = true;
			break;
		}
		before = text->length;
		count += copy_records(stream, text, output);
		file->size += text->length - before;
	}
	return count;
}

/* Takes what there is in a stream. False the one time that its file could not be made. */
static bool take_stream(struct bulk *bulk, size_t i, struct output *output,
			unsigned long long *count)
{
	struct stream *stream = &bulk->streams->items[i];
	struct bulk_file *file = &bulk->items[i];
	bool success = true;

	if (!stream_head(stream))
		return true;
	if (file->files.fd < 0 && !file->has_failed) {
		success = make_file(bulk, file, stream->number);
		file->has_failed = !success;
	}
	*count += file->has_failed ? drop_records(bulk, stream, output) :
				     take_records(bulk, file, stream, output);
	return success;
}

unsigned long long bulk_take(struct bulk *bulk, struct output *output, bool *success_ret)
{
	unsigned long long count = 0;

	*success_ret = true;
	for (size_t i = 0; i < bulk->streams->count; i++)
		*success_ret &= take_stream(bulk, i, output, &count);
	return count;
}

/* ---- The end ---- */

static __u64 count_files(const struct bulk *bulk)
{
	__u64 count = 0;

	for (size_t i = 0; i < bulk->streams->count; i++)
		count += bulk->items[i].files.fd >= 0;
	return count;
}

/* Appends the last record of a file that is `offset` bytes long. */
static void append_end(struct text *out, const struct bulk_end *end, const void *status,
		       __u64 offset)
{
	struct spile_record record = { .type = BULK_RECORD_END, .time = UINT64_MAX };
	struct bulk_tail tail = { .offset = offset };
	size_t start = out->length;

	memcpy(tail.magic, BULK_TAIL_MAGIC, BULK_MAGIC_SIZE);
	text_append(out, (const char *)&record, sizeof(record));
	text_append(out, (const char *)end, sizeof(*end));
	text_append(out, status, end->status_length);
	fill_up(out, start);
	text_append(out, (const char *)&tail, sizeof(tail));
	record.length = (__u32)(out->length - start);
	memcpy(out->bytes + start, &record, sizeof(record));
}

static void complete(struct bulk *bulk, size_t i, struct output *output,
		     const struct control *control)
{
	struct bulk_file *file = &bulk->items[i];
	__u32 stream = bulk->streams->items[i].number;
	struct bulk_end end = { 0 };
	struct text *text;

	while (!(text = text_of(bulk, file, stream, output)))
		output_wait(output);
	if (stream == STREAM_PROCESS) {
		end.file_count = count_files(bulk);
		end.dropped_count = bulk->dropped_count;
		end.status_length = control->status.length;
	}
	append_end(text, &end, control->buffer, file->size);
}

void bulk_complete(struct bulk *bulk, struct output *output, const struct control *control)
{
	for (size_t i = 0; i < bulk->streams->count; i++)
		if (bulk->items[i].files.fd >= 0)
			complete(bulk, i, output, control);
}
