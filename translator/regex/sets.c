/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of nodes, as rows of marks, and how they change from one place of the text to the next.
 *
 * Forwards, a node is marked if an attempt may be there; backwards, if a match can be reached from
 * there. Called by search.c and locate.c, whose states these sets are. Automata have the nodes that
 * one leads to without taking a byte in front of it, so one pass over the row spreads all marks.
 */
#include <string.h>

#include "regex/internal.h"

static const struct node *node_at(const struct automaton *automaton, int index)
{
	return &g_array_index(automaton->nodes, struct node, index);
}

/* Whether an attempt comes past the node at this place without taking a byte. */
static bool is_open(const struct node *node, bool at_begin, bool at_end)
{
	switch (node->kind) {
	case NODE_BEGIN:
		return at_begin;
	case NODE_END:
		return at_end;
	case NODE_MARK:
	case NODE_CHOICE:
		return true;
	default:
		return false;
	}
}

void spread_forwards(const struct automaton *automaton, guint16 *row, bool at_begin, bool at_end)
{
	for (int i = automaton->nodes->len - 1; i > NODE_IS_MATCH; i--) {
		const struct node *node = node_at(automaton, i);

		if (!row[i] || !is_open(node, at_begin, at_end))
			continue;
		row[node->next] = 1;
		if (node->kind == NODE_CHOICE)
			row[node->other] = 1;
	}
}

void spread_backwards(const struct automaton *automaton, guint16 *row, bool at_begin, bool at_end)
{
	for (int i = NODE_IS_MATCH + 1; i < (int)automaton->nodes->len; i++) {
		const struct node *node = node_at(automaton, i);

		if (node->kind == NODE_BYTE)
			continue;
		row[i] = is_open(node, at_begin, at_end) &&
			 (row[node->next] || (node->kind == NODE_CHOICE && row[node->other]));
	}
}

void step_forwards(const struct automaton *automaton, const guint16 *from, guint8 byte,
		   guint16 *row)
{
	memset(row, 0, automaton->nodes->len * sizeof(guint16));
	for (unsigned int i = 0; i < automaton->nodes->len; i++) {
		const struct node *node = node_at(automaton, i);

		if (from[i] && node->kind == NODE_BYTE && byte_set_has(&node->set, byte))
			row[node->next] = 1;
	}
}

void step_backwards(const struct automaton *automaton, const guint16 *behind, guint8 byte,
		    guint16 *row)
{
	for (unsigned int i = 0; i < automaton->nodes->len; i++) {
		const struct node *node = node_at(automaton, i);

		row[i] = node->kind == NODE_BYTE && behind[node->next] &&
			 byte_set_has(&node->set, byte);
	}
}

void keep_waiting(const struct automaton *automaton, guint16 *row)
{
	for (unsigned int i = 0; i < automaton->nodes->len; i++) {
		enum node_kind kind = node_at(automaton, i)->kind;

		if (kind != NODE_BYTE && kind != NODE_END && kind != NODE_MATCH)
			row[i] = 0;
	}
}
