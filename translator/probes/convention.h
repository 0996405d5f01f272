/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where x86-64's calling convention (System V, as the kernel uses it) puts the parameters of a
 * function whose type is known, and how C reads them there. For families whose probes sit on a
 * function's first instruction or behind its return.
 */
#ifndef SPILE_PROBES_CONVENTION_H
#define SPILE_PROBES_CONVENTION_H

#include "knowledge/types.h"

/*
 * The number by which rt_argument() finds the parameter of that index: 1 to 6 for registers, from 7
 * on for words on the stack. 0, with the reason in *why_ret, if it is no single word.
 */
unsigned int convention_argument(const struct c_type *function, unsigned int index, const char **why_ret);

/* Why the function's result is not in a register as a number; NULL: it is. */
const char *convention_no_result(const struct c_type *function);

/* The C expression of a register that holds a number of that type: "(s64)(s32)rt_argument(...)". */
const char *convention_number(struct arena *arena, const struct c_type *type, const char *word);

#endif
