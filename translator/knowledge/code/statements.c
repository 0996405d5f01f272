/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements: instructions by file and line. A line's code is in several pieces, and in several
 * functions if what it is part of was inlined: in each of them the lowest address is the place.
 *
 * What function a line is part of the source says, not the ranges of inlined copies: the line that
 * calls one begins with the copy's first instruction. Of a function whose lines are asked for by ":*",
 * or counted from its own, only lines of its own text are meant; lines by number are also those of
 * what the compiler has inlined into it.
 */
#include "knowledge/code/search.h"

#ifdef HAVE_LIBDW

#include <string.h>

#include "knowledge/code/owners.h"
#include "knowledge/code/scopes.h"

/* The place of a line in one copy of a function. */
struct statement {
	unsigned int line;
	bool is_declaration;		/* that of the function itself */
	uint32_t die;
	uint64_t address;
	const char *function, *caller;
};

/* A copy of a function that a line's code is part of. */
struct scope {
	uint32_t die;
	unsigned int line;		/* where the function is declared */
	const char *function, *caller;	/* caller: what it is inlined into, or NULL */
};

struct statements {
	struct code_search *search;
	struct code_owners owners;	/* of the file at hand */
	GHashTable *scopes;		/* number of a function's own code, to its scopes */
	GArray *found;			/* of struct statement */
	GHashTable *copies;		/* entry of a copy that has the last line, to its number in `found` */
};

static void unref_array(gpointer array)
{
	g_array_unref(array);
}

/* ---- Which function an instruction is part of ---- */

static const GArray *scopes_of(struct statements *statements, uint32_t copy)
{
	GArray *scopes = g_hash_table_lookup(statements->scopes, GUINT_TO_POINTER(copy));
	const struct index_copy *record = index_copy(statements->search->source->index, copy);

	if (!scopes && record) {
		scopes = code_scopes_of(statements->search->source, record->die);
		g_hash_table_insert(statements->scopes, GUINT_TO_POINTER(copy), scopes);
	}
	return scopes;
}

/*
 * The innermost scope around an address of a function that the query names; with `is_any` the innermost
 * of all, if that is one. These are read of the function's entries.
 */
static bool find_nested(struct statements *statements, uint32_t copy, uint64_t address, bool is_any, struct scope *ret)
{
	const GArray *scopes = scopes_of(statements, copy);
	bool found = false;

	for (unsigned int i = 0; scopes && i < scopes->len; i++) {
		const struct code_scope *scope = &g_array_index(scopes, struct code_scope, i);
		bool is_named = code_search_is_name(statements->search, scope->function);

		if (address < scope->low || address >= scope->high || !(is_any || is_named))
			continue;
		found = is_named;
		*ret = (struct scope){ scope->die, scope->line, scope->function,
				       scope->depth ? g_array_index(scopes, struct code_scope, 0).function : NULL };
	}
	return found;
}

/* A copy of the function in whose text the line stands, if the query names that. */
static bool find_owner(const struct statements *statements, const struct index_row *row, unsigned int begins,
		       uint32_t own, struct scope *ret)
{
	const struct index *index = statements->search->source->index;
	const struct index_copy *copy = index_copy(index, code_owners_copy(&statements->owners, begins, row->address, own));
	const struct index_function *function = copy ? index_function(index, copy->function) : NULL;
	const struct index_function *container = copy ? index_function(index, copy->container) : NULL;

	if (!function || !code_search_is_name(statements->search, index_string(index, function->name)))
		return false;
	*ret = (struct scope){ copy->die, function->line, index_string(index, function->name),
			       container ? index_string(index, container->name) : NULL };
	return true;
}

/* The scope in which a line's code is what the query means; false: it is not. */
static bool find_scope(struct statements *statements, const struct index_row *row, uint32_t own, struct scope *ret)
{
	const struct code_query *query = statements->search->query;
	uint64_t address = index_address(statements->search->source->index, row->address);
	unsigned int begins = code_owners_line(&statements->owners, row->line);

	if (begins ? find_owner(statements, row, begins, own, ret) :
		     find_nested(statements, own, address, true, ret))
		return true;
	return query->lines == LINES_ABSOLUTE && strcmp(query->function, "*") != 0 &&
	       find_nested(statements, own, address, false, ret);
}

/* ---- Lines ---- */

static bool is_line_meant(const struct code_query *query, unsigned int line, unsigned int function_line)
{
	unsigned int from = query->lines == LINES_RELATIVE ? function_line : 0;

	if (query->lines == LINES_ALL)
		return true;
	for (unsigned int i = 0; i < query->ranges->len; i++) {
		const struct line_range *range = &g_array_index(query->ranges, struct line_range, i);

		if (line >= from + range->first && line <= from + range->last)
			return true;
	}
	return false;
}

/* Remembers the place, or moves to it that of the same line in the same copy. */
static void note(struct statements *statements, const struct statement *statement)
{
	GArray *found = statements->found;
	gpointer number;

	/* They come by their lines. */
	if (found->len && g_array_index(found, struct statement, found->len - 1).line != statement->line)
		g_hash_table_remove_all(statements->copies);
	if (g_hash_table_lookup_extended(statements->copies, GUINT_TO_POINTER(statement->die), NULL, &number)) {
		struct statement *known = &g_array_index(found, struct statement, GPOINTER_TO_UINT(number));

		known->address = MIN(known->address, statement->address);
		return;
	}
	g_hash_table_insert(statements->copies, GUINT_TO_POINTER(statement->die), GUINT_TO_POINTER(found->len));
	g_array_append_val(found, *statement);
}

static void visit_row(struct statements *statements, const struct index_row *row, bool takes_all)
{
	struct code_search *search = statements->search;
	uint64_t address = index_address(search->source->index, row->address);
	uint32_t own = index_copy_at(search->source->index, address);
	struct statement found;
	struct scope scope;

	if (own == INDEX_NONE || !code_search_is_open(search, index_copy(search->source->index, own)) ||
	    !find_scope(statements, row, own, &scope))
		return;
	if (!takes_all && !is_line_meant(search->query, row->line, scope.line))
		return;
	found = (struct statement){
		.line = row->line, .is_declaration = row->line == scope.line, .die = scope.die, .address = address,
		.function = scope.function, .caller = scope.caller,
	};
	note(statements, &found);
}

/* Rows that cannot be meant need no further look. */
static bool may_be_meant(const struct code_query *query, unsigned int line)
{
	return query->lines != LINES_ABSOLUTE || is_line_meant(query, line, 0);
}

static void visit_rows(struct statements *statements, const struct index_row *rows, uint32_t count)
{
	const struct code_query *query = statements->search->query;

	for (uint32_t i = 0; i < count; i++)
		if (query->is_nearest || may_be_meant(query, rows[i].line))
			visit_row(statements, &rows[i], query->is_nearest);
}

/* ---- The nearest line that has code ---- */

static unsigned int nearest_line(const GArray *found, unsigned int line)
{
	unsigned int nearest = 0;

	for (unsigned int i = 0; i < found->len; i++) {
		unsigned int here = g_array_index(found, struct statement, i).line;

		if (!nearest || MAX(here, line) - MIN(here, line) < MAX(nearest, line) - MIN(nearest, line))
			nearest = here;
	}
	return nearest;
}

static unsigned int line_of_function(struct code_search *search, uint32_t file)
{
	GArray *numbers = code_search_functions(search);
	unsigned int line = 0;

	for (unsigned int i = 0; i < numbers->len && !line; i++) {
		const struct index_function *function =
			index_function(search->source->index, g_array_index(numbers, uint32_t, i));

		line = function->file == file ? function->line : 0;
	}
	g_array_unref(numbers);
	return line;
}

/* Of all statements, leaves those on the lines that are nearest to what was asked for. */
static void keep_nearest(struct statements *statements, uint32_t file)
{
	const struct code_query *query = statements->search->query;
	unsigned int from = query->lines == LINES_RELATIVE ? line_of_function(statements->search, file) : 0, kept = 0;
	g_autoptr(GHashTable) lines = g_hash_table_new(NULL, NULL);
	GArray *found = statements->found;

	for (unsigned int i = 0; i < query->ranges->len; i++) {
		const struct line_range *range = &g_array_index(query->ranges, struct line_range, i);

		for (unsigned int line = range->first; line <= range->last && line - range->first < found->len; line++)
			g_hash_table_add(lines, GUINT_TO_POINTER(nearest_line(found, from + line)));
	}
	for (unsigned int i = 0; i < found->len; i++) {
		const struct statement statement = g_array_index(found, struct statement, i);

		if (g_hash_table_contains(lines, GUINT_TO_POINTER(statement.line)))
			g_array_index(found, struct statement, kept++) = statement;
	}
	g_array_set_size(found, kept);
}

/* ---- Files ---- */

static guint hash_line(gconstpointer key)
{
	return ((const struct statement *)key)->line;
}

static gboolean equal_lines(gconstpointer a, gconstpointer b)
{
	const struct statement *left = a, *right = b;

	return left->line == right->line && strcmp(left->function, right->function) == 0;
}

/* `named`: those that are there already, if of each function and line one is enough; else NULL. */
static void add_statement(struct code_search *search, struct statement *statement, uint32_t file, GHashTable *named)
{
	struct code_site *site;

	if (named && g_hash_table_contains(named, statement)) {
		code_search_take(search, statement->function, statement->address);
		return;
	}
	site = code_search_add(search, statement->function, statement->address, statement->die);
	if (!site)
		return;
	site->file = index_path(search->source->index, file);
	site->line = statement->line;
	site->caller = statement->caller;
	if (named)
		g_hash_table_add(named, statement);
}

/* Several lines may begin at one address: the first is taken, and the function's own only if there is no other. */
static void add_statements(struct statements *statements, uint32_t file)
{
	struct code_search *search = statements->search;
	GHashTable *named = search->query->wants_names ? g_hash_table_new(hash_line, equal_lines) : NULL;

	for (unsigned int pass = 0; pass < 2; pass++)
		for (unsigned int i = 0; i < statements->found->len; i++) {
			struct statement *statement = &g_array_index(statements->found, struct statement, i);

			if (statement->is_declaration == (pass == 1))
				add_statement(search, statement, file, named);
		}
	g_clear_pointer(&named, g_hash_table_unref);
}

static void search_file(struct statements *statements, uint32_t file)
{
	struct code_search *search = statements->search;
	const struct index_row *rows;
	uint32_t count;

	rows = index_rows(search->source->index, file, &count, &search->is_damaged);
	g_array_set_size(statements->found, 0);
	g_hash_table_remove_all(statements->copies);
	code_owners_read(&statements->owners, search, file);
	visit_rows(statements, rows, count);
	if (search->query->is_nearest && search->query->lines != LINES_ALL)
		keep_nearest(statements, file);
	add_statements(statements, file);
}

/* The files of the functions that are meant; with a file and any function, all files of that name. */
static GHashTable *files_of(struct code_search *search)
{
	const struct index *index = search->source->index;
	GHashTable *files = g_hash_table_new(NULL, NULL);
	GArray *numbers = code_search_functions(search);
	uint32_t count;

	for (unsigned int i = 0; i < numbers->len; i++)
		g_hash_table_add(files, GUINT_TO_POINTER(
				 index_function(index, g_array_index(numbers, uint32_t, i))->file));
	g_array_unref(numbers);
	index_table(index, INDEX_FILES, &count);
	for (uint32_t i = 0; strcmp(search->query->function, "*") == 0 && i < count; i++)
		if (code_search_is_file(search, i))
			g_hash_table_add(files, GUINT_TO_POINTER(i));
	return files;
}

void code_search_statements(struct code_search *search)
{
	struct statements statements = { .search = search };
	GHashTable *files = files_of(search);
	GHashTableIter iterator;
	gpointer file;

	statements.scopes = g_hash_table_new_full(NULL, NULL, NULL, unref_array);
	code_owners_init(&statements.owners, search->source->index);
	statements.found = g_array_new(FALSE, FALSE, sizeof(struct statement));
	statements.copies = g_hash_table_new(NULL, NULL);
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, &file, NULL))
		search_file(&statements, GPOINTER_TO_UINT(file));
	g_hash_table_unref(statements.copies);
	g_array_unref(statements.found);
	code_owners_fini(&statements.owners);
	g_hash_table_unref(statements.scopes);
	g_hash_table_unref(files);
}

#endif /* HAVE_LIBDW */
