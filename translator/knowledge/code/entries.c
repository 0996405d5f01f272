/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions whose entry is probed so that what their registers held is known further on: by the
 * address of their first instruction, out of the index. Called by dwarf/location.c, by way of the scene
 * that knowledge/variables.c makes.
 */
#include "knowledge/code/entries.h"

#ifdef HAVE_LIBDW

#include "knowledge/code/search.h"
#include "knowledge/dwarf/file.h"

/* NULL: nothing names the address. */
static const struct location_entry *make(struct dwarf_source *source, const char *function, uint64_t address)
{
	const struct index_symbol *symbol = code_symbol_of(source->index, function, address);
	struct location_entry *entry;

	if (!symbol)
		return NULL;
	entry = arena_new0(source->arena, struct location_entry);
	entry->module = source->module;
	entry->build_id = source->file->build_id;
	entry->function = function;
	entry->address = address;
	entry->symbol = index_string(source->index, symbol->name);
	entry->offset = address - index_address(source->index, symbol->address);
	g_hash_table_insert(source->entries, &entry->address, entry);
	return entry;
}

const struct location_entry *code_find_entry(void *source, uint64_t address, const char **why_ret)
{
	struct dwarf_source *of = source;
	const struct index_copy *copy = index_copy(of->index, index_copy_at(of->index, address));
	const struct location_entry *entry = g_hash_table_lookup(of->entries, &address);
	const char *name;

	*why_ret = "optimised out here";
	if (entry)
		return entry;
	if (!copy || index_address(of->index, copy->address) != address)
		return NULL;
	name = index_string(of->index, index_function(of->index, copy->function)->name);
	if (copy->flags & COPY_IS_CLOSED) {
		*why_ret = arena_printf(of->arena, "optimised out here, and no probe at the entry of '%s' can keep it: %s",
					name, code_why_closed(of, address));
		return NULL;
	}
	return make(of, name, address);
}

#endif /* HAVE_LIBDW */
