/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the value of a variable is, at one place of the code: a list of steps, each a number of 64
 * bits made of steps before it. Made of DWARF's location expressions, which are programs for a stack
 * machine (dwarf/location.c); the emitter writes steps as lines of C (emit/location.c). Everything is
 * the arena's, and nothing is changed once it is made but that steps are appended.
 */
#ifndef SPILE_KNOWLEDGE_LOCATION_H
#define SPILE_KNOWLEDGE_LOCATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum location_operation {
	LOCATE_CONSTANT,	/* number */
	LOCATE_ADDRESS,		/* number bytes behind a symbol of the kernel, or a section or "=VARIABLE" of `module`, where it is */
	LOCATE_PER_CPU,		/* left: an address in the per-CPU area; that of this CPU's copy */
	LOCATE_REGISTER,	/* number: DWARF's number of a register, as it is at the probe */
	LOCATE_READ,		/* size bytes (1, 2, 4, 8) at the address `left`; can fault */
	LOCATE_ENTERED,		/* number: DWARF's number of a register, as it was at `entry`; left: where the return address of that call lies */
	LOCATE_EXTEND,		/* the lower `size` bytes of left, is_signed or not */
	LOCATE_NEGATE, LOCATE_NOT,	/* of left; from here on all are of numbers of 64 bits */
	LOCATE_ADD, LOCATE_SUBTRACT, LOCATE_MULTIPLY, LOCATE_AND, LOCATE_OR, LOCATE_XOR,
	LOCATE_DIVIDE, LOCATE_MODULO,	/* is_signed or not; by 0: 0 */
	LOCATE_SHIFT_LEFT, LOCATE_SHIFT_RIGHT,	/* is_signed: keeps the sign; by 64 and more: as if by one each */
	LOCATE_EQUAL, LOCATE_NOT_EQUAL, LOCATE_LESS, LOCATE_LESS_OR_EQUAL,	/* is_signed or not: 1 or 0 */
};

/* Where a function begins whose registers have to be kept, because it does not keep them itself. */
struct location_entry {
	const char *module;		/* NULL: the kernel */
	const char *build_id;		/* of the code, or NULL */
	const char *function;
	const char *symbol;		/* and `offset` bytes behind it the function's first instruction */
	uint64_t offset;
	uint64_t address;		/* of that, as the file has it */
};

struct location_step {
	enum location_operation operation;
	unsigned int left, right;	/* steps before it */
	uint64_t number;
	unsigned int size;
	bool is_signed;
	const char *module, *symbol;	/* LOCATE_ADDRESS; module, also of LOCATE_PER_CPU, NULL: the kernel */
	const char *build_id;		/* LOCATE_ADDRESS, LOCATE_PER_CPU: of the code whose address it is, or NULL */
	const struct location_entry *entry;	/* LOCATE_ENTERED: one object for each function */
};

enum location_kind {
	LOCATION_NOWHERE,	/* `why` says it: optimised out here, and the nearest line where it lives */
	LOCATION_MEMORY,	/* the last step is its address */
	LOCATION_VALUE,		/* the last step is the value itself: a register, a constant, a computed number */
	LOCATION_PIECES,	/* its parts are in different places */
	LOCATION_POINTER,	/* a pointer that has no value itself, but what it leads to is known */
};

/* Bits of an object, in the order in which they stand in it; what precedes a piece are those before it. */
struct location_piece {
	uint64_t bits;
	enum location_kind kind;	/* NOWHERE, MEMORY or VALUE */
	unsigned int step;
	uint64_t bit_offset;		/* at which they begin, behind that address or in that value */
};

struct location {
	enum location_kind kind;
	GArray *steps;			/* of struct location_step */
	unsigned int step;		/* MEMORY, VALUE: its result */
	GArray *pieces;			/* PIECES: of struct location_piece */
	const struct location *target;	/* POINTER: what it leads to */
	int64_t target_offset;		/* bytes behind the start of that */
	const char *why;		/* NOWHERE: "optimised out here; it is at fs/open.c:12" */
};

/* A variable or parameter as a place in the code knows it. */
struct c_type;
struct code_variable {
	const char *name;
	const struct c_type *type;
	bool is_parameter;
	const struct location *location;	/* never NULL */
};

/* ---- Making ---- */

struct location *location_new(struct arena *arena, enum location_kind kind);
struct location *location_nowhere(struct arena *arena, const char *why);

/*
 * Appends a step, if none that is there will do; operations on constants are carried out. Its number, or that of the
 * step with the same value.
 */
unsigned int location_add(struct location *location, struct location_step step);
unsigned int location_add_constant(struct location *location, uint64_t number);
unsigned int location_add_binary(struct location *location, enum location_operation operation, unsigned int left,
				 unsigned int right, bool is_signed);
unsigned int location_add_extend(struct location *location, unsigned int left, unsigned int size, bool is_signed);
unsigned int location_add_read(struct location *location, unsigned int address, unsigned int size);
/* Whether a step is a constant, and which. */
bool location_is_constant(const struct location *location, unsigned int step, uint64_t *ret);
const struct location_step *location_step(const struct location *location, unsigned int step);

/* The register that a LOCATION_VALUE is, or the lower bytes of; NULL: it is no such value. */
const struct location_step *location_register(const struct location *location);

/* ---- Using: `bit_offset` counts from the start of the object that is located ---- */

/*
 * The object's bits, at most 64, as a LOCATION_VALUE of 64 bits. NULL, with the reason in *why_ret,
 * if some of them are nowhere.
 */
const struct location *location_number(struct arena *arena, const struct location *location, uint64_t bit_offset,
				       unsigned int bits, bool is_signed, const char **why_ret);
/* The LOCATION_MEMORY that holds so many bits from a byte on; NULL if they are no memory, or are scattered. */
const struct location *location_memory(struct arena *arena, const struct location *location, uint64_t bit_offset,
				       uint64_t bits);

/* The registers that the result takes, or any piece or target of it, by DWARF's numbers: bit N for register N. */
uint32_t location_registers(const struct location *location);
/* Whether a read of memory can fault on the way to the result, or a register's value not be known. */
bool location_can_fault(const struct location *location);
bool location_step_can_fault(const struct location_step *step);

/* "memory rsp + 24", "value (s32)rdi", for tests and listings. */
const char *location_text(struct arena *arena, const struct location *location);
/* The name of a register by DWARF's number: "rdi"; NULL: none that a probe keeps. */
const char *location_register_name(unsigned int number);

#endif
