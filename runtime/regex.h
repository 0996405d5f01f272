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
 * A script that asks for no groups has no struct rt_match in its contexts.
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

struct rt_match {
	const struct rt_regex *regex;	/* NULL: the last one did not match, or there was none */
	u16 states[MAXSTRINGLEN];	/* of the third pass, from begin to end of the match */
	char text[MAXSTRINGLEN];	/* a copy: what it was taken from may change */
	u16 marks[];			/* where group n begins at 2n and ends at 2n + 1 */
};

/* Bytes of one for expressions with up to so many groups, the whole match included. */
#define RT_MATCH_SIZE(groups) (sizeof(struct rt_match) + 2 * (groups) * sizeof(u16))

/* Forgets the last match; for the beginning of a handler. Context: any, NMI included. */
static inline void rt_match_start(struct rt_context *c)
{
	if (c->match)
		c->match->regex = NULL;
}

/*
 * Whether the expression matches anywhere in `text`; keeps where. c->match is there, as the script
 * asks for groups. Context: any, NMI included.
 */
bool rt_regex_match(struct rt_context *c, const struct rt_regex *regex, const char *text);

/*
 * Writes what group `group` of the last match took, 0 being all of it, to `to` (MAXSTRINGLEN
 * bytes): "" for a group that took no part. Sets the error if the last expression of this run did
 * not match or has no such group. Context: any, NMI included.
 */
void rt_matched(struct rt_context *c, s64 group, char *to);

/* How many groups the last expression has; the error as for rt_matched. Context: any. */
s64 rt_ngroups(struct rt_context *c);

#endif
