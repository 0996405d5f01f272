/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the sources of types in turn: BTF, which is small and lies in the kernel itself, then DWARF,
 * which knows all but takes a package and an index. Another source is one more row in the table below.
 * Answers are remembered by the sources, not here.
 */
#include "knowledge/knowledge.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "knowledge/btf/types.h"
#include "knowledge/btf/files.h"
#include "knowledge/dwarf/types.h"
#include "knowledge/files/build_id.h"
#include "knowledge/header_types.h"
#include "knowledge/modules.h"

/* ---- What a source of types answers ---- */

struct type_source {
	enum knowledge_source bit;
	const char *name;
	/* What it knows of the kernel or of a module; NULL, with the reason and the origin of the answers. */
	void *(*open)(struct knowledge *knowledge, const char *module, const char **origin_ret,
		      const char **why_ret);
	/* For C_FUNCTION the type of that function, else a type by its name or tag. */
	const struct c_type *(*find)(void *opened, enum c_kind kind, const char *name);
	const struct c_type *(*variable)(void *opened, const char *name);
	bool (*enumerator)(void *opened, const char *name, int64_t *value_ret);
	void (*names)(void *opened, enum c_kind kind, GPtrArray *names);
	void (*enumerator_names)(void *opened, GPtrArray *names);
};

/* A source's knowledge of the kernel or of one module. */
struct opened {
	const struct type_source *source;
	const char *module;	/* interned, or NULL */
	void *data;		/* NULL: it has none */
	const char *origin, *why;
};

struct knowledge {
	struct arena *arena;
	const struct kernel_tree *tree;
	struct knowledge_options options;
	GPtrArray *opened;	/* of struct opened */
	GHashTable *said;	/* what -v has told */
	struct modules *modules;
};

/* ---- BTF ---- */

static struct opened *open_source(struct knowledge *knowledge, const struct type_source *source, const char *module);
static const struct type_source type_sources[];

static void *open_btf(struct knowledge *knowledge, const char *module, const char **origin_ret,
		      const char **why_ret)
{
	struct btf_types *base = NULL;
	struct btf_file file;

	if (module) {
		const struct opened *kernel = open_source(knowledge, &type_sources[0], NULL);

		base = kernel->data;
		*why_ret = kernel->why;
		if (!base)
			return NULL;
	}
	if (!btf_file_find(knowledge->arena, knowledge->options.root, knowledge->tree, module, &file, why_ret))
		return NULL;
	*origin_ret = file.origin;
	return btf_types_open(knowledge->arena, file.path, base, why_ret);
}

static const struct c_type *find_in_btf(void *opened, enum c_kind kind, const char *name)
{
	return btf_types_find(opened, kind, name);
}

static const struct c_type *variable_in_btf(void *opened, const char *name)
{
	return btf_types_variable(opened, name);
}

static bool enumerator_in_btf(void *opened, const char *name, int64_t *value_ret)
{
	return btf_types_enumerator(opened, name, value_ret);
}

static void names_in_btf(void *opened, enum c_kind kind, GPtrArray *names)
{
	btf_types_names(opened, kind, names);
}

static void enumerator_names_in_btf(void *opened, GPtrArray *names)
{
	btf_types_enumerator_names(opened, names);
}

/* ---- DWARF ---- */

static void *open_dwarf(struct knowledge *knowledge, const char *module, const char **origin_ret,
			const char **why_ret)
{
	struct dwarf_source *source = dwarf_source_open(knowledge->arena, knowledge->options.root, knowledge->tree,
							module, why_ret);

	if (source)
		*origin_ret = dwarf_source_origin(source);
	return source;
}

static const struct c_type *find_in_dwarf(void *opened, enum c_kind kind, const char *name)
{
	return dwarf_types_find(opened, kind, name);
}

static const struct c_type *variable_in_dwarf(void *opened, const char *name)
{
	return dwarf_types_variable(opened, name);
}

static bool enumerator_in_dwarf(void *opened, const char *name, int64_t *value_ret)
{
	return dwarf_types_enumerator(opened, name, value_ret);
}

static void names_in_dwarf(void *opened, enum c_kind kind, GPtrArray *names)
{
	dwarf_types_names(opened, kind, names);
}

static void enumerator_names_in_dwarf(void *opened, GPtrArray *names)
{
	dwarf_types_enumerator_names(opened, names);
}

/* ---- Header files, by the DWARF that a compiler makes of them ---- */

static void *open_headers(struct knowledge *knowledge, const char *module, const char **origin_ret, const char **why_ret)
{
	*origin_ret = module;
	return header_types_open(knowledge->arena, knowledge->tree, module, why_ret);
}

/* In the order in which they are asked. */
static const struct type_source type_sources[] = {
	{ SOURCE_BTF, "btf", open_btf, find_in_btf, variable_in_btf, enumerator_in_btf, names_in_btf,
	  enumerator_names_in_btf },
	{ SOURCE_DWARF, "dwarf", open_dwarf, find_in_dwarf, variable_in_dwarf, enumerator_in_dwarf, names_in_dwarf,
	  enumerator_names_in_dwarf },
	{ SOURCE_HEADERS, "headers", open_headers, find_in_dwarf, variable_in_dwarf, enumerator_in_dwarf, names_in_dwarf,
	  enumerator_names_in_dwarf },
};

/* ---- Sources ---- */

/* Header files are no module that other sources could know, and know of no module. */
static bool may_know(const struct type_source *source, const char *module)
{
	return header_types_are_meant(module) == (source->bit == SOURCE_HEADERS);
}

static struct opened *open_source(struct knowledge *knowledge, const struct type_source *source, const char *module)
{
	const char *interned = module ? name_intern(module) : NULL;
	struct opened *opened;

	for (unsigned int i = 0; i < knowledge->opened->len; i++) {
		opened = g_ptr_array_index(knowledge->opened, i);
		if (opened->source == source && opened->module == interned)
			return opened;
	}
	opened = arena_new0(knowledge->arena, struct opened);
	opened->source = source;
	opened->module = interned;
	g_ptr_array_add(knowledge->opened, opened);
	if (knowledge->options.sources & source->bit)
		opened->data = source->open(knowledge, interned, &opened->origin, &opened->why);
	else
		opened->why = arena_printf(knowledge->arena, "--sources leaves out %s", source->name);
	return opened;
}

/* The first source from number *next on that has something; NULL: none is left. */
static struct opened *next_source(struct knowledge *knowledge, const char *module, unsigned int *next)
{
	while (*next < G_N_ELEMENTS(type_sources)) {
		const struct type_source *source = &type_sources[(*next)++];
		struct opened *opened = may_know(source, module) ? open_source(knowledge, source, module) : NULL;

		if (opened && opened->data)
			return opened;
	}
	return NULL;
}

/* Once for each question, however often it is asked. */
static void say(struct knowledge *knowledge, const char *what, const char *name, const struct opened *opened)
{
	char *line;

	if (!knowledge->options.verbose)
		return;
	line = arena_printf(knowledge->arena, "%s %s: %s%s%s", what, name, opened ? opened->source->name : "unknown",
			    opened ? " of " : "", opened ? opened->origin : "");
	if (g_hash_table_add(knowledge->said, line))
		fprintf(stderr, "Source: %s\n", line);
}

static void free_table(gpointer table)
{
	g_hash_table_unref(table);
}

struct knowledge *knowledge_new(struct arena *arena, const struct kernel_tree *tree,
				const struct knowledge_options *options)
{
	struct knowledge *knowledge = arena_new0(arena, struct knowledge);

	knowledge->arena = arena;
	knowledge->tree = tree;
	knowledge->options = *options;
	knowledge->opened = arena_array(arena);
	knowledge->said = g_hash_table_new(g_str_hash, g_str_equal);
	arena_defer(arena, free_table, knowledge->said);
	knowledge->modules = modules_new(arena, options->root, tree);
	return knowledge;
}

struct arena *knowledge_arena(const struct knowledge *knowledge)
{
	return knowledge->arena;
}

bool knowledge_may_ask(const struct knowledge *knowledge, enum knowledge_source source)
{
	return knowledge->options.sources & source;
}

bool knowledge_sources(struct diag *diag, const char *list, unsigned int *ret)
{
	static const struct {
		const char *name;
		enum knowledge_source source;
	} known[] = {
		{ "symbols", SOURCE_SYMBOLS }, { "btf", SOURCE_BTF }, { "headers", SOURCE_HEADERS }, { "dwarf", SOURCE_DWARF },
	};
	g_auto(GStrv) words = g_strsplit(list, ",", -1);

	*ret = 0;
	for (char **word = words; *word; word++) {
		unsigned int source = 0;

		for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
			source |= strcmp(*word, known[i].name) == 0 ? known[i].source : 0;
		if (!source) {
			diag_error(diag, no_span, "E-option", "--sources: '%s' is no source", *word);
			diag_note(diag, no_span, "sources are symbols, btf, headers and dwarf, separated by commas");
			return false;
		}
		*ret |= source;
	}
	return true;
}

/* ---- Modules ---- */

GPtrArray *knowledge_modules(struct knowledge *knowledge, const char *pattern)
{
	return modules_matching(knowledge->modules, pattern);
}

GPtrArray *knowledge_module_names(struct knowledge *knowledge)
{
	return modules_installed(knowledge->modules);
}

const struct symbol_table *knowledge_kernel_symbols(struct knowledge *knowledge)
{
	return knowledge_may_ask(knowledge, SOURCE_SYMBOLS) ? modules_kernel_symbols(knowledge->modules) : NULL;
}

const struct symbol_table *knowledge_symbols(struct knowledge *knowledge, const char *module)
{
	return knowledge_may_ask(knowledge, SOURCE_SYMBOLS) ? modules_symbols(knowledge->modules, module) : NULL;
}

const struct symbol_table *knowledge_tracepoints(struct knowledge *knowledge, const char *module)
{
	return modules_tracepoints(knowledge->modules, module);
}

const struct symbol_table *knowledge_exports(struct knowledge *knowledge, const char *module)
{
	return knowledge_may_ask(knowledge, SOURCE_SYMBOLS) ? modules_exports(knowledge->modules, module) : NULL;
}

/* ---- Questions ---- */

static const struct c_type *find_in(struct knowledge *knowledge, const char *module, enum c_kind kind,
				 const char *name, struct opened **answered_ret)
{
	const struct c_type *type = NULL;
	struct opened *opened;
	unsigned int next = 0;

	while (!type && (opened = next_source(knowledge, module, &next))) {
		type = opened->source->find(opened->data, kind, name);
		*answered_ret = type ? opened : NULL;
	}
	return type;
}

/* What a module's sources do not have, the kernel's may: headers are the same. Functions are another matter. */
static const struct c_type *find(struct knowledge *knowledge, const char *module, enum c_kind kind,
				 const char *name, struct opened **answered_ret)
{
	const struct c_type *type = find_in(knowledge, module, kind, name, answered_ret);

	if (!type && module && kind != C_FUNCTION)
		type = find_in(knowledge, NULL, kind, name, answered_ret);
	return type;
}

const struct c_type *knowledge_function(struct knowledge *knowledge, const char *module, const char *name)
{
	struct opened *answered = NULL;
	const struct c_type *type = find(knowledge, module, C_FUNCTION, name, &answered);

	say(knowledge, "function", name, answered);
	return type;
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

GPtrArray *knowledge_functions(struct knowledge *knowledge, const char *module, const char *pattern)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GPtrArray *matching = arena_array(knowledge->arena);
	struct opened *opened;
	unsigned int next = 0;

	while ((opened = next_source(knowledge, module, &next)))
		opened->source->names(opened->data, C_FUNCTION, names);
	g_ptr_array_sort(names, compare_names);
	for (unsigned int i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);

		if (i && strcmp(name, g_ptr_array_index(names, i - 1)) == 0)
			continue;
		if (fnmatch(pattern, name, 0) == 0)
			g_ptr_array_add(matching, (char *)name);
	}
	return matching;
}

/* A pointer to the type, for every '*' behind its name. */
static const struct c_type *pointer_to(struct knowledge *knowledge, const struct c_type *type)
{
	struct c_type *pointer = arena_new0(knowledge->arena, struct c_type);

	pointer->kind = C_POINTER;
	pointer->size = 8;
	pointer->target = type;
	return pointer;
}

/* Takes the keyword off a tag: "struct file" leaves "file". C_VOID: a name alone. */
static enum c_kind split_keyword(const char **text)
{
	static const struct {
		const char *word;
		enum c_kind kind;
	} keywords[] = { { "struct ", C_STRUCTURE }, { "union ", C_UNION }, { "enum ", C_ENUMERATION } };

	for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++) {
		if (!g_str_has_prefix(*text, keywords[i].word))
			continue;
		*text += strlen(keywords[i].word);
		*text += strspn(*text, " \t");
		return keywords[i].kind;
	}
	return C_VOID;
}

static const struct c_type *type_by_name(struct knowledge *knowledge, const char *module, const char *text,
					 struct opened **answered_ret)
{
	static const enum c_kind meanings[] = { C_TYPEDEF, C_STRUCTURE, C_UNION, C_ENUMERATION, C_INTEGER };
	enum c_kind kind = split_keyword(&text);
	const struct c_type *type = NULL;

	if (kind != C_VOID)
		return find(knowledge, module, kind, text, answered_ret);
	for (size_t i = 0; !type && i < G_N_ELEMENTS(meanings); i++)
		type = find(knowledge, module, meanings[i], text, answered_ret);
	return type;
}

const struct c_type *knowledge_type(struct knowledge *knowledge, const char *module, const char *text)
{
	g_autofree char *name = g_strstrip(g_strdup(text));
	size_t length = strlen(name);
	struct opened *answered = NULL;
	const struct c_type *type;
	unsigned int stars = 0;

	for (; length && strchr("* \t", name[length - 1]); name[--length] = '\0')
		stars += name[length - 1] == '*';
	type = type_by_name(knowledge, module, name, &answered);
	say(knowledge, "type", name, answered);
	for (; type && stars; stars--)
		type = pointer_to(knowledge, type);
	return type;
}

const struct c_type *knowledge_whole(struct knowledge *knowledge, const char *module, const struct c_type *type)
{
	const struct c_type *plain = c_type_plain(type), *whole;
	struct opened *answered;

	if (plain->kind != C_FORWARD || !plain->name)
		return type;
	whole = find(knowledge, module, plain->is_union ? C_UNION : C_STRUCTURE, plain->name, &answered);
	return whole ? whole : type;
}

const struct c_type *knowledge_variable(struct knowledge *knowledge, const char *module, const char *name)
{
	const struct c_type *type = NULL;
	struct opened *opened = NULL;
	unsigned int next = 0;

	while (!type && (opened = next_source(knowledge, module, &next)))
		type = opened->source->variable(opened->data, name);
	say(knowledge, "variable", name, opened);
	return type;
}

bool knowledge_enumerator(struct knowledge *knowledge, const char *module, const char *name, int64_t *value_ret)
{
	struct opened *opened = NULL;
	unsigned int next = 0;
	bool found = false;

	while (!found && (opened = next_source(knowledge, module, &next)))
		found = opened->source->enumerator(opened->data, name, value_ret);
	say(knowledge, "enumerator", name, opened);
	return found;
}

GPtrArray *knowledge_type_names(struct knowledge *knowledge, const char *module)
{
	static const enum c_kind meanings[] = { C_TYPEDEF, C_STRUCTURE, C_UNION, C_ENUMERATION };
	GPtrArray *names = arena_array(knowledge->arena);
	struct opened *opened;
	unsigned int next = 0;

	while ((opened = next_source(knowledge, module, &next)))
		for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++)
			opened->source->names(opened->data, meanings[i], names);
	return names;
}

GPtrArray *knowledge_enumerator_names(struct knowledge *knowledge, const char *module)
{
	GPtrArray *names = arena_array(knowledge->arena);
	struct opened *opened;
	unsigned int next = 0;

	while ((opened = next_source(knowledge, module, &next)))
		opened->source->enumerator_names(opened->data, names);
	return names;
}

/* What the source of that bit has, or why it has nothing. */
static const struct opened *opened_of(struct knowledge *knowledge, enum knowledge_source bit, const char *module)
{
	size_t i = 0;

	while (type_sources[i].bit != bit)
		i++;
	return open_source(knowledge, &type_sources[i], module);
}

struct dwarf_source *knowledge_dwarf(struct knowledge *knowledge, const char *module, const char **why_ret)
{
	const struct opened *opened = opened_of(knowledge, SOURCE_DWARF, module);

	*why_ret = opened->why;
	return opened->data;
}

struct btf_types *knowledge_btf(struct knowledge *knowledge)
{
	return opened_of(knowledge, SOURCE_BTF, NULL)->data;
}

const char *knowledge_build_id(struct knowledge *knowledge)
{
	return build_id_find(knowledge->arena, knowledge->options.root, knowledge->tree, NULL);
}

void knowledge_say_dwarf(struct knowledge *knowledge, const char *module, const char *what, const char *name)
{
	say(knowledge, what, name, opened_of(knowledge, SOURCE_DWARF, module));
}

const char *knowledge_lack(struct knowledge *knowledge, const char *module)
{
	g_autoptr(GString) left_out = g_string_new(NULL), reasons = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(type_sources); i++) {
		const struct opened *opened;

		if (!may_know(&type_sources[i], module))
			continue;
		opened = open_source(knowledge, &type_sources[i], module);
		if (opened->data)
			return NULL;
		if (!knowledge_may_ask(knowledge, type_sources[i].bit))
			g_string_append_printf(left_out, "%s%s", left_out->len ? " and " : "--sources leaves out ",
					       type_sources[i].name);
		else
			g_string_append_printf(reasons, "%s%s", reasons->len ? "; " : "", opened->why);
	}
	return arena_printf(knowledge->arena, "%s%s%s", reasons->str, reasons->len && left_out->len ? "; " : "",
			    left_out->str);
}
