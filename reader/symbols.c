/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table of symbols, and looking up in it. symbol_source.c fills it with what a script's module may
 * probe, points.c asks it for addresses, and for names that are spelled like one that is not there.
 * Functions of the kernel's init section are left out: their memory is long gone. Those that must not
 * be probed stay, with the reason.
 */
#include "symbols.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Longer names are not compared for likeness. */
#define LIKENESS_LENGTH_MOST 128

/* ---- What is of interest ---- */

bool symbol_is_of_kind(enum symbol_kind kind, char type)
{
	return type && strchr(kind == SYMBOL_FUNCTION ? "tTwW" : "bBdDrRvV", type);
}

bool symbol_is_doubtful(char type)
{
	return type && strchr("tTaA", type);
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool symbols_filter_names(const struct symbols_filter *filter, const char *name)
{
	return filter->name_count &&
	       bsearch(&name, filter->names, filter->name_count, sizeof(*filter->names), compare_names);
}

bool symbols_filter_wants(const struct symbols_filter *filter, const struct symbol *symbol)
{
	return symbols_filter_names(filter, symbol->name) ||
	       (filter->matches && filter->matches(filter->context, symbol));
}

/* ---- The table ---- */

void symbols_init(struct symbols *ret, enum symbol_kind kind)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = kind;
}

void symbols_add(struct symbols *symbols, const struct symbol *symbol)
{
	struct symbol *added;

	if ((symbols->count & (symbols->count - 1)) == 0)
		symbols->items = memory_resize(symbols->items,
					       (symbols->count ? 2 * symbols->count : 1) * sizeof(*added));
	added = &symbols->items[symbols->count++];
	*added = *symbol;
	added->name = text_pool_copy(&symbols->names, symbol->name);
	added->module = symbol->module ? text_pool_copy(&symbols->names, symbol->module) : NULL;
}

static int compare_symbols(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return a->address < b->address ? -1 : a->address > b->address;
}

void symbols_sort(struct symbols *symbols)
{
	if (symbols->count)
		qsort(symbols->items, symbols->count, sizeof(*symbols->items), compare_symbols);
}

void symbols_fini(struct symbols *symbols)
{
	free(symbols->items);
	text_pool_fini(&symbols->names);
	memset(symbols, 0, sizeof(*symbols));
}

/* ---- What must not be probed ---- */

/* Whether a symbol is of the kind that its letter may stand for, and is still there. */
static bool is_real(const struct symbol *symbol, enum symbol_kind kind, const struct forbidden_sections *sections)
{
	if (kind == SYMBOL_FUNCTION)
		return !forbidden_is_gone(sections, symbol->address);
	return !symbol->is_doubtful || forbidden_is_behind_code(sections, symbol->address);
}

static void drop_unreal(struct symbols *symbols, const struct forbidden_sections *sections)
{
	size_t kept = 0;

	for (size_t i = 0; i < symbols->count; i++)
		if (is_real(&symbols->items[i], symbols->kind, sections))
			symbols->items[kept++] = symbols->items[i];
	symbols->count = kept;
}

static void forbid_listed(struct symbols *symbols, const struct forbidden_function *function)
{
	size_t count;
	const struct symbol *found = symbols_find(symbols, function->name, &count);
	struct symbol *symbol = found ? symbols->items + (found - symbols->items) : NULL;

	for (; count > 0; count--, symbol++)
		if (!symbol->forbidden && forbidden_means(function, symbol->address))
			symbol->forbidden = forbidden_text(FORBIDDEN_LISTED);
}

void symbols_forbid(struct symbols *symbols, const struct forbidden_sections *sections,
		    const struct forbidden_list *list, const struct forbidden_modules *modules)
{
	drop_unreal(symbols, sections);
	for (size_t i = 0; i < symbols->count; i++) {
		struct symbol *symbol = &symbols->items[i];

		if (symbol->module && forbidden_modules_have(modules, symbol->module))
			symbol->forbidden = forbidden_text(FORBIDDEN_SESSION);
		else if (symbols->kind == SYMBOL_FUNCTION)
			symbol->forbidden = forbidden_text(forbidden_by_section(sections, symbol->address));
	}
	for (size_t i = 0; i < list->count; i++)
		forbid_listed(symbols, &list->items[i]);
}

/* ---- Ends ---- */

/* The table's symbols in the order of their addresses. */
struct by_address {
	struct symbol **items;
	size_t count;
};

static int compare_addresses(const void *left, const void *right)
{
	const struct symbol *a = *(struct symbol *const *)left, *b = *(struct symbol *const *)right;

	return a->address < b->address ? -1 : a->address > b->address;
}

/* How many symbols begin before the address. */
static size_t count_before(const struct by_address *list, __u64 address)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->items[middle]->address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A symbol, wanted or not, begins there: the last ones before it end there, unless they have an end before. */
static bool end_at(void *context, const struct kallsyms_line *line)
{
	const struct by_address *list = context;
	__u64 address = line->address;
	size_t count = count_before(list, address);

	for (size_t i = count; i-- > 0 && list->items[i]->address == list->items[count - 1]->address;)
		if (!list->items[i]->end || list->items[i]->end > address)
			list->items[i]->end = address;
	return true;
}

bool symbols_find_ends(struct symbols *symbols, int fd)
{
	struct by_address list = { .count = symbols->count };
	bool success;

	list.items = memory_alloc((list.count + 1) * sizeof(*list.items));
	for (size_t i = 0; i < list.count; i++)
		list.items[i] = &symbols->items[i];
	qsort(list.items, list.count, sizeof(*list.items), compare_addresses);
	success = kallsyms_each(fd, end_at, &list);
	free(list.items);
	return success;
}

/* ---- Looking up ---- */

const struct symbol *symbols_find(const struct symbols *symbols, const char *name, size_t *count_ret)
{
	size_t low = 0, high = symbols->count;
	size_t end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(symbols->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	end = low;
	while (end < symbols->count && strcmp(symbols->items[end].name, name) == 0)
		end++;
	*count_ret = end - low;
	return end > low ? &symbols->items[low] : NULL;
}

static bool has_prefix(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

bool symbol_matches(const struct symbol *symbol, const char *wildcard)
{
	const char *dot = strchr(symbol->name, '.');
	char base[512];
	size_t length;

	if (has_prefix(symbol->name, "__pfx_") || has_prefix(symbol->name, "__cfi_"))
		return false;
	if (!dot)
		return fnmatch(wildcard, symbol->name, 0) == 0;
	if (strstr(dot, ".cold"))
		return false;
	length = (size_t)(dot - symbol->name);
	if (length >= sizeof(base))
		return false;
	memcpy(base, symbol->name, length);
	base[length] = '\0';
	return fnmatch(wildcard, base, 0) == 0;
}

/* ---- Proposing ---- */

static unsigned int least_of_three(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Insertions, deletions and replacements that make one of the other; both are short enough. */
static unsigned int edit_distance(const char *a, const char *b)
{
	unsigned int row[LIKENESS_LENGTH_MOST + 1];
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i + 1;
		for (size_t j = 0; j < length; j++) {
			unsigned int above = row[j + 1];

			row[j + 1] = least_of_three(above + 1, row[j] + 1,
						    diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[length];
}

/* Proposals, the nearest first. */
struct proposals {
	const char **names;
	unsigned int *distances;
	size_t count, most;
};

static void propose(struct proposals *proposals, const char *name, unsigned int distance)
{
	size_t at = proposals->count;

	for (size_t i = 0; i < proposals->count; i++)
		if (strcmp(proposals->names[i], name) == 0)
			return;
	while (at > 0 && proposals->distances[at - 1] > distance)
		at--;
	if (at == proposals->most)
		return;
	if (proposals->count < proposals->most)
		proposals->count++;
	for (size_t i = proposals->count - 1; i > at; i--) {
		proposals->names[i] = proposals->names[i - 1];
		proposals->distances[i] = proposals->distances[i - 1];
	}
	proposals->names[at] = name;
	proposals->distances[at] = distance;
}

/* How unlike the names are, `limit` + 1 when too much so; 0 if one is a variant of the other. */
static unsigned int unlikeness(const char *name, size_t length, const char *other,
			       unsigned int limit)
{
	size_t other_length = strlen(other);
	size_t difference = other_length > length ? other_length - length : length - other_length;

	if (strncmp(other, name, length) == 0 && other[length] == '.')
		return strstr(other + length, ".cold") ? limit + 1 : 0;
	if (difference > limit || other_length > LIKENESS_LENGTH_MOST)
		return limit + 1;
	return edit_distance(name, other);
}

size_t symbols_propose(const struct symbols *symbols, const char *name, const char *ret[], size_t most)
{
	size_t length = strlen(name);
	unsigned int limit = length < 6 ? 1 : (unsigned int)length / 3;
	struct proposals proposals = {
		.names = ret,
		.distances = memory_alloc(most * sizeof(*proposals.distances)),
		.most = most,
	};

	for (size_t i = 0; i < symbols->count && length <= LIKENESS_LENGTH_MOST; i++) {
		const struct symbol *symbol = &symbols->items[i];
		unsigned int distance = unlikeness(name, length, symbol->name, limit);

		if (distance <= limit && !symbol->forbidden)
			propose(&proposals, symbol->name, distance);
	}
	free(proposals.distances);
	return proposals.count;
}
