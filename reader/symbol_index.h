/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file with the kernel's own symbols, so that not every session has the kernel tell all of them
 * anew: /proc/kallsyms takes the kernel a tenth of a second and more, a look into this file none. It
 * is made by the first session that reads the list, for each build of the kernel one.
 */
#ifndef SPILE_READER_SYMBOL_INDEX_H
#define SPILE_READER_SYMBOL_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "build_id.h"
#include "symbols.h"

/* Where the files are. Neither the folder nor they are trusted if others than the owner may write. */
struct symbol_index_place {
	const char *folder;
	uid_t owner;
	char build_id[2 * BUILD_ID_BYTES_MOST + 1];	/* of the kernel in question */
};

/* ---- Looking in (symbol_index.c) ---- */

struct symbol_index {
	const void *bytes;	/* the whole file */
	size_t size;
	const struct symbol_index_header *header;
	const __u32 *buckets;
	const struct symbol_index_entry *entries;
	const char *names;
};

/* False, and nothing to close: there is none, or it is damaged, of another form or not trusted. */
bool symbol_index_open(struct symbol_index *ret, const struct symbol_index_place *place);
void symbol_index_close(struct symbol_index *index);

/* Whether what the kernel's list forbids was known when it was made. */
bool symbol_index_has_list(const struct symbol_index *index);

/*
 * Adds what the filter wants to a table, sorted, with ends and reasons; `base` is where the kernel
 * is (kallsyms_find_base()). False: damaged, and the table is as it was.
 */
bool symbol_index_select(const struct symbol_index *index, __u64 base, const struct symbols_filter *filter,
			 struct symbols *ret);

/* ---- Making one (symbol_index_write.c) ---- */

struct symbol_index_builder {
	struct text names;
	struct symbol_index_item *items;
	size_t count, capacity;
	size_t ended;		/* so many of them have an end */
	__u64 base, last;	/* addresses: of the kernel's beginning; of the symbol before */
	bool is_unfit;		/* there can be none of this kernel */
};

/* Whether it is worth trying. Makes the folder if that is not there. */
bool symbol_index_may_write(const struct symbol_index_place *place);

/* Takes one of the kernel's own symbols; they have to come in the order of the list, all of them. */
void symbol_index_add(struct symbol_index_builder *builder, const struct kallsyms_line *line);

/*
 * Makes the file, or replaces it. False if that was not possible: addresses are hidden, no space;
 * then there is the one there was before.
 */
bool symbol_index_write(struct symbol_index_builder *builder, const struct forbidden_sections *sections,
			const struct forbidden_list *list, const struct symbol_index_place *place);
void symbol_index_builder_fini(struct symbol_index_builder *builder);

#endif
