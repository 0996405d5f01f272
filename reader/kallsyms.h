/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of the running kernel and its modules, by name. */
#ifndef SPILE_READER_KALLSYMS_H
#define SPILE_READER_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"
#include "text.h"

struct symbol {
	const char *name;
	const char *module;	/* NULL: the kernel's own */
	__u64 address;		/* 0 when the kernel hides addresses */
	__u64 end;		/* where the next symbol begins; 0: nobody asked, or there is none */
	const char *forbidden;	/* why nobody may probe it; NULL: one may */
	bool is_doubtful;	/* its letter does not tell whether it is a variable */
};

enum symbol_kind { SYMBOL_FUNCTION, SYMBOL_VARIABLE };

struct kallsyms {
	enum symbol_kind kind;
	struct text names, blacklist_names;	/* what the strings point into */
	struct symbol *symbols;		/* of that kind, sorted by name, then address */
	size_t count;
	bool is_part;		/* a filter left some out */
};

/* Says which names are of interest, of `module` or (NULL) the kernel; others are as if not there. */
struct kallsyms_filter {
	bool (*wants)(const void *context, const char *name, const char *module);
	const void *context;
};

/*
 * Appends those lines of a file in the format of /proc/kallsyms that the filter wants, besides
 * those that tell where certain sections are. False with errno set.
 */
bool kallsyms_keep(struct text *ret, int fd, const struct kallsyms_filter *filter);

/*
 * Reads symbols of /proc/kallsyms, as far as the filter wants it (NULL: all of it), and which of
 * them must not be probed, for all that can be known here. False: said why.
 */
bool kallsyms_read(struct kallsyms *ret, enum symbol_kind kind, const struct kallsyms_filter *filter);

/*
 * The same from texts in those files' formats; both are taken over and cut up in place. Lines
 * that make no sense are passed over.
 */
void kallsyms_parse(struct kallsyms *ret, enum symbol_kind kind, struct text *symbols, struct text *blacklist);

void kallsyms_fini(struct kallsyms *kallsyms);

/*
 * Sets where the symbols end, from all symbols of a file in the format of /proc/kallsyms. False
 * with errno set.
 */
bool kallsyms_find_ends(struct kallsyms *kallsyms, int fd);
/* The same from /proc/kallsyms itself; false: said why. */
bool kallsyms_read_ends(struct kallsyms *kallsyms);

/* The first symbol of that name, in the kernel or a module, and how many there are; NULL and 0 if none. */
const struct symbol *kallsyms_find(const struct kallsyms *kallsyms, const char *name,
				   size_t *count_ret);

/*
 * Does a wildcard stand for the symbol? Its name up to a suffix of the compiler (".isra.0")
 * has to match; cold parts and the kernel's padding symbols do not.
 */
bool kallsyms_matches(const struct symbol *symbol, const char *wildcard);

/*
 * Up to `most` names to propose for one that does not exist: what the compiler made of it
 * ("name.isra.0") first, then those spelled nearly alike. Returns how many.
 */
size_t kallsyms_propose(const struct kallsyms *kallsyms, const char *name, const char *ret[],
			size_t most);

/*
 * Which of `names` neither the kernel nor a module defines, as function or data; at most
 * `most` of them. Reads /proc/kallsyms anew; 0 if it cannot be read.
 */
size_t kallsyms_missing(const char *const names[], size_t count, const char *ret[], size_t most);

#endif
