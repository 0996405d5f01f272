/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of regex/ share: the tree, the automaton of steps, sets of rows, and the state of
 * one compilation. An error is noted once, in the compilation; callers ask for `error`.
 */
#ifndef SPILE_REGEX_INTERNAL_H
#define SPILE_REGEX_INTERNAL_H

#include "regex/regex.h"

#define REGEX_REPEAT_LIMIT 5000		/* largest number between braces */
#define REGEX_DEPTH_LIMIT 200		/* parentheses in parentheses */
#define REGEX_STEP_LIMIT 8000		/* steps of one expression */
#define REGEX_EFFORT_LIMIT 100000	/* visits of tree nodes while making steps */
#define REGEX_STATE_LIMIT 4096		/* states before those that behave alike are merged */
#define REGEX_WORK_LIMIT 200000000	/* states x classes x steps: about a second */

struct byte_set {
	guint32 words[8];
};

enum tree_kind {
	TREE_EMPTY, TREE_BYTE, TREE_BEGIN, TREE_END,
	TREE_SEQUENCE, TREE_EITHER, TREE_REPEAT, TREE_GROUP,
};

struct tree {
	enum tree_kind kind;
	size_t at;			/* in the pattern: of the operator, for TREE_REPEAT */
	bool nullable;			/* can match without taking a byte */
	struct byte_set set;		/* TREE_BYTE */
	GPtrArray *parts;		/* of struct tree: TREE_SEQUENCE, TREE_EITHER */
	struct tree *body;		/* TREE_REPEAT, TREE_GROUP */
	int min, max;			/* TREE_REPEAT; max -1: no bound */
	int group;			/* TREE_GROUP */
};

/* An automaton: each node is one step; anchors and byte sets are still in it. */
enum node_kind {
	NODE_FAIL, NODE_MATCH, NODE_BYTE, NODE_MARK, NODE_CHOICE, NODE_BEGIN, NODE_END,
};

struct node {
	enum node_kind kind;
	int next, other;		/* other: NODE_CHOICE */
	int number;			/* NODE_MARK: which; NODE_CHOICE: its bit */
	struct byte_set set;		/* NODE_BYTE */
};

#define NODE_IS_FAIL 0
#define NODE_IS_MATCH 1

/*
 * The nodes that can be reached from `start`, in an order in which the nodes that one leads to
 * without taking a byte stand before it. There is always such an order.
 */
struct automaton {
	GArray *nodes;			/* of struct node */
	int start;
	int choice_count;
};

struct compilation {
	struct arena *arena;
	const char *pattern;
	size_t at;			/* the parser's place */
	int depth;
	int group_count;
	bool with_groups;
	size_t largest_repeat_at;	/* the repetition with the largest numbers */
	int largest_repeat;		/* its number; 0: there is none */
	const char *error;
	size_t error_at;
};

/* Notes the first error; returns NULL. */
void *regex_fail(struct compilation *compilation, size_t at, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* Notes that the expression needs too much, at the repetition that is most likely the reason. */
void regex_fail_size(struct compilation *compilation, const char *what);

/* ---- bracket.c ---- */

void byte_set_add(struct byte_set *set, unsigned int first, unsigned int last);
bool byte_set_has(const struct byte_set *set, unsigned int byte);
/* Reads "[...]" at the parser's place; false after an error. */
bool parse_bracket(struct compilation *compilation, struct byte_set *set);
/* What the byte behind a backslash stands for; -1 after an error. The place is on the backslash. */
int parse_escape(struct compilation *compilation);

/* ---- parse.c ---- */

/* NULL after an error. */
struct tree *parse_regex(struct compilation *compilation);

/* ---- steps.c ---- */

/* NULL after an error; the arrays live in the arena. */
struct automaton *automaton_new(struct compilation *compilation, const struct tree *tree);

/* ---- classes.c ---- */

/* Fills classes and class_count; `samples` gets one byte of each class. */
void find_classes(struct regex *regex, const struct automaton *automaton, guint8 samples[256]);

/* ---- sets.c: `row` has a mark per node ---- */

/* Marks what marked nodes lead to without taking a byte. */
void spread_forwards(const struct automaton *automaton, guint16 *row, bool at_begin, bool at_end);
/* Marks, of the nodes that take no byte, those that lead to marked ones, and no others. */
void spread_backwards(const struct automaton *automaton, guint16 *row, bool at_begin, bool at_end);
/* Marks what the nodes marked in `from` lead to by taking `byte`. */
void step_forwards(const struct automaton *automaton, const guint16 *from, guint8 byte,
		   guint16 *row);
/* Marks what leads to the nodes marked in `behind` by taking `byte`. */
void step_backwards(const struct automaton *automaton, const guint16 *behind, guint8 byte,
		    guint16 *row);
/* Unmarks all but those that wait for a byte or the end, or match. */
void keep_waiting(const struct automaton *automaton, guint16 *row);

/* ---- search.c, locate.c: both false after an error ---- */

bool make_search(struct compilation *compilation, const struct automaton *automaton,
		 struct regex *regex);
bool make_locate(struct compilation *compilation, const struct automaton *automaton,
		 struct regex *regex);

/* ---- rows.c ---- */

/* Rows of `width` numbers, numbered in the order in which they were first added. */
struct rows;

struct rows *rows_new(int width);
void rows_free(struct rows *rows);
/* The number of the row that equals this one, which is copied if it is new. */
int rows_add(struct rows *rows, const guint16 *row);
/* Stays where it is while rows are added. */
const guint16 *rows_get(const struct rows *rows, int index);
int rows_count(const struct rows *rows);

/*
 * Merges states that cannot be told apart: same `kinds` (one number per state), and the same for
 * the states that each class leads to by `next` (guint16 [state][class]). Writes regex->next and
 * state_count and moves start; returns, in the arena, the new number of each old state. States
 * keep their order.
 */
int *merge_states(struct arena *arena, struct regex *regex, const GArray *next, const int *kinds);

/* ---- compile.c ---- */

/* Whether so many states can still be worked with; if not, the error is noted. */
bool check_states(struct compilation *compilation, int states, int classes, int nodes);

#endif
