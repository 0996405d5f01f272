/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what modules there are from modules.dep and /proc/modules, and their functions from the
 * symbol table of the module's file, which packages leave in it; those of a module that is loaded
 * from elsewhere are in /proc/kallsyms. What runs only when the module is loaded is left out.
 * Asked by knowledge.c.
 */
#include "knowledge/modules.h"

#include <elf.h>
#include <fnmatch.h>
#include <string.h>

#include "base/inputs.h"
#include "knowledge/files/elf_section.h"
#include "knowledge/files/kernel_image.h"
#include "knowledge/files/module_file.h"

struct modules {
	struct arena *arena;
	const char *root;
	const struct kernel_tree *tree;
	GHashTable *symbols;	/* name to struct symbol_table, or to NULL */
	GHashTable *tracepoints;
	GHashTable *exports;	/* of what they export; "vmlinux": the kernel */
};

static void free_table(gpointer table)
{
	g_hash_table_unref(table);
}

static GHashTable *table_new(struct arena *arena)
{
	GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);

	arena_defer(arena, free_table, table);
	return table;
}

struct modules *modules_new(struct arena *arena, const char *root, const struct kernel_tree *tree)
{
	struct modules *modules = arena_new0(arena, struct modules);

	modules->arena = arena;
	modules->root = root;
	modules->tree = tree;
	modules->symbols = table_new(arena);
	modules->tracepoints = table_new(arena);
	modules->exports = table_new(arena);
	return modules;
}

/* ---- Names ---- */

static gint compare_names(gconstpointer a, gconstpointer b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* Names of the lines of a file, cut out by `name_of`; empty if it cannot be read. */
static GPtrArray *names_in_file(struct modules *modules, const char *path,
				const char *(*name_of)(struct arena *arena, const char *line, size_t length))
{
	GPtrArray *names = arena_array(modules->arena);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return names;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
		g_ptr_array_add(names, (char *)name_of(modules->arena, line, strcspn(line, "\n")));
	g_ptr_array_sort(names, compare_names);
	return names;
}

/* "ext4 933888 1 - Live 0x0000000000000000" */
static const char *name_of_loaded(struct arena *arena, const char *line, size_t length)
{
	return arena_strndup(arena, line, MIN(length, strcspn(line, " ")));
}

/* "kernel/fs/nls/nls-ascii.ko.xz: kernel/..." is nls_ascii. */
static const char *name_of_installed(struct arena *arena, const char *line, size_t length)
{
	size_t file = MIN(length, strcspn(line, ":"));
	const char *slash = g_strrstr_len(line, (gssize)file, "/");
	const char *base = slash ? slash + 1 : line;
	char *name = arena_strndup(arena, base, MIN(strcspn(base, "."), (size_t)(line + file - base)));

	return g_strdelimit(name, "-", '_');
}

GPtrArray *modules_installed(struct modules *modules)
{
	const char *list = arena_printf(modules->arena, "%s/lib/modules/%s/modules.dep", modules->root,
					modules->tree->release);

	inputs_add(list);
	return names_in_file(modules, list, name_of_installed);
}

GPtrArray *modules_matching(struct modules *modules, const char *pattern)
{
	GPtrArray *names = modules->tree->is_running ?
			   names_in_file(modules, arena_printf(modules->arena, "%s/proc/modules", modules->root),
					 name_of_loaded) : modules_installed(modules);
	GPtrArray *matching = arena_array(modules->arena);

	for (unsigned int i = 0; i < names->len; i++)
		if (fnmatch(pattern, g_ptr_array_index(names, i), 0) == 0)
			g_ptr_array_add(matching, g_ptr_array_index(names, i));
	return matching;
}

/* ---- Functions ---- */

/* A module's file in memory, with the parts that functions' names are made of. */
struct object {
	const char *bytes;
	size_t symbols, symbols_size;	/* .symtab: where, and how long */
	size_t names, names_size;	/* .strtab */
	unsigned int init;		/* the section of what runs at load, 0: none */
};

static bool object_open(struct object *object, const void *bytes, size_t size)
{
	object->bytes = bytes;
	object->init = elf_section_number(bytes, size, ".init.text");
	return elf_section_find(bytes, size, ".symtab", &object->symbols, &object->symbols_size) &&
	       elf_section_find(bytes, size, ".strtab", &object->names, &object->names_size);
}

/* The name of the symbol if it is of that type (STT_*) and stays after load, else NULL. */
static const char *symbol_name(const struct object *object, size_t index, unsigned int type)
{
	Elf64_Sym symbol;
	const char *name;

	memcpy(&symbol, object->bytes + object->symbols + index * sizeof(symbol), sizeof(symbol));
	if (ELF64_ST_TYPE(symbol.st_info) != type || symbol.st_shndx == SHN_UNDEF ||
	    (object->init && symbol.st_shndx == object->init) || symbol.st_name >= object->names_size)
		return NULL;
	name = object->bytes + object->names + symbol.st_name;
	return memchr(name, '\0', object->names_size - symbol.st_name) ? name : NULL;
}

/* What stands behind `prefix` in names of symbols of that type. */
static struct symbol_table *symbols_of_object(struct arena *arena, GMappedFile *file, unsigned int type,
					      const char *prefix)
{
	GPtrArray *names = arena_array(arena);
	size_t prefix_length = strlen(prefix);
	struct object object;

	if (!object_open(&object, g_mapped_file_get_contents(file), g_mapped_file_get_length(file)))
		return NULL;
	for (size_t i = 0; i < object.symbols_size / sizeof(Elf64_Sym); i++) {
		const char *name = symbol_name(&object, i, type);

		if (name && g_str_has_prefix(name, prefix))
			g_ptr_array_add(names, arena_strndup(arena, name + prefix_length, strlen(name) - prefix_length));
	}
	return symbols_from_names(arena, names);
}

static struct symbol_table *symbols_of_file(struct arena *arena, const char *path, unsigned int type,
					    const char *prefix)
{
	const char *why;
	GMappedFile *file = file_unpack(path, &why);
	struct symbol_table *table;

	if (!file)
		return NULL;
	table = symbols_of_object(arena, file, type, prefix);
	g_mapped_file_unref(file);
	return table;
}

static struct symbol_table *read_symbols(struct modules *modules, const char *name)
{
	const char *path = module_file_find(modules->arena, modules->root, modules->tree, name);
	g_autofree char *text = NULL;

	if (path)
		return symbols_of_file(modules->arena, path, STT_FUNC, "");
	path = arena_printf(modules->arena, "%s/proc/kallsyms", modules->root);
	if (!modules->tree->is_running || !g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	return symbols_of_module_from_text(modules->arena, text, name);
}

struct symbol_table *modules_kernel_symbols(struct modules *modules)
{
	const char *vmlinux = modules->tree->vmlinux;
	struct symbol_table *table = vmlinux ? symbols_of_file(modules->arena, vmlinux, STT_FUNC, "") : NULL;
	const char *origin;

	return table ? table : symbols_load_in(modules->arena, modules->root, modules->tree, &origin);
}

/* The answer of `read` about `name`, which is asked once. */
static const struct symbol_table *remember(struct modules *modules, GHashTable *known, const char *name,
					   struct symbol_table *(*read)(struct modules *modules, const char *name))
{
	gpointer table;

	if (!g_hash_table_lookup_extended(known, name, NULL, &table)) {
		table = read(modules, name);
		g_hash_table_insert(known, arena_strndup(modules->arena, name, strlen(name)), table);
	}
	return table;
}

const struct symbol_table *modules_symbols(struct modules *modules, const char *name)
{
	return remember(modules, modules->symbols, name, read_symbols);
}

/* A tracepoint is a variable of that name. */
static struct symbol_table *read_tracepoints(struct modules *modules, const char *name)
{
	const char *path = module_file_find(modules->arena, modules->root, modules->tree, name);

	return path ? symbols_of_file(modules->arena, path, STT_OBJECT, "__tracepoint_") : NULL;
}

const struct symbol_table *modules_tracepoints(struct modules *modules, const char *name)
{
	return remember(modules, modules->tracepoints, name, read_tracepoints);
}

/* ---- Exports ---- */

/* Whether "fs/nls/nls-ascii" is module nls_ascii. */
static bool is_object(const char *object, size_t length, const char *module)
{
	const char *slash = g_strrstr_len(object, (gssize)length, "/");
	const char *base = slash ? slash + 1 : object;
	size_t i;

	for (i = 0; base + i < object + length; i++)
		if (module[i] != base[i] && !(module[i] == '_' && base[i] == '-'))
			return false;
	return !module[i];
}

/* "0xcrc<tab>name<tab>object<tab>kind" */
static struct symbol_table *read_exports(struct modules *modules, const char *module)
{
	g_autofree char *path = g_strdup_printf("%s/Module.symvers", modules->tree->build_dir), *text = NULL;
	GPtrArray *names = arena_array(modules->arena);

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *name = line + strcspn(line, "\t\n"), *object;
		size_t length;

		name += *name == '\t';
		length = strcspn(name, "\t\n");
		object = name + length + (name[length] == '\t');
		if (length && is_object(object, strcspn(object, "\t\n"), module))
			g_ptr_array_add(names, arena_strndup(modules->arena, name, length));
	}
	return symbols_from_names(modules->arena, names);
}

const struct symbol_table *modules_exports(struct modules *modules, const char *name)
{
	return remember(modules, modules->exports, name ? name : "vmlinux", read_exports);
}
