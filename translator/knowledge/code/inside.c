/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies within functions: the functions they call, inlined or not, and their labels. Compilers
 * describe a call by where it returns to, which tells it from calls by others.
 */
#include "knowledge/code/search.h"

#ifdef HAVE_LIBDW

#include <fnmatch.h>

#include <dwarf.h>

#include "knowledge/dwarf/attributes.h"
#include "knowledge/dwarf/file.h"

/* Calls of calls: more levels nobody can mean. */
#define DEEPEST_CALLS 16

typedef void (*visit_function)(struct code_search *search, uint32_t copy, Dwarf_Die *die);

/* Calls visit() with each copy of the query's functions that is meant. */
static void each_copy(struct code_search *search, bool wants_inlined, visit_function visit)
{
	const struct index *index = search->source->index;
	GArray *numbers = code_search_functions(search);

	for (unsigned int i = 0; i < numbers->len; i++) {
		const struct index_function *function = index_function(index, g_array_index(numbers, uint32_t, i));

		for (uint32_t copy = function->first_copy; copy < function->first_copy + function->copies; copy++) {
			const struct index_copy *record = index_copy(index, copy);
			Dwarf_Die die;

			if (record && code_search_is_open(search, record) &&
			    (wants_inlined || record->container == INDEX_NONE) &&
			    dwarf_file_die(search->source->file, record->die, &die))
				visit(search, copy, &die);
		}
	}
	g_array_unref(numbers);
}

/* ---- Labels ---- */

static void add_label(struct code_search *search, uint32_t copy, Dwarf_Die *function, Dwarf_Die *label)
{
	const struct index *index = search->source->index;
	const struct index_copy *record = index_copy(index, copy);
	const struct index_function *of = index_function(index, record->function);
	const char *name = dwarf_diename(label);
	struct code_site *site;
	Dwarf_Addr address;
	int line;

	if (!name || fnmatch(search->query->label, name, 0) != 0 || dwarf_lowpc(label, &address) != 0)
		return;
	site = code_search_add(search, index_string(index, of->name), address, (uint32_t)dwarf_dieoffset(function));
	if (!site)
		return;
	site->file = index_path(index, of->file);
	site->line = dwarf_decl_line(label, &line) == 0 ? (unsigned int)line : of->line;
	site->label = name;
	if (record->container != INDEX_NONE)
		site->caller = index_string(index, index_function(index, record->container)->name);
}

static void find_labels(struct code_search *search, uint32_t copy, Dwarf_Die *function, Dwarf_Die *within)
{
	Dwarf_Die die;

	if (dwarf_child(within, &die) != 0)
		return;
	do {
		if (dwarf_tag(&die) == DW_TAG_label)
			add_label(search, copy, function, &die);
		if (dwarf_tag(&die) == DW_TAG_lexical_block)
			find_labels(search, copy, function, &die);
	} while (dwarf_siblingof(&die, &die) == 0);
}

static void visit_labels(struct code_search *search, uint32_t copy, Dwarf_Die *die)
{
	find_labels(search, copy, die, die);
}

void code_search_labels(struct code_search *search)
{
	each_copy(search, search->query->wants_inlined, visit_labels);
}

/* ---- Calls ---- */

static void find_calls(struct code_search *search, uint32_t caller, Dwarf_Die *within, unsigned int depth);

static bool is_callee(const struct code_search *search, const char *name)
{
	return name && fnmatch(search->query->callee, name, 0) == 0;
}

/* Whether the compiler has written down where a call returns to; a jump in place of a call does not return here. */
static bool return_address(Dwarf_Die *call, Dwarf_Addr *ret)
{
	Dwarf_Attribute attribute;

	if (dwarf_flag(call, DW_AT_call_tail_call) || dwarf_flag(call, DW_AT_GNU_tail_call))
		return false;
	if (dwarf_attr(call, DW_AT_call_return_pc, &attribute))
		return dwarf_formaddr(&attribute, ret) == 0;
	return dwarf_lowpc(call, ret) == 0;
}

/* Adds a return address to the site of a function that is there already. */
static void note_return(struct code_search *search, const char *function, uint64_t entry, Dwarf_Addr address)
{
	for (unsigned int i = 0; i < search->sites->len; i++) {
		struct code_site *site = g_ptr_array_index(search->sites, i);

		if (site->returns_to && site->address == entry && site->function == function)
			g_array_append_val(site->returns_to, address);
	}
}

static void unref_array(gpointer array)
{
	g_array_unref(array);
}

/* A function that is called, at its own entry. */
static void add_called(struct code_search *search, uint32_t copy, Dwarf_Addr address)
{
	const struct index_copy *record = index_copy(search->source->index, copy);
	struct code_site *site = code_search_add_copy(search, copy);

	if (site) {
		site->called_in = search->called_in;
		site->returns_to = g_array_new(FALSE, FALSE, sizeof(uint64_t));
		arena_defer(search->source->arena, unref_array, site->returns_to);
	}
	note_return(search, index_string(search->source->index,
					 index_function(search->source->index, record->function)->name),
		    index_address(search->source->index, record->address), address);
}

/* Goes to the code of a function by name: other units have only declared it. */
static void visit_called(struct code_search *search, const char *name, Dwarf_Addr address, unsigned int depth)
{
	const struct index *index = search->source->index;
	uint32_t first, count = index_find(index, INDEX_FUNCTIONS, name, &first);

	for (uint32_t i = first; i < first + count; i++) {
		const struct index_function *function = index_function(index, i);

		for (uint32_t copy = function->first_copy; copy < function->first_copy + function->copies; copy++) {
			const struct index_copy *record = index_copy(index, copy);
			Dwarf_Die die;

			if (!record || record->container != INDEX_NONE || !code_search_is_open(search, record))
				continue;
			if (is_callee(search, name))
				add_called(search, copy, address);
			if (depth > 1 && dwarf_file_die(search->source->file, record->die, &die))
				find_calls(search, record->function, &die, depth - 1);
		}
	}
}

static void visit_call(struct code_search *search, Dwarf_Die *call, unsigned int depth)
{
	Dwarf_Attribute attribute;
	Dwarf_Die callee;
	Dwarf_Addr address;
	const char *name;

	if ((!dwarf_attr(call, DW_AT_call_origin, &attribute) && !dwarf_attr(call, DW_AT_abstract_origin, &attribute)) ||
	    !dwarf_formref_die(&attribute, &callee) || !return_address(call, &address))
		return;
	dwarf_go_to_origin(&callee);
	name = dwarf_diename(&callee);
	if (name)
		visit_called(search, name, address, depth);
}

static void visit_inlined(struct code_search *search, uint32_t caller, Dwarf_Die *inlined, unsigned int depth)
{
	const struct index *index = search->source->index;
	const char *path = NULL;
	struct code_site *site = NULL;
	Dwarf_Die origin = *inlined;
	Dwarf_Addr address;
	int line = 0;

	dwarf_go_to_origin(&origin);
	if (is_callee(search, dwarf_diename(&origin)) && dwarf_entry_address(inlined, &address))
		site = code_search_add(search, dwarf_diename(&origin), address, (uint32_t)dwarf_dieoffset(inlined));
	if (site) {
		path = dwarf_source_file(&origin);
		dwarf_decl_line(&origin, &line);
		site->file = path ? dwarf_source_path(search->source, inlined, path) : "";
		site->line = (unsigned int)line;
		site->caller = index_string(index, index_function(index, caller)->name);
		site->called_in = search->called_in;
	}
	if (depth > 1)
		find_calls(search, caller, inlined, depth - 1);
}

static void find_calls(struct code_search *search, uint32_t caller, Dwarf_Die *within, unsigned int depth)
{
	Dwarf_Die die;

	if (dwarf_child(within, &die) != 0)
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_inlined_subroutine:
			visit_inlined(search, caller, &die, depth);
			break;
		case DW_TAG_call_site:
		case DW_TAG_GNU_call_site:
			visit_call(search, &die, depth);
			break;
		case DW_TAG_lexical_block:
			find_calls(search, caller, &die, depth);
			break;
		default:
			break;
		}
	} while (dwarf_siblingof(&die, &die) == 0);
}

/* Name and place of the function that a copy is of. */
static struct code_site *function_of(const struct code_search *search, uint32_t copy)
{
	const struct index *index = search->source->index;
	const struct index_function *function = index_function(index, index_copy(index, copy)->function);
	struct code_site *site = arena_new0(search->source->arena, struct code_site);

	site->function = index_string(index, function->name);
	site->file = index_path(index, function->file);
	site->line = function->line;
	return site;
}

static void visit_calls(struct code_search *search, uint32_t copy, Dwarf_Die *die)
{
	unsigned int depth = search->query->callee_depth;

	search->called_in = function_of(search, copy);
	find_calls(search, index_copy(search->source->index, copy)->function, die,
		   depth > DEEPEST_CALLS ? DEEPEST_CALLS : depth ? depth : 1);
}

void code_search_calls(struct code_search *search)
{
	each_copy(search, false, visit_calls);
}

#endif /* HAVE_LIBDW */
