/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table that says whether a text has a match in it, reading it forwards.
 *
 * A state is the set of nodes that attempts begun at any place so far may be at, waiting for a
 * byte or for the end; the classical subset construction. As soon as one attempt is through, the
 * state is REGEX_YES; when none can ever be, REGEX_NO. The end of the text leads to one of the two.
 */
#include <string.h>

#include "regex/internal.h"

struct search {
	const struct automaton *automaton;
	int node_count;
	struct rows *rows; /* one mark per node, and one for the state before the first byte */
	guint16 *row; /* the one being made */
};

static void clear_row(struct search *s)
{
	memset(s->row, 0, (s->node_count + 1) * sizeof(guint16));
}

/* The state that the marks describe. */
static int state_of_row(struct search *s, bool at_begin)
{
	spread_forwards(s->automaton, s->row, at_begin, false);
	if (s->row[NODE_IS_MATCH])
		return REGEX_YES;
	keep_waiting(s->automaton, s->row);
	s->row[s->node_count] = at_begin;
	return rows_add(s->rows, s->row);
}

/* A new attempt begins behind each byte. */
static int after_byte(struct search *s, const guint16 *from, guint8 byte)
{
	step_forwards(s->automaton, from, byte, s->row);
	s->row[s->automaton->start] = 1;
	return state_of_row(s, false);
}

static int after_end(struct search *s, const guint16 *from)
{
	memcpy(s->row, from, (s->node_count + 1) * sizeof(guint16));
	spread_forwards(s->automaton, s->row, from[s->node_count], true);
	return s->row[NODE_IS_MATCH] ? REGEX_YES : REGEX_NO;
}

static int first_state(struct search *s)
{
	clear_row(s);
	rows_add(s->rows, s->row); /* REGEX_NO */
	s->row[NODE_IS_MATCH] = 1;
	rows_add(s->rows, s->row); /* REGEX_YES */
	clear_row(s);
	s->row[s->automaton->start] = 1;
	return state_of_row(s, true);
}

static int next_state(struct search *s, int state, int class, guint8 sample)
{
	const guint16 *row = rows_get(s->rows, state);

	if (state <= REGEX_YES)
		return state;
	return class == REGEX_EDGE_CLASS ? after_end(s, row) : after_byte(s, row, sample);
}

static bool make_states(struct compilation *compilation, struct search *s, struct regex *regex,
			const guint8 samples[256], GArray *next)
{
	regex->start = first_state(s);
	for (int state = 0; state < rows_count(s->rows); state++) {
		if (!check_states(compilation, rows_count(s->rows), regex->class_count,
				  s->node_count))
			return false;
		for (int i = 0; i < regex->class_count; i++) {
			guint16 to = next_state(s, state, i, samples[i]);

			g_array_append_val(next, to);
		}
	}
	return true;
}

bool make_search(struct compilation *compilation, const struct automaton *automaton,
		 struct regex *regex)
{
	struct search s = { .automaton = automaton, .node_count = automaton->nodes->len };
	g_autofree guint16 *row = g_new(guint16, s.node_count + 1);
	GArray *next = g_array_new(FALSE, FALSE, sizeof(guint16));
	guint8 samples[256];
	bool ok;

	find_classes(regex, automaton, samples);
	s.rows = rows_new(s.node_count + 1);
	s.row = row;
	ok = make_states(compilation, &s, regex, samples, next);
	if (ok) {
		g_autofree int *kinds = g_new0(int, rows_count(s.rows));

		kinds[REGEX_YES] = 1;
		merge_states(compilation->arena, regex, next, kinds);
	}
	rows_free(s.rows);
	g_array_free(next, TRUE);
	return ok;
}
