/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file with debugging information (DWARF), opened. Everything that reads DWARF starts from one.
 * Addresses are those of the file: of the kernel as it was linked, of a module as if its sections
 * lay one behind the other (what the file itself leaves open).
 *
 * Only for files of this room that are compiled with libdw (HAVE_LIBDW).
 */
#ifndef SPILE_KNOWLEDGE_DWARF_FILE_H
#define SPILE_KNOWLEDGE_DWARF_FILE_H

#ifdef HAVE_LIBDW

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>

#include "base/arena.h"

struct dwarf_file {
	struct arena *arena;
	const char *path;		/* for people */
	const char *build_id;		/* hexadecimal; NULL: it has none */
	Elf *elf;			/* sections and symbols; of a module without addresses before dwarf_file_read() */
	Dwarf *dwarf;			/* NULL before that, as are both frames */
	bool is_relocatable;		/* a module: its symbols are relative to their sections */
	Dwarf_CFI *debug_frame, *eh_frame;	/* how frames are laid out; NULL: the file does not say */
	Dwarf_Off units_seen;		/* up to where dwarf_file_die() has passed all units */
};

/*
 * Finds what is to be known of `path` without reading its DWARF, which takes long of a module: all of
 * it has to be relocated. With `build_id` it has to be of that build. NULL, with the reason in *why_ret, if
 * it cannot be read, has no DWARF (then the reason is NULL), or is of another build. Closed with
 * the arena.
 */
struct dwarf_file *dwarf_file_find(struct arena *arena, const char *path, const char *build_id,
				   const char **why_ret);

/* Reads the DWARF if that was not done before. False, with the reason, if it cannot be read. */
bool dwarf_file_read(struct dwarf_file *file, const char **why_ret);

/* Both at once. */
struct dwarf_file *dwarf_file_open(struct arena *arena, const char *path, const char *build_id,
				   const char **why_ret);

/*
 * What tells an entry from all others: its offset, with a bit of its own if it is in the second file,
 * to which dwz moves what several files have in common.
 */
#define DIE_IS_ALTERNATE UINT32_C(0x80000000)
uint32_t dwarf_file_offset(const struct dwarf_file *file, Dwarf_Die *die);

/* The DWARF of that second file; NULL: there is none. */
Dwarf *dwarf_file_alternate(const struct dwarf_file *file);

/*
 * The entry at such an offset, without a walk over what lies before it, and without keeping in memory
 * what was passed on the way: of a kernel's file that would be 100 MB. False: there is none, or the
 * DWARF cannot be read. Whoever has an offset of an unknown source (an index) comes here, not to
 * dwarf_offdie().
 */
bool dwarf_file_die(struct dwarf_file *file, uint32_t offset, Dwarf_Die *ret);

/* Bytes of .debug_info, which the offsets of entries count; 0 if that cannot be told. */
Dwarf_Off dwarf_file_info_size(const struct dwarf_file *file);

/* Gives memory back that reading the file has filled. All that was read stays valid. */
void dwarf_file_give_back(const struct dwarf_file *file);

/* The address of a symbol, which of a module is relative to its section. */
Dwarf_Addr dwarf_file_symbol_address(const struct dwarf_file *file, const GElf_Sym *symbol);

#endif /* HAVE_LIBDW */

#endif
