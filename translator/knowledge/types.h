/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types of the C that is traced, whatever told of them: BTF, or DWARF. Whoever reads a source makes
 * these; everybody else only asks. They live in the session's arena, are made as they are asked
 * for, and are never changed afterwards but for the parts of a record, an enumeration or a
 * function, which are read at the first question.
 */
#ifndef SPILE_TARGET_TYPES_H
#define SPILE_TARGET_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum c_kind {
	C_VOID, C_INTEGER, C_FLOAT, C_POINTER, C_ARRAY, C_STRUCTURE, C_UNION, C_ENUMERATION, C_FUNCTION,
	C_FORWARD,				/* a structure or union that is only declared */
	C_TYPEDEF, C_CONST, C_VOLATILE, C_RESTRICT,	/* stand for their target */
};

struct c_type {
	enum c_kind kind;
	const char *name;		/* of an integer or a typedef; the tag; NULL: it has none */
	uint64_t size;			/* bytes; 0 where C knows none */
	bool is_signed;			/* C_INTEGER, C_ENUMERATION */
	bool is_bool, is_char;		/* C_INTEGER */
	bool is_union;			/* C_FORWARD */
	uint64_t count;			/* of a C_ARRAY's elements */
	const struct c_type *target;	/* what a pointer leads to, what an array is of, what a function returns,
					   what C_TYPEDEF and those behind it stand for */

	/* The source's own: how it finds the parts. */
	void (*complete)(struct c_type *type);
	void *source;
	uint32_t handle;
	GPtrArray *parts;		/* NULL until they were asked for */
};

struct c_member {
	const char *name;		/* NULL: an anonymous structure or union, or padding */
	const struct c_type *type;
	uint64_t bit_offset;		/* from the start of the record that was asked */
	uint32_t bit_size;		/* of a bit-field; 0: it is none */
};

struct c_enumerator {
	const char *name;
	int64_t value;
};

struct c_parameter {
	const char *name;		/* NULL where the source does not say */
	const struct c_type *type;	/* NULL: "..." */
};

/* The type behind typedefs and qualifiers. Never NULL: nothing is void. */
const struct c_type *c_type_plain(const struct c_type *type);

/* Whether it has members: a structure or union that is known. */
bool c_type_is_record(const struct c_type *type);

/* Parts of a type that is plain; no parts: an empty array. */
const GPtrArray *c_type_members(const struct c_type *record);		/* of struct c_member */
const GPtrArray *c_type_enumerators(const struct c_type *enumeration);	/* of struct c_enumerator */
const GPtrArray *c_type_parameters(const struct c_type *function);	/* of struct c_parameter */

/*
 * A member by name, also one of an anonymous structure or union within. In *ret, its place counts
 * from the start of `record`.
 */
bool c_type_find_member(const struct c_type *record, const char *name, struct c_member *ret);
/* Appends the names (char *) that c_type_find_member finds. */
void c_type_member_names(const struct c_type *record, GPtrArray *names);

/* Bytes that a value takes, arrays and typedefs included; 0 where C knows none. */
uint64_t c_type_size(const struct c_type *type);

/* Appends the type as SystemTap writes it: "struct file*", "char const*", "int (*) (int, char*)". */
void c_type_print(const struct c_type *type, GString *out);
/* The same as a text of the arena. */
const char *c_type_text(struct arena *arena, const struct c_type *type);

#endif
