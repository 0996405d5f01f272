/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that an index of debugging information is: a header, then tables of records of a fixed
 * size, one behind the other. It is written by draft.c and read where it lies in memory by
 * index.c, by the same machine: numbers are in its byte order.
 *
 * Names are offsets into the table of strings, which is sorted, so that records ordered by the
 * number of their name are ordered by the name. An address is its distance from the header's `base`.
 * A `die` is the offset of an entry in the file with the DWARF, or in its second one (DIE_IS_ALTERNATE).
 */
#ifndef SPILE_KNOWLEDGE_INDEX_FORMAT_H
#define SPILE_KNOWLEDGE_INDEX_FORMAT_H

#include <stdint.h>

#define INDEX_MAGIC "spileidx"
/* Of the format and of what is put into it; an index of another version is made anew. */
#define INDEX_VERSION 7

/* Stands for a record or an address that there is not. */
#define INDEX_NONE UINT32_MAX

enum index_table {
	INDEX_STRINGS,		/* bytes; the first is the empty string's */
	INDEX_FILES,		/* struct index_file, by path */
	INDEX_FUNCTIONS,	/* struct index_function, by name */
	INDEX_COPIES,		/* struct index_copy, by function, then address */
	INDEX_RANGES,		/* struct index_range of functions' code, by address */
	INDEX_INLINED,		/* struct index_inlined, by copy, then address */
	INDEX_TYPES,		/* struct index_type, by name, then kind */
	INDEX_ENUMERATORS,	/* struct index_enumerator, by name */
	INDEX_VARIABLES,	/* struct index_variable, by name */
	INDEX_SYMBOLS,		/* struct index_symbol, by address */
	INDEX_ROWS,		/* struct index_row, by file, then line, then address */
	INDEX_TABLES,
};

struct index_place {
	uint64_t offset;	/* from the start of the file */
	uint64_t checksum;	/* of the table's bytes; none (0) of INDEX_ROWS: that is each file's */
	uint32_t count, record_size;
};

struct index_header {
	char magic[8];
	uint32_t version, tables;
	uint64_t size;		/* of the whole file */
	uint64_t base;
	char build_id[128];	/* of what was indexed, padded with zeroes */
	struct index_place places[INDEX_TABLES];
	uint64_t checksum;	/* of what stands before it */
};

struct index_file {
	uint32_t path;
	uint32_t first_row, rows;
	uint32_t padding;
	uint64_t checksum;	/* of its rows */
};

enum {
	FUNCTION_EXTERNAL = 1,	/* not static */
	FUNCTION_EXPORTED = 2,	/* to modules */
	FUNCTION_DEFINED = 4,	/* not only declared */
};

/* One function of the source: `static inline` of a header is one, however many units have it. */
struct index_function {
	uint32_t name, die, file, line, flags;
	uint32_t first_copy, copies;
};

enum {
	COPY_IS_CLOSED = 1,	/* cannot be probed: gone after the start, or what kprobes itself needs */
	COPY_IS_INITIAL = 2,	/* of a module, and gone once that is loaded */
};

/* Code of a function: its own, or a copy inlined into another one. */
struct index_copy {
	uint32_t function, address, die, flags;
	uint32_t container;	/* the function it is inlined into; INDEX_NONE: it is the function's own */
};

/* A function's own code; compilers put what is seldom run elsewhere. */
struct index_range {
	uint32_t low, high, copy;
};

/* The same of a copy that is inlined: so one need not read the entries of all that it is inlined into. */
struct index_inlined {
	uint32_t copy, low, high;
};

struct index_type {
	uint32_t name, kind, die;	/* kind: enum c_kind */
};

struct index_enumerator {
	uint32_t name, die;		/* die: the enumeration's */
	int64_t value;
};

enum {
	VARIABLE_EXTERNAL = 1,
	VARIABLE_DEFINED = 2,		/* not only declared */
	VARIABLE_LOCATED = 4,		/* the entry says where it is */
};

/* Of file scope. */
struct index_variable {
	uint32_t name, die, file, flags;
};

enum {
	SYMBOL_IS_UNIQUE = 1,		/* no other symbol has its name */
};

/* Of code. Each section begins with one that has no name: distances do not reach over sections. */
struct index_symbol {
	uint32_t name, address, flags;
};

/* An instruction that belongs to a line. */
struct index_row {
	uint32_t line, address;
};

#endif
