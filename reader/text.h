/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory and growing text for the reader, which has libc only. Running out of memory ends the
 * process with a message: the kernel then sees the control file closed and ends the session.
 */
#ifndef SPILE_READER_TEXT_H
#define SPILE_READER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Never return NULL; memory_alloc() zeroes. */
void *memory_alloc(size_t size);
void *memory_resize(void *memory, size_t size);
char *memory_copy(const char *string);

/* Bytes that grow; always followed by a NUL once something was added. Zeroed, it is empty. */
struct text {
	char *bytes;
	size_t length, capacity;
};

/* Makes room for `size` more bytes (and a NUL) and returns where they go. */
char *text_reserve(struct text *text, size_t size);
void text_append(struct text *text, const char *bytes, size_t length);
void text_append_string(struct text *text, const char *string);
void text_fill(struct text *text, char c, size_t count);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *text);
void text_fini(struct text *text);

/* Many strings that are given up together. Zeroed, it is empty. */
struct text_pool {
	struct text_piece *last;
};

/* A copy of the string, which stays where it is until the pool is given up. */
const char *text_pool_copy(struct text_pool *pool, const char *string);
void text_pool_fini(struct text_pool *pool);

/* Appends what can still be read from fd; false with errno set when a read failed. */
bool text_read(struct text *text, int fd);
/* The same for a file by name. */
bool text_read_file(struct text *text, const char *path);

#endif
