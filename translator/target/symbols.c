/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads "address type name" lines into a sorted array of function names. Addresses are not
 * kept: the kernel may be relocated, and hides them from ordinary users anyway.
 *
 * The running kernel writes its table anew for each reader, hundreds of thousands of lines; what
 * comes of it is the same for a kernel of one build-id, and so is kept in the cache.
 */
#include "target/symbols.h"

#include <fnmatch.h>
#include <string.h>

struct symbol_table {
	const char *text;	/* the names, each with its NUL */
	const guint32 *starts;	/* where they begin in it, sorted by name, each once */
	guint count;
};

/* What the kept file begins with; the starts follow, then the text. */
struct kept_header {
	char magic[16];
	guint32 count, text_size;
};

static const char kept_magic[16] = "spile symbols 1";

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

/* The name of that number. */
static const char *name_of(const struct symbol_table *table, guint number)
{
	return table->text + table->starts[number];
}

struct symbol_table *symbols_from_names(struct arena *arena, GPtrArray *names)
{
	struct symbol_table *table = arena_new0(arena, struct symbol_table);
	guint32 *starts, size = 0;
	char *text;

	if (names->len == 0)
		return NULL;
	g_ptr_array_sort(names, compare_names);
	drop_repeats(names);
	starts = arena_alloc(arena, names->len * sizeof(*starts));
	for (guint i = 0; i < names->len; i++) {
		starts[i] = size;
		size += (guint32)strlen(names->pdata[i]) + 1;
	}
	text = arena_alloc(arena, size);
	for (guint i = 0; i < names->len; i++)
		strcpy(text + starts[i], names->pdata[i]);
	*table = (struct symbol_table){ .text = text, .starts = starts, .count = names->len };
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

/* ---- What is kept of the running kernel ---- */

/* Where it is kept; NULL if there is no cache, or the kernel does not say its build-id. */
static const char *kept_path(struct arena *arena, const char *root, const struct kernel_tree *tree)
{
	const char *folder = kernel_tree_cache(arena, tree);
	g_autofree char *path = g_strdup_printf("%s/sys/kernel/notes", root), *notes = NULL, *digest = NULL;
	gsize size;

	if (!folder || !g_file_get_contents(path, &notes, &size, NULL) || !size)
		return NULL;
	digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)notes, size);
	return arena_printf(arena, "%s/functions-%.32s", folder, digest);
}

/* Whether a file of that size is a whole one. */
static bool is_whole(const struct kept_header *header, gsize size)
{
	const guint32 *starts = (const guint32 *)(header + 1);
	const char *text;

	if (size < sizeof(*header) || memcmp(header->magic, kept_magic, sizeof(kept_magic)) != 0 ||
	    !header->count || !header->text_size ||
	    size != sizeof(*header) + (gsize)header->count * sizeof(*starts) + header->text_size)
		return false;
	text = (const char *)(starts + header->count);
	for (guint i = 0; i < header->count; i++)
		if (starts[i] >= header->text_size)
			return false;
	return text[header->text_size - 1] == '\0';
}

static struct symbol_table *load_kept(struct arena *arena, const char *path)
{
	GMappedFile *file = g_mapped_file_new(path, FALSE, NULL);
	const struct kept_header *header;
	struct symbol_table *table;

	if (!file)
		return NULL;
	arena_defer(arena, (GDestroyNotify)g_mapped_file_unref, file);
	header = (const struct kept_header *)g_mapped_file_get_contents(file);
	if (!header || !is_whole(header, g_mapped_file_get_length(file)))
		return NULL;
	table = arena_new0(arena, struct symbol_table);
	table->starts = (const guint32 *)(header + 1);
	table->text = (const char *)(table->starts + header->count);
	table->count = header->count;
	return table;
}

static void keep(const struct symbol_table *table, const char *path)
{
	const char *last = name_of(table, table->count - 1);
	struct kept_header header = { .count = table->count, .text_size = (guint32)(last + strlen(last) + 1 - table->text) };
	GString *bytes = g_string_sized_new(header.text_size + table->count * sizeof(*table->starts) + sizeof(header));

	memcpy(header.magic, kept_magic, sizeof(kept_magic));
	g_string_append_len(bytes, (const char *)&header, sizeof(header));
	g_string_append_len(bytes, (const char *)table->starts, (gssize)(table->count * sizeof(*table->starts)));
	g_string_append_len(bytes, table->text, header.text_size);
	g_file_set_contents(path, bytes->str, (gssize)bytes->len, NULL);
	g_string_free(bytes, TRUE);
}

static struct symbol_table *load_running(struct arena *arena, const char *root, const struct kernel_tree *tree,
					 const char *kallsyms)
{
	const char *kept = kept_path(arena, root, tree);
	struct symbol_table *table = kept ? load_kept(arena, kept) : NULL;

	if (table)
		return table;
	table = load_file(arena, kallsyms);
	if (table && kept)
		keep(table, kept);
	return table;
}

/* ---- Any kernel ---- */

struct symbol_table *symbols_load_in(struct arena *arena, const char *root, const struct kernel_tree *tree,
				     const char **origin_ret)
{
	const char *kallsyms = arena_printf(arena, "%s/proc/kallsyms", root);
	struct symbol_table *table = tree->is_running ? load_running(arena, root, tree, kallsyms) : NULL;
	const char *const places[] = {
		arena_printf(arena, "%s/System.map", tree->build_dir),
		arena_printf(arena, "%s/boot/System.map-%s", root, tree->release),
		arena_printf(arena, "%s/lib/modules/%s/System.map", root, tree->release),
		arena_printf(arena, "%s/usr/lib/debug/boot/System.map-%s", root, tree->release),
	};

	*origin_ret = table ? kallsyms : NULL;
	for (size_t i = 0; !table && i < G_N_ELEMENTS(places); i++) {
		table = load_file(arena, places[i]);
		*origin_ret = table ? places[i] : NULL;
	}
	return table;
}

/* ---- Questions ---- */

bool symbols_have(const struct symbol_table *table, const char *name)
{
	guint low = 0, high = table->count;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		int order = strcmp(name, name_of(table, middle));

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

	for (guint i = 0; i < table->count; i++)
		count += matches(glob, name_of(table, i));
	return count;
}

GPtrArray *symbols_names(struct arena *arena, const struct symbol_table *table, const char *glob)
{
	GPtrArray *names = arena_array(arena);

	for (guint i = 0; i < table->count; i++)
		if (matches(glob, name_of(table, i)))
			g_ptr_array_add(names, (char *)name_of(table, i));
	return names;
}
