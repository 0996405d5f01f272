/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a build needs: the tree, the compiler that it asks for beside the one that the kernel was made
 * by, and the programs. Called by facts.c. A compiler below another root is looked for, never run.
 */
#include <string.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "base/process.h"
#include "doctor/facts.h"

/* ---- Programs ---- */

/* Where programs are below a root folder that is not ours. */
static const char *const program_folders[] = { "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin" };

static const char *find_below(struct arena *arena, const char *root, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(program_folders); i++) {
		const char *path = arena_printf(arena, "%s%s/%s", root, program_folders[i], name);

		/* A link to an absolute path leads out of the folder: it is there, and that is all we ask. */
		if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE) || g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			return path;
	}
	return NULL;
}

static struct program find_program(struct arena *arena, const char *root, const char *name)
{
	g_autofree char *path = *root ? NULL : g_find_program_in_path(name);
	struct program program = { name, NULL, NULL };

	if (*root)
		program.path = find_below(arena, root, name);
	else if (path)
		program.path = arena_printf(arena, "%s", path);
	return program;
}

const char *facts_compiler_version(struct arena *arena, const char *text)
{
	const char *at = text;

	while (*at) {
		size_t digits = strspn(at, "0123456789");

		if (digits && at[digits] == '.' && g_ascii_isdigit(at[digits + 1]))
			return arena_strndup(arena, at, strspn(at, "0123456789."));
		at += digits ? digits : 1;
	}
	return NULL;
}

static const char *ask_version(struct arena *arena, const char *path)
{
	const char *const argv[] = { path, "--version", NULL };
	struct process_result result;
	const char *version;

	process_run(argv, NULL, &result);
	version = result.status == 0 ? facts_compiler_version(arena, result.output) : NULL;
	process_result_clear(&result);
	return version;
}

/* ---- Which compiler ---- */

/* Debian's trees name one: "CC = $(if ...) $(CROSS_COMPILE)gcc-12". */
static const char *compiler_of_tree(struct arena *arena, const char *build_dir)
{
	g_autofree char *text = paths_text(build_dir, ".kernelvariables");
	const char *line = text ? strstr(text, "\nCC = ") : NULL;
	size_t length = line ? strcspn(line + 1, "\n") : 0;
	const char *name = line ? line + 1 + length : NULL;

	while (name && (g_ascii_isalnum(name[-1]) || name[-1] == '-' || name[-1] == '.'))
		name--;
	return name && name < line + 1 + length ? arena_strndup(arena, name, line + 1 + length - name) : NULL;
}

/* `#define LINUX_COMPILER "gcc (GCC) 8.5.0"`: what stands in quotes behind the name. */
static const char *quoted_after(struct arena *arena, const char *text, const char *name)
{
	const char *define = text ? strstr(text, name) : NULL;
	const char *start = define ? strchr(define, '"') : NULL;
	const char *end = start ? strchr(start + 1, '"') : NULL;

	return end ? arena_strndup(arena, start + 1, end - start - 1) : NULL;
}

/* From the banner, "Linux version 3.10.0 (mock@builder) (gcc version 4.8.5 ...) #1 SMP ...". */
static const char *compiler_of_banner(struct arena *arena, const char *root)
{
	static const char *const names[] = { " (gcc", " (clang", "clang version" };
	g_autofree char *banner = paths_text(root, "/proc/version");

	for (size_t i = 0; banner && i < G_N_ELEMENTS(names); i++) {
		const char *start = strstr(banner, names[i]);

		if (!start)
			continue;
		start += strspn(start, " (");
		return arena_strndup(arena, start, strcspn(start, "#"));
	}
	return NULL;
}

static const char *kernel_compiler(struct arena *arena, const struct facts *facts)
{
	g_autofree char *compile = paths_text(facts->tree.build_dir, "include/generated/compile.h");
	const char *named = facts->configuration ?
			    configuration_value(facts->configuration, "CONFIG_CC_VERSION_TEXT") : "";

	if (*named)
		return named;
	named = facts->is_running ? compiler_of_banner(arena, facts->root) : NULL;
	return named ? named : quoted_after(arena, compile, "LINUX_COMPILER");
}

/* ---- All of it ---- */

/* In a header of its own since Linux 6.1, in compile.h before. */
static const char *tree_version(struct arena *arena, const char *build_dir)
{
	g_autofree char *own = paths_text(build_dir, "include/generated/utsversion.h");
	g_autofree char *compile = paths_text(build_dir, "include/generated/compile.h");
	const char *version = quoted_after(arena, own, "UTS_VERSION");

	return version ? version : quoted_after(arena, compile, "UTS_VERSION");
}

void facts_of_build(struct arena *arena, struct facts *facts)
{
	g_autofree char *modpost = g_build_filename(facts->tree.build_dir, "scripts/mod/modpost", NULL);
	const char *compiler = compiler_of_tree(arena, facts->tree.build_dir);

	facts->has_modpost = g_file_test(modpost, G_FILE_TEST_IS_EXECUTABLE);
	facts->tree_version = tree_version(arena, facts->tree.build_dir);
	facts->kernel_compiler = kernel_compiler(arena, facts);
	if (!compiler)
		compiler = facts_option(facts, "CONFIG_CC_IS_CLANG") == ANSWER_YES ? "clang" : "gcc";
	facts->compiler = find_program(arena, facts->root, compiler);
	facts->linker = find_program(arena, facts->root, "ld");
	facts->make = find_program(arena, facts->root, "make");
	if (facts->compiler.path && !*facts->root)
		facts->compiler.version = ask_version(arena, facts->compiler.path);
}
