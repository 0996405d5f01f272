/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the code of a file's functions in one table, by the function's line and then by address, so
 * that the copy around an address is found by a search in it. Called by statements.c with each line
 * that has code.
 */
#include "knowledge/code/owners.h"

#ifdef HAVE_LIBDW

/* Code of an inlined copy of a function that begins at `line`. */
struct stretch {
	uint32_t line, low, high;
	uint32_t reach;			/* the highest end of those of the same line up to this one */
	uint32_t copy, die;		/* entries of inner copies stand behind those of outer ones */
};

void code_owners_init(struct code_owners *owners, const struct index *index)
{
	owners->index = index;
	owners->lines = g_array_new(FALSE, FALSE, sizeof(unsigned int));
	owners->stretches = g_array_new(FALSE, FALSE, sizeof(struct stretch));
}

void code_owners_fini(struct code_owners *owners)
{
	g_array_unref(owners->lines);
	g_array_unref(owners->stretches);
}

/* ---- Reading ---- */

static gint compare_lines(gconstpointer a, gconstpointer b)
{
	unsigned int left = *(const unsigned int *)a, right = *(const unsigned int *)b;

	return left < right ? -1 : left > right;
}

/* Of what begins at one address the outer one comes first. */
static gint compare_stretches(gconstpointer a, gconstpointer b)
{
	const struct stretch *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	if (left->low != right->low)
		return left->low < right->low ? -1 : 1;
	if (left->high != right->high)
		return left->high > right->high ? -1 : 1;
	return left->die < right->die ? -1 : left->die > right->die;
}

static void add_stretches(struct code_owners *owners, const struct index_function *function)
{
	for (uint32_t copy = function->first_copy; copy < function->first_copy + function->copies; copy++) {
		uint32_t count;
		const struct index_inlined *ranges = index_inlined(owners->index, copy, &count);
		const struct index_copy *record = index_copy(owners->index, copy);

		for (uint32_t i = 0; record && i < count; i++) {
			struct stretch stretch = {
				.line = function->line, .low = ranges[i].low, .high = ranges[i].high,
				.copy = copy, .die = record->die,
			};

			g_array_append_val(owners->stretches, stretch);
		}
	}
}

static void find_reach(GArray *stretches)
{
	for (unsigned int i = 0; i < stretches->len; i++) {
		struct stretch *stretch = &g_array_index(stretches, struct stretch, i);

		stretch->reach = i && stretch[-1].line == stretch->line ? MAX(stretch[-1].reach, stretch->high) : stretch->high;
	}
}

void code_owners_read(struct code_owners *owners, const struct code_search *search, uint32_t file)
{
	const struct index_function *function;

	owners->file = file;
	g_array_set_size(owners->lines, 0);
	g_array_set_size(owners->stretches, 0);
	for (uint32_t i = 0; (function = index_function(owners->index, i)); i++) {
		if (function->file != file || !(function->flags & FUNCTION_DEFINED))
			continue;
		g_array_append_val(owners->lines, function->line);
		if (code_search_is_name(search, index_string(owners->index, function->name)))
			add_stretches(owners, function);
	}
	g_array_sort(owners->lines, compare_lines);
	g_array_sort(owners->stretches, compare_stretches);
	find_reach(owners->stretches);
}

/* ---- Questions ---- */

unsigned int code_owners_line(const struct code_owners *owners, unsigned int line)
{
	unsigned int low = 0, high = owners->lines->len;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (g_array_index(owners->lines, unsigned int, middle) <= line)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? g_array_index(owners->lines, unsigned int, low - 1) : 0;
}

/* The number of stretches that begin at that line and address, or before. */
static unsigned int stretches_up_to(const GArray *stretches, unsigned int line, uint32_t address)
{
	unsigned int low = 0, high = stretches->len;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct stretch *stretch = &g_array_index(stretches, struct stretch, middle);

		if (stretch->line < line || (stretch->line == line && stretch->low <= address))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether the function's own code is what is looked for. */
static bool is_own(const struct code_owners *owners, unsigned int line, uint32_t own)
{
	const struct index_copy *copy = index_copy(owners->index, own);
	const struct index_function *function = copy ? index_function(owners->index, copy->function) : NULL;

	return function && function->file == owners->file && function->line == line;
}

uint32_t code_owners_copy(const struct code_owners *owners, unsigned int line, uint32_t address, uint32_t own)
{
	for (unsigned int i = stretches_up_to(owners->stretches, line, address); i > 0; i--) {
		const struct stretch *stretch = &g_array_index(owners->stretches, struct stretch, i - 1);

		if (stretch->line != line || stretch->reach <= address)
			break;
		if (address < stretch->high)
			return stretch->copy;
	}
	return is_own(owners, line, own) ? own : INDEX_NONE;
}

#endif /* HAVE_LIBDW */
