/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads runtime/compat/kernel.h for the headers that every kernel has. What it includes under a
 * condition depends on the answers of feature tests, which in turn depend on these headers.
 */
#include "target/headers.h"

#include "base/paths.h"

const char *headers_of_scripts(struct arena *arena)
{
	g_autofree char *path = g_build_filename(paths_data_dir(), "runtime/compat/kernel.h", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GString) out = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;
	int depth = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return "";
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		/* The include guard is a condition, too. */
		depth += g_str_has_prefix(*line, "#if") - g_str_has_prefix(*line, "#endif");
		if (depth == 1 && g_str_has_prefix(*line, "#include <"))
			g_string_append_printf(out, "%s\n", *line);
	}
	return arena_strndup(arena, out->str, out->len);
}
