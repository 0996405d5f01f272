/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names, opens, switches and removes the files of -o. output.c opens the first one, before the
 * session begins; the writer's thread makes the others, at the places where a line ends.
 *
 * A file is made, or emptied if there is one of that name, at the moment its first line is to be
 * written, and is complete when the next one appears. With COUNT of -S the oldest one goes only
 * when its successor is there.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MOST 4096

void files_init_descriptor(struct files *ret, int fd, const char *name)
{
	memset(ret, 0, sizeof(*ret));
	ret->fd = fd;
	text_append_string(&ret->name, name);
}

void files_init_named(struct files *ret, const char *pattern, bool is_numbered,
		      unsigned long keep)
{
	memset(ret, 0, sizeof(*ret));
	ret->fd = -1;
	ret->pattern = pattern;
	ret->is_numbered = is_numbered;
	ret->keep = keep;
	if (keep)
		ret->kept = memory_alloc(keep * sizeof(*ret->kept));
	text_append_string(&ret->name, pattern);
}

void files_fini(struct files *files)
{
	if (files->is_ours && files->fd >= 0)
		close(files->fd);
	for (unsigned long i = 0; i < files->keep; i++)
		free(files->kept[i]);
	free(files->kept);
	text_fini(&files->name);
	memset(files, 0, sizeof(*files));
	files->fd = -1;
}

void files_make_name(struct text *ret, const char *pattern, time_t when, bool has_number,
		     unsigned long number)
{
	char name[NAME_MOST];
	struct tm parts;

	if (strchr(pattern, '%') && localtime_r(&when, &parts) &&
	    strftime(name, sizeof(name), pattern, &parts) > 0)
		text_append_string(ret, name);
	else
		text_append_string(ret, pattern);
	if (has_number)
		text_printf(ret, ".%lu", number);
}

bool files_close(struct files *files)
{
	int fd = files->fd;

	files->fd = -1;
	return fd < 0 || !files->is_ours || close(fd) == 0;
}

/* Writes down the file that was just made, and removes the one that is one too many. */
static void keep_newest(struct files *files)
{
	char **place;

	if (!files->keep)
		return;
	place = &files->kept[files->number % files->keep];
	/* Names that a clock makes may come again: the file is then the new one. */
	if (*place && strcmp(*place, files->name.bytes) != 0)
		unlink(*place);
	free(*place);
	*place = strdup(files->name.bytes);
}

/* Makes `name` the open file; false with the reason appended. */
static bool take_file(struct files *files, struct text *name, struct text *why)
{
	int fd = open(name->bytes, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0) {
		text_printf(why, "%s: %s", name->bytes, strerror(errno));
		return false;
	}
	if (!files_close(files)) {
		text_printf(why, "%s: %s", files->name.bytes, strerror(errno));
		close(fd);
		return false;
	}
	files->fd = fd;
	files->is_ours = true;
	text_clear(&files->name);
	text_append_string(&files->name, name->bytes);
	return true;
}

bool files_next(struct files *files, struct text *why)
{
	struct text name = { 0 };
	bool success;

	files_make_name(&name, files->pattern, time(NULL), files->is_numbered || files->number > 0,
			files->number);
	success = take_file(files, &name, why);
	text_fini(&name);
	if (!success)
		return false;
	keep_newest(files);
	files->number++;
	return true;
}
