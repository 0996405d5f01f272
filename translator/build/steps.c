/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two runs of a shell: up to the linked object, and from modpost on. Between them Module.symvers is
 * shortened to what that object needs, for reading all of it is most of modpost's time.
 */
#include "build/steps.h"

#include <string.h>

#include "build/compile_step.h"
#include "build/symvers.h"
#include "target/kernel_make.h"

#define SHORT_SYMVERS "kernel.symvers"

/* The part that the project's Kbuild has flags for, CFLAGS_part-main.o, and these. */
#define SMALL_PART "part-main"
#define SMALL_PART_FLAGS "-Os -fno-omit-frame-pointer"

bool steps_shell(const struct steps_request *request, const char *text, GString *log)
{
	const struct kernel_recipe *recipe = request->flags->recipe;
	g_autofree char *directory = kernel_recipe_fill(recipe->directory, &request->names);
	g_autofree char *environment = kernel_recipe_fill(recipe->environment, &request->names);
	g_autofree char *all = g_strconcat(environment, text, NULL);
	GPtrArray *argv = g_ptr_array_new();
	struct process_result result;
	bool ok;

	kernel_make_environment(argv);
	g_ptr_array_add(argv, (char *)"sh");
	g_ptr_array_add(argv, (char *)"-ec");
	g_ptr_array_add(argv, all);
	g_ptr_array_add(argv, NULL);
	process_run((const char *const *)argv->pdata, directory, &result);
	g_ptr_array_free(argv, TRUE);
	g_string_append_printf(log, "%s\n%s%s", all, result.output, result.errors);
	ok = result.status == 0;
	process_result_clear(&result);
	return ok;
}

static bool write_file(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return g_file_set_contents(path, text, -1, NULL);
}

/* A list for these parts, of the sample's `form`: what stood before its part stands before each. */
static char *list_text(const char *form, struct kernel_recipe_names names)
{
	const char *mark = strstr(form, "@{parts}");
	char separator = mark && mark > form ? mark[-1] : ' ';
	g_autofree char *parts = g_strdelimit(g_strdup(names.parts), " ", separator);

	names.parts = parts;
	return kernel_recipe_fill(form, &names);
}

/* The files that steps read; older kbuild has them in a folder of its own. */
static bool write_lists(const struct steps_request *request)
{
	const GPtrArray *files = request->flags->recipe->files;
	const struct kernel_recipe_names *names = &request->names;
	bool ok = true;

	for (guint i = 0; i + 1 < files->len && ok; i += 2) {
		g_autofree char *name = kernel_recipe_fill(files->pdata[i], names);
		g_autofree char *text = list_text(files->pdata[i + 1], *names);
		g_autofree char *path = g_build_filename(names->folder, name, NULL);
		g_autofree char *folder = g_path_get_dirname(path);

		ok = g_mkdir_with_parents(folder, 0700) == 0 && write_file(names->folder, name, text);
	}
	return ok;
}

/*
 * A compile step's `text` with its precompiled header; the file of names is written. NULL if the
 * step does not look as expected.
 */
static const char *with_header(struct arena *arena, const struct steps_request *request,
			       const char *text, const char *header, const char *names_file)
{
	const char *path = arena_printf(arena, "%s/%s", request->names.folder, names_file);
	g_autofree char *behind = NULL;
	struct compile_step parsed;

	if (!compile_step_parse(arena, text, &parsed))
		return NULL;
	behind = g_strconcat(parsed.definitions, header == request->prepared->header ?
			     request->prepared->registers : "", NULL);
	if (!write_file(request->names.folder, names_file, behind))
		return NULL;
	return compile_step_text(arena, &parsed, header, path);
}

/* A text about script.c, for `part`: the name is in the input, the output and the base name. */
static char *text_of_part(const char *text, const char *part)
{
	static const char *const forms[] = { "script.c", "script.o", "\"script\"", "KBUILD_STR(script)" };
	char *result = g_strdup(text);

	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_auto(GStrv) pieces = g_strsplit(result, forms[i], -1);
		g_auto(GStrv) form = g_strsplit(forms[i], "script", 2);
		g_autofree char *own = g_strconcat(form[0], part, form[1], NULL);

		g_free(result);
		result = g_strjoinv(own, pieces);
	}
	return result;
}

bool steps_note_part(const struct steps_request *request, const char *part)
{
	g_autofree char *name = g_strdup_printf(".%s.o.cmd", part);
	g_autofree char *form = text_of_part(request->flags->recipe->command_file, part);
	g_autofree char *text = kernel_recipe_fill(form, &request->names);

	return write_file(request->names.folder, name, text);
}

/* The command with the flags that the project's Kbuild has for SMALL_PART; the arena's. NULL: as with_header. */
static const char *with_small_flags(struct arena *arena, const char *text)
{
	const char *end = strstr(text, " -c -o ");

	return end ? arena_printf(arena, "%.*s " SMALL_PART_FLAGS "%s", (int)(end - text), text, end) : NULL;
}

const char *steps_compile_text(struct arena *arena, const struct steps_request *request,
			       const char *part)
{
	g_autofree char *step = text_of_part(request->flags->recipe->steps[RECIPE_COMPILE], part);
	g_autofree char *text = kernel_recipe_fill(step, &request->names);

	if (!steps_note_part(request, part))
		return NULL;
	/* What is optimised in another way has no use for the precompiled header. */
	if (strcmp(part, SMALL_PART) == 0)
		return with_small_flags(arena, text);
	return with_header(arena, request, text, request->prepared->header,
			   arena_printf(arena, "%s.names.h", part));
}

GPtrArray *steps_compiler(struct arena *arena, const struct steps_request *request)
{
	g_autofree char *text = kernel_recipe_fill(request->flags->recipe->steps[RECIPE_COMPILE],
						   &request->names);
	const char *names = arena_printf(arena, "%s/names.h", request->names.folder);
	GPtrArray *words = arena_array(arena);
	struct compile_step step;

	kernel_make_environment(words);
	if (!compile_step_parse(arena, text, &step) ||
	    !write_file(request->names.folder, "names.h", step.definitions))
		return NULL;
	for (guint i = 0; i < step.flags->len; i++)
		g_ptr_array_add(words, step.flags->pdata[i]);
	g_ptr_array_add(words, (char *)"-include");
	g_ptr_array_add(words, (char *)request->prepared->header);
	g_ptr_array_add(words, (char *)"-include");
	g_ptr_array_add(words, (char *)names);
	return words;
}

static const char *compile_module_text(struct arena *arena, const struct steps_request *request)
{
	g_autofree char *text = kernel_recipe_fill(request->flags->recipe->steps[RECIPE_COMPILE_MODULE],
						   &request->names);

	return with_header(arena, request, text, request->prepared->module_header, "module.names.h");
}

/* modpost's command with the shortened file instead of the tree's; the arena's. */
static const char *modpost_text(struct arena *arena, const struct steps_request *request)
{
	g_autofree char *text = kernel_recipe_fill(request->flags->recipe->steps[RECIPE_MODPOST],
						   &request->names);
	g_autofree char *absolute = g_strconcat("-i ", request->tree->build_dir, "/Module.symvers ", NULL);
	const char *const forms[] = { "-i Module.symvers ", "-i ./Module.symvers ", absolute };
	const char *found = NULL, *end;

	for (size_t i = 0; i < G_N_ELEMENTS(forms) && !found; i++)
		found = strstr(text, forms[i]);
	if (!found)
		return arena_printf(arena, "%s", text);
	end = found + strlen("-i ") + strcspn(found + strlen("-i "), " ");
	return arena_printf(arena, "%.*s-i %s/" SHORT_SYMVERS "%s", (int)(found - text), text,
			    request->names.folder, end);
}

/* Up to NAME.o, and the file of the symbols that it needs. */
static bool make_object(struct arena *arena, const struct steps_request *request, GString *log)
{
	const char *compile = steps_compile_text(arena, request, "script");
	g_autofree char *link = kernel_recipe_fill(request->flags->recipe->steps[RECIPE_LINK],
						   &request->names);
	g_autofree char *text = compile ? g_strconcat(compile, "\n", link, NULL) : NULL;
	g_autofree char *object = g_strconcat(request->names.folder, "/", request->names.module, ".o", NULL);
	g_autofree char *symvers = g_strconcat(request->names.folder, "/" SHORT_SYMVERS, NULL);

	return text && write_lists(request) && steps_shell(request, text, log) &&
	       symvers_reduce(request->tree->build_dir, object, symvers);
}

static bool make_module(struct arena *arena, const struct steps_request *request, GString *log)
{
	const char *modpost = modpost_text(arena, request);
	const char *compile = compile_module_text(arena, request);
	g_autofree char *link = kernel_recipe_fill(request->flags->recipe->steps[RECIPE_LINK_MODULE],
						   &request->names);
	g_autofree char *text = compile ? g_strconcat(modpost, "\n", compile, "\n", link, NULL) : NULL;

	return text && steps_shell(request, text, log);
}

bool steps_run(struct arena *arena, const struct steps_request *request, GString *log)
{
	g_autofree char *module = g_strconcat(request->names.folder, "/", request->names.module, ".ko", NULL);

	return make_object(arena, request, log) && make_module(arena, request, log) &&
	       g_file_test(module, G_FILE_TEST_EXISTS);
}
