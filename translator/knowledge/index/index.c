/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads an index where it is mapped. The checksums of all tables but the rows' are compared at once,
 * which takes 2 ms for a kernel; a number that leads from one record to another is checked against
 * the table it leads into all the same, for a checksum is only as good as who wrote it.
 */
#include "knowledge/index/index.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct index {
	const char *path;
	GMappedFile *file;
	const char *bytes;
	const struct index_header *header;
};

static const uint32_t record_sizes[INDEX_TABLES] = {
	[INDEX_STRINGS] = 1, [INDEX_FILES] = sizeof(struct index_file),
	[INDEX_FUNCTIONS] = sizeof(struct index_function), [INDEX_COPIES] = sizeof(struct index_copy),
	[INDEX_RANGES] = sizeof(struct index_range), [INDEX_INLINED] = sizeof(struct index_inlined),
	[INDEX_TYPES] = sizeof(struct index_type),
	[INDEX_ENUMERATORS] = sizeof(struct index_enumerator), [INDEX_VARIABLES] = sizeof(struct index_variable),
	[INDEX_SYMBOLS] = sizeof(struct index_symbol), [INDEX_ROWS] = sizeof(struct index_row),
};

/* ---- Checks ---- */

/* 2^64 divided by the golden ratio: odd, and with its bits well spread. */
#define CHECKSUM_FACTOR UINT64_C(0x9e3779b97f4a7c15)

static uint64_t stir(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * CHECKSUM_FACTOR;
	return sum ^ sum >> 29;
}

/* Four sums side by side, which processors compute at the same time. */
uint64_t index_checksum(const void *bytes, size_t size)
{
	uint64_t sums[4] = { size, 1, 2, 3 }, words[4] = { 0 };
	const unsigned char *at = bytes;

	for (; size >= sizeof(words); at += sizeof(words), size -= sizeof(words)) {
		memcpy(words, at, sizeof(words));
		for (unsigned int i = 0; i < 4; i++)
			sums[i] = stir(sums[i], words[i]);
	}
	memset(words, 0, sizeof(words));
	/* Of an empty table there may be no bytes at all. */
	if (size)
		memcpy(words, at, size);
	for (unsigned int i = 0; i < 4; i++)
		sums[0] = stir(stir(sums[0], words[i]), sums[i]);
	return sums[0];
}

static bool lies_within(uint64_t whole, const struct index_place *place)
{
	uint64_t size = (uint64_t)place->count * place->record_size;

	return place->offset % sizeof(uint64_t) == 0 && place->offset <= whole && size <= whole - place->offset;
}

/* Forgets the pages of a table that was read as a whole: few of them are asked for later. */
static void give_back(const char *bytes, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)bytes + page - 1) & ~(page - 1), to = ((uintptr_t)bytes + size) & ~(page - 1);

	if (from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}

static bool is_table_good(const struct index *index, enum index_table table)
{
	const struct index_place *place = &index->header->places[table];
	size_t size = (size_t)place->count * place->record_size;
	uint64_t checksum;

	if (place->record_size != record_sizes[table] || !lies_within(index->header->size, place))
		return false;
	if (table == INDEX_ROWS)
		return true;
	checksum = index_checksum(index->bytes + place->offset, size);
	give_back(index->bytes + place->offset, size);
	return checksum == place->checksum;
}

static bool is_header_good(const struct index_header *header, size_t size, const char *build_id)
{
	return size >= sizeof(*header) && memcmp(header->magic, INDEX_MAGIC, sizeof(header->magic)) == 0 &&
	       header->version == INDEX_VERSION && header->tables == INDEX_TABLES && header->size == size &&
	       header->checksum == index_checksum(header, offsetof(struct index_header, checksum)) &&
	       strncmp(header->build_id, build_id, sizeof(header->build_id)) == 0;
}

static bool is_good(const struct index *index, const char *build_id)
{
	const struct index_place *strings;

	if (!is_header_good(index->header, g_mapped_file_get_length(index->file), build_id))
		return false;
	for (enum index_table table = 0; table < INDEX_TABLES; table++)
		if (!is_table_good(index, table))
			return false;
	strings = &index->header->places[INDEX_STRINGS];
	return strings->count && index->bytes[strings->offset + strings->count - 1] == '\0';
}

static void unmap(gpointer file)
{
	g_mapped_file_unref(file);
}

struct index *index_open(struct arena *arena, const char *path, const char *build_id)
{
	GMappedFile *file = g_mapped_file_new(path, FALSE, NULL);
	struct index *index;

	if (!file)
		return NULL;
	arena_defer(arena, unmap, file);
	index = arena_new0(arena, struct index);
	index->path = arena_printf(arena, "%s", path);
	index->file = file;
	index->bytes = g_mapped_file_get_contents(file);
	index->header = (const struct index_header *)index->bytes;
	return is_good(index, build_id) ? index : NULL;
}

void index_discard(const struct index *index)
{
	unlink(index->path);
}

/* ---- Records ---- */

const void *index_table(const struct index *index, enum index_table table, uint32_t *count_ret)
{
	const struct index_place *place = &index->header->places[table];

	*count_ret = place->count;
	return index->bytes + place->offset;
}

/* A record by its number; NULL: there is none. */
static const void *record(const struct index *index, enum index_table table, uint32_t number)
{
	const struct index_place *place = &index->header->places[table];

	if (number >= place->count)
		return NULL;
	return index->bytes + place->offset + (size_t)number * place->record_size;
}

const char *index_string(const struct index *index, uint32_t offset)
{
	const char *string = record(index, INDEX_STRINGS, offset);

	return string ? string : "";
}

const struct index_function *index_function(const struct index *index, uint32_t number)
{
	return record(index, INDEX_FUNCTIONS, number);
}

const struct index_copy *index_copy(const struct index *index, uint32_t number)
{
	return record(index, INDEX_COPIES, number);
}

const char *index_path(const struct index *index, uint32_t file)
{
	const struct index_file *found = record(index, INDEX_FILES, file);

	return found ? index_string(index, found->path) : "";
}

uint64_t index_address(const struct index *index, uint32_t address)
{
	return index->header->base + address;
}

/* ---- Searches ---- */

/* The number of the first record that is not before what is looked for. */
typedef bool (*is_before_function)(const struct index *index, const void *record, const void *key);

static uint32_t search(const struct index *index, enum index_table table, is_before_function is_before,
		       const void *key)
{
	uint32_t low = 0, high = index->header->places[table].count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (is_before(index, record(index, table, middle), key))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* All tables sorted by name begin their records with it. */
static const char *name_of(const struct index *index, const void *of)
{
	uint32_t name;

	memcpy(&name, of, sizeof(name));
	return index_string(index, name);
}

static bool is_name_before(const struct index *index, const void *of, const void *key)
{
	return strcmp(name_of(index, of), key) < 0;
}

uint32_t index_find(const struct index *index, enum index_table table, const char *name, uint32_t *first_ret)
{
	uint32_t first = search(index, table, is_name_before, name), next = first;
	const void *at;

	while ((at = record(index, table, next)) && strcmp(name_of(index, at), name) == 0)
		next++;
	*first_ret = first;
	return next - first;
}

const struct index_row *index_rows(const struct index *index, uint32_t file, uint32_t *count_ret,
				   bool *is_damaged_ret)
{
	const struct index_file *of = record(index, INDEX_FILES, file);
	const struct index_row *rows = of ? record(index, INDEX_ROWS, of->first_row) : NULL;
	uint32_t all = index->header->places[INDEX_ROWS].count;

	*count_ret = 0;
	if (!rows || !of->rows)
		return NULL;
	if (of->rows > all - of->first_row || index_checksum(rows, of->rows * sizeof(*rows)) != of->checksum) {
		*is_damaged_ret = true;
		return NULL;
	}
	*count_ret = of->rows;
	return rows;
}

static bool is_range_before(const struct index *index, const void *of, const void *key)
{
	(void)index;
	return ((const struct index_range *)of)->low <= *(const uint32_t *)key;
}

/* Whether the index counts addresses that far; then as it counts them. */
static bool distance(const struct index *index, uint64_t address, uint32_t *ret)
{
	uint64_t from_base = address - index->header->base;

	*ret = (uint32_t)from_base;
	return address >= index->header->base && from_base < INDEX_NONE;
}

uint32_t index_copy_at(const struct index *index, uint64_t address)
{
	const struct index_range *range;
	uint32_t at, behind;

	if (!distance(index, address, &at))
		return INDEX_NONE;
	behind = search(index, INDEX_RANGES, is_range_before, &at);
	range = behind ? record(index, INDEX_RANGES, behind - 1) : NULL;
	return range && at < range->high ? range->copy : INDEX_NONE;
}

static bool is_inlined_before(const struct index *index, const void *of, const void *key)
{
	(void)index;
	return ((const struct index_inlined *)of)->copy < *(const uint32_t *)key;
}

const struct index_inlined *index_inlined(const struct index *index, uint32_t copy, uint32_t *count_ret)
{
	uint32_t first = search(index, INDEX_INLINED, is_inlined_before, &copy), next = first;
	const struct index_inlined *at;

	while ((at = record(index, INDEX_INLINED, next)) && at->copy == copy)
		next++;
	*count_ret = next - first;
	return record(index, INDEX_INLINED, first);
}

static bool is_symbol_before(const struct index *index, const void *of, const void *key)
{
	(void)index;
	return ((const struct index_symbol *)of)->address <= *(const uint32_t *)key;
}

const struct index_symbol *index_symbol_before(const struct index *index, uint64_t address)
{
	uint32_t at, behind;

	if (!distance(index, address, &at))
		return NULL;
	for (behind = search(index, INDEX_SYMBOLS, is_symbol_before, &at); behind; behind--) {
		const struct index_symbol *symbol = record(index, INDEX_SYMBOLS, behind - 1);

		if (!*index_string(index, symbol->name))
			return NULL;
		if (symbol->flags & SYMBOL_IS_UNIQUE)
			return symbol;
	}
	return NULL;
}

bool index_has_symbol(const struct index *index, uint32_t name, uint32_t address)
{
	uint32_t behind = search(index, INDEX_SYMBOLS, is_symbol_before, &address);

	for (; behind; behind--) {
		const struct index_symbol *symbol = record(index, INDEX_SYMBOLS, behind - 1);

		if (symbol->address != address)
			return false;
		if (symbol->name == name)
			return true;
	}
	return false;
}
