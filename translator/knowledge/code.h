/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places in the code of the kernel or of a module: functions, their inlined copies, lines, labels.
 * Only DWARF tells of them. A place is what a probe sits on, and what variables are asked for at.
 */
#ifndef SPILE_KNOWLEDGE_CODE_H
#define SPILE_KNOWLEDGE_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "knowledge/knowledge.h"

struct code_site {
	const char *module;		/* NULL: the kernel's own code */
	const char *build_id;		/* of the file that says so, hexadecimal; NULL: it has none */
	uint64_t address;		/* as that file has it */
	const char *symbol;		/* the nearest one before it whose name no other one has */
	uint64_t offset;		/* behind that symbol */
	const char *function;		/* the function of C that it is part of, inlined or not */
	const char *file;		/* where that function stands, or the line of a statement: "fs/read_write.c" */
	unsigned int line;
	const char *caller;		/* the function that it is inlined into; NULL: it is not inlined */
	const struct code_site *called_in;	/* of .callee: the function that the query named; NULL: none */
	bool is_entry;			/* the first instruction of a function */
	const char *label;		/* or NULL */
	GArray *returns_to;		/* of uint64_t, of .callee: the addresses behind the calls; NULL: from anywhere */
	uint64_t scope;			/* the source's: where variables are looked up from */
};

struct line_range {
	unsigned int first, last;
};

enum code_lines {
	LINES_NONE,
	LINES_ABSOLUTE,			/* :10, :10-20, :10,12,20-30 */
	LINES_RELATIVE,			/* +3: from the function's own line */
	LINES_ALL,			/* :* */
};

struct code_query {
	const char *function;		/* shell pattern */
	const char *file;		/* shell pattern of a whole path or its last parts; NULL: any */
	enum code_lines lines;
	GArray *ranges;			/* of struct line_range */
	bool is_statement;		/* instructions that lines begin with, not functions' entries */
	bool is_nearest;		/* or those of the nearest line that has code */
	bool wants_calls, wants_inlined;	/* which copies of functions */
	bool wants_exported;		/* only functions that are */
	const char *callee;		/* functions of that pattern, as called in those; NULL: themselves */
	unsigned int callee_depth;	/* and what these call, so deep */
	const char *label;		/* labels of that pattern within them; NULL: none */
	bool wants_names;		/* of statements each function and line once, whatever its addresses */
};

/*
 * The sites (struct code_site) that a query means, in the order of files and lines, each address
 * once. NULL, with the reason and the way out in *why_ret: there is no debuginfo. Empty: nothing
 * matches.
 */
GPtrArray *knowledge_sites(struct knowledge *knowledge, const char *module, const struct code_query *query,
			   const char **why_ret);

/*
 * Why no probe may be on a function of that name, all of whose code is closed to them; NULL: some is
 * open, or no function is known by that name.
 */
const char *knowledge_why_closed(struct knowledge *knowledge, const char *module, const char *name);

#endif
