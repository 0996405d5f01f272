/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which variables the code at one address sees, by DWARF: those of the blocks around it, out to the
 * function of C that it is part of, inlined or not. What that function was inlined into is hidden,
 * as it is to the function's own text.
 */
#ifndef SPILE_KNOWLEDGE_DWARF_SCOPE_H
#define SPILE_KNOWLEDGE_DWARF_SCOPE_H

#ifdef HAVE_LIBDW

#include "knowledge/dwarf/location.h"

struct dwarf_view {
	struct dwarf_place place;
	Dwarf_Die unit;
	GArray *scopes;			/* of Dwarf_Die, the innermost first; the last is the function of C */
};

struct dwarf_variable {
	const char *name;
	Dwarf_Die die;
	bool is_parameter;
	bool is_declared;		/* only said to exist: `extern` in the function */
};

/*
 * `scope` is a function, an inlined copy of one or a block that holds the address: its variables,
 * and those of blocks in it, are seen. NULL: the innermost function that the address is part of.
 * False: the file has no code there.
 */
bool dwarf_view_open(const struct dwarf_scene *scene, Dwarf *dwarf, Dwarf_Addr pc, const Dwarf_Die *scope,
		     struct dwarf_view *ret);

/*
 * All parameters and local variables (of struct dwarf_variable), as their declarations stand; those
 * of inner blocks come first and hide others of their name. The caller frees the array.
 */
GArray *dwarf_view_variables(const struct dwarf_view *view);
/* One by its name, also if only the function's text has it and this copy's code does not. */
bool dwarf_view_find(const struct dwarf_view *view, const char *name, struct dwarf_variable *ret);
/* A variable at file scope of that unit, defined there or only declared. */
bool dwarf_unit_find(Dwarf_Die *unit, const char *name, struct dwarf_variable *ret);

/* The unit that the function's text stands in, where it is another one than the code's. */
bool dwarf_view_text_unit(const struct dwarf_view *view, Dwarf_Die *ret);

/* Where it is. If it is nowhere at that address, the reason names the nearest line where it lives. */
const struct location *dwarf_view_location(const struct dwarf_view *view, struct dwarf_variable *variable);

#endif /* HAVE_LIBDW */

#endif
