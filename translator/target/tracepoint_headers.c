/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiles all headers at once, leaves out those in which the compiler finds errors, and does so
 * again until it finds none: one that is left out may have been what another one needed. An
 * error that lies in none of them is left for the module's own compilation to show. What was found is
 * kept by the list of headers.
 */
#include "target/tracepoint_headers.h"

#include <string.h>

#include <glib/gstdio.h>

#include "target/headers.h"
#include "target/kernel_flags.h"
#include "target/scratch.h"

#define SOURCE_NAME "spile-usable.c"

static bool is_listed(const GPtrArray *headers, const char *header)
{
	for (guint i = 0; i < headers->len; i++)
		if (strcmp(g_ptr_array_index(headers, i), header) == 0)
			return true;
	return false;
}

/* A file that includes all headers but the broken ones, behind what a script's C includes before them. */
static char *source_text(struct arena *arena, const GPtrArray *headers, const GPtrArray *broken)
{
	GString *text = g_string_new(headers_of_scripts(arena));

	for (guint i = 0; i < headers->len; i++)
		if (!is_listed(broken, g_ptr_array_index(headers, i)))
			g_string_append_printf(text, "#include <%s>\n", (char *)g_ptr_array_index(headers, i));
	return g_string_free(text, FALSE);
}

/* Whether a line of the compiler's is about an error in this header: ".../HEADER:7:3: error: what". */
static bool is_error_in(const char *line, const char *header)
{
	g_autofree char *place = g_strdup_printf("/%s:", header);
	const char *error = strstr(line, "error: ");
	const char *at = strstr(line, place);

	return error && at && at < error;
}

/* Adds to `broken` the headers with errors; false if there is none. */
static bool add_broken(const GPtrArray *headers, const char *errors, GPtrArray *broken)
{
	g_auto(GStrv) lines = g_strsplit(errors, "\n", -1);
	guint before = broken->len;

	for (guint i = 0; i < headers->len; i++) {
		const char *header = g_ptr_array_index(headers, i);

		for (char **line = lines; *line; line++)
			if (!is_listed(broken, header) && is_error_in(*line, header))
				g_ptr_array_add(broken, (char *)header);
	}
	return broken->len > before;
}

/*
 * Errors inside of macros are to be told by the line that uses them, which is the header's. Warnings stay:
 * some the kernel has made errors.
 */
static bool find_broken(struct arena *arena, const struct kernel_flags *flags, struct diag *diag, const char *folder,
			const GPtrArray *headers, GPtrArray *broken)
{
	g_autofree char *path = g_build_filename(folder, SOURCE_NAME, NULL);
	const char *const extra[] = { "-ftrack-macro-expansion=0", "-fsyntax-only", path, NULL };
	bool again;

	do {
		g_autofree char *text = source_text(arena, headers, broken);
		struct process_result result;

		if (!scratch_write(diag, folder, SOURCE_NAME, text))
			return false;
		kernel_compile(flags, extra, &result);
		again = result.status != 0 && add_broken(headers, result.errors, broken);
		process_result_clear(&result);
	} while (again);
	return true;
}

/* Where the answer for these headers is kept; NULL without a cache. */
static const char *cache_path(struct arena *arena, const struct kernel_tree *tree, const GPtrArray *headers)
{
	GPtrArray *none = arena_array(arena);
	g_autofree char *text = source_text(arena, headers, none);
	g_autofree char *key = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	const char *folder = kernel_tree_cache(arena, tree);

	if (!folder)
		return NULL;
	folder = arena_printf(arena, "%s/tracepoints", folder);
	return g_mkdir_with_parents(folder, 0700) == 0 ? arena_printf(arena, "%s/broken-%.16s", folder, key) : NULL;
}

/* The kept answer has a header on each line. */
static bool read_kept(struct arena *arena, const char *path, GPtrArray *broken)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!path || !g_file_get_contents(path, &text, NULL, NULL))
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		if (**line)
			g_ptr_array_add(broken, arena_printf(arena, "%s", *line));
	return true;
}

static void keep(const char *path, const GPtrArray *broken)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < broken->len; i++)
		g_string_append_printf(text, "%s\n", (char *)g_ptr_array_index(broken, i));
	if (path)
		g_file_set_contents(path, text->str, (gssize)text->len, NULL);
}

GPtrArray *tracepoint_headers_broken(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
				     const GPtrArray *headers)
{
	const char *path = cache_path(arena, tree, headers);
	GPtrArray *broken = arena_array(arena);
	const struct kernel_flags *flags;
	const char *folder;
	bool found;

	if (read_kept(arena, path, broken))
		return broken;
	flags = kernel_flags_get(arena, diag, tree);
	folder = flags ? scratch_new(arena, diag) : NULL;
	if (!folder)
		return NULL;
	found = find_broken(arena, flags, diag, folder, headers, broken);
	scratch_remove(folder);
	if (!found)
		return NULL;
	keep(path, broken);
	return broken;
}
