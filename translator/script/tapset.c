/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads the tapset library: finds the files, sorts them, reads the macros, parses the scripts.
 * Called once by the driver, with the library's own folder and those of -I, before it parses the
 * user's script.
 *
 * The order is that of the paths and not of the file system, so that the same library gives the
 * same messages and the same generated code everywhere.
 */
#include <string.h>

#include "base/inputs.h"
#include "script/macro.h"
#include "script/tapset.h"

static void collect_files(const char *directory, struct diag *diag, GPtrArray *paths);

static void collect_entry(const char *path, struct diag *diag, GPtrArray *paths)
{
	/* A link to a folder could lead back to where we came from. */
	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			collect_files(path, diag, paths);
	} else if (g_str_has_suffix(path, ".stp") ||
		   g_str_has_suffix(path, ".stpm")) {
		g_ptr_array_add(paths, g_strdup(path));
	}
}

static void collect_files(const char *directory, struct diag *diag, GPtrArray *paths)
{
	g_autoptr(GError) error = NULL;
	const char *name;
	GDir *dir;

	inputs_add(directory);
	dir = g_dir_open(directory, 0, &error);
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

/* A file of the library, or NULL if it cannot be read (reported). */
static struct source *read_file(struct parse_context *context, const char *path,
				const char *const directories[])
{
	const char *error;
	struct source *source = source_read(context->arena, path, &error);

	if (!source) {
		diag_error(context->diag, no_span, "E-tapset", "%s", error);
		return NULL;
	}
	source->name = short_name(context->arena, path, directories);
	source->is_tapset = true;
	return source;
}

static void load_macros(struct parse_context *context, const GPtrArray *paths,
			const char *const directories[])
{
	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);
		const struct source *source = NULL;

		if (g_str_has_suffix(path, ".stpm"))
			source = read_file(context, path, directories);
		if (source)
			macro_library_add(context, source);
	}
}

static GPtrArray *load_scripts(struct parse_context *context, const GPtrArray *paths,
			       const char *const directories[])
{
	GPtrArray *scripts = arena_array(context->arena);

	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);
		const struct source *source = NULL;

		if (g_str_has_suffix(path, ".stp"))
			source = read_file(context, path, directories);
		if (source)
			g_ptr_array_add(scripts, parse_script(context, source, NULL));
	}
	return scripts;
}

GPtrArray *tapset_library_load(struct parse_context *context, const char *const directories[])
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *library;

	for (int i = 0; directories[i]; i++)
		collect_files(directories[i], context->diag, paths);
	g_ptr_array_sort(paths, compare_paths);
	if (!context->macros)
		context->macros = macro_library_new(context->arena);
	load_macros(context, paths, directories);
	library = load_scripts(context, paths, directories);
	g_ptr_array_unref(paths);
	return library;
}
