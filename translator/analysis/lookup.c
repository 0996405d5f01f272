/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is declared, and what of it a file sees: its own declarations, then those of the user's
 * script if it is that, then the tapset library's but for private ones. The library never sees the
 * user's: a script may have a function of its own where the library has one of that name, and the
 * library goes on using its own.
 */
#include "analysis/internal.h"

/* A declared name with its file. */
struct known_global {
	struct variable *variable;
	const struct script *script;
};

static void index_add(struct analysis *analysis, GHashTable *index, const char *name, void *known)
{
	GPtrArray *list = g_hash_table_lookup(index, name);

	if (!list) {
		list = arena_array(analysis->arena);
		g_hash_table_insert(index, (char *)name, list);
	}
	g_ptr_array_add(list, known);
}

static void report_duplicate(struct analysis *analysis, struct span span, struct span first, const char *what,
			     const char *name)
{
	diag_error(analysis->diag, span, "E-duplicate", "%s '%s' is declared twice", what, name);
	diag_note(analysis->diag, first, "first here");
}

static const struct known_global *global_in(GHashTable *index, const struct script *script, const char *name)
{
	const GPtrArray *list = g_hash_table_lookup(index, name);

	for (unsigned int i = 0; list && i < list->len; i++) {
		const struct known_global *known = g_ptr_array_index(list, i);

		if (known->script == script)
			return known;
	}
	return NULL;
}

static bool index_globals(struct analysis *analysis, const struct script *script)
{
	bool ok = true;

	for (unsigned int i = 0; i < script->globals->len; i++) {
		struct variable *global = g_ptr_array_index(script->globals, i);
		const struct known_global *first = global_in(analysis->globals, script, global->name);
		struct known_global *known = arena_new0(analysis->arena, struct known_global);

		if (first) {
			report_duplicate(analysis, global->span, first->variable->span, "global", global->name);
			ok = false;
			continue;
		}
		global->number = -1;
		known->variable = global;
		known->script = script;
		index_add(analysis, analysis->globals, global->name, known);
	}
	return ok;
}

static void index_functions(struct analysis *analysis, const struct script *script)
{
	for (unsigned int i = 0; i < script->functions->len; i++) {
		struct function *function = g_ptr_array_index(script->functions, i);
		struct known_function *known = arena_new0(analysis->arena, struct known_function);

		if (!function->has_priority)
			function->priority = script->source->is_tapset ? 1 : 0;
		known->function = function;
		known->script = script;
		index_add(analysis, analysis->functions, function->name, known);
	}
}

static GHashTable *index_new(struct analysis *analysis)
{
	GHashTable *index = g_hash_table_new(NULL, NULL);

	arena_defer(analysis->arena, (GDestroyNotify)g_hash_table_unref, index);
	return index;
}

bool lookup_index(struct analysis *analysis)
{
	const GPtrArray *library = analysis->input->library;
	bool ok;

	analysis->globals = index_new(analysis);
	analysis->functions = index_new(analysis);
	ok = index_globals(analysis, analysis->input->script);
	index_functions(analysis, analysis->input->script);
	for (unsigned int i = 0; i < library->len; i++) {
		ok &= index_globals(analysis, g_ptr_array_index(library, i));
		index_functions(analysis, g_ptr_array_index(library, i));
	}
	return ok;
}

static bool is_visible(const struct script *from, const struct script *declared, bool is_private)
{
	return from == declared || (declared->source->is_tapset && !is_private);
}

struct variable *lookup_global(struct analysis *analysis, const struct script *script, const char *name)
{
	const struct known_global *known = global_in(analysis->globals, script, name);
	const GPtrArray *list = g_hash_table_lookup(analysis->globals, name);

	for (unsigned int i = 0; !known && list && i < list->len; i++) {
		const struct known_global *other = g_ptr_array_index(list, i);

		if (is_visible(script, other->script, other->variable->is_private))
			known = other;
	}
	if (!known)
		return NULL;
	if (known->variable->number < 0) {
		known->variable->number = analysis->program->globals->len;
		g_ptr_array_add(analysis->program->globals, known->variable);
	}
	return known->variable;
}

static gint by_priority(gconstpointer a, gconstpointer b)
{
	const struct known_function *left = *(const struct known_function *const *)a;
	const struct known_function *right = *(const struct known_function *const *)b;

	return (left->function->priority > right->function->priority) -
	       (left->function->priority < right->function->priority);
}

/* GLib's sort of arrays is no stable one before 2.76: insertion, for a handful of functions. */
static void insert_by_priority(GPtrArray *list, struct known_function *known)
{
	unsigned int at = list->len;

	g_ptr_array_add(list, known);
	for (; at > 0 && by_priority(&list->pdata[at - 1], &list->pdata[at]) > 0; at--) {
		gpointer other = list->pdata[at - 1];

		list->pdata[at - 1] = list->pdata[at];
		list->pdata[at] = other;
	}
}

GPtrArray *lookup_functions(struct analysis *analysis, const struct script *script, const char *name)
{
	const GPtrArray *list = g_hash_table_lookup(analysis->functions, name);
	GPtrArray *found = arena_array(analysis->arena);

	for (unsigned int i = 0; list && i < list->len; i++) {
		struct known_function *known = g_ptr_array_index(list, i);

		if (is_visible(script, known->script, known->function->is_private))
			insert_by_priority(found, known);
	}
	return found;
}

/* ---- Names for did-you-mean ---- */

void lookup_add_function_names(struct analysis *analysis, const struct script *script, GPtrArray *names)
{
	GHashTableIter iterator;
	gpointer name, list;

	g_hash_table_iter_init(&iterator, analysis->functions);
	while (g_hash_table_iter_next(&iterator, &name, &list)) {
		const struct known_function *known = g_ptr_array_index((GPtrArray *)list, 0);

		if (is_visible(script, known->script, known->function->is_private))
			g_ptr_array_add(names, name);
	}
}

void lookup_add_global_names(struct analysis *analysis, const struct script *script, GPtrArray *names)
{
	GHashTableIter iterator;
	gpointer name, list;

	g_hash_table_iter_init(&iterator, analysis->globals);
	while (g_hash_table_iter_next(&iterator, &name, &list)) {
		const struct known_global *known = g_ptr_array_index((GPtrArray *)list, 0);

		if (is_visible(script, known->script, known->variable->is_private))
			g_ptr_array_add(names, name);
	}
}
