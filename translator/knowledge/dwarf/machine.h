/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stack machine that makes steps of DWARF's operations. stack.c has the operations that
 * compute; location.c those that say where something is.
 */
#ifndef SPILE_KNOWLEDGE_DWARF_MACHINE_H
#define SPILE_KNOWLEDGE_DWARF_MACHINE_H

#ifdef HAVE_LIBDW

#include "knowledge/dwarf/location.h"

#define DEEPEST_STACK 64

/* A number on the stack: a step, and DWARF's type of it. Kept extended to 64 bits as its type asks for. */
struct operand {
	unsigned int step;
	unsigned int size;		/* 0: the generic type, an address's */
	bool is_signed;
};

/* Whose registers are meant. */
enum machine_frame {
	FRAME_HERE,			/* as they are */
	FRAME_ENTRY,			/* as they were when the function was entered */
};

struct machine {
	const struct dwarf_place *place;
	Dwarf_Attribute *attribute;	/* that the operations stand in */
	struct location *location;	/* gets the steps */
	enum machine_frame frame;
	struct operand stack[DEEPEST_STACK];
	unsigned int depth;
	unsigned int nesting;		/* expressions within expressions */
	const char *why;		/* NULL: nothing was refused so far */
};

/* Notes why there is no result; the first reason counts. Returns false. */
bool machine_refuse(struct machine *machine, const char *why);
bool machine_push(struct machine *machine, unsigned int step);
bool machine_push_typed(struct machine *machine, unsigned int step, unsigned int size, bool is_signed);
bool machine_push_constant(struct machine *machine, uint64_t number);
bool machine_pop(struct machine *machine, struct operand *ret);

/* An operation that computes. False if it was refused; *is_known_ret is false if it is none of these. */
bool machine_compute(struct machine *machine, const Dwarf_Op *operation, bool *is_known_ret);

#endif /* HAVE_LIBDW */

#endif
