/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens what types.c and code/sites.c read: the file with DWARF, and its index. */
#include "knowledge/dwarf/types.h"

#ifdef HAVE_LIBDW

#include <dwarf.h>

#include "knowledge/files/debuginfo.h"
#include "knowledge/index/build.h"

static void free_table(gpointer table)
{
	g_hash_table_unref(table);
}

struct dwarf_source *dwarf_source_of_file(struct arena *arena, struct dwarf_file *file, const char *module,
					  const char **why_ret)
{
	struct dwarf_source *source;
	struct index *index = index_of_file(arena, file, why_ret);

	if (!index)
		return NULL;
	source = arena_new0(arena, struct dwarf_source);
	source->arena = arena;
	source->module = module;
	source->file = file;
	source->index = index;
	source->made = g_hash_table_new(NULL, NULL);
	arena_defer(arena, free_table, source->made);
	source->entries = g_hash_table_new(g_int64_hash, g_int64_equal);
	arena_defer(arena, free_table, source->entries);
	return source;
}

struct dwarf_source *dwarf_source_open(struct arena *arena, const char *root, const struct kernel_tree *tree,
				       const char *module, const char **why_ret)
{
	struct dwarf_file *file = debuginfo_open(arena, root, tree, module, why_ret);

	return file ? dwarf_source_of_file(arena, file, module, why_ret) : NULL;
}

const char *dwarf_source_origin(const struct dwarf_source *source)
{
	return source->file->path;
}

const char *dwarf_source_path(struct dwarf_source *source, Dwarf_Die *die, const char *path)
{
	Dwarf_Die unit;
	Dwarf_Attribute attribute;
	const char *folder = NULL;
	g_autofree char *shown = NULL;

	if (dwarf_diecu(die, &unit, NULL, NULL) && dwarf_attr(&unit, DW_AT_comp_dir, &attribute))
		folder = dwarf_formstring(&attribute);
	shown = index_source_path(path, folder);
	return arena_printf(source->arena, "%s", shown);
}

bool dwarf_source_remake_index(struct dwarf_source *source)
{
	const char *why;
	struct index *index;

	index_discard(source->index);
	index = index_of_file(source->arena, source->file, &why);
	source->index = index ? index : source->index;
	return index;
}

#endif /* HAVE_LIBDW */
