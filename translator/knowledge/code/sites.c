/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers knowledge_sites(). Functions and their copies come out of the index alone; who is asked for
 * lines, calls or labels goes on to the entries of those functions that the index has named.
 */
#include "knowledge/code/search.h"

#ifdef HAVE_LIBDW

#include <fnmatch.h>
#include <string.h>

#include "knowledge/dwarf/file.h"
#include "knowledge/index/build.h"

/* ---- What the query names ---- */

static bool has_wildcard(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

bool code_search_is_name(const struct code_search *search, const char *name)
{
	const char *pattern = search->query->function;

	/* Most often asked of the pattern that is any name. */
	return strcmp(pattern, "*") == 0 || fnmatch(pattern, name, 0) == 0;
}

bool code_search_is_file(const struct code_search *search, uint32_t file)
{
	uint32_t count;

	index_table(search->source->index, INDEX_FILES, &count);
	return file < count && search->files[file];
}

/* A pattern is of the whole path, or of its last parts. */
static char *match_files(const struct index *index, const char *pattern)
{
	g_autofree char *tail = g_strconcat("*/", pattern, NULL);
	uint32_t count;
	char *files;

	index_table(index, INDEX_FILES, &count);
	files = g_malloc(count + 1);
	for (uint32_t i = 0; i < count; i++)
		files[i] = !pattern || fnmatch(pattern, index_path(index, i), 0) == 0 ||
			   fnmatch(tail, index_path(index, i), 0) == 0;
	return files;
}

bool code_search_is_open(const struct code_search *search, const struct index_copy *copy)
{
	return !(copy->flags & COPY_IS_CLOSED) &&
	       (!(copy->flags & COPY_IS_INITIAL) || !has_wildcard(search->query->function));
}

/* The line of the next function in the same file; a function's own lines end before it. */
static unsigned int next_function_line(const struct index *index, const struct index_function *function)
{
	unsigned int next = UINT32_MAX;
	const struct index_function *other;

	for (uint32_t i = 0; (other = index_function(index, i)); i++)
		if (other->file == function->file && (other->flags & FUNCTION_DEFINED) && other->line > function->line &&
		    other->line < next)
			next = other->line;
	return next;
}

/* Whether one of the lines asked for lies in the function. Lines counted from the function's are its own. */
static bool has_lines(const struct code_search *search, const struct index_function *function)
{
	const struct code_query *query = search->query;
	unsigned int next = 0;

	if (query->lines != LINES_ABSOLUTE)
		return true;
	for (unsigned int i = 0; i < query->ranges->len; i++) {
		const struct line_range *range = &g_array_index(query->ranges, struct line_range, i);

		if (range->last < function->line)
			continue;
		next = next ? next : next_function_line(search->source->index, function);
		if (range->first < next)
			return true;
	}
	return false;
}

static bool is_function_meant(const struct code_search *search, const struct index_function *function)
{
	const struct index *index = search->source->index;

	return (function->flags & FUNCTION_DEFINED) &&
	       (!search->query->wants_exported || (function->flags & FUNCTION_EXPORTED)) &&
	       code_search_is_file(search, function->file) &&
	       code_search_is_name(search, index_string(index, function->name)) &&
	       (search->query->is_statement || has_lines(search, function));
}

GArray *code_search_functions(struct code_search *search)
{
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	const struct index *index = search->source->index;
	uint32_t first = 0, count;

	if (has_wildcard(search->query->function))
		index_table(index, INDEX_FUNCTIONS, &count);
	else
		count = index_find(index, INDEX_FUNCTIONS, search->query->function, &first);
	for (uint32_t i = first; i < first + count; i++)
		if (is_function_meant(search, index_function(index, i)))
			g_array_append_val(numbers, i);
	return numbers;
}

/* ---- Sites ---- */

const struct index_symbol *code_symbol_of(const struct index *index, const char *function, uint64_t address)
{
	const struct index_symbol *nearest = index_symbol_before(index, address), *symbol = nearest;
	uint32_t count;
	const struct index_symbol *first = index_table(index, INDEX_SYMBOLS, &count);

	for (; symbol && symbol >= first && symbol->address == nearest->address; symbol--)
		if ((symbol->flags & SYMBOL_IS_UNIQUE) && strcmp(index_string(index, symbol->name), function) == 0)
			return symbol;
	return nearest;
}

/* Where a site is. */
struct place {
	const char *function;
	uint64_t address;
};

static guint hash_place(gconstpointer key)
{
	uint64_t address = ((const struct place *)key)->address;

	return (guint)(address ^ address >> 20);
}

static gboolean equal_places(gconstpointer a, gconstpointer b)
{
	const struct place *left = a, *right = b;

	return left->address == right->address && strcmp(left->function, right->function) == 0;
}

bool code_search_take(struct code_search *search, const char *name, uint64_t address)
{
	struct place *place = arena_new0(search->source->arena, struct place);

	*place = (struct place){ .function = name, .address = address };
	return g_hash_table_add(search->seen, place);
}

struct code_site *code_search_add(struct code_search *search, const char *name, uint64_t address, uint32_t scope)
{
	struct dwarf_source *source = search->source;
	const struct index_symbol *symbol;
	struct code_site *site;

	if (!code_search_take(search, name, address))
		return NULL;
	symbol = code_symbol_of(source->index, name, address);
	if (!symbol)
		return NULL;
	site = arena_new0(source->arena, struct code_site);
	site->module = source->module;
	site->build_id = source->file->build_id;
	site->address = address;
	site->symbol = index_string(source->index, symbol->name);
	site->offset = address - index_address(source->index, symbol->address);
	site->function = name;
	site->scope = scope;
	g_ptr_array_add(search->sites, site);
	return site;
}

struct code_site *code_search_add_copy(struct code_search *search, uint32_t number)
{
	const struct index *index = search->source->index;
	const struct index_copy *copy = index_copy(index, number);
	const struct index_function *function = index_function(index, copy->function);
	const struct index_function *container = index_function(index, copy->container);
	struct code_site *site = code_search_add(search, index_string(index, function->name),
						 index_address(index, copy->address), copy->die);

	if (!site)
		return NULL;
	site->file = index_path(index, function->file);
	site->line = function->line;
	site->caller = container ? index_string(index, container->name) : NULL;
	site->is_entry = !container;
	return site;
}

static void add_copies(struct code_search *search, const struct index_function *function)
{
	for (uint32_t i = function->first_copy; i < function->first_copy + function->copies; i++) {
		const struct index_copy *copy = index_copy(search->source->index, i);
		bool is_inlined = copy && copy->container != INDEX_NONE;

		if (copy && code_search_is_open(search, copy) &&
		    (is_inlined ? search->query->wants_inlined : search->query->wants_calls))
			code_search_add_copy(search, i);
	}
}

static void search_functions(struct code_search *search)
{
	GArray *numbers = code_search_functions(search);

	for (unsigned int i = 0; i < numbers->len; i++)
		add_copies(search, index_function(search->source->index, g_array_index(numbers, uint32_t, i)));
	g_array_unref(numbers);
}

/* ---- The question ---- */

static gint compare_sites(gconstpointer a, gconstpointer b)
{
	const struct code_site *left = *(const struct code_site *const *)a, *right = *(const struct code_site *const *)b;
	int order = g_strcmp0(left->file, right->file);

	if (order == 0 && left->line != right->line)
		order = left->line < right->line ? -1 : 1;
	if (order == 0 && left->address != right->address)
		order = left->address < right->address ? -1 : 1;
	return order ? order : strcmp(left->function, right->function);
}

/* False: the index is damaged, and was made anew; nothing has been found. */
static bool run(struct dwarf_source *source, const struct code_query *query, GPtrArray *sites)
{
	struct code_search search = { .source = source, .query = query, .sites = sites };

	search.seen = g_hash_table_new(hash_place, equal_places);
	search.files = match_files(source->index, query->file);
	if (query->callee)
		code_search_calls(&search);
	else if (query->label)
		code_search_labels(&search);
	else if (query->is_statement && query->lines != LINES_NONE)
		code_search_statements(&search);
	else
		search_functions(&search);
	g_free(search.files);
	g_hash_table_unref(search.seen);
	g_ptr_array_sort(sites, compare_sites);
	if (search.is_damaged)
		g_ptr_array_set_size(sites, 0);
	return !search.is_damaged;
}

GPtrArray *knowledge_sites(struct knowledge *knowledge, const char *module, const struct code_query *query,
			   const char **why_ret)
{
	const char *why = NULL;
	struct dwarf_source *source = knowledge_dwarf(knowledge, module, &why);
	GPtrArray *sites;

	if (why_ret)
		*why_ret = why;
	if (!source)
		return NULL;
	knowledge_say_dwarf(knowledge, module, query->is_statement ? "statement" : "function", query->function);
	sites = arena_array(source->arena);
	if (!run(source, query, sites) && dwarf_source_remake_index(source))
		run(source, query, sites);
	return sites;
}

#endif /* HAVE_LIBDW */
