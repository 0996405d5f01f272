/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a recipe from a module that kbuild has built, and gives its steps back for other modules.
 * Most steps are in the command files that kbuild keeps beside what it makes; modpost's older
 * versions have none, so that line is found in what make said. What the sample's own names and
 * folders were become placeholders, "@{name}"; nothing else of a command is looked into.
 */
#include "target/kernel_recipe.h"
#include "base/paths.h"

#include <string.h>

#define GROUP_STEPS "steps"
#define GROUP_FILES "files"

/* The file that kbuild keeps a step's command in. */
static const struct {
	const char *key, *file;
} steps[RECIPE_STEPS] = {
	[RECIPE_COMPILE] = { "compile", ".script.o.cmd" },
	[RECIPE_LINK] = { "link", "." RECIPE_MODULE ".o.cmd" },
	[RECIPE_MODPOST] = { "modpost", NULL },
	[RECIPE_COMPILE_MODULE] = { "compile-module", "." RECIPE_MODULE ".mod.o.cmd" },
	[RECIPE_LINK_MODULE] = { "link-module", "." RECIPE_MODULE ".ko.cmd" },
};

/* Lists that steps read; a tree has those of its version. */
static const char *const list_files[] = {
	RECIPE_MODULE ".mod", ".tmp_versions/" RECIPE_MODULE ".mod", "modules.order",
};

/* What script.o is called until older kbuild has looked for exports in it, of which we have none. */
#define UNVERSIONED_OBJECT ".tmp_script.o"

static char *replace(char *text, const char *from, const char *to)
{
	g_auto(GStrv) parts = g_strsplit(text, from, -1);

	g_free(text);
	return g_strjoinv(to, parts);
}

char *kernel_recipe_command(const char *text)
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

/* ---- Learning ---- */

/* The sample's names out, the placeholders in: first those that others begin with. */
static const char *with_placeholders(struct arena *arena, const char *text,
				     const struct kernel_recipe_names *names)
{
	char *result = g_strdup(text);
	const char *kept;

	result = replace(result, names->kconf, "@{kconf}");
	result = replace(result, names->folder, "@{folder}");
	result = replace(result, "@{folder}/" RECIPE_PART ".o", "@{parts}");
	result = replace(result, "./" RECIPE_PART ".o", "@{parts}");
	result = replace(result, RECIPE_PART ".o", "@{parts}");
	result = replace(result, "@{folder}/" RECIPE_COMMON, "@{common}");
	result = replace(result, RECIPE_COMMON, "@{common}");
	result = replace(result, RECIPE_MODULE, "@{module}");
	/* Last, for it may be "/spile", and the others "/tmp/spile-..." and "./spile_part.o". */
	result = replace(result, names->top, "@{top}");
	kept = arena_printf(arena, "%s", result);
	g_free(result);
	return kept;
}

/* The command that wrote a file of the sample, or NULL. To be freed. */
static char *command_of_file(const char *folder, const char *name)
{
	g_autofree char *text = paths_text(folder, name);

	return text ? kernel_recipe_command(text) : NULL;
}

/* The line of make's words that has both texts, and is no call of make; or NULL. To be freed. */
static char *said_command(const char *output, const char *program, const char *object)
{
	g_auto(GStrv) lines = g_strsplit(output, "\n", -1);

	for (char **line = lines; *line; line++)
		if (strstr(*line, program) && strstr(*line, object) && !strstr(*line, "make "))
			return g_strdup(g_strstrip(*line));
	return NULL;
}

/*
 * What becomes of `command`, which compiles script.c. Where kbuild keeps no note of what objtool
 * does to the object afterwards, as before 5.10, make has said it.
 */
static char *whole_compile(char *command, const char *output)
{
	g_autofree char *said = said_command(output, "objtool/objtool ", "script.o");
	char *whole = command;

	if (said && !strstr(command, "objtool/objtool ")) {
		if (g_str_has_suffix(said, ";"))
			said[strlen(said) - 1] = '\0';
		whole = g_strconcat(command, " ; ", said, NULL);
		g_free(command);
	}
	return replace(whole, UNVERSIONED_OBJECT, "script.o");
}

/* What make did in one step, the sample's names in it; NULL if that is not known. To be freed. */
static char *learn_step(enum kernel_recipe_step step, const char *folder, const char *output)
{
	char *command = steps[step].file ? command_of_file(folder, steps[step].file) :
					   said_command(output, "scripts/mod/modpost ", "");

	return command && step == RECIPE_COMPILE ? whole_compile(command, output) : command;
}

static void learn_files(struct arena *arena, const struct kernel_recipe_names *names,
			struct kernel_recipe *ret)
{
	ret->files = arena_array(arena);
	for (size_t i = 0; i < G_N_ELEMENTS(list_files); i++) {
		g_autofree char *text = paths_text(names->folder, list_files[i]);

		if (!text)
			continue;
		g_ptr_array_add(ret->files, (char *)with_placeholders(arena, list_files[i], names));
		g_ptr_array_add(ret->files, (char *)with_placeholders(arena, text, names));
	}
}

/* Those that our Kbuild had make say, once each: "export A=B\n". */
static const char *learn_environment(struct arena *arena, const char *output)
{
	g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
	g_autoptr(GString) out = g_string_new(NULL);

	for (char **line = lines; *line; line++) {
		g_autofree char *text = NULL;

		if (!g_str_has_prefix(*line, RECIPE_ENVIRONMENT_MARK))
			continue;
		text = g_strdup_printf("export %s\n", *line + strlen(RECIPE_ENVIRONMENT_MARK));
		if (!strstr(out->str, text))
			g_string_append(out, text);
	}
	return arena_strndup(arena, out->str, out->len);
}

/* The lines of the sample's .mod.c up to the first that is not the preprocessor's. */
static const char *learn_head(struct arena *arena, const char *folder)
{
	g_autofree char *text = paths_text(folder, RECIPE_MODULE ".mod.c");
	const char *end = text;

	while (end && (*end == '#' || *end == '\n'))
		end += strcspn(end, "\n") + 1;
	return end ? arena_strndup(arena, text, (size_t)(end - text)) : "";
}

/*
 * What modpost reads of the file beside an object: `source_X := Y` and the headers behind `deps_X`
 * that lie in the object's own folder; we have none there.
 */
static const char *learn_command_file(struct arena *arena, const struct kernel_recipe_names *names)
{
	g_autofree char *text = paths_text(names->folder, ".script.o.cmd");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
	g_autoptr(GString) kept = g_string_new(NULL);

	for (char **line = lines; *line; line++)
		if (g_str_has_prefix(*line, "source_") || g_str_has_prefix(*line, "deps_"))
			g_string_append_printf(kept, "%s\n\n", *line);
	return with_placeholders(arena, kept->str, names);
}

bool kernel_recipe_learn(struct arena *arena, const struct kernel_recipe_names *names,
			 const char *directory, const char *output, struct kernel_recipe *ret)
{
	ret->directory = with_placeholders(arena, directory, names);
	ret->environment = with_placeholders(arena, learn_environment(arena, output), names);
	for (int i = 0; i < RECIPE_STEPS; i++) {
		g_autofree char *command = learn_step((enum kernel_recipe_step)i, names->folder, output);

		if (!command)
			return false;
		ret->steps[i] = with_placeholders(arena, command, names);
	}
	learn_files(arena, names, ret);
	ret->module_head = learn_head(arena, names->folder);
	ret->command_file = learn_command_file(arena, names);
	return strstr(ret->steps[RECIPE_COMPILE], "script.c") != NULL;
}

/* ---- Using ---- */

static const char *value_of(const char *name, size_t length, const struct kernel_recipe_names *names)
{
	const struct {
		const char *name, *value;
	} values[] = {
		{ "folder", names->folder }, { "module", names->module }, { "parts", names->parts },
		{ "top", names->top }, { "kconf", names->kconf },
		{ "common", names->common },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		if (strlen(values[i].name) == length && memcmp(values[i].name, name, length) == 0)
			return values[i].value;
	return NULL;
}

char *kernel_recipe_fill(const char *text, const struct kernel_recipe_names *names)
{
	GString *out = g_string_new(NULL);
	const char *mark;

	for (; (mark = strstr(text, "@{")) != NULL; text = mark + 2) {
		size_t length = strcspn(mark + 2, "}");
		const char *value = value_of(mark + 2, length, names);

		g_string_append_len(out, text, mark - text);
		g_string_append(out, value ? value : "@{");
		if (value)
			mark += length + 1;
	}
	g_string_append(out, text);
	return g_string_free(out, FALSE);
}

/* ---- Keeping ---- */

void kernel_recipe_save(const struct kernel_recipe *recipe, GKeyFile *file)
{
	g_key_file_set_string(file, GROUP_STEPS, "directory", recipe->directory);
	g_key_file_set_string(file, GROUP_STEPS, "environment", recipe->environment);
	g_key_file_set_string(file, GROUP_STEPS, "module-head", recipe->module_head);
	g_key_file_set_string(file, GROUP_STEPS, "command-file", recipe->command_file);
	for (int i = 0; i < RECIPE_STEPS; i++)
		g_key_file_set_string(file, GROUP_STEPS, steps[i].key, recipe->steps[i]);
	g_key_file_set_string_list(file, GROUP_FILES, "list",
				   (const char *const *)recipe->files->pdata, recipe->files->len);
}

static void load_files(struct arena *arena, GKeyFile *file, struct kernel_recipe *ret)
{
	g_auto(GStrv) list = g_key_file_get_string_list(file, GROUP_FILES, "list", NULL, NULL);

	ret->files = arena_array(arena);
	for (char **item = list; item && *item; item++)
		g_ptr_array_add(ret->files, arena_printf(arena, "%s", *item));
}

static const char *load_step(struct arena *arena, GKeyFile *file, const char *key)
{
	g_autofree char *text = g_key_file_get_string(file, GROUP_STEPS, key, NULL);

	return text ? arena_printf(arena, "%s", text) : NULL;
}

bool kernel_recipe_load(struct arena *arena, GKeyFile *file, struct kernel_recipe *ret)
{
	bool is_whole = (ret->directory = load_step(arena, file, "directory")) &&
			(ret->environment = load_step(arena, file, "environment")) &&
			(ret->module_head = load_step(arena, file, "module-head")) &&
			(ret->command_file = load_step(arena, file, "command-file"));

	for (int i = 0; i < RECIPE_STEPS && is_whole; i++)
		is_whole = (ret->steps[i] = load_step(arena, file, steps[i].key)) != NULL;
	load_files(arena, file, ret);
	return is_whole && ret->files->len % 2 == 0;
}
