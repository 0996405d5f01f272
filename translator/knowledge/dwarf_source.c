/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens what dwarf_types.c and code_sites.c read: the file with DWARF, and its index. */
#include "knowledge/dwarf_types.h"

#ifdef HAVE_LIBDW

#include "knowledge/debuginfo.h"
#include "knowledge/index_build.h"

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

#endif /* HAVE_LIBDW */
