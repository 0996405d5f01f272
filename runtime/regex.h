/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular expressions whose groups are asked for, and what the last one matched.
 *
 * Generated code holds the tables (translator/regex makes them) and calls rt_regex_match; the
 * functions matched() and ngroups() read what it left. A script that asks for no groups has a
 * plain loop over a table instead, and none of this. The text is read three times: backwards to
 * find where the match begins, forwards to find where it ends, and backwards to note, for each
 * place between, what leads to that end; then the steps are followed, each choice being known.
 *
 * RT_MATCH_GROUPS is the largest number of groups of the script's expressions plus one for the
 * whole match; 0 if it asks for none, and then no context has a struct rt_match.
 */
#ifndef SPILE_RUNTIME_REGEX_H
#define SPILE_RUNTIME_REGEX_H

#include "error.h"

enum rt_regex_step_kind {
	RT_STEP_FAIL,		/* no way on */
	RT_STEP_MATCH,		/* done */
	RT_STEP_PASS,		/* an anchor that holds */
	RT_STEP_BYTE,		/* takes a byte */
	RT_STEP_MARK,		/* notes the place as mark `number` */
	RT_STEP_CHOICE,		/* to `next` if bit `number` of the state is set, else to `other` */
};

struct rt_regex_step {
	u16 kind, next, other, number;
};

struct rt_regex {
	const u8 *classes;	/* of each byte */
	const u16 *next;	/* [state][class] */
	const u8 *bits;		/* [state][bit_bytes]; bit 0: a match begins, or ends, here */
	const struct rt_regex_step *steps;
	u16 class_count, bit_bytes;

	/* States that the three passes start in. */
	u16 begin_start;	/* behind the last byte */
	u16 end_start[2];	/* [1]: in front of the first byte */
	u16 path_start[2];	/* [1]: behind the last byte */

	u16 first_step;
	u16 group_count;
};

/* The class of what is in front of the first byte, and behind the last one. */
#define RT_REGEX_EDGE 1
#define RT_REGEX_NO_MARK 0xffff
#define RT_REGEX_MARKS (RT_MATCH_GROUPS ? 2 * RT_MATCH_GROUPS : 2)

struct rt_match {
	const struct rt_regex *regex;	/* NULL: the last one did not match, or there was none */
	u16 marks[RT_REGEX_MARKS];	/* where group n begins at 2n and ends at 2n + 1 */
	u16 states[MAXSTRINGLEN];	/* of the third pass, from begin to end of the match */
	char text[MAXSTRINGLEN];	/* a copy: what it was taken from may change */
};

/* Forgets the last match; for the beginning of a handler. Context: any, NMI included. */
static inline void rt_match_start(struct rt_context *c)
{
	if (c->match)
		c->match->regex = NULL;
}

static inline bool rt_regex_bit(const struct rt_regex *regex, u32 state, u32 bit)
{
	return regex->bits[state * regex->bit_bytes + bit / 8] >> bit % 8 & 1;
}

/* The state that comes after `state`, past a byte. */
static inline u32 rt_regex_past(const struct rt_regex *regex, u32 state, char byte)
{
	return regex->next[state * regex->class_count + regex->classes[(u8)byte]];
}

/* The same past the beginning of the text, or its end. */
static inline u32 rt_regex_past_edge(const struct rt_regex *regex, u32 state)
{
	return regex->next[state * regex->class_count + RT_REGEX_EDGE];
}

/* Where the leftmost match begins; length + 1 for nowhere. */
static __maybe_unused u32 rt_regex_begin(const struct rt_regex *regex, const char *text, u32 length)
{
	u32 state = regex->begin_start;
	u32 begin = length + 1;
	u32 i;

	for (i = length; i > 0; i--) {
		if (rt_regex_bit(regex, state, 0))
			begin = i;
		state = rt_regex_past(regex, state, text[i - 1]);
	}
	return rt_regex_bit(regex, rt_regex_past_edge(regex, state), 0) ? 0 : begin;
}

/* Where the longest match that begins at `begin` ends. */
static __maybe_unused u32 rt_regex_end(const struct rt_regex *regex, const char *text, u32 length,
				       u32 begin)
{
	u32 state = regex->end_start[begin == 0];
	u32 end = begin;
	u32 i;

	for (i = begin; i < length; i++) {
		if (rt_regex_bit(regex, state, 0))
			end = i;
		state = rt_regex_past(regex, state, text[i]);
	}
	return rt_regex_bit(regex, rt_regex_past_edge(regex, state), 0) ? length : end;
}

/* Notes the states that tell the way from `begin` to `end`. */
static __maybe_unused void rt_regex_path(const struct rt_regex *regex, struct rt_match *match,
					 u32 length, u32 begin, u32 end)
{
	u32 state = regex->path_start[end == length];
	u32 i;

	for (i = end; i > begin; i--) {
		match->states[i] = state;
		state = rt_regex_past(regex, state, match->text[i - 1]);
	}
	match->states[begin] = begin == 0 ? rt_regex_past_edge(regex, state) : state;
}

/*
 * Follows the steps of a match that begins at `at`, and notes the marks. Steps that take no byte
 * form no circle, and there is a byte for each of the others, so this ends.
 */
static __maybe_unused void rt_regex_follow(const struct rt_regex *regex, struct rt_match *match,
					   u32 at)
{
	const struct rt_regex_step *step = &regex->steps[regex->first_step];
	bool is_first;

	while (step->kind > RT_STEP_MATCH) {
		is_first = true;
		if (step->kind == RT_STEP_BYTE)
			at++;
		else if (step->kind == RT_STEP_MARK)
			match->marks[step->number] = at;
		else if (step->kind == RT_STEP_CHOICE)
			is_first = rt_regex_bit(regex, match->states[at], step->number);
		step = &regex->steps[is_first ? step->next : step->other];
	}
}

/*
 * Whether the expression matches anywhere in `text`; keeps where. c->match is there, as the script
 * asks for groups. Context: any, NMI included.
 */
static __maybe_unused bool rt_regex_match(struct rt_context *c, const struct rt_regex *regex,
					  const char *text)
{
	struct rt_match *match = c->match;
	u32 length = rt_string_length(text);
	u32 begin;

	match->regex = NULL;
	rt_string_copy_bytes(match->text, text, length);
	begin = rt_regex_begin(regex, match->text, length);
	if (begin > length)
		return false;
	rt_regex_path(regex, match, length, begin, rt_regex_end(regex, match->text, length, begin));
	memset(match->marks, 0xff, sizeof(match->marks));
	rt_regex_follow(regex, match, begin);
	match->regex = regex;
	return true;
}

/* The last expression of this run if it matched; NULL, with the error set, if not. */
static __maybe_unused const struct rt_regex *rt_matched_regex(struct rt_context *c)
{
	if (c->match && c->match->regex)
		return c->match->regex;
	rt_error(c, "no regular expression has matched");
	return NULL;
}

/*
 * Writes what group `group` of the last match took, 0 being all of it, to `to` (MAXSTRINGLEN
 * bytes): "" for a group that took no part. Sets the error if the last expression of this run did
 * not match or has no such group. Context: any, NMI included.
 */
static __maybe_unused void rt_matched(struct rt_context *c, s64 group, char *to)
{
	const struct rt_regex *regex = rt_matched_regex(c);
	const u16 *marks;

	to[0] = 0;
	if (!regex)
		return;
	if (group < 0 || group > regex->group_count) {
		rt_error(c, "group %lld does not exist: the regular expression has %d",
			 (long long)group, regex->group_count);
		return;
	}
	marks = &c->match->marks[2 * group];
	if (marks[0] != RT_REGEX_NO_MARK && marks[1] != RT_REGEX_NO_MARK)
		rt_string_copy_bytes(to, c->match->text + marks[0], marks[1] - marks[0]);
}

/* How many groups the last expression has; the error as for rt_matched. Context: any. */
static __maybe_unused s64 rt_ngroups(struct rt_context *c)
{
	const struct rt_regex *regex = rt_matched_regex(c);

	return regex ? regex->group_count : 0;
}

#endif
