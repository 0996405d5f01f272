/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings, where a call is as good as inlined code.
 */
#include "text.h"

/* Copies a string of whole words into a buffer of them. */
static inline void rt_words_copy(char *to, const char *from)
{
	u64 word;
	u32 i;

	for (i = 0; i < MAXSTRINGLEN; i += sizeof(word)) {
		word = kc_get_word(from + i);
		kc_put_word(to + i, word);
		if (rt_word_zeroes(word))
			return;
	}
	to[MAXSTRINGLEN - 1] = 0;
}

void rt_string_copy(char *to, const char *from)
{
	if (to == from)
		return;
	if (MAXSTRINGLEN % sizeof(u64) == 0 && kc_has_whole_words(from))
		rt_words_copy(to, from);
	else
		rt_string_copy_bytes(to, from, rt_string_length(from));
}

void rt_string_concat(char *to, const char *a, const char *b)
{
	u32 a_length = rt_string_length(a);
	u32 b_length = rt_string_length(b);

	if (b_length > MAXSTRINGLEN - 1 - a_length)
		b_length = MAXSTRINGLEN - 1 - a_length;
	memmove(to + a_length, b, b_length);
	memmove(to, a, a_length);
	to[a_length + b_length] = 0;
}

int rt_string_compare(const char *a, const char *b)
{
	u32 i;

	if (kc_has_whole_words(a) && kc_has_whole_words(b))
		return rt_words_compare(a, b, MAXSTRINGLEN - 1);
	for (i = 0; i < MAXSTRINGLEN - 1; i++) {
		if (a[i] != b[i])
			return (unsigned char)a[i] < (unsigned char)b[i] ? -1 : 1;
		if (!a[i])
			break;
	}
	return 0;
}

/* The digit's value in bases up to 36; 99 for what is no digit. */
static inline u32 rt_digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

/* Steps over "0x" or "0" as the base allows; base 0 becomes the one that the prefix says. */
static inline const char *rt_number_prefix(const char *s, s64 *base)
{
	bool is_hexadecimal = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && rt_digit_value(s[2]) < 16;

	if (*base == 0)
		*base = is_hexadecimal ? 16 : s[0] == '0' ? 8 : 10;
	return is_hexadecimal && *base == 16 ? s + 2 : s;
}

s64 rt_string_to_number(const char *s, s64 base)
{
	bool is_negative;
	u64 value = 0;

	if (base < 0 || base == 1 || base > 36)
		return 0;
	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	is_negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	s = rt_number_prefix(s, &base);
	for (; rt_digit_value(*s) < base; s++)
		value = value * base + rt_digit_value(*s);
	return is_negative ? -value : value;
}
