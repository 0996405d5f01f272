/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what spile finds of random functions of a kernel, for ask.py to compare with gdb:
 *
 *     entry NAME ADDRESS FILE LINE      where it begins, and where it is declared
 *     line NAME ADDRESS FILE LINE       a statement of its own text
 *     inlined NAME ADDRESS FILE LINE    a copy of it in another function
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "knowledge/code.h"
#include "knowledge/dwarf/types.h"

/* Of functions that are inlined everywhere, so many copies are enough. */
#define MOST_COPIES 3

static void print_sites(struct knowledge *knowledge, const struct code_query *query, const char *what, unsigned int most)
{
	const char *why = NULL;
	GPtrArray *sites = knowledge_sites(knowledge, NULL, query, &why);

	for (unsigned int i = 0; sites && i < sites->len && i < most; i++) {
		const struct code_site *site = g_ptr_array_index(sites, i);

		printf("%s %s %" PRIx64 " %s %u\n", what, site->function, site->address, site->file, site->line);
	}
}

static void print_function(struct knowledge *knowledge, const struct index *index, const struct index_function *function)
{
	struct code_query query = {
		.function = index_string(index, function->name), .file = index_path(index, function->file),
		.wants_calls = true,
	};

	print_sites(knowledge, &query, "entry", UINT32_MAX);
	query.wants_calls = false;
	query.wants_inlined = true;
	print_sites(knowledge, &query, "inlined", MOST_COPIES);
	query.is_statement = true;
	query.lines = LINES_ALL;
	if (index_copy(index, function->first_copy)->container == INDEX_NONE)
		print_sites(knowledge, &query, "line", UINT32_MAX);
}

int main(int count, char **arguments)
{
	struct knowledge_options options = { .sources = SOURCE_DWARF, .root = "" };
	struct kernel_tree tree = { .release = "of-a-file", .build_dir = "/nowhere", .key = "sites" };
	struct arena *arena = arena_new();
	struct knowledge *knowledge = knowledge_new(arena, &tree, &options);
	const char *why = NULL;
	struct dwarf_source *source;
	uint32_t functions;

	if (count != 4)
		return 2;
	g_setenv("SPILE_DEBUGINFO", arguments[1], TRUE);
	source = knowledge_dwarf(knowledge, NULL, &why);
	if (!source) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	srandom((unsigned int)atoi(arguments[3]));
	index_table(source->index, INDEX_FUNCTIONS, &functions);
	for (int left = atoi(arguments[2]); left > 0;) {
		const struct index_function *function = index_function(source->index, (uint32_t)random() % functions);

		if (!function->copies)
			continue;
		print_function(knowledge, source->index, function);
		left--;
	}
	arena_free(arena);
	return 0;
}
