/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that no step tells apart are one class, so that a state needs few columns: for "[a-z]+="
 * there are four, for letters, '=', all others, and the end of the text.
 *
 * The class with the most bytes is number 0, so that generated C need not list them.
 */
#include "regex/internal.h"

/* Splits each class into what is in the set and what is not. */
static int split_classes(int classes[256], int count, const struct byte_set *set)
{
	int *split = g_new(int, 2 * count);
	int new_count = 0;

	for (int i = 0; i < 2 * count; i++)
		split[i] = -1;
	for (int byte = 1; byte < 256; byte++) {
		int *new_class = &split[2 * classes[byte] + byte_set_has(set, byte)];

		if (*new_class < 0)
			*new_class = new_count++;
		classes[byte] = *new_class;
	}
	g_free(split);
	return new_count;
}

static int largest_class(const int classes[256])
{
	int sizes[256] = { 0 }, largest = 0;

	for (int byte = 1; byte < 256; byte++)
		sizes[classes[byte]]++;
	for (int i = 1; i < 256; i++)
		if (sizes[i] > sizes[largest])
			largest = i;
	return largest;
}

void find_classes(struct regex *regex, const struct automaton *automaton, guint8 samples[256])
{
	int classes[256] = { 0 }, numbers[256];
	int count = 1, largest;

	for (unsigned int i = 0; i < automaton->nodes->len; i++) {
		const struct node *node = &g_array_index(automaton->nodes, struct node, i);

		if (node->kind == NODE_BYTE)
			count = split_classes(classes, count, &node->set);
	}
	largest = largest_class(classes);
	for (int i = 0; i < 256; i++)
		numbers[i] = -1;
	numbers[largest] = 0;
	regex->class_count = REGEX_EDGE_CLASS + 1;
	regex->classes[0] = REGEX_EDGE_CLASS;
	for (int byte = 1; byte < 256; byte++) {
		int *number = &numbers[classes[byte]];

		if (*number < 0)
			*number = regex->class_count++;
		regex->classes[byte] = *number;
		samples[*number] = byte;
	}
	samples[REGEX_EDGE_CLASS] = 0;
}
