/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index of a file with debugging information: what is in it by name, by line and by address, so
 * that a question costs a search and not a walk. It is made once for each build (build.h) and
 * lies in the user's cache; here it is read. Nothing a damaged file holds is believed: what cannot be
 * checked when the index is opened is checked when it is used.
 */
#ifndef SPILE_KNOWLEDGE_INDEX_INDEX_H
#define SPILE_KNOWLEDGE_INDEX_INDEX_H

#include <stdbool.h>

#include "base/arena.h"
#include "knowledge/index/format.h"

struct index;

/*
 * Maps an index. NULL if it is not there, is of another version or build, cut off, or damaged; then
 * it is to be made anew. Unmapped with the arena.
 */
struct index *index_open(struct arena *arena, const char *path, const char *build_id);

/* The records of a table, *count_ret of them. */
const void *index_table(const struct index *index, enum index_table table, uint32_t *count_ret);

/* A string by its offset; "" for one that lies nowhere. */
const char *index_string(const struct index *index, uint32_t offset);

/* A single record; NULL if there is none of that number. */
const struct index_function *index_function(const struct index *index, uint32_t number);
const struct index_copy *index_copy(const struct index *index, uint32_t number);
const char *index_path(const struct index *index, uint32_t file);

/*
 * The records of `name` in a table that is sorted by names (INDEX_FUNCTIONS, INDEX_TYPES,
 * INDEX_ENUMERATORS, INDEX_VARIABLES): the number of the first, and how many. 0: there is none.
 */
uint32_t index_find(const struct index *index, enum index_table table, const char *name, uint32_t *first_ret);

/*
 * The rows of a file by line, *count_ret of them. NULL with a count of 0: it has none. They are
 * checked at the first question; the index is damaged if *is_damaged_ret becomes true.
 */
const struct index_row *index_rows(const struct index *index, uint32_t file, uint32_t *count_ret,
				   bool *is_damaged_ret);

/* The function's own code (a number of INDEX_COPIES) that an address lies in; INDEX_NONE: in none. */
uint32_t index_copy_at(const struct index *index, uint64_t address);

/* The code of a copy that is inlined, by address: *count_ret ranges. */
const struct index_inlined *index_inlined(const struct index *index, uint32_t copy, uint32_t *count_ret);

/* The nearest symbol of the section, at or before an address, that is the only one of its name; NULL: there is none. */
const struct index_symbol *index_symbol_before(const struct index *index, uint64_t address);

/* Whether a symbol of that name (an offset) is at the address, both as the index has them. */
bool index_has_symbol(const struct index *index, uint32_t name, uint32_t address);

/* Addresses as the file with the DWARF has them, from what the index counts. */
uint64_t index_address(const struct index *index, uint32_t address);

/* Forgets the file, which another one is about to replace: the next index_open() finds none. */
void index_discard(const struct index *index);

/* What the checksums are: of any bytes, fast; tells damage, not malice. */
uint64_t index_checksum(const void *bytes, size_t size);

#endif
