/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds modules by modules.dep, the list that depmod leaves beside them: who looks for a module's
 * BTF, its build-id or its debugging information begins with its path.
 */
#include "knowledge/files/module_file.h"

#include <string.h>

#include "base/inputs.h"

/* "kernel/fs/ext4/ext4.ko.xz" is ext4; the kernel writes every '-' of a module's name as '_'. */
static bool is_module_file(const char *file, size_t length, const char *module)
{
	const char *base = g_strrstr_len(file, (gssize)length, "/");
	size_t i;

	base = base ? base + 1 : file;
	for (i = 0; module[i]; i++)
		if (module[i] != base[i] && !(module[i] == '_' && base[i] == '-'))
			return false;
	return g_str_has_prefix(base + i, ".ko");
}

static const char *modules_folder(struct arena *arena, const char *root, const struct kernel_tree *tree)
{
	return arena_printf(arena, "%s/lib/modules/%s", root, tree->release);
}

/* The lines of modules.dep are "file: files it needs". */
const char *module_file_relative(struct arena *arena, const char *root, const struct kernel_tree *tree,
				 const char *module)
{
	g_autofree char *list = g_strdup_printf("%s/modules.dep", modules_folder(arena, root, tree)), *text = NULL;

	inputs_add(list);
	if (!g_file_get_contents(list, &text, NULL, NULL))
		return NULL;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, ":\n");

		if (is_module_file(line, length, module))
			return arena_strndup(arena, line, length);
	}
	return NULL;
}

const char *module_file_find(struct arena *arena, const char *root, const struct kernel_tree *tree,
			     const char *module)
{
	const char *relative, *file;

	if (tree->module && is_module_file(tree->module, strlen(tree->module), module))
		return tree->module;
	relative = module_file_relative(arena, root, tree, module);
	file = relative ? arena_printf(arena, "%s/%s", modules_folder(arena, root, tree), relative) : NULL;
	if (file)
		inputs_add(file);
	return file;
}
