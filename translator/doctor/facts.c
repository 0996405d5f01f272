/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gathers what the doctor goes by: which kernel, its build tree and configuration, what tells its
 * types and symbols. Called once, by doctor.c. Reads files, and asks the rooms that will be asked by
 * scripts, so that both find the same; judges nothing.
 */
#include "doctor/facts.h"

#include <string.h>

#include "base/paths.h"
#include "knowledge/btf/types.h"
#include "knowledge/btf/files.h"
#include "knowledge/files/debuginfo.h"
#include "knowledge/files/debuginfod.h"
#include "knowledge/files/kernel_image.h"
#include "target/symbols.h"

enum answer facts_option(const struct facts *facts, const char *option)
{
	const char *value;

	if (!facts->configuration)
		return ANSWER_UNKNOWN;
	value = configuration_value(facts->configuration, option);
	return strcmp(value, "y") == 0 || strcmp(value, "m") == 0 ? ANSWER_YES : ANSWER_NO;
}

/* ---- Which kernel ---- */

static const char *running_release(struct arena *arena, const char *root)
{
	g_autofree char *text = paths_text(root, "/proc/sys/kernel/osrelease");

	return text && *g_strstrip(text) ? arena_printf(arena, "%s", text) : NULL;
}

/* The kernel of a root folder in which none runs, if it has just one. */
static const char *only_release(struct arena *arena, const char *root)
{
	g_autofree char *path = g_strconcat(root, "/lib/modules", NULL);
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	const char *name, *only = NULL;

	while (folder && (name = g_dir_read_name(folder))) {
		if (only)
			return NULL;
		only = arena_printf(arena, "%s", name);
	}
	return only;
}

/* ---- The build tree ---- */

static void find_tree(struct arena *arena, const char *request, struct facts *facts)
{
	GPtrArray *all = kernel_tree_releases(arena, facts->root);

	if (kernel_tree_examine(arena, facts->root, request, &facts->tree_search, &facts->tree))
		facts->release = facts->tree.release;
	else
		kernel_tree_without_folder(arena, facts->root, facts->release, &facts->tree);
	facts->other_trees = arena_array(arena);
	for (unsigned int i = 0; i < all->len; i++)
		if (strcmp(all->pdata[i], facts->release) != 0)
			g_ptr_array_add(facts->other_trees, all->pdata[i]);
}

/* ---- The configuration ---- */

static bool use_configuration(struct arena *arena, struct facts *facts, const char *path)
{
	GMappedFile *bytes;
	const char *why;

	if (facts->configuration || !g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return facts->configuration;
	bytes = file_unpack(path, &why);
	if (!bytes)
		return false;
	facts->configuration = configuration_from_text(arena,
			arena_strndup(arena, g_mapped_file_get_contents(bytes), g_mapped_file_get_length(bytes)));
	facts->configuration_origin = path;
	g_mapped_file_unref(bytes);
	return true;
}

static void find_configuration(struct arena *arena, struct facts *facts)
{
	const char *root = facts->root, *release = facts->release;
	const char *const places[] = {
		facts->is_running ? arena_printf(arena, "%s/proc/config.gz", root) : "",
		arena_printf(arena, "%s/boot/config-%s", root, release),
		arena_printf(arena, "%s/lib/modules/%s/config", root, release),
		arena_printf(arena, "%s/include/config/auto.conf", facts->tree.build_dir),
		arena_printf(arena, "%s/.config", facts->tree.build_dir),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (use_configuration(arena, facts, places[i]))
			return;
}

/* ---- Types and symbols ---- */

static void find_btf(struct arena *arena, struct facts *facts)
{
	struct btf_file file;

	if (btf_file_find(arena, facts->root, &facts->tree, NULL, &file, &facts->btf.why) &&
	    btf_types_open(arena, file.path, NULL, &facts->btf.why))
		facts->btf.origin = file.origin;
}

static void find_symbols(struct arena *arena, struct facts *facts)
{
	const char *map = arena_printf(arena, "%s/boot/System.map-%s", facts->root, facts->release);
	g_autofree char *text = paths_text("", map);

	if (!symbols_load_in(arena, facts->root, &facts->tree, &facts->symbols.origin))
		facts->symbols.why = arena_printf(arena, "there is no list of the functions of kernel %s",
						  facts->release);
	if (text && !symbols_from_text(arena, text))
		facts->stub_symbols = map;
}

bool facts_gather(struct arena *arena, const char *root, const char *request, struct facts *ret)
{
	const char *running = running_release(arena, root);

	*ret = (struct facts){ .root = root, .running.kptr_restrict = -1 };
	ret->release = request ? request : running ? running : only_release(arena, root);
	if (!ret->release)
		return false;
	find_tree(arena, ret->release, ret);
	ret->is_running = running && strcmp(ret->release, running) == 0;
	ret->tree.is_running = ret->is_running;
	ret->distribution = distribution_read(arena, root);
	find_configuration(arena, ret);
	facts_of_build(arena, ret);
	find_btf(arena, ret);
	ret->debuginfo.origin = debuginfo_of_kernel(arena, root, &ret->tree, &ret->debuginfo.why);
	ret->has_debuginfo_server = debuginfod_is_wanted();
	find_symbols(arena, ret);
	if (ret->is_running)
		facts_of_running(arena, root, &ret->running);
	return true;
}
