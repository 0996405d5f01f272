/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random regular expressions, and a second opinion on what they match.
 *
 * The oracle tries all ways of matching, one after the other, in the order of preference that
 * translator/regex documents, and keeps the first of the longest. It takes exponential time and is
 * as simple as can be; subjects are short. Included by test_regex.c only.
 */
#ifndef SPILE_REGEX_ORACLE_H
#define SPILE_REGEX_ORACLE_H

#include <stdbool.h>
#include <string.h>
#include <glib.h>

#define ORACLE_NODES 256 /* more than depth 2 can have */
#define ORACLE_MARKS 64

enum oracle_kind {
	ORACLE_BYTES,
	ORACLE_BEGIN,
	ORACLE_END,
	ORACLE_SEQUENCE,
	ORACLE_EITHER,
	ORACLE_REPEAT,
	ORACLE_GROUP
};

struct oracle_node {
	enum oracle_kind kind;
	const char *bytes; /* ORACLE_BYTES: of "abc" */
	const struct oracle_node *first, *second; /* NULL: nothing */
	int min, max; /* ORACLE_REPEAT; max -1: no bound */
	int group;
};

struct oracle {
	char pattern[2048];
	int group_count;
	bool has_repeated_anchor; /* the C library has its own ideas about those */
	const struct oracle_node *root;
	struct oracle_node nodes[ORACLE_NODES];
	int node_count;
};

/* ---- Making expressions ---- */

struct oracle_maker {
	struct oracle *oracle;
	GRand *random;
	GString *text;
	int repeats; /* repetitions that the place is in */
};

static const struct oracle_node *oracle_either(struct oracle_maker *m, int depth);

static struct oracle_node *oracle_node_new(struct oracle_maker *m, enum oracle_kind kind)
{
	struct oracle_node *node = &m->oracle->nodes[m->oracle->node_count++];

	node->kind = kind;
	return node;
}

static const struct oracle_node *oracle_bytes(struct oracle_maker *m)
{
	static const struct {
		const char *text, *bytes;
	} sets[] = {
		{ "a", "a" },     { "b", "b" },      { "c", "c" }, { ".", "abc" }, { "[ab]", "ab" },
		{ "[^a]", "bc" }, { "[b-c]", "bc" }, { "a", "a" }, { "b", "b" },   { "x", "" },
	};
	int i = g_rand_int_range(m->random, 0, G_N_ELEMENTS(sets));
	struct oracle_node *node = oracle_node_new(m, ORACLE_BYTES);

	node->bytes = sets[i].bytes;
	g_string_append(m->text, sets[i].text);
	return node;
}

static const struct oracle_node *oracle_group(struct oracle_maker *m, int depth)
{
	struct oracle_node *node = oracle_node_new(m, ORACLE_GROUP);

	node->group = ++m->oracle->group_count;
	g_string_append_c(m->text, '(');
	node->first = oracle_either(m, depth - 1);
	g_string_append_c(m->text, ')');
	return node;
}

static const struct oracle_node *oracle_anchor(struct oracle_maker *m)
{
	bool is_begin = g_rand_boolean(m->random);

	g_string_append_c(m->text, is_begin ? '^' : '$');
	if (m->repeats)
		m->oracle->has_repeated_anchor = true;
	return oracle_node_new(m, is_begin ? ORACLE_BEGIN : ORACLE_END);
}

static const struct oracle_node *oracle_repeat(struct oracle_maker *m, int depth)
{
	static const struct {
		const char *text;
		int min, max;
	} operators[] = {
		{ "*", 0, -1 },    { "+", 1, -1 },    { "?", 0, 1 },
		{ "{2}", 2, 2 },   { "{1,2}", 1, 2 }, { "{0,2}", 0, 2 },
		{ "{2,}", 2, -1 }, { "{1,3}", 1, 3 }, { "{0,}", 0, -1 },
	};
	int i = g_rand_int_range(m->random, 0, G_N_ELEMENTS(operators));
	struct oracle_node *node = oracle_node_new(m, ORACLE_REPEAT);

	node->min = operators[i].min;
	node->max = operators[i].max;
	m->repeats++;
	node->first = depth > 0 && g_rand_boolean(m->random) ? oracle_group(m, depth) :
							       oracle_bytes(m);
	m->repeats--;
	g_string_append(m->text, operators[i].text);
	return node;
}

static const struct oracle_node *oracle_item(struct oracle_maker *m, int depth)
{
	int kind = g_rand_int_range(m->random, 0, 12);

	if (kind == 0)
		return oracle_anchor(m);
	if (kind <= 4)
		return oracle_repeat(m, depth);
	if (kind <= 7 && depth > 0)
		return oracle_group(m, depth);
	return oracle_bytes(m);
}

static const struct oracle_node *oracle_sequence(struct oracle_maker *m, int depth)
{
	struct oracle_node *node = oracle_node_new(m, ORACLE_SEQUENCE);

	if (g_rand_int_range(m->random, 0, 10) == 0)
		return node;
	node->first = oracle_item(m, depth);
	if (g_rand_boolean(m->random))
		node->second = oracle_item(m, depth);
	return node;
}

static const struct oracle_node *oracle_either(struct oracle_maker *m, int depth)
{
	struct oracle_node *node;
	const struct oracle_node *first = oracle_sequence(m, depth);

	if (g_rand_int_range(m->random, 0, 3))
		return first;
	node = oracle_node_new(m, ORACLE_EITHER);
	node->first = first;
	g_string_append_c(m->text, '|');
	node->second = oracle_sequence(m, depth);
	return node;
}

/* Fills *oracle with a new expression. */
static void oracle_random(struct oracle *oracle, GRand *random)
{
	struct oracle_maker m = { .oracle = oracle, .random = random, .text = g_string_new(NULL) };

	memset(oracle, 0, sizeof(*oracle));
	oracle->root = oracle_either(&m, 2);
	g_strlcpy(oracle->pattern, m.text->str, sizeof(oracle->pattern));
	g_string_free(m.text, TRUE);
}

/* ---- Matching ---- */

/* What is still to be matched, behind what is being matched. */
struct oracle_rest {
	enum { REST_NODE, REST_ROUND, REST_CLOSE } kind;
	const struct oracle_node *node;
	int rounds, began; /* REST_ROUND: done with this one, and where it began */
	const struct oracle_rest *next;
};

struct oracle_run {
	const char *text;
	int marks[ORACLE_MARKS];
	int best[ORACLE_MARKS];
	int longest; /* end of the best one; -1: none yet */
};

static void oracle_try(struct oracle_run *r, const struct oracle_node *node, int at,
		       const struct oracle_rest *rest);

/* Goes on with another round, then without. */
static void oracle_round(struct oracle_run *r, const struct oracle_node *node, int rounds, int at,
			 const struct oracle_rest *rest);

static void oracle_go_on(struct oracle_run *r, int at, const struct oracle_rest *rest)
{
	int saved, done;

	if (!rest) {
		if (at > r->longest) {
			r->longest = at;
			memcpy(r->best, r->marks, sizeof(r->best));
			r->best[1] = at;
		}
		return;
	}
	switch (rest->kind) {
	case REST_NODE:
		oracle_try(r, rest->node, at, rest->next);
		break;
	case REST_CLOSE:
		saved = r->marks[2 * rest->node->group + 1];
		r->marks[2 * rest->node->group + 1] = at;
		oracle_go_on(r, at, rest->next);
		r->marks[2 * rest->node->group + 1] = saved;
		break;
	case REST_ROUND:
		done = rest->rounds + 1;
		if (at != rest->began || done < rest->node->min)
			oracle_round(r, rest->node, done, at, rest->next);
		else if (done <= MAX(rest->node->min, 1))
			oracle_go_on(r, at, rest->next);
		break;
	}
}

static void oracle_round(struct oracle_run *r, const struct oracle_node *node, int rounds, int at,
			 const struct oracle_rest *rest)
{
	struct oracle_rest round = { REST_ROUND, node, rounds, at, rest };

	if (node->max < 0 || rounds < node->max)
		oracle_try(r, node->first, at, &round);
	if (rounds >= node->min)
		oracle_go_on(r, at, rest);
}

static void oracle_try(struct oracle_run *r, const struct oracle_node *node, int at,
		       const struct oracle_rest *rest)
{
	struct oracle_rest behind = { REST_NODE, NULL, 0, 0, rest };
	int saved;

	switch (node->kind) {
	case ORACLE_BYTES:
		if (r->text[at] && strchr(node->bytes, r->text[at]))
			oracle_go_on(r, at + 1, rest);
		break;
	case ORACLE_BEGIN:
		if (at == 0)
			oracle_go_on(r, at, rest);
		break;
	case ORACLE_END:
		if (!r->text[at])
			oracle_go_on(r, at, rest);
		break;
	case ORACLE_SEQUENCE:
		behind.node = node->second;
		if (node->first)
			oracle_try(r, node->first, at, node->second ? &behind : rest);
		else
			oracle_go_on(r, at, rest);
		break;
	case ORACLE_EITHER:
		oracle_try(r, node->first, at, rest);
		oracle_try(r, node->second, at, rest);
		break;
	case ORACLE_REPEAT:
		oracle_round(r, node, 0, at, rest);
		break;
	case ORACLE_GROUP:
		behind.kind = REST_CLOSE;
		behind.node = node;
		saved = r->marks[2 * node->group];
		r->marks[2 * node->group] = at;
		oracle_try(r, node->first, at, &behind);
		r->marks[2 * node->group] = saved;
		break;
	}
}

/* Whether the expression matches anywhere in `text`; the marks as in struct regex_step, or -1. */
static bool oracle_match(const struct oracle *oracle, const char *text, int marks[ORACLE_MARKS])
{
	for (int begin = 0; begin <= (int)strlen(text); begin++) {
		struct oracle_run r = { .text = text, .longest = -1 };

		memset(r.marks, -1, sizeof(r.marks));
		r.marks[0] = begin;
		oracle_try(&r, oracle->root, begin, NULL);
		if (r.longest >= 0) {
			memcpy(marks, r.best, sizeof(r.best));
			return true;
		}
	}
	return false;
}

#endif
