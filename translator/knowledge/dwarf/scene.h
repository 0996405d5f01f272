/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the locations in one file with DWARF depend on besides the place in the code. */
#ifndef SPILE_KNOWLEDGE_DWARF_SCENE_H
#define SPILE_KNOWLEDGE_DWARF_SCENE_H

#ifdef HAVE_LIBDW

#include "knowledge/dwarf/file.h"
#include "knowledge/dwarf/location.h"

/*
 * The scene of the kernel's file, or of a module's (an interned name), that knows of no function where registers
 * could be kept: find_entry is the caller's to fill in. Everything is the arena's.
 */
struct dwarf_scene *dwarf_scene_new(struct arena *arena, const struct dwarf_file *file, const char *module);

/* The address of a symbol of data or code, as the file has it; false: there is none of that name. */
bool dwarf_file_find_symbol(const struct dwarf_file *file, const char *name, uint64_t *ret);

#endif /* HAVE_LIBDW */

#endif
