/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Temporary folders: made under TMPDIR, removed as a whole. Used by the rooms that run
 * compilers; keeps no list of them, so the maker has to remove its own on every way out.
 */
#include "target/scratch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* make takes white space, ':' and '$' in a path for its own syntax. */
bool scratch_usable(struct diag *diag, const char *path)
{
	if (!strpbrk(path, " \t\n:$#\\'\""))
		return true;
	diag_error(diag, no_span, "E-work-dir",
		   "kbuild cannot use the folder '%s': its path has white space or one of : $ # \\ ' \"",
		   path);
	return false;
}

const char *scratch_new(struct arena *arena, struct diag *diag)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = g_dir_make_tmp("spile-XXXXXX", &error);

	if (!folder) {
		diag_error(diag, no_span, "E-temporary-folder", "no temporary folder: %s",
			   error->message);
		return NULL;
	}
	if (!scratch_usable(diag, folder)) {
		g_rmdir(folder);
		return NULL;
	}
	return arena_printf(arena, "%s", folder);
}

static void remove_entry(const char *path)
{
	if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
		scratch_remove(path);
	else
		g_unlink(path);
}

void scratch_remove(const char *folder)
{
	const char *name;
	GDir *dir;

	if (!folder)
		return;
	dir = g_dir_open(folder, 0, NULL);
	if (dir) {
		while ((name = g_dir_read_name(dir))) {
			g_autofree char *path = g_build_filename(folder, name, NULL);

			remove_entry(path);
		}
		g_dir_close(dir);
	}
	g_rmdir(folder);
}

static void remove_file(gpointer path)
{
	g_unlink(path);
}

const char *scratch_file(struct arena *arena, const char *what)
{
	g_autofree char *pattern = g_strdup_printf("spile-%s-XXXXXX", what), *temporary = NULL;
	int handle = g_file_open_tmp(pattern, &temporary, NULL);
	const char *path;

	if (handle < 0)
		return NULL;
	close(handle);
	path = arena_printf(arena, "%s", temporary);
	arena_defer(arena, remove_file, (char *)path);
	return path;
}

bool scratch_write(struct diag *diag, const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) error = NULL;

	if (g_file_set_contents(path, text, -1, &error))
		return true;
	diag_error(diag, no_span, "E-write", "%s", error->message);
	return false;
}
