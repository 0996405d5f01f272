/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions, or the variables, of the running kernel and its modules, by name. */
#ifndef SPILE_READER_SYMBOLS_H
#define SPILE_READER_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"
#include "forbidden.h"
#include "kallsyms.h"
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

/* Whether nm(1) calls symbols of that kind by the letter. */
bool symbol_is_of_kind(enum symbol_kind kind, char type);
/*
 * Whether a variable that the kernel's linker script defines, as jiffies, may have that letter, of code
 * or of a number: then its address tells, forbidden_is_behind_code().
 */
bool symbol_is_doubtful(char type);

/* A table of symbols of one kind. */
struct symbols {
	enum symbol_kind kind;
	struct symbol *items;	/* sorted by name, then address, once symbols_sort() was called */
	size_t count;
	struct text_pool names;	/* what the strings point into */
	bool is_part;		/* some were left out */
};

/* Which symbols are of interest; others are as if not there. */
struct symbols_filter {
	const char *const *names;	/* sorted */
	size_t name_count;
	/* Those that wildcards stand for; NULL: there are none. */
	bool (*matches)(const void *context, const struct symbol *symbol);
	const void *context;
	bool has_modules;	/* modules' symbols are of interest too */
	bool has_ends;		/* where they end is as well */
};

bool symbols_filter_names(const struct symbols_filter *filter, const char *name);
/* Is the symbol wanted, by name or by wildcard? */
bool symbols_filter_wants(const struct symbols_filter *filter, const struct symbol *symbol);

void symbols_init(struct symbols *ret, enum symbol_kind kind);
/* Adds one, with copies of its strings. */
void symbols_add(struct symbols *symbols, const struct symbol *symbol);
void symbols_sort(struct symbols *symbols);
void symbols_fini(struct symbols *symbols);

/*
 * Leaves out functions that are gone, and what may be none of the variables, and says of others why
 * they must not be probed. Of a sorted table.
 */
void symbols_forbid(struct symbols *symbols, const struct forbidden_sections *sections,
		    const struct forbidden_list *list, const struct forbidden_modules *modules);

/*
 * Sets where the symbols end, from all symbols of a file in the format of /proc/kallsyms. False
 * with errno set.
 */
bool symbols_find_ends(struct symbols *symbols, int fd);

/*
 * The first symbol of that name, in the kernel or a module, and how many there are; NULL and 0 if
 * none. Of a sorted table.
 */
const struct symbol *symbols_find(const struct symbols *symbols, const char *name, size_t *count_ret);

/*
 * Does a wildcard stand for the symbol? Its name up to a suffix of the compiler (".isra.0")
 * has to match; cold parts and the kernel's padding symbols do not.
 */
bool symbol_matches(const struct symbol *symbol, const char *wildcard);

/*
 * Up to `most` names to propose for one that does not exist: what the compiler made of it
 * ("name.isra.0") first, then those spelled nearly alike. Returns how many.
 */
size_t symbols_propose(const struct symbols *symbols, const char *name, const char *ret[], size_t most);

#endif
