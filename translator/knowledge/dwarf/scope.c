/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scopes around an address, and the variables in them. A copy of a function that is inlined, or
 * compiled apart, has its own entries only for what the compiler had something to say about; the
 * rest is with the origin that the copies have in common.
 */
#ifdef HAVE_LIBDW

#include "knowledge/dwarf/scope.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/dwarf/lines.h"

/* Copies of copies. */
#define MOST_ORIGINS 16

/* ---- Scopes ---- */

static bool has_pc(Dwarf_Die *die, Dwarf_Addr pc)
{
	return dwarf_haspc(die, pc) == 1;
}

/* The child with one of two tags that holds the address. */
static bool child_around(Dwarf_Die *parent, Dwarf_Addr pc, int tag, int other_tag, Dwarf_Die *ret)
{
	Dwarf_Die child;

	if (dwarf_child(parent, &child) != 0)
		return false;
	do {
		int found = dwarf_tag(&child);

		if ((found == tag || found == other_tag) && has_pc(&child, pc)) {
			*ret = child;
			return true;
		}
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

static bool is_same(const Dwarf_Die *a, const Dwarf_Die *b)
{
	return a->addr == b->addr;
}

/*
 * From the function inwards. Another function of C begins with every inlined copy, and what is
 * around it is forgotten, unless the wanted scope lies there.
 */
static void descend(struct dwarf_view *view, const Dwarf_Die *wanted)
{
	Dwarf_Die at = view->place.function;
	bool reached = false;

	for (;;) {
		reached |= wanted && is_same(&at, wanted);
		if (dwarf_tag(&at) == DW_TAG_inlined_subroutine) {
			if (reached && !is_same(&at, wanted))
				return;
			g_array_set_size(view->scopes, 0);
		}
		g_array_prepend_val(view->scopes, at);
		if (!child_around(&at, view->place.pc, DW_TAG_lexical_block, DW_TAG_inlined_subroutine, &at))
			break;
	}
	if (wanted && !reached) {
		g_array_set_size(view->scopes, 0);
		g_array_append_vals(view->scopes, wanted, 1);
	}
}

/* The unit that an address is part of, also where the file has no table of them. */
static bool find_unit(Dwarf *dwarf, Dwarf_Addr pc, Dwarf_Die *ret)
{
	Dwarf_Off offset = 0, next;
	size_t header;

	if (dwarf_addrdie(dwarf, pc, ret))
		return true;
	for (; dwarf_nextcu(dwarf, offset, &next, &header, NULL, NULL, NULL) == 0; offset = next)
		if (dwarf_offdie(dwarf, offset + header, ret) && has_pc(ret, pc))
			return true;
	return false;
}

static void free_array(gpointer array)
{
	g_array_unref(array);
}

bool dwarf_view_open(const struct dwarf_scene *scene, Dwarf *dwarf, Dwarf_Addr pc, const Dwarf_Die *scope,
		     struct dwarf_view *ret)
{
	Dwarf_Die given;

	*ret = (struct dwarf_view){ .place = { .scene = scene, .pc = pc } };
	if (scope) {
		given = *scope;
		if (!dwarf_diecu(&given, &ret->unit, NULL, NULL))
			return false;
	} else if (!find_unit(dwarf, pc, &ret->unit)) {
		return false;
	}
	ret->place.has_function = child_around(&ret->unit, pc, DW_TAG_subprogram, DW_TAG_subprogram,
					       &ret->place.function);
	ret->scopes = g_array_new(FALSE, FALSE, sizeof(Dwarf_Die));
	arena_defer(scene->arena, free_array, ret->scopes);
	if (ret->place.has_function)
		descend(ret, scope);
	return ret->place.has_function;
}

/* ---- Variables ---- */

/* The variable that an entry is; false if it is something else, or has no name. */
static bool read_variable(Dwarf_Die *die, struct dwarf_variable *ret)
{
	int tag = dwarf_tag(die);
	Dwarf_Attribute attribute;
	bool is_declared = false;

	if (tag != DW_TAG_variable && tag != DW_TAG_formal_parameter)
		return false;
	if (dwarf_attr_integrate(die, DW_AT_declaration, &attribute))
		dwarf_formflag(&attribute, &is_declared);
	*ret = (struct dwarf_variable){
		.name = dwarf_diename(die), .die = *die, .is_parameter = tag == DW_TAG_formal_parameter,
		.is_declared = is_declared && !dwarf_attr(die, DW_AT_specification, &attribute),
	};
	return ret->name != NULL;
}

static bool has_name(const GArray *variables, const char *name)
{
	for (unsigned int i = 0; i < variables->len; i++)
		if (strcmp(g_array_index(variables, struct dwarf_variable, i).name, name) == 0)
			return true;
	return false;
}

/* What a scope, or a variable, is a copy of. */
static bool origin_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;

	return dwarf_formref_die(dwarf_attr(die, DW_AT_abstract_origin, &attribute), ret) != NULL;
}

/* Where its declaration stands, among those of the same text. */
static Dwarf_Off place_in_text(const struct dwarf_variable *variable)
{
	Dwarf_Die die = variable->die;

	for (unsigned int depth = 0; depth < MOST_ORIGINS && origin_of(&die, &die); depth++)
		;
	return dwarf_dieoffset(&die);
}

static gint compare_places(gconstpointer a, gconstpointer b)
{
	Dwarf_Off left = place_in_text(a), right = place_in_text(b);

	return left < right ? -1 : left > right;
}

/* Appends the variables of one scope whose names were not there before it. */
static void add_variables(Dwarf_Die *scope, GArray *variables)
{
	struct dwarf_variable variable;
	Dwarf_Die child;

	if (dwarf_child(scope, &child) != 0)
		return;
	do {
		if (read_variable(&child, &variable) && !has_name(variables, variable.name))
			g_array_append_val(variables, variable);
	} while (dwarf_siblingof(&child, &child) == 0);
}

GArray *dwarf_view_variables(const struct dwarf_view *view)
{
	GArray *variables = g_array_new(FALSE, FALSE, sizeof(struct dwarf_variable));

	for (unsigned int i = 0; i < view->scopes->len; i++) {
		Dwarf_Die scope = g_array_index(view->scopes, Dwarf_Die, i);
		unsigned int first = variables->len;

		add_variables(&scope, variables);
		for (unsigned int depth = 0; depth < MOST_ORIGINS && origin_of(&scope, &scope); depth++)
			add_variables(&scope, variables);
		/* Copies have them in any order. */
		if (variables->len > first)
			qsort(variables->data + first * sizeof(struct dwarf_variable), variables->len - first,
			      sizeof(struct dwarf_variable), compare_places);
	}
	return variables;
}

/* Anywhere in a function's text: blocks whose variables are all gone have no copy. */
static bool find_in_text(Dwarf_Die *scope, const char *name, unsigned int depth, struct dwarf_variable *ret)
{
	Dwarf_Die child;

	if (depth > MOST_ORIGINS || dwarf_child(scope, &child) != 0)
		return false;
	do {
		if (read_variable(&child, ret) && strcmp(ret->name, name) == 0)
			return true;
		if (dwarf_tag(&child) == DW_TAG_lexical_block && find_in_text(&child, name, depth + 1, ret))
			return true;
	} while (dwarf_siblingof(&child, &child) == 0);
	return false;
}

bool dwarf_view_find(const struct dwarf_view *view, const char *name, struct dwarf_variable *ret)
{
	g_autoptr(GArray) variables = dwarf_view_variables(view);
	Dwarf_Die function;

	for (unsigned int i = 0; i < variables->len; i++) {
		*ret = g_array_index(variables, struct dwarf_variable, i);
		if (strcmp(ret->name, name) == 0)
			return true;
	}
	if (view->scopes->len == 0)
		return false;
	function = g_array_index(view->scopes, Dwarf_Die, view->scopes->len - 1);
	return origin_of(&function, &function) && find_in_text(&function, name, 0, ret);
}

bool dwarf_unit_find(Dwarf_Die *unit, const char *name, struct dwarf_variable *ret)
{
	struct dwarf_variable variable;
	bool found = false;
	Dwarf_Die child;

	if (dwarf_child(unit, &child) != 0)
		return false;
	do {
		if (dwarf_tag(&child) != DW_TAG_variable || !read_variable(&child, &variable) ||
		    strcmp(variable.name, name) != 0)
			continue;
		/* What is defined counts more than what is declared, here or before. */
		if (!found || ret->is_declared)
			*ret = variable;
		found = true;
	} while (dwarf_siblingof(&child, &child) == 0);
	return found;
}

bool dwarf_view_text_unit(const struct dwarf_view *view, Dwarf_Die *ret)
{
	Dwarf_Die origin;

	if (view->scopes->len == 0)
		return false;
	origin = g_array_index(view->scopes, Dwarf_Die, view->scopes->len - 1);
	for (unsigned int depth = 0; depth < MOST_ORIGINS && origin_of(&origin, &origin); depth++)
		;
	return dwarf_diecu(&origin, ret, NULL, NULL) && !is_same(ret, &view->unit);
}

/* ---- Locations ---- */

const struct location *dwarf_view_location(const struct dwarf_view *view, struct dwarf_variable *variable)
{
	const struct location *location = dwarf_location(&view->place, &variable->die);
	const char *nearest;

	if (location->kind != LOCATION_NOWHERE)
		return location;
	nearest = dwarf_nearest_line(view, &variable->die);
	if (!nearest)
		return location;
	return location_nowhere(view->place.scene->arena,
				arena_printf(view->place.scene->arena, "%s; it is known at %s", location->why, nearest));
}

#endif /* HAVE_LIBDW */
