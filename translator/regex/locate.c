/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table that says where the match and its groups lie, by three passes over the text.
 *
 * Backwards over all of it: from which nodes can a match be reached, that ends anywhere? The
 * leftmost place where the first node is one of them is where the match begins. Forwards from
 * there: the last place where an attempt can be through is its end. Backwards between the two: from
 * which nodes can that very end be reached? Then, following the steps from the beginning, each
 * choice is known to be right when it is made: the first branch, unless it does not lead there.
 * Nothing is tried in vain, and what is found is the longest leftmost match, and in it the first
 * in the order of preference.
 *
 * The states of all passes are in one table, as the passes read bytes alike; some are even the
 * same. (Frisch and Cardelli, "Greedy regular expression matching", ICALP 2004, has the idea.)
 */
#include <string.h>

#include "regex/internal.h"

enum pass { PASS_BEGIN, PASS_END, PASS_PATH };

/* What anchors ask: the pass has begun at an edge of the text, or has come past the other one. */
enum place { PLACE_INSIDE, PLACE_FIRST, PLACE_LAST, PLACE_KINDS };

struct locate {
	const struct automaton *automaton;
	int node_count;
	bool has_begin, has_end; /* there are such anchors */
	struct rows *rows; /* one mark per node, and one number for pass and place */
	guint16 *row; /* the one being made */
};

static const struct node *node_at(const struct locate *l, int index)
{
	return &g_array_index(l->automaton->nodes, struct node, index);
}

static enum pass pass_of(const struct locate *l, const guint16 *row)
{
	return row[l->node_count] / PLACE_KINDS;
}

static enum place place_of(const struct locate *l, const guint16 *row)
{
	return row[l->node_count] % PLACE_KINDS;
}

/* The state of the marks; `near`, `far`: it is at the edge that the pass comes from, or goes to. */
static int state_of_row(struct locate *l, enum pass pass, enum place place, bool near, bool far)
{
	if (pass == PASS_END) {
		spread_forwards(l->automaton, l->row, near, far);
		keep_waiting(l->automaton, l->row);
	} else {
		spread_backwards(l->automaton, l->row, far, near);
	}
	l->row[l->node_count] = pass * PLACE_KINDS + place;
	return rows_add(l->rows, l->row);
}

static int start_state(struct locate *l, enum pass pass, bool at_edge)
{
	memset(l->row, 0, (l->node_count + 1) * sizeof(guint16));
	l->row[pass == PASS_END ? l->automaton->start : NODE_IS_MATCH] = 1;
	return state_of_row(l, pass, at_edge ? PLACE_FIRST : PLACE_INSIDE, at_edge, false);
}

static int past_byte(struct locate *l, const guint16 *from, guint8 byte)
{
	enum pass pass = pass_of(l, from);

	(pass == PASS_END ? step_forwards : step_backwards)(l->automaton, from, byte, l->row);
	if (pass == PASS_BEGIN)
		l->row[NODE_IS_MATCH] = 1;
	return state_of_row(l, pass, PLACE_INSIDE, false, false);
}

static int past_edge(struct locate *l, const guint16 *from)
{
	memcpy(l->row, from, (l->node_count + 1) * sizeof(guint16));
	return state_of_row(l, pass_of(l, from), PLACE_LAST, place_of(l, from) == PLACE_FIRST,
			    true);
}

static int next_state(struct locate *l, int state, int class, guint8 sample)
{
	const guint16 *row = rows_get(l->rows, state);
	bool has_anchor = pass_of(l, row) == PASS_END ? l->has_end : l->has_begin;

	if (place_of(l, row) == PLACE_LAST)
		return state;
	if (class != REGEX_EDGE_CLASS)
		return past_byte(l, row, sample);
	return has_anchor ? past_edge(l, row) : state;
}

static bool make_states(struct compilation *compilation, struct locate *l, struct regex *regex,
			const guint8 samples[256], GArray *next)
{
	regex->start = start_state(l, PASS_BEGIN, true);
	for (int i = 0; i < 2; i++) {
		regex->end_start[i] = start_state(l, PASS_END, i);
		regex->path_start[i] = start_state(l, PASS_PATH, i);
	}
	for (int state = 0; state < rows_count(l->rows); state++) {
		if (!check_states(compilation, rows_count(l->rows), regex->class_count,
				  l->node_count))
			return false;
		for (int i = 0; i < regex->class_count; i++) {
			guint16 to = next_state(l, state, i, samples[i]);

			g_array_append_val(next, to);
		}
	}
	return true;
}

static void write_bits(const struct locate *l, const guint16 *row, guint16 *bits)
{
	enum pass pass = pass_of(l, row);

	if (pass != PASS_PATH)
		bits[0] = row[pass == PASS_BEGIN ? l->automaton->start : NODE_IS_MATCH];
	for (int i = 0; i < l->node_count && pass == PASS_PATH; i++) {
		const struct node *node = node_at(l, i);

		if (node->kind == NODE_CHOICE && row[node->next])
			bits[node->number / 8] |= 1 << node->number % 8;
	}
}

/* States with different bits are different; those of the merged states go into the regex. */
static void merge(struct arena *arena, struct locate *l, struct regex *regex, const GArray *next)
{
	int count = rows_count(l->rows), width = regex->bit_bytes;
	struct rows *answers = rows_new(width);
	int *kinds = g_new(int, count), *numbers;

	for (int state = 0; state < count; state++) {
		g_autofree guint16 *bits = g_new0(guint16, width);

		write_bits(l, rows_get(l->rows, state), bits);
		kinds[state] = rows_add(answers, bits);
	}
	numbers = merge_states(arena, regex, next, kinds);
	for (int i = 0; i < 2; i++) {
		regex->end_start[i] = numbers[regex->end_start[i]];
		regex->path_start[i] = numbers[regex->path_start[i]];
	}
	regex->bits = arena_alloc(arena, (size_t)regex->state_count * width);
	for (int state = 0; state < count; state++)
		for (int i = 0; i < width; i++)
			regex->bits[numbers[state] * width + i] =
				rows_get(answers, kinds[state])[i];
	g_free(kinds);
	rows_free(answers);
}

static void write_steps(struct arena *arena, const struct automaton *automaton, struct regex *regex)
{
	static const enum regex_step_kind kinds[] = {
		[NODE_FAIL] = REGEX_STEP_FAIL,     [NODE_MATCH] = REGEX_STEP_MATCH,
		[NODE_BYTE] = REGEX_STEP_BYTE,     [NODE_MARK] = REGEX_STEP_MARK,
		[NODE_CHOICE] = REGEX_STEP_CHOICE, [NODE_BEGIN] = REGEX_STEP_PASS,
		[NODE_END] = REGEX_STEP_PASS,
	};

	regex->step_count = automaton->nodes->len;
	regex->first_step = automaton->start;
	regex->steps = arena_alloc(arena, regex->step_count * sizeof(struct regex_step));
	for (int i = 0; i < regex->step_count; i++) {
		const struct node *node = &g_array_index(automaton->nodes, struct node, i);

		regex->steps[i].kind = kinds[node->kind];
		regex->steps[i].next = node->next;
		regex->steps[i].other = node->other;
		regex->steps[i].number = node->number;
	}
}

static void find_anchors(struct locate *l)
{
	for (int i = 0; i < l->node_count; i++) {
		l->has_begin |= node_at(l, i)->kind == NODE_BEGIN;
		l->has_end |= node_at(l, i)->kind == NODE_END;
	}
}

bool make_locate(struct compilation *compilation, const struct automaton *automaton,
		 struct regex *regex)
{
	struct locate l = { .automaton = automaton, .node_count = automaton->nodes->len };
	g_autofree guint16 *row = g_new(guint16, l.node_count + 1);
	GArray *next = g_array_new(FALSE, FALSE, sizeof(guint16));
	guint8 samples[256];
	bool ok;

	find_classes(regex, automaton, samples);
	find_anchors(&l);
	l.rows = rows_new(l.node_count + 1);
	l.row = row;
	regex->bit_bytes = automaton->choice_count / 8 + 1;
	ok = make_states(compilation, &l, regex, samples, next);
	if (ok) {
		merge(compilation->arena, &l, regex, next);
		write_steps(compilation->arena, automaton, regex);
	}
	rows_free(l.rows);
	g_array_free(next, TRUE);
	return ok;
}
