/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Learns a tree's compiler flags, and the steps to a whole module, by building a small one with
 * kbuild and our own Kbuild, and reading the command files it leaves. Used by the tracepoint
 * reader, the feature tests and the build of modules, which then run the compiler themselves,
 * many times faster than kbuild would.
 */
#include "target/kernel_flags.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "base/inputs.h"
#include "base/paths.h"
#include "target/kernel_make.h"
#include "target/scratch.h"

#define DIRECTORY_MARK "spile-directory "
/* Part of the cache's key: changes when the answer is kept in another way. */
#define FORMAT "flags 7\n"
#define GROUP "flags"

/*
 * With something of what scripts have: per-CPU data, strings, a loop, sections of their own. The
 * second includes little, for here the kernel's headers are most of the time.
 */
static const char *const sample_sources[] = {
	"#include <linux/module.h>\n"
	"MODULE_LICENSE(\"GPL\");\n"
	"int spile_sample_part(int *values, int count);\n"
	"static int values[32];\n"
	"static int __init sample_init(void)\n"
	"{\n"
	"	return spile_sample_part(values, 32) ? -22 : 0;\n"
	"}\n"
	"static void __exit sample_exit(void)\n"
	"{\n"
	"}\n"
	"module_init(sample_init);\n"
	"module_exit(sample_exit);\n",

	"#include <linux/kernel.h>\n"
	"int spile_sample_part(int *values, int count);\n"
	"int spile_sample_part(int *values, int count)\n"
	"{\n"
	"	int i, sum = 0;\n"
	"	for (i = 0; i < count; i++)\n"
	"		sum += values[i];\n"
	"	if (sum)\n"
	"		printk(\"spile: %d\\n\", sum);\n"
	"	return sum;\n"
	"}\n",
};

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

/* Where our own headers are matters to no feature of the kernel. */
static bool is_own_path(const char *word)
{
	return g_str_has_prefix(word, "-I") && g_str_has_prefix(word + 2, paths_data_dir());
}

static bool is_dropped(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(dropped_prefixes); i++)
		if (g_str_has_prefix(word, dropped_prefixes[i]))
			return true;
	return strcmp(word, "-c") == 0 || g_str_has_suffix(word, "script.c") || is_own_path(word);
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
	g_autofree char *line = kernel_recipe_command(text);
	g_auto(GStrv) words = NULL;

	if (!line || !g_shell_parse_argv(line, NULL, &words, NULL))
		return false;
	ret->command = arena_array(arena);
	take_words(arena, words, ret->command);
	for (size_t i = 0; i < G_N_ELEMENTS(own_names); i++)
		g_ptr_array_add(ret->command, (char *)own_names[i]);
	return ret->command->len > G_N_ELEMENTS(own_names);
}

/* A program is an input with all places that are searched before the one where it is. */
static void add_program(const char *program, const char *found)
{
	g_auto(GStrv) folders = g_strsplit(g_getenv("PATH") ? g_getenv("PATH") : "", ":", -1);

	for (char **folder = folders; !strchr(program, '/') && *folder; folder++) {
		g_autofree char *path = g_build_filename(**folder ? *folder : ".", program, NULL);

		inputs_add(path);
		if (found && strcmp(path, found) == 0)
			return;
	}
	if (found)
		inputs_add(found);
}

/* Path, time and size of the compiler's file: they change when the package does. */
static const char *program_identity(struct arena *arena, const char *program)
{
	g_autofree char *path = g_find_program_in_path(program);
	GStatBuf status;

	add_program(program, path);
	if (!path || g_stat(path, &status) != 0)
		return "missing";
	return arena_printf(arena, "%s %lld %lld", path, (long long)status.st_mtim.tv_sec,
			    (long long)status.st_size);
}

const char *kernel_flags_sample(int part)
{
	return sample_sources[part];
}

/* ---- The cache ---- */

/* Where the answer of this tree to our Kbuild is kept, without its suffix; NULL without a cache. */
static const char *cache_path(struct arena *arena, const struct kernel_tree *tree)
{
	g_autofree char *path = g_build_filename(paths_data_dir(), "Kbuild", NULL);
	const char *folder = kernel_tree_cache(arena, tree);
	g_autofree char *text = NULL, *hash = NULL, *all = NULL;

	if (!folder || !g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	all = g_strconcat(FORMAT, text, sample_sources[0], sample_sources[1], NULL);
	hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);
	return arena_printf(arena, "%s/flags-%.16s", folder, hash);
}

static const char *get_string(struct arena *arena, GKeyFile *file, const char *key)
{
	g_autofree char *text = g_key_file_get_string(file, GROUP, key, NULL);

	return text ? arena_printf(arena, "%s", text) : "";
}

static struct kernel_flags *load_key_file(struct arena *arena, GKeyFile *file)
{
	struct kernel_flags *flags = arena_new0(arena, struct kernel_flags);
	struct kernel_recipe *recipe = arena_new0(arena, struct kernel_recipe);
	g_auto(GStrv) words = g_key_file_get_string_list(file, GROUP, "command", NULL, NULL);

	if (!words || !words[0])
		return NULL;
	flags->directory = get_string(arena, file, "directory");
	flags->identity = get_string(arena, file, "identity");
	flags->command = arena_array(arena);
	for (char **word = words; *word; word++)
		g_ptr_array_add(flags->command, arena_printf(arena, "%s", *word));
	if (kernel_recipe_load(arena, file, recipe))
		flags->recipe = recipe;
	return flags;
}

/* Where the sample and what all modules share are kept. */
static void set_kept_paths(struct arena *arena, const char *path, struct kernel_flags *flags)
{
	flags->sample = arena_printf(arena, "%s.ko", path);
	flags->common = arena_printf(arena, "%s.common.o", path);
}

static struct kernel_flags *load(struct arena *arena, const char *path)
{
	GKeyFile *file = g_key_file_new();
	struct kernel_flags *flags = NULL;

	if (path && g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
		flags = load_key_file(arena, file);
	g_key_file_free(file);
	if (!flags || strcmp(flags->identity, program_identity(arena, flags->command->pdata[0])) != 0)
		return NULL;
	set_kept_paths(arena, path, flags);
	return flags;
}

/* A cache that cannot be written costs time, not correctness. */
static void save(const char *path, const struct kernel_flags *flags)
{
	GKeyFile *file = g_key_file_new();

	g_key_file_set_string(file, GROUP, "directory", flags->directory);
	g_key_file_set_string(file, GROUP, "identity", flags->identity);
	g_key_file_set_string_list(file, GROUP, "command",
				   (const char *const *)flags->command->pdata, flags->command->len);
	if (flags->recipe)
		kernel_recipe_save(flags->recipe, file);
	g_key_file_save_to_file(file, path, NULL);
	g_key_file_free(file);
}

/* ---- Asking kbuild ---- */

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

static bool write_sample(struct diag *diag, const char *folder)
{
	g_autofree char *kconf = g_build_filename(folder, "kconf", NULL);
	g_autofree char *kbuild = g_strdup_printf("SPILE_MODULE := " RECIPE_MODULE "\n"
						  "SPILE_PARTS := " RECIPE_PART "\n"
						  "SPILE_KCONF := %s\n"
						  "include %s/Kbuild\n"
						  "$(info " DIRECTORY_MARK "$(CURDIR))\n"
						  "$(info " RECIPE_ENVIRONMENT_MARK "SRCARCH=$(SRCARCH))\n"
						  "$(if $(MODVERDIR),$(info " RECIPE_ENVIRONMENT_MARK
						  "MODVERDIR=$(MODVERDIR)))\n",
						  kconf, paths_data_dir());

	return scratch_usable(diag, paths_data_dir()) && g_mkdir(kconf, 0700) == 0 &&
	       scratch_write(diag, kconf, "kconf.h", "") &&
	       scratch_write(diag, folder, "Kbuild", kbuild) &&
	       scratch_write(diag, folder, "script.c", sample_sources[0]) &&
	       scratch_write(diag, folder, RECIPE_PART ".c", sample_sources[1]);
}

static void learn_recipe(struct arena *arena, const char *folder, const char *output,
			 struct kernel_flags *flags)
{
	struct kernel_recipe *recipe = arena_new0(arena, struct kernel_recipe);
	struct kernel_recipe_names names = {
		.folder = folder, .top = paths_data_dir(),
		.kconf = arena_printf(arena, "%s/kconf", folder),
	};

	if (kernel_recipe_learn(arena, &names, flags->directory, output, recipe))
		flags->recipe = recipe;
}

/* Copies a file of the sample to where it outlives its folder; false if that fails. */
static bool keep_file(const char *folder, const char *name, const char *path)
{
	g_autofree char *from = g_build_filename(folder, name, NULL);
	g_autofree char *bytes = NULL;
	gsize length;

	return g_file_get_contents(from, &bytes, &length, NULL) &&
	       g_file_set_contents(path, bytes, (gssize)length, NULL);
}

static void keep_sample(struct arena *arena, const char *folder, const char *path,
			struct kernel_flags *flags)
{
	set_kept_paths(arena, path, flags);
	/* Few trees have it; a step that wants it then finds it. */
	keep_file(folder, RECIPE_COMMON, flags->common);
	if (!keep_file(folder, RECIPE_MODULE ".ko", flags->sample))
		flags->recipe = NULL;
}

/* What kbuild says of a sample in `folder`; to be kept at `path`, if there is one. */
static struct kernel_flags *ask_kbuild(struct arena *arena, struct diag *diag,
				       const struct kernel_tree *tree, const char *folder,
				       const char *path)
{
	static const char *const arguments[] = { "modules", "V=1", KERNEL_MAKE_NO_DEBUG_INFO, NULL };
	struct kernel_flags *flags = arena_new0(arena, struct kernel_flags);
	g_autofree char *command_path = g_build_filename(folder, ".script.o.cmd", NULL);
	g_autofree char *text = NULL;
	struct process_result result;

	if (!write_sample(diag, folder))
		return NULL;
	kernel_make(tree, folder, arguments, &result);
	if (result.status == 0 && g_file_get_contents(command_path, &text, NULL, NULL) &&
	    kernel_flags_parse(arena, text, flags)) {
		flags->directory = compile_directory(arena, tree, result.output);
		flags->identity = program_identity(arena, flags->command->pdata[0]);
		learn_recipe(arena, folder, result.output, flags);
		if (path)
			keep_sample(arena, folder, path, flags);
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

	if (flags || !kernel_tree_require(arena, diag, tree))
		return flags;
	folder = scratch_new(arena, diag);
	if (!folder)
		return NULL;
	flags = ask_kbuild(arena, diag, tree, folder, path);
	scratch_remove(folder);
	/* Newer kbuild compiles inside the module's folder, with absolute paths. */
	if (flags && !g_file_test(flags->directory, G_FILE_TEST_IS_DIR))
		flags->directory = tree->build_dir;
	if (flags && path)
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
