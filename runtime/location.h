/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the locations of variables are computed with, as DWARF means it: on numbers of 64 bits,
 * whatever they are. Nothing here fails, for nobody could do anything about it: the result is then
 * what the compiler of the kernel would not have meant either.
 *
 * Called by generated code (translator/emit/location.c). Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_LOCATION_H
#define SPILE_RUNTIME_LOCATION_H

#include "context.h"

/* Bits shifted out are lost, all of them from a count of 64 on. */
static inline u64 rt_location_shift_left(u64 value, u64 count)
{
	return count < 64 ? value << count : 0;
}

static inline u64 rt_location_shift_right(u64 value, u64 count)
{
	return count < 64 ? value >> count : 0;
}

/* The sign comes in from the left. */
static inline u64 rt_location_shift_right_signed(u64 value, u64 count)
{
	return (u64)((s64)value >> (count < 64 ? count : 63));
}

/* Towards zero; by 0: 0. */
static inline u64 rt_location_divide(u64 left, u64 right)
{
	return right ? left / right : 0;
}

static inline u64 rt_location_divide_signed(u64 left, u64 right)
{
	if (right == 0)
		return 0;
	/* The most negative number by -1 has no result that the processor would take. */
	return right == ~0ULL ? 0 - left : (u64)((s64)left / (s64)right);
}

static inline u64 rt_location_modulo(u64 left, u64 right)
{
	return right ? left % right : 0;
}

static inline u64 rt_location_modulo_signed(u64 left, u64 right)
{
	return right == 0 || right == ~0ULL ? 0 : (u64)((s64)left % (s64)right);
}

/* This CPU's copy of what lies at an address of the per-CPU area. Context: preemption is off. */
static inline u64 rt_location_per_cpu(u64 address)
{
	return (unsigned long)this_cpu_ptr((char __percpu *)(unsigned long)address);
}

#endif
