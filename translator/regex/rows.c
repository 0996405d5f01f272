/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of numbers, each kept once; and, by means of them, the merging of states that behave alike.
 *
 * A state of a table is a row that describes it: what search.c and locate.c know at one place of
 * the text. New rows become new states until there are none.
 */
#include <string.h>

#include "regex/internal.h"

struct rows {
	int width;
	GHashTable *numbers; /* of rows, which begin with their width, by content */
	GPtrArray *rows;
	guint16 *key; /* the row that is looked for */
};

static guint hash_row(gconstpointer key)
{
	const guint16 *row = key;
	guint32 hash = 2166136261U;

	for (int i = 1; i <= row[0]; i++)
		hash = (hash ^ row[i]) * 16777619U;
	return hash ^ hash >> 15;
}

static gboolean equal_rows(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, (*(const guint16 *)a + 1) * sizeof(guint16)) == 0;
}

struct rows *rows_new(int width)
{
	struct rows *rows = g_new0(struct rows, 1);

	rows->width = width;
	rows->numbers = g_hash_table_new(hash_row, equal_rows);
	rows->rows = g_ptr_array_new_with_free_func(g_free);
	rows->key = g_new(guint16, width + 1);
	rows->key[0] = width;
	return rows;
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	g_hash_table_destroy(rows->numbers);
	g_ptr_array_free(rows->rows, TRUE);
	g_free(rows->key);
	g_free(rows);
}

int rows_add(struct rows *rows, const guint16 *row)
{
	size_t size = rows->width * sizeof(guint16);
	gpointer number;
	guint16 *copy;

	memcpy(rows->key + 1, row, size);
	if (g_hash_table_lookup_extended(rows->numbers, rows->key, NULL, &number))
		return GPOINTER_TO_INT(number);
	copy = g_new(guint16, rows->width + 1);
	memcpy(copy, rows->key, size + sizeof(guint16));
	g_hash_table_insert(rows->numbers, copy, GINT_TO_POINTER(rows->rows->len));
	g_ptr_array_add(rows->rows, copy);
	return rows->rows->len - 1;
}

const guint16 *rows_get(const struct rows *rows, int index)
{
	return (const guint16 *)g_ptr_array_index(rows->rows, index) + 1;
}

int rows_count(const struct rows *rows)
{
	return rows->rows->len;
}

/* ---- States that behave alike ---- */

/* Gives equal numbers to states that had equal ones, and whose successors had; returns how many. */
static int refine(int *numbers, int state_count, const guint16 *next, int class_count)
{
	struct rows *kinds = rows_new(class_count + 1);
	guint16 *row = g_new(guint16, class_count + 1);
	int *refined = g_new(int, state_count);
	int count;

	for (int state = 0; state < state_count; state++) {
		row[0] = numbers[state];
		for (int i = 0; i < class_count; i++)
			row[i + 1] = numbers[next[state * class_count + i]];
		refined[state] = rows_add(kinds, row);
	}
	memcpy(numbers, refined, state_count * sizeof(int));
	count = rows_count(kinds);
	g_free(refined);
	g_free(row);
	rows_free(kinds);
	return count;
}

int *merge_states(struct arena *arena, struct regex *regex, const GArray *next, const int *kinds)
{
	const guint16 *old = (const guint16 *)next->data;
	int class_count = regex->class_count;
	int old_count = next->len / class_count;
	int *numbers = arena_alloc(arena, old_count * sizeof(int));
	int count = 0, refined;

	memcpy(numbers, kinds, old_count * sizeof(int));
	while ((refined = refine(numbers, old_count, old, class_count)) != count)
		count = refined;
	regex->state_count = count;
	regex->start = numbers[regex->start];
	regex->next = arena_alloc(arena, (size_t)count * class_count * sizeof(guint16));
	for (int state = 0; state < old_count; state++)
		for (int i = 0; i < class_count; i++)
			regex->next[numbers[state] * class_count + i] =
				numbers[old[state * class_count + i]];
	return numbers;
}
