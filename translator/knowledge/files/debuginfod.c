/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client of debuginfod, a library that is loaded only when the user has set $DEBUGINFOD_URLS: it
 * brings libcurl along, and spile must not need it. Its interface is stable since its first version
 * (elfutils 0.178).
 */
#include "knowledge/files/debuginfod.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct debuginfod_client;

/* The functions we use, with the prototypes of elfutils/debuginfod.h. */
struct client_library {
	struct debuginfod_client *(*begin)(void);
	int (*find_debuginfo)(struct debuginfod_client *client, const unsigned char *build_id, int size, char **path);
	void (*set_progress)(struct debuginfod_client *client,
			     int (*progress)(struct debuginfod_client *client, long done, long all));
	void (*end)(struct debuginfod_client *client);
};

static bool load(struct client_library *library)
{
	static const char *const names[] = {
		"debuginfod_begin", "debuginfod_find_debuginfo", "debuginfod_set_progressfn", "debuginfod_end",
	};
	void **functions[] = {
		(void **)&library->begin, (void **)&library->find_debuginfo, (void **)&library->set_progress,
		(void **)&library->end,
	};
	void *handle = dlopen("libdebuginfod.so.1", RTLD_NOW);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		*functions[i] = handle ? dlsym(handle, names[i]) : NULL;
		if (!*functions[i])
			return false;
	}
	return true;
}

/* On a terminal alone; never ends the transfer. */
static int show_progress(struct debuginfod_client *client, long done, long all)
{
	(void)client;
	if (all > 0 && done > 0)
		fprintf(stderr, "\rspile: fetching debuginfo, %ld of %ld MB", done >> 20, all >> 20);
	return 0;
}

static GByteArray *bytes_of(const char *build_id)
{
	GByteArray *bytes = g_byte_array_new();

	for (; g_ascii_isxdigit(build_id[0]) && g_ascii_isxdigit(build_id[1]); build_id += 2) {
		guint8 byte = (guint8)(g_ascii_xdigit_value(build_id[0]) << 4 | g_ascii_xdigit_value(build_id[1]));

		g_byte_array_append(bytes, &byte, 1);
	}
	return bytes;
}

bool debuginfod_is_wanted(void)
{
	const char *urls = g_getenv("DEBUGINFOD_URLS");

	return urls && *urls;
}

/* A descriptor of the file, whose path the caller frees; else an error number below 0. */
static int find_debuginfo(const struct client_library *library, const char *build_id, char **path_ret)
{
	struct debuginfod_client *client = library->begin();
	g_autoptr(GByteArray) bytes = bytes_of(build_id);
	int handle;

	if (!client)
		return -ENOMEM;
	if (isatty(STDERR_FILENO))
		library->set_progress(client, show_progress);
	handle = library->find_debuginfo(client, bytes->data, (int)bytes->len, path_ret);
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	library->end(client);
	return handle;
}

/* What a server has not is no error of its own. */
static const char *reason(struct arena *arena, int error, const char *build_id)
{
	const char *urls = g_getenv("DEBUGINFOD_URLS");

	if (error == ENOENT)
		return arena_printf(arena, "$DEBUGINFOD_URLS, %s, has nothing of build %s", urls, build_id);
	return arena_printf(arena, "$DEBUGINFOD_URLS, %s, cannot be asked: %s", urls, g_strerror(error));
}

const char *debuginfod_fetch(struct arena *arena, const char *build_id, const char **why_ret)
{
	struct client_library library;
	const char *found;
	char *path = NULL;
	int handle;

	if (!load(&library)) {
		*why_ret = "$DEBUGINFOD_URLS is set, but its library, libdebuginfod.so.1, is not installed";
		return NULL;
	}
	handle = find_debuginfo(&library, build_id, &path);
	if (handle < 0) {
		*why_ret = reason(arena, -handle, build_id);
		return NULL;
	}
	close(handle);
	found = arena_printf(arena, "%s", path);
	free(path);
	return found;
}
