/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of a source file, and which copy of one an instruction is part of. The index answers
 * that by itself: lines of a header are in thousands of functions, whose entries nobody has to read.
 */
#ifndef SPILE_KNOWLEDGE_CODE_OWNERS_H
#define SPILE_KNOWLEDGE_CODE_OWNERS_H

#ifdef HAVE_LIBDW

#include "knowledge/code/search.h"

struct code_owners {
	const struct index *index;
	GArray *lines;			/* of unsigned int, sorted: where functions begin */
	GArray *stretches;			/* of inlined copies of those that the query names, by these lines */
	uint32_t file;
};

void code_owners_init(struct code_owners *owners, const struct index *index);
void code_owners_fini(struct code_owners *owners);

/* Turns to a file of the index, for what the search's query names. */
void code_owners_read(struct code_owners *owners, const struct code_search *search, uint32_t file);

/* The line of the function in whose text a line stands: the last one that begins before it. 0: in none. */
unsigned int code_owners_line(const struct code_owners *owners, unsigned int line);

/*
 * The innermost copy of the function that begins at that line which an address lies in (as the index
 * counts it); `own` is the function's own code that it lies in. INDEX_NONE: it is in none of that line's.
 */
uint32_t code_owners_copy(const struct code_owners *owners, unsigned int line, uint32_t address, uint32_t own);

#endif /* HAVE_LIBDW */

#endif
