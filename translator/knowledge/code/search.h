/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One search for places in the code (code.h) on its way: shared by sites.c, which looks for
 * functions and knows what to ask whom, statements.c, which looks for lines, and inside.c,
 * which looks within functions for calls and labels.
 */
#ifndef SPILE_KNOWLEDGE_CODE_SEARCH_H
#define SPILE_KNOWLEDGE_CODE_SEARCH_H

#ifdef HAVE_LIBDW

#include "knowledge/code.h"
#include "knowledge/dwarf/types.h"

struct code_search {
	struct dwarf_source *source;
	const struct code_query *query;
	GPtrArray *sites;		/* of struct code_site */
	GHashTable *seen;		/* functions and addresses that are there already, so that each comes once */
	char *files;			/* for each file of the index, whether the query names it */
	struct code_site *called_in;	/* the function whose calls are looked for */
	bool is_damaged;		/* the index is: everything found is to be thrown away */
};

/* The numbers (uint32_t) of defined functions that the query names, by name, file and lines. The caller frees them. */
GArray *code_search_functions(struct code_search *search);

/* Whether a name, or a file by its number, is what the query names. */
bool code_search_is_name(const struct code_search *search, const char *name);
bool code_search_is_file(const struct code_search *search, uint32_t file);

/* Whether a probe may sit on a copy: a name that was spelled out also finds what is gone once a module is loaded. */
bool code_search_is_open(const struct code_search *search, const struct index_copy *copy);

/* Notes that there is a site of the function `name` at that address; false: there was one. */
bool code_search_take(struct code_search *search, const char *name, uint64_t address);

/*
 * Adds a site of the function `name`, if it was not there and something names its address; what the
 * caller does not give is filled in by it. NULL: there is none to be filled in.
 */
struct code_site *code_search_add(struct code_search *search, const char *name, uint64_t address, uint32_t scope);

/* A copy of a function as a site; `number` is its record's. The one that is there already, if it is. */
struct code_site *code_search_add_copy(struct code_search *search, uint32_t number);

/* The symbol that names an address: that of the function if it is there, so that one reads what is meant. NULL: none does. */
const struct index_symbol *code_symbol_of(const struct index *index, const char *function, uint64_t address);

/* Why the kernel lets no probe sit at an address, of which the index says that it does not. */
const char *code_why_closed(const struct dwarf_source *source, uint64_t address);

/* Statements of the query's lines. */
void code_search_statements(struct code_search *search);

/* What lies within functions: calls that the query names, or labels. */
void code_search_calls(struct code_search *search);
void code_search_labels(struct code_search *search);

#endif /* HAVE_LIBDW */

#endif
