/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads "address type name" lines into a sorted array of function names. Addresses are not
 * kept: the kernel may be relocated, and hides them from ordinary users anyway.
 */
#include "target/symbols.h"

#include <fnmatch.h>
#include <string.h>

struct symbol_table {
	GPtrArray *names;	/* char *, sorted, each once */
};

/* Places before a function's entry that the kernel names but nobody can mean. */
static const char *const padding_prefixes[] = { "__pfx_", "__cfi_" };

static bool is_padding(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(padding_prefixes); i++)
		if (g_str_has_prefix(name, padding_prefixes[i]))
			return true;
	return false;
}

/* Whether what stands behind a name says that it is of the module; NULL: of the kernel image. */
static bool is_of_module(const char *rest, size_t length, const char *module)
{
	size_t module_length = module ? strlen(module) : 0;

	if (!module || length < module_length + 3)
		return !module && !length;
	return rest[1] == '[' && strncmp(rest + 2, module, module_length) == 0 && rest[module_length + 2] == ']';
}

/*
 * The name in one line if it is a function of the kernel image, or of the module.
 * "ffffffff81000000 T _text": types t, T, w and W are code; a fourth column names the module.
 */
static bool line_function(const char *line, size_t length, const char *module, const char **name_ret,
			  size_t *length_ret)
{
	const char *end = line + length;
	const char *type = memchr(line, ' ', length);
	const char *name;

	if (!type || end - type < 4 || !strchr("tTwW", type[1]) || type[2] != ' ')
		return false;
	name = type + 3;
	*length_ret = strcspn(name, " \t\n");
	if (name + *length_ret > end)
		*length_ret = (size_t)(end - name);
	*name_ret = name;
	return *length_ret > 0 && is_of_module(name + *length_ret, (size_t)(end - name) - *length_ret, module);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* Static functions of one name in several files appear once. */
static void drop_repeats(GPtrArray *names)
{
	guint kept = 0;

	for (guint i = 0; i < names->len; i++)
		if (kept == 0 || strcmp(names->pdata[kept - 1], names->pdata[i]) != 0)
			names->pdata[kept++] = names->pdata[i];
	g_ptr_array_set_size(names, (gint)kept);
}

struct symbol_table *symbols_from_names(struct arena *arena, GPtrArray *names)
{
	struct symbol_table *table;

	if (names->len == 0)
		return NULL;
	g_ptr_array_sort(names, compare_names);
	drop_repeats(names);
	table = arena_new0(arena, struct symbol_table);
	table->names = names;
	return table;
}

struct symbol_table *symbols_of_module_from_text(struct arena *arena, const char *text, const char *module)
{
	GPtrArray *names = arena_array(arena);

	while (*text) {
		size_t length = strcspn(text, "\n"), name_length;
		const char *name;

		if (line_function(text, length, module, &name, &name_length)) {
			char *copy = arena_strndup(arena, name, name_length);

			if (!is_padding(copy))
				g_ptr_array_add(names, copy);
		}
		text += length + (text[length] == '\n');
	}
	return symbols_from_names(arena, names);
}

struct symbol_table *symbols_from_text(struct arena *arena, const char *text)
{
	return symbols_of_module_from_text(arena, text, NULL);
}

/* Debian's /boot/System.map is one line that says where the real one is: no table either. */
static struct symbol_table *load_file(struct arena *arena, const char *path)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	return symbols_from_text(arena, text);
}

struct symbol_table *symbols_load_in(struct arena *arena, const char *root, const struct kernel_tree *tree,
				     const char **origin_ret)
{
	const char *const places[] = {
		tree->is_running ? arena_printf(arena, "%s/proc/kallsyms", root) : NULL,
		arena_printf(arena, "%s/System.map", tree->build_dir),
		arena_printf(arena, "%s/boot/System.map-%s", root, tree->release),
		arena_printf(arena, "%s/lib/modules/%s/System.map", root, tree->release),
		arena_printf(arena, "%s/usr/lib/debug/boot/System.map-%s", root, tree->release),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		struct symbol_table *table = places[i] ? load_file(arena, places[i]) : NULL;

		*origin_ret = places[i];
		if (table)
			return table;
	}
	*origin_ret = NULL;
	return NULL;
}

bool symbols_have(const struct symbol_table *table, const char *name)
{
	guint low = 0, high = table->names->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		int order = strcmp(name, table->names->pdata[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

static bool matches(const char *glob, const char *name)
{
	if (!glob)
		return true;
	if (strchr(name, '.') && !strchr(glob, '.'))
		return false;
	return fnmatch(glob, name, 0) == 0;
}

unsigned int symbols_match(const struct symbol_table *table, const char *glob)
{
	unsigned int count = 0;

	for (guint i = 0; i < table->names->len; i++)
		count += matches(glob, table->names->pdata[i]);
	return count;
}

GPtrArray *symbols_names(struct arena *arena, const struct symbol_table *table, const char *glob)
{
	GPtrArray *names = arena_array(arena);

	for (guint i = 0; i < table->names->len; i++)
		if (matches(glob, table->names->pdata[i]))
			g_ptr_array_add(names, table->names->pdata[i]);
	return names;
}
