/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiles ahead, in a temporary folder beside the final one, and proves it: the module that kbuild
 * made when it was asked for its flags is made once more by the shortcut, and has to be the same,
 * section by section. Only then the folder gets its name. A tree that does not fit has a folder
 * that says so, and is not tried again for a day.
 */
#include "build/prepared.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "build/cache.h"
#include "build/compile_step.h"
#include "target/headers.h"
#include "build/object.h"
#include "build/sources.h"
#include "target/scratch.h"

/* Part of the cache's key: changes when the folder is made in another way. */
#define FORMAT "prepared 2"
#define HEADER "script.h"
#define MODULE_HEADER "module.h"
#define REGISTERS "registers.h"
#define UNFIT "unfit"
#define REFUSAL_SECONDS (24 * 60 * 60)
#define RELEASE "release"	/* for the list of what is in the cache */

struct preparation {
	struct arena *arena;
	const struct kernel_tree *tree;
	const struct kernel_flags *flags;
	const char *folder;	/* temporary */
};

static const char *folder_name(struct arena *arena, const struct kernel_flags *flags)
{
	GChecksum *hash = g_checksum_new(G_CHECKSUM_SHA256);
	const char *name;

	sources_hash_text(hash, FORMAT);
	sources_hash_text(hash, flags->identity);
	sources_hash_text(hash, flags->recipe->module_head);
	for (int i = 0; i < RECIPE_STEPS; i++)
		sources_hash_text(hash, flags->recipe->steps[i]);
	sources_hash_text(hash, paths_data_dir());
	sources_hash_text(hash, headers_of_scripts(arena));
	name = arena_printf(arena, "prepared-%.16s", g_checksum_get_string(hash));
	g_checksum_free(hash);
	return name;
}

static const char *read_text(struct arena *arena, const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *text = NULL;
	gsize length;

	if (!g_file_get_contents(path, &text, &length, NULL))
		return NULL;
	return arena_strndup(arena, text, length);
}

/* The folder as it is; while it is being made there are no registers yet. */
static struct steps_prepared *prepared_in(struct arena *arena, const char *folder)
{
	struct steps_prepared *prepared = arena_new0(arena, struct steps_prepared);
	const char *registers = read_text(arena, folder, REGISTERS);

	prepared->registers = registers ? registers : "";

	prepared->folder = folder;
	prepared->header = arena_printf(arena, "%s/" HEADER, folder);
	prepared->module_header = arena_printf(arena, "%s/" MODULE_HEADER, folder);
	return prepared;
}

/* The names of the sample, which is made anew in the folder. */
static struct steps_request sample_request(const struct preparation *p)
{
	return (struct steps_request){
		.tree = p->tree, .flags = p->flags, .prepared = prepared_in(p->arena, p->folder),
		.names = {
			.folder = p->folder, .module = RECIPE_MODULE,
			.parts = arena_printf(p->arena, "%s/" RECIPE_PART ".o", p->folder),
			.top = paths_data_dir(), .kconf = p->folder, .common = p->flags->common,
		},
	};
}

/* ---- Headers ---- */

/* Writes the header of one compile step, which becomes *ret; false if that is not possible. */
static bool write_header(const struct preparation *p, enum kernel_recipe_step step, const char *path,
			 const char *head, struct compile_step *ret)
{
	struct steps_request request = sample_request(p);
	g_autofree char *text = kernel_recipe_fill(p->flags->recipe->steps[step], &request.names);
	g_autofree char *directory = kernel_recipe_fill(p->flags->recipe->directory, &request.names);

	return compile_step_parse(p->arena, text, ret) &&
	       g_file_set_contents(path, compile_step_header(p->arena, ret, directory, head), -1, NULL);
}

static bool write_registers(const struct preparation *p)
{
	const char *text = read_text(p->arena, p->folder, HEADER ".i");
	const char *path = arena_printf(p->arena, "%s/" REGISTERS, p->folder);

	return text && g_file_set_contents(path, compile_step_registers(p->arena, text), -1, NULL);
}

static bool precompile(const struct preparation *p, GString *log)
{
	struct steps_request request = sample_request(p);
	const char *header = request.prepared->header, *module_header = request.prepared->module_header;
	struct compile_step script, module;
	const char *text;

	if (!write_header(p, RECIPE_COMPILE, header, headers_of_scripts(p->arena), &script) ||
	    !write_header(p, RECIPE_COMPILE_MODULE, module_header, p->flags->recipe->module_head, &module))
		return false;
	text = arena_printf(p->arena, "%s\n%s\n%s", compile_step_preprocess(p->arena, &script, header),
			    compile_step_precompile(p->arena, &script, header),
			    compile_step_precompile(p->arena, &module, module_header));
	return steps_shell(&request, text, log) && write_registers(p);
}

/* ---- Proof ---- */

static bool write_sample(const struct preparation *p)
{
	const char *script = arena_printf(p->arena, "%s/script.c", p->folder);
	const char *part = arena_printf(p->arena, "%s/" RECIPE_PART ".c", p->folder);

	return g_file_set_contents(script, kernel_flags_sample(0), -1, NULL) &&
	       g_file_set_contents(part, kernel_flags_sample(1), -1, NULL);
}

static bool make_sample(const struct preparation *p, const struct steps_request *request, GString *log)
{
	const char *compile = write_sample(p) ? steps_compile_text(p->arena, request, RECIPE_PART) : NULL;

	return compile && steps_shell(request, compile, log) && steps_run(p->arena, request, log);
}

static bool same_modules(const char *path, const char *other_path)
{
	struct object a, b;
	bool same = false;

	if (!object_open(path, &a))
		return false;
	if (object_open(other_path, &b)) {
		same = object_same(&a, &b);
		object_close(&b);
	}
	object_close(&a);
	return same;
}

/* Why the shortcut cannot be taken, or NULL if it makes what kbuild made. */
static const char *prove(const struct preparation *p, GString *log)
{
	struct steps_request request = sample_request(p);
	const char *module = arena_printf(p->arena, "%s/" RECIPE_MODULE ".ko", p->folder);

	if (!make_sample(p, &request, log))
		return "a step of kbuild's fails outside of it";
	return same_modules(module, p->flags->sample) ? NULL : "its modules differ from kbuild's";
}

/* ---- The folder ---- */

/* All but what modules are made from. */
static void remove_sample(const struct preparation *p)
{
	static const char *const kept[] = {
		RELEASE, HEADER, HEADER ".gch", MODULE_HEADER, MODULE_HEADER ".gch", REGISTERS, UNFIT,
	};
	GDir *dir = g_dir_open(p->folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(p->folder, name, NULL);
		bool is_kept = false;

		for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
			is_kept |= strcmp(name, kept[i]) == 0;
		if (!is_kept)
			g_unlink(path);
	}
	if (dir)
		g_dir_close(dir);
}

/* Fills the temporary folder; what is wrong with the tree goes into it as well. */
static void fill_folder(const struct preparation *p)
{
	GString *log = g_string_new(NULL);
	const char *why = precompile(p, log) ? prove(p, log) : "the headers cannot be precompiled";
	g_autofree char *release = g_build_filename(p->folder, RELEASE, NULL);

	remove_sample(p);
	g_file_set_contents(release, p->tree->release, -1, NULL);
	if (why) {
		g_autofree char *path = g_build_filename(p->folder, UNFIT, NULL);
		g_autofree char *text = g_strdup_printf("%s\n%s", why, log->str);

		g_file_set_contents(path, text, -1, NULL);
	}
	g_string_free(log, TRUE);
}

/* The first line of the file that says why a tree does not fit; NULL without one. */
static const char *unfit_reason(struct arena *arena, const char *folder)
{
	const char *text = read_text(arena, folder, UNFIT);

	return text ? arena_strndup(arena, text, strcspn(text, "\n")) : NULL;
}

/* A full disk or a compiler that was killed says nothing about the tree: it is tried again some day. */
static void forget_old_refusal(struct arena *arena, const char *folder)
{
	GStatBuf status;

	if (g_stat(folder, &status) == 0 && unfit_reason(arena, folder) &&
	    status.st_mtime < g_get_real_time() / G_USEC_PER_SEC - REFUSAL_SECONDS)
		scratch_remove(folder);
}

/* Makes the folder under another name first. Another process may be faster: then its own stays. */
static bool make_folder(struct preparation *p, const char *folder)
{
	char *temporary = g_strconcat(folder, ".XXXXXX", NULL);
	bool ok = false;

	if (g_mkdtemp(temporary)) {
		p->folder = arena_printf(p->arena, "%s", temporary);
		fill_folder(p);
		ok = g_rename(temporary, folder) == 0 || errno == EEXIST || errno == ENOTEMPTY;
		scratch_remove(temporary);
		cache_trim(folder);
	}
	g_free(temporary);
	return ok;
}

const struct steps_prepared *prepared_get(struct arena *arena, const struct kernel_tree *tree,
					  const struct kernel_flags *flags, const char **why_ret)
{
	struct preparation p = { arena, tree, flags, NULL };
	const char *cache = kernel_tree_cache(arena, tree), *folder;

	*why_ret = "kbuild of this tree works in a way that is not known";
	if (!cache || !flags->recipe)
		return NULL;
	folder = arena_printf(arena, "%s/%s", cache, folder_name(arena, flags));
	forget_old_refusal(arena, folder);
	*why_ret = "there is no room for it in the cache";
	if (!g_file_test(folder, G_FILE_TEST_IS_DIR) && !make_folder(&p, folder))
		return NULL;
	*why_ret = unfit_reason(arena, folder);
	if (*why_ret)
		return NULL;
	cache_touch(folder);
	return prepared_in(arena, folder);
}
