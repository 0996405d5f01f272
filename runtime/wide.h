/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arithmetic on natural numbers of several 64-bit words, lowest word first: what an exact variance
 * needs. The kernel has no 128-bit division to link with, so division goes bit by bit.
 *
 * Called by stat.h. Context of everything here: any, NMI included.
 */
#ifndef SPILE_RUNTIME_WIDE_H
#define SPILE_RUNTIME_WIDE_H

#include "compat/kernel.h"

/* A sum of 2^63 numbers of 64 bits, with its sign. */
#define RT_SUM_WORDS 2
/* A sum of squares has 128 bits per square and room for 2^64 of them. */
#define RT_SQUARES_WORDS 3
/* The largest numbers: a sum of squares times a count. */
#define RT_WIDE_WORDS 4

/* What stands above a number in two's complement of more words. */
static inline u64 rt_sign_word(s64 value)
{
	return value < 0 ? ~0ULL : 0;
}

/* a += b */
static __maybe_unused void rt_wide_add(u64 *a, const u64 *b, u32 words)
{
	u64 carry = 0;
	u32 i;

	for (i = 0; i < words; i++) {
		u64 with_carry = b[i] + carry;

		carry = with_carry < carry;
		a[i] += with_carry;
		carry += a[i] < with_carry;
	}
}

/* a -= b; false if b was larger, a is then of no use. */
static __maybe_unused bool rt_wide_subtract(u64 *a, const u64 *b, u32 words)
{
	u64 borrow = 0;
	u32 i;

	for (i = 0; i < words; i++) {
		u64 before = a[i];

		a[i] = before - b[i] - borrow;
		borrow = before < b[i] || (before == b[i] && borrow);
	}
	return !borrow;
}

/* a = -a, as two's complement has it. */
static __maybe_unused void rt_wide_negate(u64 *a, u32 words)
{
	u64 carry = 1;
	u32 i;

	for (i = 0; i < words; i++) {
		a[i] = ~a[i] + carry;
		carry = carry && !a[i];
	}
}

/* to = a * b in RT_WIDE_WORDS words, which must have room for it. */
static __maybe_unused void rt_wide_multiply(u64 *to, const u64 *a, u32 a_words, const u64 *b,
					    u32 b_words)
{
	u32 i, j;

	memset(to, 0, RT_WIDE_WORDS * sizeof(*to));
	for (i = 0; i < a_words; i++) {
		u64 carry = 0;

		for (j = 0; j < b_words; j++) {
			unsigned __int128 sum = (unsigned __int128)a[i] * b[j] + to[i + j] + carry;

			to[i + j] = (u64)sum;
			carry = (u64)(sum >> 64);
		}
		if (i + b_words < RT_WIDE_WORDS)
			to[i + b_words] = carry;
	}
}

/* a = a / divisor, which is from 1 to 2^63. */
static __maybe_unused void rt_wide_divide(u64 *a, u32 words, u64 divisor)
{
	u64 rest = 0;
	u32 bit;

	for (bit = 64 * words; bit; bit--) {
		u64 *word = &a[(bit - 1) / 64];
		u64 mask = 1ULL << (bit - 1) % 64;

		rest = 2 * rest + !!(*word & mask);
		*word &= ~mask;
		if (rest >= divisor) {
			rest -= divisor;
			*word |= mask;
		}
	}
}

/* to = value * value in RT_SQUARES_WORDS words. */
static __maybe_unused void rt_wide_square(u64 *to, s64 value)
{
	u64 magnitude = value < 0 ? 0 - (u64)value : (u64)value;
	unsigned __int128 square = (unsigned __int128)magnitude * magnitude;

	to[0] = (u64)square;
	to[1] = (u64)(square >> 64);
	to[2] = 0;
}

#endif
