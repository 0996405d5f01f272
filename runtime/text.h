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

/* ---- Words: strings that start at a multiple of a word's size are taken a word at a time ---- */

#define RT_WORD_ONES 0x0101010101010101ULL
#define RT_WORD_TOPS 0x8080808080808080ULL

/* The top bit of each byte that is 0, of which the lowest is right; none: 0. */
static __always_inline u64 rt_word_zeroes(u64 word)
{
	return (word - RT_WORD_ONES) & ~word & RT_WORD_TOPS;
}

/* The word's bytes in front of its first 0, and zeroes; `zeroes` says that there is one. */
static __always_inline u64 rt_word_before_nul(u64 word, u64 zeroes)
{
	return word & (zeroes ^ (zeroes - 1)) >> 8;
}

/* As strnlen(s, most), of a string of whole words. */
static inline u32 rt_words_length(const char *s, u32 most)
{
	u64 zeroes = 0;
	u32 i;

	for (i = 0; i < most; i += sizeof(u64)) {
		zeroes = rt_word_zeroes(kc_get_word(s + i));
		if (zeroes)
			break;
	}
	if (zeroes)
		i += __ffs64(zeroes) / 8;
	return i < most ? i : most;
}

/*
 * Copies `length` bytes between places that do not overlap; may write beyond the last one, up to
 * a whole word of the string.
 */
static inline void rt_bytes_copy(char *to, const char *from, u32 length)
{
	u32 i;

	if (__builtin_constant_p(length))
		memcpy(to, from, length);
	else if (kc_has_whole_words(from))
		for (i = 0; i < length; i += sizeof(u64))
			kc_put_word(to + i, kc_get_word(from + i));
	else
		memcpy(to, from, length);
}

/* ---- Strings ---- */

/* Bytes in front of the NUL, at most MAXSTRINGLEN - 1. Of a literal the compiler knows them. */
static inline u32 rt_string_length(const char *s)
{
	if (__builtin_constant_p(__builtin_strlen(s)))
		return min_t(size_t, __builtin_strlen(s), MAXSTRINGLEN - 1);
	if (kc_has_whole_words(s))
		return rt_words_length(s, MAXSTRINGLEN - 1);
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
void rt_string_copy(char *to, const char *from);

/* The same of a name: most of them end in their first word. */
static __always_inline void rt_name_copy(char *to, const char *from)
{
	u64 word;

	if (MAXSTRINGLEN % sizeof(u64) == 0 && likely(kc_has_whole_words(from))) {
		word = kc_get_word(from);
		kc_put_word(to, word);
		if (likely(rt_word_zeroes(word)))
			return;
	}
	rt_string_copy(to, from);
}

/* Writes `a` followed by `b`; either may be the destination. */
void rt_string_concat(char *to, const char *a, const char *b);

/* Puts `from` behind what `to` holds. */
static inline void rt_string_append(char *to, const char *from)
{
	rt_string_concat(to, to, from);
}

/* As rt_string_compare, of strings of whole words. */
static inline int rt_words_compare(const char *a, const char *b, u32 most)
{
	u32 i;

	for (i = 0; i < most; i += sizeof(u64)) {
		u64 left = kc_get_word(a + i), right = kc_get_word(b + i);
		u64 decides = (left ^ right) | rt_word_zeroes(left);
		u32 shift;

		if (!decides)
			continue;
		shift = __ffs64(decides) & ~7U;
		if (i + shift / 8 >= most)
			break;
		return (int)(left >> shift & 255) - (int)(right >> shift & 255);
	}
	return 0;
}

/* Less than, equal to or greater than 0, comparing bytes as unsigned. */
int rt_string_compare(const char *a, const char *b);

/* Whether two strings are the same. */
static inline bool rt_string_equal(const char *a, const char *b)
{
	return rt_string_compare(a, b) == 0;
}

/* ---- Numbers in strings ---- */

/*
 * The number that `s` begins with, in `base` from 2 to 36, or by its prefix for 0; blanks and a
 * sign may stand before it. 0 for anything else; wraps like all arithmetic of the language.
 */
s64 rt_string_to_number(const char *s, s64 base);

#endif
