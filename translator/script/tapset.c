/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads the tapset library: finds the script files, sorts them, parses each. Called once by main,
 * with the library's own folder and those of -I.
 *
 * The order is that of the paths and not of the file system, so that the same library gives the
 * same messages and the same generated code everywhere.
 */
#include <string.h>

#include "script/parse.h"
#include "script/tapset.h"

static void collect_files(const char *directory, struct diag *diag, GPtrArray *paths);

static void collect_entry(const char *path, struct diag *diag, GPtrArray *paths)
{
	/* A link to a folder could lead back to where we came from. */
	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			collect_files(path, diag, paths);
	} else if (g_str_has_suffix(path, ".stp")) {
		g_ptr_array_add(paths, g_strdup(path));
	}
}

static void collect_files(const char *directory, struct diag *diag, GPtrArray *paths)
{
	g_autoptr(GError) error = NULL;
	GDir *dir = g_dir_open(directory, 0, &error);
	const char *name;

	if (!dir) {
		diag_error(diag, no_span, "E-tapset", "cannot read the tapset folder: %s",
			   error->message);
		return;
	}
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		collect_entry(path, diag, paths);
	}
	g_dir_close(dir);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * "tapsets/time.stp" for a file of .../tapsets: its name from the library's folder on, so that
 * messages and generated code do not depend on where the library is installed.
 */
static const char *short_name(struct arena *arena, const char *path,
			      const char *const directories[])
{
	for (int i = 0; directories[i]; i++) {
		g_autofree char *folder = g_path_get_basename(directories[i]);
		size_t length = strlen(directories[i]);

		if (strncmp(path, directories[i], length) == 0 && path[length] == '/')
			return arena_printf(arena, "%s%s", folder, path + length);
	}
	return arena_strndup(arena, path, strlen(path));
}

GPtrArray *tapset_library_load(struct arena *arena, struct diag *diag,
			       const char *const directories[])
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *library = arena_array(arena);

	for (int i = 0; directories[i]; i++)
		collect_files(directories[i], diag, paths);
	g_ptr_array_sort(paths, compare_paths);
	for (guint i = 0; i < paths->len; i++) {
		const char *error;
		struct source *source = source_read(arena, g_ptr_array_index(paths, i), &error);

		if (!source) {
			diag_error(diag, no_span, "E-tapset", "%s", error);
			continue;
		}
		source->name = short_name(arena, g_ptr_array_index(paths, i), directories);
		source->is_tapset = true;
		g_ptr_array_add(library, parse_script(arena, diag, source, NULL));
	}
	g_ptr_array_unref(paths);
	return library;
}
