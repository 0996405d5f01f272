/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks one function's entries, for statements.c, which asks of many addresses which copy they are in. */
#include "knowledge/code/scopes.h"

#ifdef HAVE_LIBDW

#include <dwarf.h>

#include "knowledge/dwarf/attributes.h"
#include "knowledge/dwarf/file.h"

static void add_scope(GArray *scopes, Dwarf_Die *die, unsigned int depth)
{
	struct code_scope scope = { .die = (uint32_t)dwarf_dieoffset(die), .depth = depth };
	Dwarf_Die origin = *die;
	Dwarf_Addr base;
	ptrdiff_t next = 0;
	int line;

	dwarf_go_to_origin(&origin);
	scope.function = dwarf_diename(&origin);
	scope.line = dwarf_decl_line(&origin, &line) == 0 ? (unsigned int)line : 0;
	while (scope.function && (next = dwarf_ranges(die, next, &base, &scope.low, &scope.high)) > 0)
		g_array_append_val(scopes, scope);
}

static void add_inlined(GArray *scopes, Dwarf_Die *within, unsigned int depth)
{
	Dwarf_Die die;

	if (dwarf_child(within, &die) != 0)
		return;
	do {
		bool is_inlined = dwarf_tag(&die) == DW_TAG_inlined_subroutine;

		if (is_inlined)
			add_scope(scopes, &die, depth + 1);
		if (is_inlined || dwarf_tag(&die) == DW_TAG_lexical_block)
			add_inlined(scopes, &die, depth + is_inlined);
	} while (dwarf_siblingof(&die, &die) == 0);
}

GArray *code_scopes_of(struct dwarf_source *source, uint32_t offset)
{
	GArray *scopes = g_array_new(FALSE, FALSE, sizeof(struct code_scope));
	Dwarf_Die die;

	if (dwarf_file_die(source->file, offset, &die)) {
		add_scope(scopes, &die, 0);
		add_inlined(scopes, &die, 0);
	}
	return scopes;
}

#endif /* HAVE_LIBDW */
