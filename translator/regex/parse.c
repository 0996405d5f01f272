/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text to tree. Recursive descent over
 *
 *     either   = sequence { "|" sequence } .
 *     sequence = { atom { "*" | "+" | "?" | "{" number [ "," [ number ] ] "}" } } .
 *     atom     = byte | "." | "^" | "$" | bracket | "\" byte | "(" [ "?:" ] either ")" .
 *
 * Called by compile.c. Reports every mistake that can be seen in the text alone; what is too large
 * shows only later. A ")" without "(" is an ordinary byte, as in POSIX.
 */
#include <string.h>

#include "regex/internal.h"

static struct tree *parse_either(struct compilation *compilation);

static char peek(const struct compilation *compilation)
{
	return compilation->pattern[compilation->at];
}

static struct tree *tree_new(struct compilation *compilation, enum tree_kind kind, size_t at)
{
	struct tree *tree = arena_new0(compilation->arena, struct tree);

	tree->kind = kind;
	tree->at = at;
	tree->nullable = kind != TREE_BYTE;
	return tree;
}

/*
 * The lexer reads "\1" as the byte 1. One that stands behind as many groups was hardly meant.
 */
static bool looks_like_back_reference(const struct compilation *compilation, unsigned char byte)
{
	return byte > 0 && byte < '\a' && byte <= compilation->group_count;
}

static struct tree *parse_byte(struct compilation *compilation)
{
	struct tree *tree = tree_new(compilation, TREE_BYTE, compilation->at);
	int byte = (unsigned char)peek(compilation);

	if (looks_like_back_reference(compilation, byte))
		return regex_fail(compilation, compilation->at,
				  "there are no back-references such as '\\%d'; for the byte "
				  "itself write [\\%03o]", byte, byte);
	if (byte == '\\')
		byte = parse_escape(compilation);
	else
		compilation->at++;
	if (byte < 0)
		return NULL;
	byte_set_add(&tree->set, byte, byte);
	return tree;
}

/* Groups are numbered by their "(". */
static struct tree *parse_group(struct compilation *compilation)
{
	size_t start = compilation->at++;
	struct tree *tree = tree_new(compilation, TREE_GROUP, start), *body;
	bool is_captured = !g_str_has_prefix(compilation->pattern + compilation->at, "?:");

	if (++compilation->depth > REGEX_DEPTH_LIMIT)
		return regex_fail(compilation, start, "more than %d parentheses in each other",
				  REGEX_DEPTH_LIMIT);
	if (is_captured)
		tree->group = ++compilation->group_count;
	else
		compilation->at += 2;
	if (compilation->group_count > REGEX_GROUP_LIMIT)
		return regex_fail(compilation, start,
				  "more than %d groups; write (?:...) for those that matched() "
				  "is not asked for", REGEX_GROUP_LIMIT);
	body = parse_either(compilation);
	compilation->depth--;
	if (!body)
		return NULL;
	if (peek(compilation) != ')')
		return regex_fail(compilation, start, "the ')' that ends this '(' is missing");
	compilation->at++;
	tree->body = body;
	tree->nullable = body->nullable;
	return is_captured ? tree : body;
}

static struct tree *parse_atom(struct compilation *compilation)
{
	size_t start = compilation->at;
	struct tree *tree;

	switch (peek(compilation)) {
	case '(':
		return parse_group(compilation);
	case '[':
		tree = tree_new(compilation, TREE_BYTE, start);
		return parse_bracket(compilation, &tree->set) ? tree : NULL;
	case '.':
		compilation->at++;
		tree = tree_new(compilation, TREE_BYTE, start);
		byte_set_add(&tree->set, 1, 255);
		return tree;
	case '^':
	case '$':
		compilation->at++;
		return tree_new(compilation,
				compilation->pattern[start] == '^' ? TREE_BEGIN : TREE_END, start);
	case '*':
	case '+':
	case '?':
	case '{':
		return regex_fail(compilation, start,
				  "nothing to repeat stands before '%c'; for the byte itself write "
				  "[%c]", peek(compilation), peek(compilation));
	}
	return parse_byte(compilation);
}

/* -1 after an error. */
static int parse_count(struct compilation *compilation)
{
	size_t start = compilation->at;
	int count = 0;

	if (!g_ascii_isdigit(peek(compilation))) {
		regex_fail(compilation, start, "a number is missing in '{...}'");
		return -1;
	}
	for (; g_ascii_isdigit(peek(compilation)); compilation->at++)
		count = MIN(count * 10 + peek(compilation) - '0', REGEX_REPEAT_LIMIT + 1);
	if (count > REGEX_REPEAT_LIMIT) {
		regex_fail(compilation, start, "more than %d repetitions", REGEX_REPEAT_LIMIT);
		return -1;
	}
	return count;
}

/* "{m}", "{m,}" or "{m,n}", with the place behind the "{". */
static bool parse_bounds(struct compilation *compilation, struct tree *repeat)
{
	repeat->min = repeat->max = parse_count(compilation);
	if (repeat->min < 0)
		return false;
	if (peek(compilation) == ',') {
		compilation->at++;
		repeat->max = peek(compilation) == '}' ? -1 : parse_count(compilation);
		if (compilation->error)
			return false;
	}
	if (peek(compilation) != '}')
		return regex_fail(compilation, repeat->at, "the '}' that ends this '{' is missing");
	compilation->at++;
	if (repeat->max >= 0 && repeat->max < repeat->min)
		return regex_fail(compilation, repeat->at,
				  "the bounds of '{%d,%d}' are the wrong way round", repeat->min,
				  repeat->max);
	if (MAX(repeat->min, repeat->max) > compilation->largest_repeat) {
		compilation->largest_repeat = MAX(repeat->min, repeat->max);
		compilation->largest_repeat_at = repeat->at;
	}
	return true;
}

/* The operator at the place, applied to `body`. */
static struct tree *parse_repeat(struct compilation *compilation, struct tree *body)
{
	struct tree *tree = tree_new(compilation, TREE_REPEAT, compilation->at);
	char symbol = peek(compilation);

	if (body->kind == TREE_BEGIN || body->kind == TREE_END)
		return regex_fail(compilation, tree->at, "'%c' cannot be repeated",
				  body->kind == TREE_BEGIN ? '^' : '$');
	compilation->at++;
	tree->body = body;
	tree->min = symbol == '+';
	tree->max = symbol == '?' ? 1 : -1;
	if (symbol == '{' && !parse_bounds(compilation, tree))
		return NULL;
	tree->nullable = body->nullable || tree->min == 0;
	return tree;
}

static struct tree *parse_sequence(struct compilation *compilation)
{
	struct tree *tree = tree_new(compilation, TREE_SEQUENCE, compilation->at);

	tree->parts = arena_array(compilation->arena);
	while (peek(compilation) && peek(compilation) != '|' &&
	       !(peek(compilation) == ')' && compilation->depth)) {
		struct tree *part = parse_atom(compilation);

		while (part && peek(compilation) && strchr("*+?{", peek(compilation)))
			part = parse_repeat(compilation, part);
		if (!part)
			return NULL;
		tree->nullable = tree->nullable && part->nullable;
		g_ptr_array_add(tree->parts, part);
	}
	if (!tree->parts->len)
		tree->kind = TREE_EMPTY;
	return tree;
}

static struct tree *parse_either(struct compilation *compilation)
{
	struct tree *tree = tree_new(compilation, TREE_EITHER, compilation->at);
	struct tree *part = parse_sequence(compilation);

	if (!part || peek(compilation) != '|')
		return part;
	tree->parts = arena_array(compilation->arena);
	tree->nullable = part->nullable;
	g_ptr_array_add(tree->parts, part);
	while (peek(compilation) == '|') {
		compilation->at++;
		part = parse_sequence(compilation);
		if (!part)
			return NULL;
		tree->nullable = tree->nullable || part->nullable;
		g_ptr_array_add(tree->parts, part);
	}
	return tree;
}

struct tree *parse_regex(struct compilation *compilation)
{
	return parse_either(compilation);
}
