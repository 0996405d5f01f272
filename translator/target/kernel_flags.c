/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Learns a tree's compiler flags by building an empty object with kbuild and reading the
 * command file it leaves. Used by the tracepoint reader and the feature tests, which then run
 * the compiler themselves, many times faster than kbuild would.
 */
#include "target/kernel_flags.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "target/kernel_make.h"
#include "target/scratch.h"

#define OBJECT_NAME "spile_flags"
#define DIRECTORY_MARK "spile-directory "

static const char empty_module[] = "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n";

/* kbuild compiles from different folders in different versions; this makes it say which. */
static const char kbuild_file[] =
	"obj-m := " OBJECT_NAME ".o\n"
	"$(info " DIRECTORY_MARK "$(CURDIR))\n";

/* Stands in for the names kbuild gives each object; headers expect them to be defined. */
static const char *const own_names[] = {
	"-DKBUILD_BASENAME=\"spile\"",
	"-DKBUILD_MODNAME=\"spile\"",
	"-DKBUILD_MODFILE=\"spile\"",
	"-D__KBUILD_MODNAME=kmod_spile",
};

static const char *const dropped_prefixes[] = {
	"-Wp,-MD,", "-Wp,-MMD,", "-MD", "-MMD",
	"-DKBUILD_BASENAME=", "-DKBUILD_MODNAME=", "-DKBUILD_MODFILE=",
	"-D__KBUILD_MODNAME=", "-D__KBUILD_MODFILE=",
};

static bool is_dropped(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(dropped_prefixes); i++)
		if (g_str_has_prefix(word, dropped_prefixes[i]))
			return true;
	return strcmp(word, "-c") == 0 || g_str_has_suffix(word, OBJECT_NAME ".c");
}

static char *replace(char *text, const char *from, const char *to)
{
	g_auto(GStrv) parts = g_strsplit(text, from, -1);

	g_free(text);
	return g_strjoinv(to, parts);
}

/* The first line's command with make's quoting undone, or NULL. To be freed. */
static char *command_text(const char *text)
{
	const char *end = strchr(text, '\n');
	const char *assignment = strstr(text, ":=");
	char *command;

	if (!g_str_has_prefix(text, "cmd_") && !g_str_has_prefix(text, "savedcmd_"))
		return NULL;
	if (!assignment || (end && assignment > end))
		return NULL;
	command = end ? g_strndup(assignment + 2, (size_t)(end - assignment - 2)) :
			g_strdup(assignment + 2);
	command = replace(command, "\\#", "#");
	command = replace(command, "$(pound)", "#");
	return replace(command, "$$", "$");
}

/* Copies the wanted words up to the first ';' of the shell command. */
static void take_words(struct arena *arena, char **words, GPtrArray *command)
{
	for (; *words && strcmp(*words, ";") != 0; words++) {
		if (strcmp(*words, "-o") == 0 || strcmp(*words, "-MF") == 0) {
			if (words[1])
				words++;
			continue;
		}
		if (!is_dropped(*words))
			g_ptr_array_add(command, arena_printf(arena, "%s", *words));
	}
}

bool kernel_flags_parse(struct arena *arena, const char *text, struct kernel_flags *ret)
{
	g_autofree char *line = command_text(text);
	g_auto(GStrv) words = NULL;

	if (!line || !g_shell_parse_argv(line, NULL, &words, NULL))
		return false;
	ret->command = arena_array(arena);
	take_words(arena, words, ret->command);
	for (size_t i = 0; i < G_N_ELEMENTS(own_names); i++)
		g_ptr_array_add(ret->command, (char *)own_names[i]);
	return ret->command->len > G_N_ELEMENTS(own_names);
}

/* Path, time and size of the compiler's file: they change when the package does. */
static const char *program_identity(struct arena *arena, const char *program)
{
	g_autofree char *path = g_find_program_in_path(program);
	GStatBuf status;

	if (!path || g_stat(path, &status) != 0)
		return "missing";
	return arena_printf(arena, "%s %lld %lld", path, (long long)status.st_mtim.tv_sec,
			    (long long)status.st_size);
}

static const char *cache_path(struct arena *arena, const struct kernel_tree *tree)
{
	const char *folder = kernel_tree_cache(arena, tree);

	return folder ? arena_printf(arena, "%s/flags", folder) : NULL;
}

/* One line each: directory, identity, then the command's words. */
static struct kernel_flags *load(struct arena *arena, const char *path)
{
	struct kernel_flags *flags = arena_new0(arena, struct kernel_flags);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!path || !g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(g_strchomp(text), "\n", -1);
	if (g_strv_length(lines) < 3)
		return NULL;
	flags->directory = arena_printf(arena, "%s", lines[0]);
	flags->identity = arena_printf(arena, "%s", lines[1]);
	flags->command = arena_array(arena);
	for (char **line = lines + 2; *line; line++)
		g_ptr_array_add(flags->command, arena_printf(arena, "%s", *line));
	if (strcmp(flags->identity, program_identity(arena, flags->command->pdata[0])) != 0)
		return NULL;
	return flags;
}

/* A cache that cannot be written costs time, not correctness. */
static void save(const char *path, const struct kernel_flags *flags)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s\n%s\n", flags->directory, flags->identity);
	for (guint i = 0; i < flags->command->len; i++)
		g_string_append_printf(text, "%s\n", (const char *)flags->command->pdata[i]);
	if (path)
		g_file_set_contents(path, text->str, (gssize)text->len, NULL);
	g_string_free(text, TRUE);
}

/* The folder kbuild said it compiles in; the build tree's if it did not. */
static const char *compile_directory(struct arena *arena, const struct kernel_tree *tree,
				     const char *output)
{
	const char *mark = strstr(output, DIRECTORY_MARK);
	const char *start = mark ? mark + strlen(DIRECTORY_MARK) : NULL;

	if (!start)
		return tree->build_dir;
	return arena_strndup(arena, start, strcspn(start, "\n"));
}

static void report_failure(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			   const struct process_result *result)
{
	if (kernel_make_report_missing(arena, diag, result))
		return;
	diag_error(diag, no_span, "E-kernel-flags",
		   "kbuild of %s cannot compile an empty module", tree->build_dir);
	diag_note(diag, no_span, "make says: %s", g_strchomp(result->errors));
}

static struct kernel_flags *ask_kbuild(struct arena *arena, struct diag *diag,
				       const struct kernel_tree *tree, const char *folder)
{
	static const char *const arguments[] = { OBJECT_NAME ".o", NULL };
	struct kernel_flags *flags = arena_new0(arena, struct kernel_flags);
	g_autofree char *path = g_build_filename(folder, "." OBJECT_NAME ".o.cmd", NULL);
	g_autofree char *text = NULL;
	struct process_result result;

	if (!scratch_write(diag, folder, "Kbuild", kbuild_file) ||
	    !scratch_write(diag, folder, OBJECT_NAME ".c", empty_module))
		return NULL;
	kernel_make(tree, folder, arguments, &result);
	if (result.status == 0 && g_file_get_contents(path, &text, NULL, NULL) &&
	    kernel_flags_parse(arena, text, flags)) {
		flags->directory = compile_directory(arena, tree, result.output);
		flags->identity = program_identity(arena, flags->command->pdata[0]);
	} else {
		report_failure(arena, diag, tree, &result);
		flags = NULL;
	}
	process_result_clear(&result);
	return flags;
}

const struct kernel_flags *kernel_flags_get(struct arena *arena, struct diag *diag,
					    const struct kernel_tree *tree)
{
	const char *path = cache_path(arena, tree);
	struct kernel_flags *flags = load(arena, path);
	const char *folder;

	if (flags)
		return flags;
	folder = scratch_new(arena, diag);
	if (!folder)
		return NULL;
	flags = ask_kbuild(arena, diag, tree, folder);
	scratch_remove(folder);
	/* Newer kbuild compiles inside the module's folder, with absolute paths. */
	if (flags && !g_file_test(flags->directory, G_FILE_TEST_IS_DIR))
		flags->directory = tree->build_dir;
	if (flags)
		save(path, flags);
	return flags;
}

void kernel_compile(const struct kernel_flags *flags, const char *const extra[],
		    struct process_result *ret)
{
	GPtrArray *argv = g_ptr_array_new();

	kernel_make_environment(argv);
	for (guint i = 0; i < flags->command->len; i++)
		g_ptr_array_add(argv, flags->command->pdata[i]);
	for (; *extra; extra++)
		g_ptr_array_add(argv, (char *)*extra);
	g_ptr_array_add(argv, NULL);
	process_run((const char *const *)argv->pdata, flags->directory, ret);
	g_ptr_array_free(argv, TRUE);
}
