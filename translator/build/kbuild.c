/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hands a generated file to `make -C BUILD_DIR M=WORK_DIR modules` and explains what went wrong.
 * The work folder's Kbuild names the module and includes the project's own, which has the flags;
 * so a kept folder can be built again by hand with that very command. The other parts of the module are
 * files of one line there, which include their source.
 */
#include "build/kbuild.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "build/constants.h"
#include "target/kernel_make.h"
#include "target/scratch.h"

/* Compiler errors shown; one mistake of ours is often reported many times. */
#define SHOWN_ERRORS 5

static const char *script_place(struct arena *arena, const char *file, GMatchInfo *match)
{
	g_autofree char *line = g_match_info_fetch_named(match, "line");

	return arena_printf(arena, "%s:%s", file ? file : "<script>", line);
}

const char *kbuild_script_place(struct arena *arena, const char *c_text, unsigned int line)
{
	GRegex *regex = g_regex_new("/\\* (?<file>[^:*\\n]*):(?<line>\\d+)(?::\\d+)?(?= |,)",
				    G_REGEX_RAW, 0, NULL);
	const char *end = c_text, *place = NULL;
	GMatchInfo *match = NULL;
	char *file = NULL;

	for (unsigned int i = 0; i < line && *end; i++)
		end += strcspn(end, "\n") + (end[strcspn(end, "\n")] == '\n');
	g_regex_match_full(regex, c_text, end - c_text, 0, 0, &match, NULL);
	while (g_match_info_matches(match)) {
		char *name = g_match_info_fetch_named(match, "file");

		if (*name) {
			g_free(file);
			file = name;
		} else {
			g_free(name);
		}
		place = script_place(arena, file, match);
		g_match_info_next(match, NULL);
	}
	g_free(file);
	g_match_info_free(match);
	g_regex_unref(regex);
	return place;
}

/* "path/script.c:123:45: error: words" with the script's place before it. */
static const char *mapped_error(struct arena *arena, const struct kbuild_request *request,
				GMatchInfo *match)
{
	g_autofree char *path = g_match_info_fetch(match, 1);
	g_autofree char *line = g_match_info_fetch(match, 2);
	g_autofree char *words = g_match_info_fetch(match, 3);
	g_autofree char *base = g_path_get_basename(path);
	const char *place = NULL;

	if (strcmp(base, KBUILD_SCRIPT) == 0)
		place = kbuild_script_place(arena, request->c_text,
					    (unsigned int)strtoul(line, NULL, 10));
	if (place)
		return arena_printf(arena, "%s: %s (%s:%s)", place, words, base, line);
	return arena_printf(arena, "%s:%s: %s", path, line, words);
}

/* modpost says `ERROR: modpost: "x" undefined!`; make and ld words without a place are kept. */
static const char *error_of_line(struct arena *arena, const struct kbuild_request *request,
				 const GRegex *regex, const char *line)
{
	GMatchInfo *match = NULL;
	const char *error = NULL;

	if (g_regex_match(regex, line, 0, &match))
		error = mapped_error(arena, request, match);
	else if (g_str_has_prefix(line, "ERROR:") || strstr(line, ": undefined reference") ||
		 strstr(line, ": error: "))
		error = arena_printf(arena, "%s", line);
	g_match_info_free(match);
	return error;
}

GPtrArray *kbuild_errors(struct arena *arena, const struct kbuild_request *request,
			 const char *text, unsigned int limit)
{
	GRegex *regex = g_regex_new("^([^:\\n]+):(\\d+):(?:\\d+:)? (?:fatal )?error: (.*)$",
				    G_REGEX_RAW, 0, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GPtrArray *errors = arena_array(arena);

	for (char **line = lines; *line && errors->len < limit; line++) {
		const char *error = error_of_line(arena, request, regex, *line);

		if (error)
			g_ptr_array_add(errors, (char *)error);
	}
	g_regex_unref(regex);
	return errors;
}

/* The work folder, made and as an absolute path; NULL after a reported error. */
static const char *open_work_dir(struct arena *arena, struct diag *diag, const char *work_dir)
{
	const char *path;
	char *real;

	if (g_mkdir_with_parents(work_dir, 0700) != 0 || !(real = realpath(work_dir, NULL))) {
		diag_error(diag, no_span, "E-work-dir", "the build folder %s cannot be made: %s",
			   work_dir, g_strerror(errno));
		return NULL;
	}
	path = arena_printf(arena, "%s", real);
	free(real);
	return scratch_usable(diag, path) ? path : NULL;
}

const char *kbuild_part_name(struct arena *arena, const char *file)
{
	g_autofree char *base = g_path_get_basename(file);

	return arena_printf(arena, "part-%.*s", (int)(strlen(base) - strlen(".c")), base);
}

/* The file of one part: its source, with the script's limits. */
static bool write_part(struct arena *arena, struct diag *diag, const struct kbuild_request *request,
		       const char *work_dir, const char *file)
{
	const char *name = arena_printf(arena, "%s.c", kbuild_part_name(arena, file));
	g_autofree char *text = g_strdup_printf("%s\n#include \"%s\"\n", request->limits, file);

	return scratch_write(diag, work_dir, name, text);
}

static bool write_inputs(struct arena *arena, struct diag *diag, const struct kbuild_request *request,
			 const char *work_dir)
{
	const char *data_dir = request->data_dir ? request->data_dir : paths_data_dir();
	g_autoptr(GString) kbuild = g_string_new(NULL);

	if (!scratch_usable(diag, data_dir) || !scratch_usable(diag, request->kconf_dir))
		return false;
	g_string_printf(kbuild, "SPILE_MODULE := %s\nSPILE_KCONF := %s\nSPILE_PARTS :=", request->name,
			request->kconf_dir);
	for (guint i = 0; request->parts && i < request->parts->len; i++) {
		g_string_append_printf(kbuild, " %s", kbuild_part_name(arena, request->parts->pdata[i]));
		if (!write_part(arena, diag, request, work_dir, request->parts->pdata[i]))
			return false;
	}
	g_string_append_printf(kbuild, "\ninclude %s/Kbuild\n", data_dir);
	return scratch_write(diag, work_dir, KBUILD_SCRIPT, request->c_text) &&
	       scratch_write(diag, work_dir, "Kbuild", kbuild->str);
}

static void report_failure(struct arena *arena, struct diag *diag,
			   const struct kbuild_request *request, const char *work_dir,
			   const struct process_result *result)
{
	GPtrArray *errors;

	if (kernel_make_report_missing(arena, diag, result))
		return;
	if (constants_report(diag, request, result->errors)) {
		scratch_remove(work_dir);
		return;
	}
	diag_error(diag, no_span, "E-kernel-build", "the module cannot be built for this kernel");
	errors = kbuild_errors(arena, request, result->errors, SHOWN_ERRORS);
	for (guint i = 0; i < errors->len; i++)
		diag_note(diag, no_span, "%s", (const char *)errors->pdata[i]);
	if (errors->len == 0)
		diag_note(diag, no_span, "make says: %s", g_strchomp(result->errors));
	diag_note(diag, no_span, "the generated C and all that make said (build.log) are in %s",
		  work_dir);
}

static bool keep_log(struct diag *diag, const char *work_dir, const struct process_result *result)
{
	g_autofree char *log = g_strconcat(result->output, result->errors, NULL);

	return scratch_write(diag, work_dir, "build.log", log);
}

/* Runs make; the module's path, or NULL after a reported error. */
static const char *run_make(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			    const struct kbuild_request *request, const char *work_dir)
{
	const char *const arguments[] = {
		"modules",
		request->verbose ? "V=1" : "-s",
		request->debug_info ? NULL : KERNEL_MAKE_NO_DEBUG_INFO,
		NULL
	};
	const char *module = arena_printf(arena, "%s/%s.ko", work_dir, request->name);
	struct process_result result;

	g_unlink(module);
	kernel_make(tree, work_dir, arguments, &result);
	if (request->verbose)
		fprintf(diag->out, "%s%s", result.output, result.errors);
	if (!keep_log(diag, work_dir, &result)) {
		module = NULL;
	} else if (result.status != 0 || !g_file_test(module, G_FILE_TEST_EXISTS)) {
		report_failure(arena, diag, request, work_dir, &result);
		module = NULL;
	}
	process_result_clear(&result);
	return module;
}

const char *kbuild_prepare(struct arena *arena, struct diag *diag,
			   const struct kbuild_request *request)
{
	const char *work_dir = open_work_dir(arena, diag, request->work_dir);

	return work_dir && write_inputs(arena, diag, request, work_dir) ? work_dir : NULL;
}

const char *kbuild_module(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			  const struct kbuild_request *request)
{
	const char *work_dir = kbuild_prepare(arena, diag, request);

	return work_dir ? run_make(arena, diag, tree, request, work_dir) : NULL;
}
