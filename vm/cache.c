/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the cache is, and how files get into it: whole or not at all, because several spile
 * processes may use it at a time. Called by machine.c, and by those that make cached files.
 */
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PRUNE_AGE (7 * 24 * 3600)	/* seconds */

static bool folder_is_usable(const char *path)
{
	return g_mkdir_with_parents(path, 0755) == 0 && access(path, W_OK | X_OK) == 0;
}

/* In the shared temporary folder anybody may have made it first: it must be ours alone. */
static bool folder_is_private(const char *path)
{
	struct stat status;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return false;
	return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) &&
	       status.st_uid == geteuid() && (status.st_mode & 022) == 0;
}

static const char *fallback(struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/spile-vm-%lu", g_get_tmp_dir(),
					(unsigned long)geteuid());

	return folder_is_private(path) ? path : NULL;
}

const char *cache_open(struct arena *arena, struct diag *diag, const char *wanted)
{
	const char *path = wanted;

	if (!path)
		path = arena_printf(arena, "%s/spile/vm", g_get_user_cache_dir());
	if (folder_is_usable(path))
		return path;
	if (!wanted) {
		const char *other = fallback(arena);

		if (other)
			return other;
	}
	diag_error(diag, no_span, "E-vm-cache", "cannot make or write the cache folder %s: %s",
		   path, g_strerror(errno));
	diag_note(diag, no_span, "set XDG_CACHE_HOME to a folder of yours");
	return NULL;
}

bool cache_write(const char *path, const void *bytes, gsize length)
{
	g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
	int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0644);
	const char *next = bytes;
	gsize left = length;

	if (fd < 0)
		return false;
	while (left > 0) {
		ssize_t written = write(fd, next, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			break;
		next += written;
		left -= written;
	}
	if (close(fd) == 0 && left == 0 && rename(temporary, path) == 0)
		return true;
	unlink(temporary);
	return false;
}

void cache_prune(const char *folder, const char *prefix, const char *keep)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat status;

		if (!g_str_has_prefix(name, prefix) || g_str_equal(path, keep))
			continue;
		if (stat(path, &status) == 0 && status.st_mtime < time(NULL) - PRUNE_AGE)
			unlink(path);
	}
}
