/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * POSIX extended regular expressions, compiled to tables.
 *
 * Called by analysis, which compiles and reports errors, and by emit, which writes the tables into
 * the generated C. Without groups the tables only tell whether a text has a match in it, and need
 * not see all of the text for that. With groups they tell where it is and which part each group
 * took; see runtime/regex.h for how they are read. Either way each byte is looked at a fixed
 * number of times, and no memory is needed but one number per byte.
 */
#ifndef SPILE_REGEX_REGEX_H
#define SPILE_REGEX_REGEX_H

#include <stdbool.h>

#include "base/arena.h"

/* Groups in one expression, not counting the whole match. */
#define REGEX_GROUP_LIMIT 63

/* Without groups, the states that answer. */
#define REGEX_NO 0
#define REGEX_YES 1

/* The class of the end of the text, or of its beginning when it is read backwards. */
#define REGEX_EDGE_CLASS 1

enum regex_step_kind {
	REGEX_STEP_FAIL,	/* no way on */
	REGEX_STEP_MATCH,	/* done */
	REGEX_STEP_PASS,	/* an anchor, which holds when a match comes by: goes to `next` */
	REGEX_STEP_BYTE,	/* takes a byte, goes to `next` */
	REGEX_STEP_MARK,	/* notes the place as mark `number`, goes to `next` */
	REGEX_STEP_CHOICE,	/* to `next` if bit `number` of the state is set, else to `other` */
};

/* Marks 2n and 2n + 1 are where group n begins and ends; group 0 is all of the match. */
struct regex_step {
	enum regex_step_kind kind;
	int next, other, number;
};

struct regex {
	const char *pattern;
	bool with_groups;
	int group_count;		/* not counting the whole match */

	guint8 classes[256];		/* of each byte; the NUL's is REGEX_EDGE_CLASS */
	int class_count;
	int state_count;
	int start;			/* before the first byte; with groups, behind the last */
	guint16 *next;			/* [state][class] */

	/*
	 * With groups, the states are those of three passes. Backwards over all of the text from
	 * `start`, bit 0 says that a match begins here. Forwards from there, it says that one ends
	 * here. Backwards from the last such place, bits are the way to it: see REGEX_STEP_CHOICE.
	 */
	int end_start[2];		/* [1]: at the beginning of the text */
	int path_start[2];		/* [1]: at the end of the text */
	guint8 *bits;			/* [state][bit_bytes] */
	int bit_bytes;
	struct regex_step *steps;
	int step_count, first_step;
};

/*
 * Compiles `pattern`, as it is after the escapes of string literals have been read. The result
 * lives in the arena. NULL: *error_ret says what is wrong and *error_at_ret is the offset of it in
 * the pattern, in bytes; it may be the pattern's length.
 */
struct regex *regex_compile(struct arena *arena, const char *pattern, bool with_groups,
			    const char **error_ret, size_t *error_at_ret);

/* How many parenthesised groups the expression has; not counting "(?:...)". */
int regex_group_count(const struct regex *regex);

#endif
