/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types, functions and variables out of DWARF, as the types of types.h. One struct dwarf_source is
 * what is known of the kernel, or of a module: its file with DWARF and the index of that.
 */
#ifndef SPILE_KNOWLEDGE_DWARF_TYPES_H
#define SPILE_KNOWLEDGE_DWARF_TYPES_H

#include "knowledge/index/index.h"
#include "knowledge/types.h"
#include "target/kernel_tree.h"

struct dwarf_file;
struct dwarf_scene;

struct dwarf_source {
	struct arena *arena;
	const char *module;		/* NULL: the kernel */
	struct dwarf_file *file;
	struct index *index;
	GHashTable *made;		/* entry to struct c_type */
	const struct dwarf_scene *scene;	/* for locations; NULL before the first question for one */
	GHashTable *entries;		/* address to struct location_entry, of functions whose registers are to be kept */
};

/*
 * Finds and opens the file, and its index, which is made if there is none. NULL with the reason in
 * *why_ret, also if spile was built without libdw.
 */
struct dwarf_source *dwarf_source_open(struct arena *arena, const char *root, const struct kernel_tree *tree,
				       const char *module, const char **why_ret);

/* What a file with DWARF is called. */
const char *dwarf_source_origin(const struct dwarf_source *source);

/*
 * A structure, union, enumeration, typedef or integer by its name; for C_FUNCTION the type of the
 * function of that name, if it takes its parameters where its type says: not if the compiler made a
 * function of other parameters of it. NULL: there is none.
 */
const struct c_type *dwarf_types_find(struct dwarf_source *source, enum c_kind kind, const char *name);

/* The type of a variable of file scope. */
const struct c_type *dwarf_types_variable(struct dwarf_source *source, const char *name);

/* The value of an enumerator of any enumeration. */
bool dwarf_types_enumerator(struct dwarf_source *source, const char *name, int64_t *value_ret);

/* Appends the names (char *) of all enumerators. */
void dwarf_types_enumerator_names(struct dwarf_source *source, GPtrArray *names);

/* Appends the names (char *) of that kind, sorted. */
void dwarf_types_names(struct dwarf_source *source, enum c_kind kind, GPtrArray *names);

#ifdef HAVE_LIBDW

#include <elfutils/libdw.h>

/* The same of a file that is open; `module` is an interned name or NULL. */
struct dwarf_source *dwarf_source_of_file(struct arena *arena, struct dwarf_file *file, const char *module,
					  const char **why_ret);

/* A path of the unit of `die` as the index has it. */
const char *dwarf_source_path(struct dwarf_source *source, Dwarf_Die *die, const char *path);

/* Makes the index anew, because it turned out to be damaged. What was taken out of it stays valid. */
bool dwarf_source_remake_index(struct dwarf_source *source);

/* The type that an entry is; of a function, what it is of. NULL: it is none, or damaged. */
const struct c_type *dwarf_type_of(struct dwarf_source *source, Dwarf_Die *die);

/* The type that a variable, parameter or member has. NULL: damaged. */
const struct c_type *dwarf_type_of_object(struct dwarf_source *source, Dwarf_Die *object);

#endif /* HAVE_LIBDW */

#endif
