/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words in the current process's memory, byte by byte.
 */
#include "words.h"

#define RT_WORDS_PIECES 1024

struct rt_words {
	unsigned long at, end;		/* what was not read so far */
	u32 pieces_left;
	u32 used, length;		/* of the piece */
	char piece[RT_READ_PIECE];
};

static void rt_words_begin(struct rt_words *words, unsigned long start, unsigned long end)
{
	words->at = start;
	words->end = end;
	words->pieces_left = RT_WORDS_PIECES;
	words->used = 0;
	words->length = 0;
}

/* The next byte; -1: there is none. */
static int rt_words_next(struct rt_words *words)
{
	if (words->used == words->length) {
		u32 length = RT_READ_PIECE - words->at % RT_READ_PIECE;

		if (words->at >= words->end || !words->pieces_left--)
			return -1;
		length = min_t(unsigned long, length, words->end - words->at);
		if (rt_read_user(words->piece, words->at, length))
			return -1;
		words->at += length;
		words->length = length;
		words->used = 0;
	}
	return (u8)words->piece[words->used++];
}

/* Appends a byte to a string of that length, as far as there is room. */
static void rt_words_put(char *to, u32 *length, int byte)
{
	if (*length >= MAXSTRINGLEN - 1)
		return;
	to[(*length)++] = byte;
	to[*length] = 0;
}

static void rt_words_join(struct rt_words *words, char *to, s64 first, s64 last, const char *delimiter)
{
	bool is_behind_word = false;
	u32 length = 0;
	s64 number = 0;
	int byte;

	while ((last < 0 || number <= last) && length < MAXSTRINGLEN - 1) {
		byte = rt_words_next(words);
		if (byte < 0)
			return;
		if (number >= first && is_behind_word) {
			rt_string_append(to, delimiter);
			length = rt_string_length(to);
			is_behind_word = false;
		}
		if (!byte) {
			is_behind_word = number >= first;
			number++;
		} else if (number >= first) {
			rt_words_put(to, &length, byte);
		}
	}
}

/* Goes behind "NAME=" of the word that begins so; false: none does. */
static bool rt_words_find(struct rt_words *words, const char *name)
{
	const char *left = name;
	int byte;

	while ((byte = rt_words_next(words)) >= 0) {
		if (!byte)
			left = name;
		else if (left && *left)
			left = *left == byte ? left + 1 : NULL;
		else if (left && byte == '=')
			return true;
		else
			left = NULL;
	}
	return false;
}

void rt_command_words(char *to, s64 first, s64 last, const char *delimiter)
{
	struct mm_struct *mm = current->mm;
	struct rt_words words;

	to[0] = 0;
	if (!mm || first < 0)
		return;
	rt_words_begin(&words, mm->arg_start, mm->arg_end);
	rt_words_join(&words, to, first, last, delimiter);
}

void rt_environment_value(char *to, const char *name)
{
	struct mm_struct *mm = current->mm;
	struct rt_words words;
	u32 length = 0;
	int byte;

	to[0] = 0;
	if (!mm)
		return;
	rt_words_begin(&words, mm->env_start, mm->env_end);
	if (!rt_words_find(&words, name))
		return;
	while ((byte = rt_words_next(&words)) > 0)
		rt_words_put(to, &length, byte);
}
