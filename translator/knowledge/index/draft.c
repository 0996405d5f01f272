/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects the records of an index. Sorting them changes their numbers, so each table that others
 * refer to is sorted by way of a list of its old numbers, and what refers to it is changed at once.
 */
#include "knowledge/index/draft.h"

#include <string.h>

#include "knowledge/index/index.h"

static const size_t record_sizes[INDEX_TABLES] = {
	[INDEX_STRINGS] = 1, [INDEX_FILES] = sizeof(struct index_file),
	[INDEX_FUNCTIONS] = sizeof(struct index_function), [INDEX_COPIES] = sizeof(struct index_copy),
	[INDEX_RANGES] = sizeof(struct index_range), [INDEX_INLINED] = sizeof(struct index_inlined),
	[INDEX_TYPES] = sizeof(struct index_type),
	[INDEX_ENUMERATORS] = sizeof(struct index_enumerator), [INDEX_VARIABLES] = sizeof(struct index_variable),
	[INDEX_SYMBOLS] = sizeof(struct index_symbol), [INDEX_ROWS] = sizeof(struct draft_row),
};

/* ---- What is there already ---- */

static guint hash_function(gconstpointer key)
{
	const struct index_function *function = key;

	return (function->name * 31 + function->file) * 31 + function->line;
}

static gboolean equal_functions(gconstpointer a, gconstpointer b)
{
	const struct index_function *left = a, *right = b;

	return left->name == right->name && left->file == right->file && left->line == right->line;
}

struct index_draft *draft_new(void)
{
	struct index_draft *draft = g_new0(struct index_draft, 1);

	draft->texts = g_string_chunk_new(1 << 16);
	draft->strings = g_ptr_array_new();
	draft->numbers = g_hash_table_new(g_str_hash, g_str_equal);
	draft->files = g_hash_table_new(NULL, NULL);
	draft->functions = g_hash_table_new_full(hash_function, equal_functions, g_free, NULL);
	draft->types = g_hash_table_new(NULL, NULL);
	draft->enumerators = g_hash_table_new(NULL, NULL);
	for (enum index_table table = 0; table < INDEX_TABLES; table++)
		draft->tables[table] = g_array_new(FALSE, TRUE, (guint)record_sizes[table]);
	draft_string(draft, "");
	return draft;
}

void draft_free(struct index_draft *draft)
{
	for (enum index_table table = 0; table < INDEX_TABLES; table++)
		g_array_unref(draft->tables[table]);
	g_hash_table_unref(draft->enumerators);
	g_hash_table_unref(draft->types);
	g_hash_table_unref(draft->functions);
	g_hash_table_unref(draft->files);
	g_hash_table_unref(draft->numbers);
	g_ptr_array_unref(draft->strings);
	g_string_chunk_free(draft->texts);
	g_free(draft);
}

/* ---- Adding ---- */

uint32_t draft_string(struct index_draft *draft, const char *text)
{
	gpointer number;
	char *copy;

	if (g_hash_table_lookup_extended(draft->numbers, text, NULL, &number))
		return GPOINTER_TO_UINT(number);
	copy = g_string_chunk_insert(draft->texts, text);
	g_ptr_array_add(draft->strings, copy);
	g_hash_table_insert(draft->numbers, copy, GUINT_TO_POINTER(draft->strings->len - 1));
	return draft->strings->len - 1;
}

/* Appends a record to its table; its number. */
static uint32_t append(struct index_draft *draft, enum index_table table, const void *record)
{
	g_array_append_vals(draft->tables[table], record, 1);
	return draft->tables[table]->len - 1;
}

/* Whether `key` is new to the hash; if so it has the number `next` from now on. */
static bool is_new(GHashTable *hash, uint32_t key, uint32_t next, uint32_t *number_ret)
{
	gpointer number;

	if (g_hash_table_lookup_extended(hash, GUINT_TO_POINTER(key), NULL, &number)) {
		*number_ret = GPOINTER_TO_UINT(number);
		return false;
	}
	g_hash_table_insert(hash, GUINT_TO_POINTER(key), GUINT_TO_POINTER(next));
	*number_ret = next;
	return true;
}

uint32_t draft_file(struct index_draft *draft, const char *path)
{
	struct index_file file = { .path = draft_string(draft, path) };
	uint32_t number;

	if (is_new(draft->files, file.path, draft->tables[INDEX_FILES]->len, &number))
		append(draft, INDEX_FILES, &file);
	return number;
}

struct index_function *draft_get_function(struct index_draft *draft, uint32_t number)
{
	return &g_array_index(draft->tables[INDEX_FUNCTIONS], struct index_function, number);
}

uint32_t draft_function(struct index_draft *draft, const struct index_function *function)
{
	struct index_function *known;
	gpointer number;

	if (!g_hash_table_lookup_extended(draft->functions, function, NULL, &number)) {
		uint32_t added = append(draft, INDEX_FUNCTIONS, function);

		g_hash_table_insert(draft->functions, g_memdup(function, sizeof(*function)), GUINT_TO_POINTER(added));
		return added;
	}
	known = draft_get_function(draft, GPOINTER_TO_UINT(number));
	if (!(known->flags & FUNCTION_DEFINED) && (function->flags & FUNCTION_DEFINED))
		known->die = function->die;
	known->flags |= function->flags;
	return GPOINTER_TO_UINT(number);
}

/* While it is made, the highest bit of a type's kind says that it is complete. */
#define IS_COMPLETE UINT32_C(0x80000000)

bool draft_type(struct index_draft *draft, const struct index_type *type, bool is_complete)
{
	struct index_type added = *type, *known;
	uint32_t number;

	added.kind |= is_complete ? IS_COMPLETE : 0;
	if (is_new(draft->types, type->name << 4 | type->kind, draft->tables[INDEX_TYPES]->len, &number)) {
		append(draft, INDEX_TYPES, &added);
		return true;
	}
	known = &g_array_index(draft->tables[INDEX_TYPES], struct index_type, number);
	if ((known->kind & IS_COMPLETE) || !is_complete)
		return false;
	*known = added;
	return true;
}

bool draft_enumerator(struct index_draft *draft, const struct index_enumerator *enumerator)
{
	uint32_t number;

	if (!is_new(draft->enumerators, enumerator->name, draft->tables[INDEX_ENUMERATORS]->len, &number))
		return false;
	append(draft, INDEX_ENUMERATORS, enumerator);
	return true;
}

uint32_t draft_copy(struct index_draft *draft, const struct index_copy *copy)
{
	return append(draft, INDEX_COPIES, copy);
}

void draft_range(struct index_draft *draft, const struct index_range *range)
{
	append(draft, INDEX_RANGES, range);
}

void draft_inlined(struct index_draft *draft, const struct index_inlined *range)
{
	append(draft, INDEX_INLINED, range);
}

void draft_variable(struct index_draft *draft, const struct index_variable *variable)
{
	append(draft, INDEX_VARIABLES, variable);
}

void draft_symbol(struct index_draft *draft, const struct index_symbol *symbol)
{
	append(draft, INDEX_SYMBOLS, symbol);
}

void draft_row(struct index_draft *draft, const struct draft_row *row)
{
	append(draft, INDEX_ROWS, row);
}

/* ---- Order ---- */

/* Compares by the numbers (uint32_t) that records begin with, as many as there are. */
static gint compare_numbers(gconstpointer a, gconstpointer b, size_t count)
{
	const uint32_t *left = a, *right = b;

	for (size_t i = 0; i < count; i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

static gint compare_one(gconstpointer a, gconstpointer b)
{
	return compare_numbers(a, b, 1);
}

static gint compare_two(gconstpointer a, gconstpointer b)
{
	return compare_numbers(a, b, 2);
}

static gint compare_three(gconstpointer a, gconstpointer b)
{
	return compare_numbers(a, b, 3);
}

static gint compare_by_address(gconstpointer a, gconstpointer b)
{
	const struct index_symbol *left = a, *right = b;

	return left->address != right->address ? (left->address < right->address ? -1 : 1) : compare_one(a, b);
}

/* Sorts a table of the draft; in the result, the new number of each record that had an old one. */
static uint32_t *sort_table(struct index_draft *draft, enum index_table table, GCompareFunc compare)
{
	GArray *records = draft->tables[table];
	size_t size = record_sizes[table], wide = size + sizeof(uint32_t);
	char *marked = g_malloc(wide * records->len + 1);
	uint32_t *new_numbers = g_new(uint32_t, records->len + 1);

	for (uint32_t i = 0; i < records->len; i++) {
		memcpy(marked + i * wide, records->data + i * size, size);
		memcpy(marked + i * wide + size, &i, sizeof(i));
	}
	qsort(marked, records->len, wide, compare);
	for (uint32_t i = 0; i < records->len; i++) {
		uint32_t old;

		memcpy(&old, marked + i * wide + size, sizeof(old));
		memcpy(records->data + i * size, marked + i * wide, size);
		new_numbers[old] = i;
	}
	g_free(marked);
	return new_numbers;
}

static gint compare_strings(gconstpointer a, gconstpointer b, gpointer strings)
{
	void **texts = ((GPtrArray *)strings)->pdata;

	return strcmp(texts[*(const uint32_t *)a], texts[*(const uint32_t *)b]);
}

/* Fills the table of strings in their order; the offset there of each string. */
static uint32_t *place_strings(struct index_draft *draft)
{
	GArray *bytes = draft->tables[INDEX_STRINGS];
	uint32_t count = draft->strings->len, *order = g_new(uint32_t, count), *offsets = g_new(uint32_t, count);

	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	g_qsort_with_data(order, (gint)count, sizeof(*order), compare_strings, draft->strings);
	for (uint32_t i = 0; i < count; i++) {
		const char *text = g_ptr_array_index(draft->strings, order[i]);

		offsets[order[i]] = bytes->len;
		g_array_append_vals(bytes, text, (guint)strlen(text) + 1);
	}
	g_free(order);
	return offsets;
}

/* Exchanges the numbers that stand in a field of all records of a table. */
static void exchange(struct index_draft *draft, enum index_table table, size_t field, const uint32_t *new_numbers)
{
	GArray *records = draft->tables[table];

	for (uint32_t i = 0; i < records->len; i++) {
		uint32_t *number = (uint32_t *)(void *)(records->data + i * record_sizes[table] + field);

		if (*number != INDEX_NONE)
			*number = new_numbers[*number];
	}
}

/* The names, which all these records begin with. */
static void exchange_names(struct index_draft *draft)
{
	static const enum index_table named[] = {
		INDEX_FILES, INDEX_FUNCTIONS, INDEX_TYPES, INDEX_ENUMERATORS, INDEX_VARIABLES, INDEX_SYMBOLS,
	};
	g_autofree uint32_t *offsets = place_strings(draft);

	for (size_t i = 0; i < G_N_ELEMENTS(named); i++)
		exchange(draft, named[i], 0, offsets);
}

static void sort_files(struct index_draft *draft)
{
	g_autofree uint32_t *numbers = sort_table(draft, INDEX_FILES, compare_one);

	exchange(draft, INDEX_FUNCTIONS, offsetof(struct index_function, file), numbers);
	exchange(draft, INDEX_VARIABLES, offsetof(struct index_variable, file), numbers);
	exchange(draft, INDEX_ROWS, offsetof(struct draft_row, file), numbers);
}

/* Takes away what is only declared and has the name of something defined. */
static void drop_declarations(struct index_draft *draft, uint32_t *numbers)
{
	GArray *functions = draft->tables[INDEX_FUNCTIONS];
	g_autoptr(GHashTable) defined = g_hash_table_new(NULL, NULL);
	g_autofree uint32_t *moved = g_new(uint32_t, functions->len + 1);
	uint32_t kept = 0, count = functions->len;

	for (uint32_t i = 0; i < count; i++)
		if (draft_get_function(draft, i)->flags & FUNCTION_DEFINED)
			g_hash_table_add(defined, GUINT_TO_POINTER(draft_get_function(draft, i)->name));
	for (uint32_t i = 0; i < count; i++) {
		struct index_function *function = draft_get_function(draft, i);

		moved[i] = kept;
		if ((function->flags & FUNCTION_DEFINED) || !g_hash_table_contains(defined, GUINT_TO_POINTER(function->name)))
			*draft_get_function(draft, kept++) = *function;
	}
	g_array_set_size(functions, kept);
	for (uint32_t i = 0; i < count; i++)
		numbers[i] = moved[numbers[i]];
}

static void sort_functions(struct index_draft *draft)
{
	g_autofree uint32_t *numbers = sort_table(draft, INDEX_FUNCTIONS, compare_two);

	drop_declarations(draft, numbers);
	exchange(draft, INDEX_COPIES, offsetof(struct index_copy, function), numbers);
	exchange(draft, INDEX_COPIES, offsetof(struct index_copy, container), numbers);
}

static void sort_copies(struct index_draft *draft)
{
	g_autofree uint32_t *numbers = sort_table(draft, INDEX_COPIES, compare_two);
	GArray *copies = draft->tables[INDEX_COPIES];

	exchange(draft, INDEX_RANGES, offsetof(struct index_range, copy), numbers);
	exchange(draft, INDEX_INLINED, offsetof(struct index_inlined, copy), numbers);
	for (uint32_t i = 0; i < copies->len; i++) {
		uint32_t of = g_array_index(copies, struct index_copy, i).function;
		struct index_function *function = draft_get_function(draft, of);

		function->first_copy = function->copies++ ? function->first_copy : i;
	}
}

/* Rows to records of the index: each place of a line once, and every file knows its own. */
static void place_rows(struct index_draft *draft)
{
	GArray *rows = draft->tables[INDEX_ROWS], *files = draft->tables[INDEX_FILES];
	GArray *placed = g_array_sized_new(FALSE, FALSE, sizeof(struct index_row), rows->len);
	const struct draft_row *before = NULL;

	g_array_sort(rows, compare_three);
	for (uint32_t i = 0; i < rows->len; i++) {
		const struct draft_row *row = &g_array_index(rows, struct draft_row, i);
		struct index_file *file = &g_array_index(files, struct index_file, row->file);
		struct index_row record = { row->line, row->address };

		if (before && compare_three(before, row) == 0)
			continue;
		file->first_row = file->rows++ ? file->first_row : placed->len;
		g_array_append_val(placed, record);
		before = row;
	}
	for (uint32_t i = 0; i < files->len; i++) {
		struct index_file *file = &g_array_index(files, struct index_file, i);

		file->checksum = index_checksum(placed->data + file->first_row * sizeof(struct index_row),
						file->rows * sizeof(struct index_row));
	}
	g_array_unref(rows);
	draft->tables[INDEX_ROWS] = placed;
}

static void mark_unique_symbols(struct index_draft *draft)
{
	GArray *symbols = draft->tables[INDEX_SYMBOLS];

	g_array_sort(symbols, compare_one);
	for (uint32_t i = 0; i < symbols->len; i++) {
		struct index_symbol *symbol = &g_array_index(symbols, struct index_symbol, i);

		if ((!i || symbol[-1].name != symbol->name) && (i + 1 == symbols->len || symbol[1].name != symbol->name))
			symbol->flags |= SYMBOL_IS_UNIQUE;
	}
	g_array_sort(symbols, compare_by_address);
}

static void bring_into_order(struct index_draft *draft)
{
	GArray *types = draft->tables[INDEX_TYPES];

	exchange_names(draft);
	sort_files(draft);
	sort_functions(draft);
	sort_copies(draft);
	g_array_sort(draft->tables[INDEX_RANGES], compare_one);
	g_array_sort(draft->tables[INDEX_INLINED], compare_two);
	for (uint32_t i = 0; i < types->len; i++)
		g_array_index(types, struct index_type, i).kind &= ~IS_COMPLETE;
	g_array_sort(types, compare_two);
	g_array_sort(draft->tables[INDEX_ENUMERATORS], compare_one);
	g_array_sort(draft->tables[INDEX_VARIABLES], compare_two);
	mark_unique_symbols(draft);
	place_rows(draft);
}

/* ---- The file ---- */

static void fill_header(const struct index_draft *draft, const char *build_id, struct index_header *ret)
{
	uint64_t at = sizeof(*ret);

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->magic, INDEX_MAGIC, sizeof(ret->magic));
	ret->version = INDEX_VERSION;
	ret->tables = INDEX_TABLES;
	ret->base = draft->base;
	g_strlcpy(ret->build_id, build_id, sizeof(ret->build_id));
	for (enum index_table table = 0; table < INDEX_TABLES; table++) {
		struct index_place *place = &ret->places[table];
		const GArray *records = draft->tables[table];
		size_t size = (size_t)records->len * g_array_get_element_size((GArray *)records);

		place->offset = at;
		place->count = records->len;
		place->record_size = g_array_get_element_size((GArray *)records);
		place->checksum = table == INDEX_ROWS ? 0 : index_checksum(records->data, size);
		at += (size + 7) & ~(uint64_t)7;
	}
	ret->size = at;
	ret->checksum = index_checksum(ret, offsetof(struct index_header, checksum));
}

bool draft_write(struct index_draft *draft, const char *path, const char *build_id)
{
	struct index_header header;
	char *image;
	bool ok;

	bring_into_order(draft);
	fill_header(draft, build_id, &header);
	image = g_malloc0(header.size);
	memcpy(image, &header, sizeof(header));
	for (enum index_table table = 0; table < INDEX_TABLES; table++) {
		const struct index_place *place = &header.places[table];

		if (place->count)
			memcpy(image + place->offset, draft->tables[table]->data,
			       (size_t)place->count * place->record_size);
	}
	ok = g_file_set_contents(path, image, (gssize)header.size, NULL);
	g_free(image);
	return ok;
}
