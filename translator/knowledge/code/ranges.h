/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which addresses of a file are code, and which code is closed to probes: what is gone once the
 * kernel has started, and what kprobes refuses because it runs while it works itself.
 */
#ifndef SPILE_KNOWLEDGE_CODE_RANGES_H
#define SPILE_KNOWLEDGE_CODE_RANGES_H

#ifdef HAVE_LIBDW

#include "knowledge/dwarf/file.h"

struct address_range {
	uint64_t low, high;
};

struct code_ranges {
	/* Of struct address_range, sorted, none touching another. */
	GArray *code;
	GArray *closed;
	GArray *initial;	/* what a module runs while it is loaded: open to probes, but gone later */
};

/* The arrays are freed with the arena. */
struct code_ranges *code_ranges_of(struct arena *arena, struct dwarf_file *file);

/* Whether an address lies in one of the ranges. */
bool address_in_ranges(const GArray *ranges, uint64_t address);

#endif /* HAVE_LIBDW */

#endif
