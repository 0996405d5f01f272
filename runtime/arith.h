/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arithmetic that C leaves undefined or that can fail: division, shifts, negation.
 *
 * Script numbers are 64-bit and wrap. Called by generated code for every / % << >>; plain
 * + - * are emitted as C, the kernel being compiled with -fwrapv semantics
 * (-fno-strict-overflow). Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_ARITH_H
#define SPILE_RUNTIME_ARITH_H

#include "error.h"

/* a / b towards zero; 0 with the error set if b is 0. The most negative number / -1 is itself. */
static inline s64 rt_divide(struct rt_context *c, s64 a, s64 b, const char *where)
{
	if (unlikely(b == 0)) {
		rt_error_at(c, where, "division by 0");
		return 0;
	}
	if (unlikely(b == -1))
		return (s64)(0 - (u64)a);
	return a / b;
}

/* What rt_divide leaves over, with the sign of a. */
static inline s64 rt_modulo(struct rt_context *c, s64 a, s64 b, const char *where)
{
	if (unlikely(b == 0)) {
		rt_error_at(c, where, "division by 0");
		return 0;
	}
	return unlikely(b == -1) ? 0 : a % b;
}

/* Bits shifted out are lost; only the low six bits of `count` matter. */
static inline s64 rt_shift_left(s64 value, s64 count)
{
	return (s64)((u64)value << (count & 63));
}

/* As above to the right, the sign coming in from the left. */
static inline s64 rt_shift_right(s64 value, s64 count)
{
	return value >> (count & 63);
}

#endif
