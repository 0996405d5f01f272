/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which module files a kernel needs to become a machine, from its modules.dep (one line per
 * module, `path: paths of all it needs`, to be loaded from the last to the first) and
 * modules.builtin. Used to judge kernels (kernel.c) and to fill the initramfs (initramfs.c).
 */
#include "kernel.h"

#include <string.h>

static const char *const needed_for_9p[] = {
	"virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay", NULL,
};

static const char *const needed_for_fuse[] = {
	"virtio_pci", "virtio_console", "fuse", "overlay", NULL,
};

const char *const *modules_needed(enum vm_files files)
{
	return files == VM_FILES_FUSE ? needed_for_fuse : needed_for_9p;
}

/* "kernel/fs/9p/9p.ko.xz" -> "9p"; names are written with _ only. */
static char *module_name(const char *path)
{
	char *name = g_path_get_basename(path);
	char *suffix = strstr(name, ".ko");

	if (suffix)
		*suffix = '\0';
	return g_strdelimit(name, "-", '_');
}

static char **read_lines(const char *folder, const char *file)
{
	g_autofree char *path = g_build_filename(folder, file, NULL);
	char *text = NULL;
	char **lines;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return g_new0(char *, 1);
	lines = g_strsplit(text, "\n", -1);
	g_free(text);
	return lines;
}

/* Name -> line of modules.dep, or "" for what is built in. */
static GHashTable *read_index(const char *folder)
{
	GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_auto(GStrv) built_in = read_lines(folder, "modules.builtin");
	g_auto(GStrv) lines = read_lines(folder, "modules.dep");
	char **line;

	for (line = built_in; *line; line++)
		if (**line)
			g_hash_table_insert(index, module_name(*line), g_strdup(""));
	for (line = lines; *line; line++) {
		const char *colon = strchr(*line, ':');
		g_autofree char *path = colon ? g_strndup(*line, colon - *line) : NULL;

		if (path)
			g_hash_table_insert(index, module_name(path), g_strdup(*line));
	}
	return index;
}

static void add_path(struct arena *arena, const char *folder, const char *path, GPtrArray *paths)
{
	char *full = arena_printf(arena, "%s/%s", folder, path);
	unsigned int i;

	for (i = 0; i < paths->len; i++)
		if (g_str_equal(paths->pdata[i], full))
			return;
	g_ptr_array_add(paths, full);
}

/* The words of a line, last to first: what the module needs, then itself. */
static void add_line(struct arena *arena, const char *folder, const char *line, GPtrArray *paths)
{
	g_auto(GStrv) words = g_strsplit_set(line, ": ", -1);
	unsigned int i = g_strv_length(words);

	while (i-- > 0)
		if (*words[i])
			add_path(arena, folder, words[i], paths);
}

const char *modules_resolve(struct arena *arena, const struct vm_kernel *kernel,
			    const char *const names[], GPtrArray *paths)
{
	g_autoptr(GHashTable) index = NULL;
	unsigned int i;

	if (!kernel->modules)
		return NULL;
	index = read_index(kernel->modules);
	for (i = 0; names[i]; i++) {
		const char *line = g_hash_table_lookup(index, names[i]);

		if (!line)
			return names[i];
		add_line(arena, kernel->modules, line, paths);
	}
	return NULL;
}
