/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Growing text and checked allocation. Used by every file of the reader that collects bytes:
 * pending output, histograms, files under /proc.
 */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

#define TEXT_READ_STEP 65536

static void *checked(void *memory)
{
	if (memory)
		return memory;
	message_error("out of memory");
	exit(1);
}

void *memory_alloc(size_t size)
{
	return checked(calloc(1, size ? size : 1));
}

void *memory_resize(void *memory, size_t size)
{
	return checked(realloc(memory, size ? size : 1));
}

char *memory_copy(const char *string)
{
	return checked(strdup(string));
}

char *text_reserve(struct text *text, size_t size)
{
	size_t needed = text->length + size + 1;

	if (needed > text->capacity) {
		text->capacity = needed < 256 ? 256 : needed + needed / 2;
		text->bytes = memory_resize(text->bytes, text->capacity);
	}
	return text->bytes + text->length;
}

void text_append(struct text *text, const char *bytes, size_t length)
{
	char *end = text_reserve(text, length);

	if (length)
		memcpy(end, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void text_append_string(struct text *text, const char *string)
{
	text_append(text, string, strlen(string));
}

void text_fill(struct text *text, char c, size_t count)
{
	memset(text_reserve(text, count), c, count);
	text->length += count;
	text->bytes[text->length] = '\0';
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list values;
	int length;

	va_start(values, format);
	length = vsnprintf(NULL, 0, format, values);
	va_end(values);
	if (length < 0)
		return;
	va_start(values, format);
	vsnprintf(text_reserve(text, (size_t)length), (size_t)length + 1, format, values);
	va_end(values);
	text->length += (size_t)length;
}

void text_clear(struct text *text)
{
	text->length = 0;
}

void text_fini(struct text *text)
{
	free(text->bytes);
	memset(text, 0, sizeof(*text));
}

#define POOL_PIECE (16 * 1024)

struct text_piece {
	struct text_piece *before;
	size_t length, capacity;
	char bytes[];
};

const char *text_pool_copy(struct text_pool *pool, const char *string)
{
	size_t size = strlen(string) + 1;
	struct text_piece *piece = pool->last;
	char *copy;

	if (!piece || piece->capacity - piece->length < size) {
		size_t capacity = size > POOL_PIECE ? size : POOL_PIECE;

		piece = memory_alloc(sizeof(*piece) + capacity);
		piece->before = pool->last;
		piece->capacity = capacity;
		pool->last = piece;
	}
	copy = memcpy(piece->bytes + piece->length, string, size);
	piece->length += size;
	return copy;
}

void text_pool_fini(struct text_pool *pool)
{
	while (pool->last) {
		struct text_piece *before = pool->last->before;

		free(pool->last);
		pool->last = before;
	}
}

bool text_read(struct text *text, int fd)
{
	for (;;) {
		char *end = text_reserve(text, TEXT_READ_STEP);
		ssize_t length = read(fd, end, TEXT_READ_STEP);

		if (length < 0 && errno == EINTR)
			continue;
		if (length > 0)
			text->length += (size_t)length;
		text->bytes[text->length] = '\0';
		if (length <= 0)
			return length == 0;
	}
}

bool text_read_file(struct text *text, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool success;
	int saved;

	if (fd < 0)
		return false;
	success = text_read(text, fd);
	saved = errno;
	close(fd);
	errno = saved;
	return success;
}
