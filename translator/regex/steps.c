/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tree to automaton: what a match does, step by step.
 *
 * Each piece of the tree is built with the node behind it already known, from right to left. A
 * repetition must not go round without having taken a byte, or following it would never end; so
 * there are two nodes behind a piece: one to go to if nothing was taken since the innermost
 * repetition began its round, and one if something was. Where they differ, a piece that may take
 * nothing is built twice. Thus no path that takes no byte leads back to where it began.
 */
#include "regex/internal.h"

struct exits {
	int empty, taken;		/* equal: it does not matter */
};

struct builder {
	struct compilation *compilation;
	GArray *nodes;			/* of struct node */
	int effort;			/* tree nodes visited */
};

static int build(struct builder *b, const struct tree *tree, struct exits exits);

static struct node *node_at(GArray *nodes, int index)
{
	return &g_array_index(nodes, struct node, index);
}

static int node_new(struct builder *b, enum node_kind kind, int next, int other, int number)
{
	struct node node = { .kind = kind, .next = next, .other = other, .number = number };

	if (b->nodes->len >= REGEX_STEP_LIMIT)
		regex_fail_size(b->compilation, "is too long when its repetitions are written out");
	if (b->compilation->error)
		return NODE_IS_FAIL;
	g_array_append_val(b->nodes, node);
	return b->nodes->len - 1;
}

static struct exits same_exit(int node)
{
	struct exits exits = { node, node };

	return exits;
}

/* `first` if it leads to a match that is as long as any by `second`. */
static int choice(struct builder *b, int first, int second)
{
	if (first == NODE_IS_FAIL || first == second)
		return second;
	if (second == NODE_IS_FAIL)
		return first;
	return node_new(b, NODE_CHOICE, first, second, 0);
}

static int mark(struct builder *b, int number, int next)
{
	if (!b->compilation->with_groups || next == NODE_IS_FAIL)
		return next;
	return node_new(b, NODE_MARK, next, 0, number);
}

/* The piece in front of `exits`, for both of what may have been before it. */
static struct exits build_before(struct builder *b, const struct tree *tree, struct exits exits)
{
	struct exits entries = same_exit(build(b, tree, same_exit(exits.taken)));

	if (tree->nullable && exits.empty != exits.taken)
		entries.empty = build(b, tree, exits);
	return entries;
}

static int build_sequence(struct builder *b, const struct tree *tree, struct exits exits)
{
	for (unsigned int i = tree->parts->len - 1; i > 0; i--)
		exits = build_before(b, g_ptr_array_index(tree->parts, i), exits);
	return build(b, g_ptr_array_index(tree->parts, 0), exits);
}

static int build_either(struct builder *b, const struct tree *tree, struct exits exits)
{
	int entry = NODE_IS_FAIL;

	for (unsigned int i = tree->parts->len; i-- > 0;)
		entry = choice(b, build(b, g_ptr_array_index(tree->parts, i), exits), entry);
	return entry;
}

static int build_group(struct builder *b, const struct tree *tree, struct exits exits)
{
	struct exits ends = same_exit(mark(b, 2 * tree->group + 1, exits.taken));

	if (exits.empty != exits.taken)
		ends.empty = mark(b, 2 * tree->group + 1, exits.empty);
	return mark(b, 2 * tree->group, build(b, tree->body, ends));
}

/* Any number of further rounds, each of which takes something; then `exit`. */
static int build_loop(struct builder *b, const struct tree *body, int exit)
{
	int loop = node_new(b, NODE_CHOICE, NODE_IS_FAIL, exit, 0);
	struct exits round = { NODE_IS_FAIL, loop };
	int entry = build(b, body, round);

	if (!b->compilation->error)
		node_at(b->nodes, loop)->next = entry;
	return loop;
}

/* Up to `count` further rounds, each of which takes something; then `exit`. */
static int build_optional(struct builder *b, const struct tree *body, int count, int exit)
{
	int entry = exit;

	for (int i = 0; i < count; i++) {
		struct exits round = { NODE_IS_FAIL, entry };

		entry = choice(b, build(b, body, round), exit);
	}
	return entry;
}

/* A round that takes nothing is the last one, but for those that have to be. */
static int build_repeat(struct builder *b, const struct tree *tree, struct exits exits)
{
	struct exits last = { exits.empty, 0 }, entries;
	int further = tree->max - MAX(tree->min, 1);

	if (tree->max == 0)
		return exits.empty;
	last.taken = tree->max < 0 ? build_loop(b, tree->body, exits.taken) :
		build_optional(b, tree->body, further, exits.taken);
	entries = same_exit(build(b, tree->body, last));
	if (tree->min == 0)
		return choice(b, entries.empty, exits.empty);
	if (tree->body->nullable && exits.empty != exits.taken) {
		last.empty = exits.taken;
		entries.taken = build(b, tree->body, last);
	}
	for (int i = 1; i < tree->min; i++)
		entries = build_before(b, tree->body, entries);
	return entries.empty;
}

/* The node where the piece begins if nothing has been taken yet. */
static int build(struct builder *b, const struct tree *tree, struct exits exits)
{
	int node;

	if (++b->effort > REGEX_EFFORT_LIMIT)
		regex_fail_size(b->compilation, "has too many repetitions in each other");
	if (b->compilation->error)
		return NODE_IS_FAIL;
	if (!tree->nullable)
		exits.empty = exits.taken;
	switch (tree->kind) {
	case TREE_EMPTY:
		return exits.empty;
	case TREE_BYTE:
		node = node_new(b, NODE_BYTE, exits.taken, 0, 0);
		if (node != NODE_IS_FAIL)
			node_at(b->nodes, node)->set = tree->set;
		return node;
	case TREE_BEGIN:
		return node_new(b, NODE_BEGIN, exits.empty, 0, 0);
	case TREE_END:
		return node_new(b, NODE_END, exits.empty, 0, 0);
	case TREE_SEQUENCE:
		return build_sequence(b, tree, exits);
	case TREE_EITHER:
		return build_either(b, tree, exits);
	case TREE_REPEAT:
		return build_repeat(b, tree, exits);
	case TREE_GROUP:
		return build_group(b, tree, exits);
	}
	return NODE_IS_FAIL;
}

/* ---- Leaving out what cannot be reached, and putting the rest in order ---- */

struct ordering {
	GArray *from, *to;		/* of struct node */
	int *numbers;			/* in `to`; -1: not there yet */
	GArray *pending;		/* of int: reached by taking a byte */
};

/* Appends the node, after all that it leads to without taking a byte. */
static void order_node(struct ordering *o, int index)
{
	struct node node = *node_at(o->from, index);

	if (o->numbers[index] >= 0)
		return;
	if (node.kind == NODE_BYTE)
		g_array_append_val(o->pending, node.next);
	else if (node.kind != NODE_FAIL && node.kind != NODE_MATCH)
		order_node(o, node.next);
	if (node.kind == NODE_CHOICE)
		order_node(o, node.other);
	o->numbers[index] = o->to->len;
	g_array_append_val(o->to, node);
}

static void order_nodes(struct ordering *o, int start)
{
	order_node(o, NODE_IS_FAIL);
	order_node(o, NODE_IS_MATCH);
	order_node(o, start);
	while (o->pending->len) {
		int index = g_array_index(o->pending, int, o->pending->len - 1);

		g_array_set_size(o->pending, o->pending->len - 1);
		order_node(o, index);
	}
}

static void free_array(void *array)
{
	g_array_free(array, TRUE);
}

static GArray *session_array(struct arena *arena, size_t size)
{
	GArray *array = g_array_new(FALSE, TRUE, size);

	arena_defer(arena, free_array, array);
	return array;
}

/* Bit 0 says whether a match begins; choices have those behind it. */
static void number_choices(struct automaton *automaton)
{
	for (unsigned int i = 0; i < automaton->nodes->len; i++) {
		struct node *node = node_at(automaton->nodes, i);

		if (node->kind == NODE_CHOICE)
			node->number = ++automaton->choice_count;
	}
}

static struct automaton *in_order(struct arena *arena, GArray *nodes, int start)
{
	struct automaton *automaton = arena_new0(arena, struct automaton);
	struct ordering ordering = {
		.from = nodes, .to = session_array(arena, sizeof(struct node)),
		.numbers = arena_alloc(arena, nodes->len * sizeof(int)),
		.pending = session_array(arena, sizeof(int)),
	};

	for (unsigned int i = 0; i < nodes->len; i++)
		ordering.numbers[i] = -1;
	order_nodes(&ordering, start);
	for (unsigned int i = 0; i < ordering.to->len; i++) {
		struct node *node = node_at(ordering.to, i);

		node->next = ordering.numbers[node->next];
		node->other = ordering.numbers[node->other];
	}
	automaton->nodes = ordering.to;
	automaton->start = ordering.numbers[start];
	number_choices(automaton);
	return automaton;
}

struct automaton *automaton_new(struct compilation *compilation, const struct tree *tree)
{
	struct builder b = { .compilation = compilation };
	int start;

	b.nodes = session_array(compilation->arena, sizeof(struct node));
	node_new(&b, NODE_FAIL, NODE_IS_FAIL, 0, 0);
	node_new(&b, NODE_MATCH, NODE_IS_MATCH, 0, 0);
	start = mark(&b, 0, build(&b, tree, same_exit(mark(&b, 1, NODE_IS_MATCH))));
	if (compilation->error)
		return NULL;
	return in_order(compilation->arena, b.nodes, start);
}
