/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the stream files and cuts them into records. session.c reads all streams several times
 * per round; merge.c takes the records off one by one. Together the buffers take a megabyte,
 * however many CPUs there are and however much the kernel has for us.
 *
 * The kernel's bytes are not trusted: a record is handed out only when its length is possible
 * and its bytes are all there. After an impossible length nothing in the stream can be found
 * again, so that the rest of it is dropped and the damage is told. Records start at multiples
 * of eight in the buffer, which is what makes them readable in place.
 */
#include "streams.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* What the buffers of all streams take, and what each of them may and must have of it. */
#define BUFFERS_SIZE (1024 * 1024)
#define BUFFER_MOST (256 * 1024)
#define BUFFER_LEAST (16 * 1024)

/* No sub-buffer of the kernel is larger than this, and no record larger than one. */
#define RECORD_LENGTH_MOST (64 * 1024 * 1024)

/* ---- Files ---- */

/* The number in "stream12", STREAM_PROCESS for "streamP"; false for other names. */
static bool parse_name(const char *name, uint32_t *ret)
{
	size_t length = strlen(SPILE_PROC_STREAM);
	unsigned long number;
	char *end;

	if (strcmp(name, SPILE_PROC_STREAM_PROCESS) == 0) {
		*ret = STREAM_PROCESS;
		return true;
	}
	if (strncmp(name, SPILE_PROC_STREAM, length) != 0 || name[length] < '0' ||
	    name[length] > '9')
		return false;
	number = strtoul(name + length, &end, 10);
	*ret = (uint32_t)number;
	return *end == '\0' && number < STREAM_PROCESS;
}

static int compare_streams(const void *left, const void *right)
{
	const struct stream *a = left, *b = right;

	return a->number < b->number ? -1 : a->number > b->number;
}

void streams_add(struct streams *streams, int fd, uint32_t number)
{
	struct stream *stream;

	streams->items = memory_resize(streams->items,
				       (streams->count + 1) * sizeof(*streams->items));
	stream = &streams->items[streams->count++];
	memset(stream, 0, sizeof(*stream));
	stream->fd = fd;
	stream->number = number;
}

void streams_complete(struct streams *streams)
{
	size_t limit = BUFFERS_SIZE / (streams->count ? streams->count : 1);

	if (limit > BUFFER_MOST)
		limit = BUFFER_MOST;
	if (limit < BUFFER_LEAST)
		limit = BUFFER_LEAST;
	for (size_t i = 0; i < streams->count; i++)
		streams->items[i].limit = limit;
	if (streams->count)
		qsort(streams->items, streams->count, sizeof(*streams->items), compare_streams);
}

static bool open_entries(struct streams *streams, DIR *directory, const char *path)
{
	struct dirent *entry;
	uint32_t number;

	while ((entry = readdir(directory))) {
		int fd;

		if (!parse_name(entry->d_name, &number))
			continue;
		fd = openat(dirfd(directory), entry->d_name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0) {
			message_error("%s/%s: %s", path, entry->d_name, strerror(errno));
			return false;
		}
		streams_add(streams, fd, number);
	}
	streams_complete(streams);
	return true;
}

bool streams_open(struct streams *ret, const char *module)
{
	struct text path = { 0 };
	DIR *directory;
	bool success = false;

	memset(ret, 0, sizeof(*ret));
	text_printf(&path, "/proc/" SPILE_PROC_PARENT "/" SPILE_PROC_PREFIX "%s", module);
	directory = opendir(path.bytes);
	if (directory) {
		success = open_entries(ret, directory, path.bytes);
		closedir(directory);
	} else {
		message_error("%s: %s", path.bytes, strerror(errno));
	}
	text_fini(&path);
	return success;
}

void streams_close(struct streams *streams)
{
	for (size_t i = 0; i < streams->count; i++) {
		if (streams->items[i].fd >= 0)
			close(streams->items[i].fd);
		streams->items[i].fd = -1;
	}
}

void streams_fini(struct streams *streams)
{
	streams_close(streams);
	for (size_t i = 0; i < streams->count; i++)
		text_fini(&streams->items[i].buffer);
	free(streams->items);
	memset(streams, 0, sizeof(*streams));
}

/* ---- Bytes ---- */

/* Moves what is left to the front; `start` is a multiple of eight, so records stay aligned. */
static void compact(struct stream *stream)
{
	size_t left = stream->buffer.length - stream->start;

	stream->head = NULL;
	if (stream->start == 0)
		return;
	memmove(stream->buffer.bytes, stream->buffer.bytes + stream->start, left);
	stream->buffer.length = left;
	stream->start = 0;
}

static void set_damage(struct stream *stream, const char *damage)
{
	stream->damage = damage;
	stream->start = 0;
	stream->head = NULL;
	text_clear(&stream->buffer);
}

/* How many bytes more the buffer, which is compact, may take: a record has to fit in any case. */
static size_t room_in(struct stream *stream)
{
	size_t length = stream->buffer.length, limit = stream->limit;

	if (!stream_head(stream) && !stream->damage && length >= sizeof(struct spile_record)) {
		const struct spile_record *cut = (const void *)stream->buffer.bytes;

		limit = cut->length > limit ? cut->length : limit;
	}
	return limit > length ? limit - length : 0;
}

static size_t read_stream(struct stream *stream)
{
	size_t sum = 0, room;

	if (stream->fd < 0 || stream->damage)
		return 0;
	compact(stream);
	while ((room = room_in(stream)) > 0) {
		ssize_t length = read(stream->fd, text_reserve(&stream->buffer, room), room);

		stream->head = NULL;
		if (length < 0 && errno == EINTR)
			continue;
		stream->has_more = false;
		if (length < 0 && errno != EAGAIN)
			set_damage(stream, strerror(errno));
		if (length <= 0)
			return sum;
		stream->buffer.length += (size_t)length;
		sum += (size_t)length;
	}
	stream->has_more = !stream->damage;
	return sum;
}

size_t streams_read(struct streams *streams)
{
	size_t sum = 0;

	for (size_t i = 0; i < streams->count; i++)
		sum += read_stream(&streams->items[i]);
	return sum;
}

void stream_feed(struct stream *stream, const void *bytes, size_t size)
{
	if (stream->damage)
		return;
	compact(stream);
	text_append(&stream->buffer, bytes, size);
}

/* ---- Records ---- */

const struct spile_record *stream_find_head(struct stream *stream)
{
	size_t left = stream->buffer.length - stream->start;
	const struct spile_record *record;

	if (stream->damage || left < sizeof(*record))
		return NULL;
	record = (const void *)(stream->buffer.bytes + stream->start);
	if (record->length < sizeof(*record) || record->length % 8 ||
	    record->length > RECORD_LENGTH_MOST) {
		set_damage(stream, "a record has an impossible length");
		return NULL;
	}
	if (record->length > left)
		return NULL;
	stream->head = record;
	return record;
}

void stream_end(struct stream *stream)
{
	if (!stream->damage && !stream_head(stream) && !stream->damage &&
	    stream->buffer.length > stream->start)
		set_damage(stream, "the last record is cut off");
}
