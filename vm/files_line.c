/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line passes on as much as it has room for; a signal may come between. */
#include "files_line.h"

#include <errno.h>
#include <unistd.h>

bool files_line_read(int fd, void *bytes, size_t length)
{
	unsigned char *next = bytes;

	while (length > 0) {
		ssize_t got = read(fd, next, length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		next += got;
		length -= got;
	}
	return true;
}

bool files_line_write(int fd, const void *bytes, size_t length)
{
	const unsigned char *next = bytes;

	while (length > 0) {
		ssize_t written = write(fd, next, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		next += written;
		length -= written;
	}
	return true;
}
