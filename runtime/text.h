/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Script strings: NUL-terminated, in buffers of MAXSTRINGLEN bytes, cut when longer.
 *
 * Called by generated code, maps and error handling. Sources may be any NUL-terminated string; a
 * source that is the destination itself is allowed everywhere. Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_TEXT_H
#define SPILE_RUNTIME_TEXT_H

#include "compat/kernel.h"

/* Bytes in front of the NUL, at most MAXSTRINGLEN - 1. */
static inline u32 rt_string_length(const char *s)
{
	return strnlen(s, MAXSTRINGLEN - 1);
}

/* Copies `length` bytes, at most what fits, and ends them with a NUL. */
static inline void rt_string_copy_bytes(char *to, const char *from, u32 length)
{
	if (length > MAXSTRINGLEN - 1)
		length = MAXSTRINGLEN - 1;
	memmove(to, from, length);
	to[length] = 0;
}

/* Copies a string. */
static __maybe_unused void rt_string_copy(char *to, const char *from)
{
	if (to != from)
		rt_string_copy_bytes(to, from, rt_string_length(from));
}

/* Writes `a` followed by `b`; either may be the destination. */
static __maybe_unused void rt_string_concat(char *to, const char *a, const char *b)
{
	u32 a_length = rt_string_length(a);
	u32 b_length = rt_string_length(b);

	if (b_length > MAXSTRINGLEN - 1 - a_length)
		b_length = MAXSTRINGLEN - 1 - a_length;
	memmove(to + a_length, b, b_length);
	memmove(to, a, a_length);
	to[a_length + b_length] = 0;
}

/* Puts `from` behind what `to` holds. */
static inline void rt_string_append(char *to, const char *from)
{
	rt_string_concat(to, to, from);
}

/* Less than, equal to or greater than 0, comparing bytes as unsigned. */
static __maybe_unused int rt_string_compare(const char *a, const char *b)
{
	u32 i;

	for (i = 0; i < MAXSTRINGLEN - 1; i++) {
		if (a[i] != b[i])
			return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
		if (!a[i])
			break;
	}
	return 0;
}

/* Whether two strings are the same. */
static inline bool rt_string_equal(const char *a, const char *b)
{
	return rt_string_compare(a, b) == 0;
}

#endif
