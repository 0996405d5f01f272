/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The copies that are inlined into one function, and which of them an instruction is part of: what
 * DWARF has as a tree, as a list that is made once for each function that is asked about.
 */
#ifndef SPILE_KNOWLEDGE_CODE_SCOPES_H
#define SPILE_KNOWLEDGE_CODE_SCOPES_H

#ifdef HAVE_LIBDW

#include "knowledge/dwarf/types.h"

/* A stretch of code that is part of a function, its own or inlined. */
struct code_scope {
	uint64_t low, high;
	uint32_t die;			/* of the function, or of the inlined copy */
	const char *function;		/* its name */
	unsigned int line;		/* where it is declared */
	unsigned int depth;		/* 0: the function itself */
};

/* All stretches (struct code_scope) of a function by its entry, outer ones first. The caller frees the array. */
GArray *code_scopes_of(struct dwarf_source *source, uint32_t die);

#endif /* HAVE_LIBDW */

#endif
