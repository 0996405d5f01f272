/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merges the files that bulk.c wrote. main.c calls it instead of a session: no module is loaded,
 * any user may do it, on any host.
 *
 * Before a line is printed all files are looked at: whether each is one of ours, whole, of the
 * same session, and whether none is missing. From then on it is as in a session: streams that are
 * read, merge.c, output.c, and the report of what was lost, from the status in the last file.
 */
#include "merge_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bulk.h"
#include "merge.h"
#include "message.h"
#include "output.h"
#include "report.h"
#include "signals.h"
#include "streams.h"

#define HEAD_MOST (64 * 1024 * 1024)

/* One file, looked at. */
struct source {
	const char *path;
	int fd;			/* at its first record; -1 once streams own it, or not open */
	struct bulk_head head;
	char *strings;		/* behind the head */
	struct bulk_end end;
	void *status;		/* end.status_length bytes */
};

struct job {
	struct source *sources;
	size_t count;
	struct module_file module;	/* as far as the files tell */
	struct control control;
	struct streams streams;
	unsigned long long dropped_count;	/* records that are in no file */
};

/* ---- One file ---- */

static bool refuse(const struct source *source, const char *why)
{
	message_error("%s: %s", source->path, why);
	return false;
}

static bool read_at(int fd, void *ret, size_t size, __u64 offset)
{
	char *at = ret;

	while (size > 0) {
		ssize_t length = pread(fd, at, size, (off_t)offset);

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return false;
		at += length;
		size -= (size_t)length;
		offset += (__u64)length;
	}
	return true;
}

/* The head, and the strings as far as their number is right. */
static bool read_head(struct source *source, __u64 size)
{
	struct bulk_head *head = &source->head;
	size_t length, strings = 0;

	if (!read_at(source->fd, head, sizeof(*head), 0) ||
	    memcmp(head->magic, BULK_HEAD_MAGIC, BULK_MAGIC_SIZE) != 0)
		return refuse(source, "it was not written by spilerun -b");
	if (head->abi != SPILE_ABI_VERSION) {
		message_error("%s: another version of spilerun wrote it (module interface %u, this "
			      "one has %d)", source->path, head->abi, SPILE_ABI_VERSION);
		return false;
	}
	if (head->length < sizeof(*head) || head->length % 8 || head->length > HEAD_MOST ||
	    head->length > size)
		return refuse(source, "its head is damaged");
	length = head->length - sizeof(*head);
	source->strings = memory_alloc(length);
	if (!read_at(source->fd, source->strings, length, sizeof(*head)))
		return refuse(source, "its head is damaged");
	for (size_t i = 0; i < length; i++)
		strings += source->strings[i] == '\0';
	if (strings < (__u64)head->format_count + head->information_count)
		return refuse(source, "its head is damaged");
	return true;
}

/* The record at the end, which only a file that was completed has. */
static bool read_end(struct source *source, __u64 size)
{
	struct bulk_tail tail;
	__u64 at;

	if (size % 8 || size < source->head.length + sizeof(struct spile_record) +
			       sizeof(struct bulk_end) + sizeof(tail) ||
	    !read_at(source->fd, &tail, sizeof(tail), size - sizeof(tail)) ||
	    memcmp(tail.magic, BULK_TAIL_MAGIC, BULK_MAGIC_SIZE) != 0)
		return refuse(source, "it is cut off: its session did not end in order, or not all "
				      "of it was copied");
	at = tail.offset + sizeof(struct spile_record);
	if (tail.offset < source->head.length || tail.offset % 8 || at > size - sizeof(tail) ||
	    !read_at(source->fd, &source->end, sizeof(source->end), at))
		return refuse(source, "its end is damaged");
	at += sizeof(source->end);
	if (at > size || source->end.status_length > size - at)
		return refuse(source, "its end is damaged");
	source->status = memory_alloc(source->end.status_length);
	if (!read_at(source->fd, source->status, source->end.status_length, at))
		return refuse(source, "its end is damaged");
	return true;
}

static bool open_source(struct source *ret, const char *path)
{
	struct stat status;

	memset(ret, 0, sizeof(*ret));
	ret->path = path;
	ret->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (ret->fd < 0 || fstat(ret->fd, &status) != 0)
		return refuse(ret, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(ret, "it is no file");
	if (!read_head(ret, (__u64)status.st_size) || !read_end(ret, (__u64)status.st_size))
		return false;
	return lseek(ret->fd, ret->head.length, SEEK_SET) >= 0 || refuse(ret, strerror(errno));
}

/* ---- All of them ---- */

/* Fits the file together with those before it? */
static bool fits(const struct job *job, size_t index)
{
	const struct source *source = &job->sources[index], *first = &job->sources[0];

	if (source->head.session != first->head.session) {
		message_error("%s and %s are of different sessions", first->path, source->path);
		return false;
	}
	for (size_t i = 0; i < index; i++) {
		if (job->sources[i].head.stream != source->head.stream)
			continue;
		message_error("%s and %s are the same stream", job->sources[i].path, source->path);
		return false;
	}
	return true;
}

/* The file of process context, which tells about the others; NULL after saying what is missing. */
static const struct source *find_whole(const struct job *job)
{
	const struct source *found = NULL;

	for (size_t i = 0; i < job->count; i++)
		if (job->sources[i].head.stream == STREAM_PROCESS)
			found = &job->sources[i];
	if (!found) {
		message_error("the file of process context is missing, whose name ends with _cpuP");
		return NULL;
	}
	if (found->end.file_count == job->count)
		return found;
	message_error("the session of %s wrote %llu files, not %zu", found->path,
		      (unsigned long long)found->end.file_count, job->count);
	message_note("give all of them, as in: spilerun --merge FILE_cpu*");
	return NULL;
}

static void take_strings(struct string_list *ret, const char **at, size_t count)
{
	ret->items = memory_alloc(count * sizeof(*ret->items));
	ret->count = count;
	for (size_t i = 0; i < count; i++) {
		ret->items[i] = *at;
		*at += strlen(*at) + 1;
	}
}

/* Formats and probes are the same in all files. */
static bool take_whole(struct job *job, const struct source *source)
{
	const char *at = source->strings;

	job->module.path = source->path;
	job->dropped_count = source->end.dropped_count;
	take_strings(&job->module.formats, &at, source->head.format_count);
	take_strings(&job->module.information, &at, source->head.information_count);
	module_file_name_probes(&job->module);
	if (control_take(&job->control, source->status, source->end.status_length))
		return true;
	return refuse(source, "its end is damaged");
}

static bool open_all(struct job *job, const struct options *options)
{
	const struct source *whole;

	job->count = (size_t)options->parameter_count + 1;
	job->sources = memory_alloc(job->count * sizeof(*job->sources));
	for (size_t i = 0; i < job->count; i++)
		job->sources[i].fd = -1;
	for (size_t i = 0; i < job->count; i++)
		if (!open_source(&job->sources[i], i ? options->parameters[i - 1] :
						       options->module) ||
		    !fits(job, i))
			return false;
	whole = find_whole(job);
	if (!whole || !take_whole(job, whole))
		return false;
	for (size_t i = 0; i < job->count; i++) {
		streams_add(&job->streams, job->sources[i].fd, job->sources[i].head.stream);
		job->sources[i].fd = -1;
	}
	streams_complete(&job->streams);
	return true;
}

static void close_all(struct job *job)
{
	streams_fini(&job->streams);
	control_fini(&job->control);
	module_file_fini(&job->module);
	for (size_t i = 0; i < job->count; i++) {
		if (job->sources[i].fd >= 0)
			close(job->sources[i].fd);
		free(job->sources[i].strings);
		free(job->sources[i].status);
	}
	free(job->sources);
}

/* ---- Merging ---- */

/* One pass over what is in the buffers; returns how many records were printed. */
static size_t print_merged(struct merge *merge, struct output *output)
{
	const struct spile_record *record;
	size_t count = 0;

	merge_begin(merge, MERGE_NO_HORIZON, MERGE_NO_HORIZON);
	while (output_has_room(output) && (record = merge_next(merge))) {
		if (record->type != BULK_RECORD_END)
			output_record(output, record);
		count++;
	}
	return count;
}

static void print_all(struct job *job, struct output *output)
{
	struct merge merge;
	size_t count;

	merge_init(&merge, &job->streams);
	do {
		while (!output_has_room(output))
			output_wait(output);
		count = streams_read(&job->streams);
		count += print_merged(&merge, output);
		output_flush(output);
	} while (count && !output_has_failed(output) && signals_requests() == 0);
	merge_fini(&merge);
}

/* False if a file is damaged between its ends, or records are in none. */
static bool check_streams(const struct job *job)
{
	bool success = job->dropped_count == 0;

	if (!success)
		message_error("%llu records of the session are in no file: one could not be made",
			      job->dropped_count);

	for (size_t i = 0; i < job->streams.count; i++) {
		const struct stream *stream = &job->streams.items[i];

		if (!stream->damage)
			continue;
		if (stream->number == STREAM_PROCESS)
			message_error("the file of process context is damaged: %s", stream->damage);
		else
			message_error("the file of CPU %u is damaged: %s", stream->number,
				      stream->damage);
		success = false;
	}
	return success;
}

static bool run(struct job *job, const struct options *options)
{
	struct text report = { 0 };
	struct output output;
	bool success = output_open(&output, options, &job->module);

	if (success) {
		print_all(job, &output);
		success = check_streams(job) && signals_requests() == 0;
	}
	success &= output_close(&output);
	report_write(&report, &job->control, &job->module, options);
	fwrite(report.bytes, 1, report.length, stderr);
	text_fini(&report);
	return success && output.damaged_count == 0;
}

int merge_files_run(const struct options *options)
{
	struct job job = { .module = { .fd = -1 }, .control = { .fd = -1 } };
	bool success;

	if (!signals_init()) {
		message_error("cannot take signals over: %s", strerror(errno));
		return 1;
	}
	success = open_all(&job, options) && run(&job, options);
	close_all(&job);
	return success ? 0 : 1;
}
