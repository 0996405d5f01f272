/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DWARF's location expressions to the steps of location.h. Nothing fails here: what cannot be
 * located is a location that says why. For scope.c, and for tests.
 */
#ifndef SPILE_KNOWLEDGE_DWARF_LOCATION_H
#define SPILE_KNOWLEDGE_DWARF_LOCATION_H

#ifdef HAVE_LIBDW

#include <elfutils/libdw.h>

#include "knowledge/location.h"

/* What addresses of the file, from `first` to before `end`, become where the code was loaded to. */
struct dwarf_anchor {
	uint64_t first, end;
	const char *symbol;		/* of the kernel; of a module a section, or "=VARIABLE"; NULL: such addresses do not move */
	uint64_t address;		/* its own, in the file */
	bool is_per_cpu;
};

/* A file with code, as far as locations depend on it. */
struct dwarf_scene {
	struct arena *arena;
	const char *module;		/* NULL: the kernel */
	const char *build_id;		/* NULL: the file has none */
	Dwarf_CFI *frames[2];		/* .debug_frame and .eh_frame, or NULL */
	const GArray *anchors;		/* of struct dwarf_anchor: the first that fits counts */
	/*
	 * The function that begins at an address, if a probe may sit there; NULL, with the reason in *why_ret: none
	 * may. NULL instead of a function: nobody knows of any.
	 */
	const struct location_entry *(*find_entry)(void *context, uint64_t address, const char **why_ret);
	void *context;
};

/* Where a variable is asked for. */
struct dwarf_place {
	const struct dwarf_scene *scene;
	Dwarf_Addr pc;
	Dwarf_Die function;		/* the function that this instruction is part of, not inlined */
	bool has_function;		/* else it is nowhere: only what does not depend on it has a location */
};

/* A variable, a parameter, or what stands for one in an inlined copy. `die` has the location or leads to it. */
const struct location *dwarf_location(const struct dwarf_place *place, Dwarf_Die *die);

/* Memory at an address of the file. */
const struct location *dwarf_location_at(const struct dwarf_place *place, uint64_t address);

/*
 * At a function's first instruction, or at its return: 1 if it returns to one of the addresses
 * (uint64_t) of the file, behind a call of it, else 0.
 */
const struct location *dwarf_location_of_return(const struct dwarf_scene *scene, const GArray *addresses,
						bool at_return);

/* What an expression's operations lead to: `attribute` is what they were found in. */
const struct location *dwarf_location_of(const struct dwarf_place *place, Dwarf_Attribute *attribute,
					 const Dwarf_Op *operations, size_t count);

#endif /* HAVE_LIBDW */

#endif
