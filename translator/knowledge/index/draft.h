/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index while it is made: what build.c has found so far, in no order, names and files by
 * the numbers they were met with. draft_write() brings it into the order of format.h.
 */
#ifndef SPILE_KNOWLEDGE_INDEX_DRAFT_H
#define SPILE_KNOWLEDGE_INDEX_DRAFT_H

#include <glib.h>
#include <stdbool.h>

#include "knowledge/index/format.h"

/* Of INDEX_ROWS, before files have their places. */
struct draft_row {
	uint32_t file, line, address;
};

struct index_draft {
	GStringChunk *texts;
	GPtrArray *strings;		/* char *, by number */
	GHashTable *numbers;		/* of strings */
	GHashTable *files, *functions, *types, *enumerators;	/* what is there already, to its number */
	GArray *tables[INDEX_TABLES];	/* of records; of INDEX_ROWS: struct draft_row */
	uint64_t base;			/* addresses are distances from it */
};

struct index_draft *draft_new(void);
void draft_free(struct index_draft *draft);

/* Number of a string, of a file by its path: the one it has, or a new one. */
uint32_t draft_string(struct index_draft *draft, const char *text);
uint32_t draft_file(struct index_draft *draft, const char *path);

/*
 * The function of that name, file and line. `die` and `flags` are of the entry at hand: a definition
 * replaces a declaration, and flags add up.
 */
uint32_t draft_function(struct index_draft *draft, const struct index_function *function);
struct index_function *draft_get_function(struct index_draft *draft, uint32_t number);

/* True if there was none of that name and kind so far, or only an incomplete one and this is complete. */
bool draft_type(struct index_draft *draft, const struct index_type *type, bool is_complete);

/* False if there was one of that name. */
bool draft_enumerator(struct index_draft *draft, const struct index_enumerator *enumerator);

/* What needs no more than to be remembered; the number of the record. */
uint32_t draft_copy(struct index_draft *draft, const struct index_copy *copy);
void draft_range(struct index_draft *draft, const struct index_range *range);
void draft_inlined(struct index_draft *draft, const struct index_inlined *range);
void draft_variable(struct index_draft *draft, const struct index_variable *variable);
void draft_symbol(struct index_draft *draft, const struct index_symbol *symbol);
void draft_row(struct index_draft *draft, const struct draft_row *row);

/* Writes the index in one step: readers see the old file or all of the new one. False with errno set. */
bool draft_write(struct index_draft *draft, const char *path, const char *build_id);

#endif
