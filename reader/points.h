/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions and variables that a module's probe specifications stand for on this kernel. */
#ifndef SPILE_READER_POINTS_H
#define SPILE_READER_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"
#include "module_file.h"
#include "symbols.h"

/* One spile_kprobe= or spile_data= line of .modinfo. */
struct specification {
	unsigned int index;
	bool is_optional;
	bool is_wildcard;
	bool is_sufficient;	/* a match makes the alternatives behind it void */
	bool is_alternative;
	bool is_placed;		/* by the debuginfo of the build that the module is bound to */
	char *module;		/* NULL: the kernel itself */
	char *name;
	__u64 address;		/* the name is that number, "0x..."; 0: it is none */
	__u32 offset;		/* behind the first byte of that name; 0: the function's entry */
	char *function;		/* debuginfo says that it is part of this one; NULL: of `name` */
	char *pattern;		/* module, name and offset as they are written */
};

/* Points to send to the module, by specification, then address. */
struct points {
	struct spile_point *items;
	size_t count;
};

/* "INDEX FLAGS [MODULE:]NAME[+0xOFFSET] [FUNCTION]"; false if it is not that, else _fini() is due. */
bool specification_parse(const char *text, struct specification *ret);
void specification_fini(struct specification *specification);

/*
 * Adds the points of one specification. One without a match is an error, said with names that
 * are spelled alike, unless the specification is optional.
 */
bool points_resolve(struct points *points, const struct specification *specification,
		    const struct symbols *symbols);

/* All specifications of a kind in a module; reads the kernel's symbols if there are any. False: said why. */
bool points_resolve_all(struct points *ret, const struct module_file *file, enum symbol_kind kind);

void points_fini(struct points *points);

#endif
