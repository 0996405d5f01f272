/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds our own files. Asked by build (runtime sources, cache), by vm (helper programs) and by
 * main (tapsets, loader).
 *
 * A checkout is known by the executable's neighbours runtime/ and module/. Everything else was
 * installed, and then the folders are those the Makefile compiled in. Paths are interned strings:
 * nobody has to free them.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "base/paths.h"

/* What the Makefile's default PREFIX gives; it passes the real ones. */
#ifndef SPILE_DATA_DIR
#define SPILE_DATA_DIR "/usr/local/share/spile"
#endif
#ifndef SPILE_LIBEXEC_DIR
#define SPILE_LIBEXEC_DIR "/usr/local/libexec/spile"
#endif
#ifndef SPILE_BIN_DIR
#define SPILE_BIN_DIR "/usr/local/bin"
#endif

static const char *intern_path(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return g_intern_string(path);
}

/* The folder of our executable; NULL if /proc is not there to tell. */
static const char *executable_dir(void)
{
	g_autofree char *executable = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = executable ? g_path_get_dirname(executable) : NULL;

	return folder ? g_intern_string(folder) : NULL;
}

static bool is_directory(const char *folder, const char *name)
{
	return g_file_test(intern_path(folder, name), G_FILE_TEST_IS_DIR);
}

/* The checkout's top, or NULL if we were installed. */
static const char *checkout_dir(void)
{
	const char *folder = executable_dir();

	if (folder && is_directory(folder, "runtime") && is_directory(folder, "module"))
		return folder;
	return NULL;
}

const char *paths_data_dir(void)
{
	const char *checkout = checkout_dir();

	return checkout ? checkout : SPILE_DATA_DIR;
}

/* The program in `folder`, which may be NULL, or else where it was installed. */
static const char *find_program(const char *folder, const char *installed, const char *name)
{
	const char *folders[] = { folder, installed };

	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		const char *path = folders[i] ? intern_path(folders[i], name) : NULL;

		if (path && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE) &&
		    !g_file_test(path, G_FILE_TEST_IS_DIR))
			return path;
	}
	return NULL;
}

const char *paths_spilerun(void)
{
	return find_program(executable_dir(), SPILE_BIN_DIR, "spilerun");
}

const char *paths_helper(const char *name)
{
	const char *checkout = checkout_dir();

	return find_program(checkout ? intern_path(checkout, "build") : NULL, SPILE_LIBEXEC_DIR, name);
}

/* Nobody but us may be able to put a module into the folder. */
static int check_cache_dir(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return errno;
	if (!S_ISDIR(status.st_mode))
		return ENOTDIR;
	if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)))
		return EPERM;
	return 0;
}

const char *paths_cache_dir(void)
{
	const char *base = g_getenv("XDG_CACHE_HOME");
	const char *home = g_getenv("HOME");
	const char *path;

	/* The base directory specification has relative paths ignored. */
	if (base && g_path_is_absolute(base))
		path = intern_path(base, "spile");
	else
		path = intern_path(home && *home ? home : g_get_home_dir(), ".cache/spile");
	if (g_mkdir_with_parents(path, 0700) < 0)
		return NULL;
	errno = check_cache_dir(path);
	return errno ? NULL : path;
}

char *paths_text(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}
