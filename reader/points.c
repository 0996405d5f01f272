/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns the specifications of a script's module ("tcp_*", "ext4:ext4_file_open+0x12") into the
 * points to probe (addresses). Called by session.c before that module is loaded, so that a mistyped
 * name costs nothing. A name without a module's before it is one of the kernel itself. What must not
 * be probed is refused if it is named, and left out of patterns.
 *
 * Within one specification an address comes only once: one function may have several names.
 */
#include "points.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "symbol_source.h"
#include "text.h"

#define PROPOSALS_MOST 3

/* ---- Specifications ---- */

static char *copy(const char *text, size_t length)
{
	return memcpy(memory_alloc(length + 1), text, length);
}

/* "[MODULE:]NAME[+0xOFFSET]"; false if it is not that. */
static bool parse_pattern(struct specification *specification)
{
	const char *name = specification->pattern, *colon = strchr(name, ':'), *plus = strrchr(name, '+');
	unsigned long offset = 0;
	char *end;

	if (colon)
		name = colon + 1;
	if (plus) {
		offset = strtoul(plus + 1, &end, 16);
		if (strncmp(plus, "+0x", 3) != 0 || end == plus + 3 || *end || offset > 0xffffffffUL)
			return false;
	}
	if (colon == specification->pattern || !*name || plus == name)
		return false;
	if (strncmp(name, "0x", 2) == 0) {
		specification->address = strtoull(name, &end, 16);
		if (colon || plus || *end || !specification->address)
			return false;
	}
	specification->offset = (__u32)offset;
	specification->module = colon ? copy(specification->pattern, (size_t)(colon - specification->pattern)) : NULL;
	specification->name = copy(name, plus ? (size_t)(plus - name) : strlen(name));
	return true;
}

/* "PATTERN" or "PATTERN FUNCTION" */
static bool split_function(const char *text, struct specification *ret)
{
	const char *space = strchr(text, ' ');

	if (space && (!ret->is_placed || !space[1]))
		return false;
	if (!*text || space == text || (ret->is_placed && !space))
		return false;
	ret->pattern = copy(text, space ? (size_t)(space - text) : strlen(text));
	ret->function = space ? copy(space + 1, strlen(space + 1)) : NULL;
	return true;
}

bool specification_parse(const char *text, struct specification *ret)
{
	const char *flags, *at;
	unsigned long index;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	index = strtoul(text, &end, 10);
	if (index > 0xffffffffUL || *end != ' ')
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->index = (unsigned int)index;
	flags = end + 1;
	for (at = flags; *at && *at != ' '; at++) {
		if (!strchr("owsap-", *at))
			return false;
		ret->is_optional |= *at == 'o';
		ret->is_wildcard |= *at == 'w';
		ret->is_sufficient |= *at == 's';
		ret->is_alternative |= *at == 'a';
		ret->is_placed |= *at == 'p';
	}
	if (at == flags || *at != ' ')
		return false;
	if (!split_function(at + 1, ret))
		return false;
	if (parse_pattern(ret))
		return true;
	specification_fini(ret);
	return false;
}

void specification_fini(struct specification *specification)
{
	free(specification->module);
	free(specification->name);
	free(specification->function);
	free(specification->pattern);
}

/* ---- Points ---- */

static void add_point(struct points *points, const struct specification *specification,
		      const struct symbol *symbol)
{
	struct spile_point *point;

	if ((points->count & (points->count - 1)) == 0)
		points->items = memory_resize(points->items,
					      (points->count ? 2 * points->count : 1) *
					      sizeof(*point));
	point = &points->items[points->count++];
	memset(point, 0, sizeof(*point));
	point->specification = specification->index;
	point->address = symbol->address;
	point->offset = specification->offset;
	/* The kernel itself has to find a name without an address. */
	if (specification->function && symbol->address)
		snprintf(point->name, sizeof(point->name), "%s", specification->function);
	else
		snprintf(point->name, sizeof(point->name), "%s%s%s",
			 symbol->module && !symbol->address ? symbol->module : "",
			 symbol->module && !symbol->address ? ":" : "", symbol->name);
}

static int compare_points(const void *left, const void *right)
{
	const struct spile_point *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Sorts the points from `first` on; of those with one address, or one hidden name, keeps one. */
static void drop_duplicates(struct points *points, size_t first)
{
	size_t kept = first;

	if (points->count == first)
		return;
	qsort(points->items + first, points->count - first, sizeof(*points->items),
	      compare_points);
	for (size_t i = first; i < points->count; i++) {
		const struct spile_point *point = &points->items[i];
		const struct spile_point *last = kept > first ? &points->items[kept - 1] : NULL;

		if (last && last->address == point->address &&
		    (point->address || strcmp(last->name, point->name) == 0))
			continue;
		points->items[kept++] = *point;
	}
	points->count = kept;
}

/* Whether the specification means functions of `module`; NULL: of the kernel itself. */
static bool means_module(const struct specification *specification, const char *module)
{
	if (!specification->module || !module)
		return !specification->module && !module;
	/* What is not a module but shown as one: "bpf", "__builtin__kprobes". */
	if (strcmp(module, "bpf") == 0 || strncmp(module, "__builtin__", 11) == 0)
		return false;
	return specification->is_wildcard ? fnmatch(specification->module, module, 0) == 0 :
					    strcmp(specification->module, module) == 0;
}

/* Adds the symbol's point, unless it must not be probed: then it is the one in *forbidden_ret. */
static void add_allowed(struct points *points, const struct specification *specification,
			const struct symbol *symbol, const struct symbol **forbidden_ret)
{
	if (symbol->forbidden)
		*forbidden_ret = symbol;
	else
		add_point(points, specification, symbol);
}

/* In all this *forbidden_ret is a function that was meant but must not be probed, or as before. */
static void add_wildcard(struct points *points, const struct specification *specification,
			 const struct symbols *symbols, const struct symbol **forbidden_ret)
{
	size_t forbidden = 0;

	for (size_t i = 0; i < symbols->count; i++) {
		const struct symbol *symbol = &symbols->items[i];

		if (!means_module(specification, symbol->module) || !symbol_matches(symbol, specification->name))
			continue;
		add_allowed(points, specification, symbol, forbidden_ret);
		forbidden += symbol->forbidden != NULL;
	}
	if (forbidden)
		message_verbose("'%s' would stand for %zu more that must not be probed", specification->pattern,
				forbidden);
}

static void add_named(struct points *points, const struct specification *specification,
		      const struct symbols *symbols, const struct symbol **forbidden_ret)
{
	size_t count;
	const struct symbol *symbol = symbols_find(symbols, specification->name, &count);

	for (size_t i = 0; i < count; i++)
		if (means_module(specification, symbol[i].module))
			add_allowed(points, specification, &symbol[i], forbidden_ret);
}

/* An instruction, of whatever function: said to lie behind something, it is taken for no entry. */
static void add_address(struct points *points, const struct specification *specification)
{
	const struct symbol place = { .name = specification->name, .address = specification->address - 1 };

	add_point(points, specification, &place);
	points->items[points->count - 1].offset = 1;
}

static const char *kind_text(const struct symbols *symbols)
{
	return symbols->kind == SYMBOL_FUNCTION ? "function" : "variable";
}

/* ---- Places within functions and variables ---- */

/* The symbol that `point` was made of. */
static const struct symbol *symbol_of(const struct symbols *symbols, const struct specification *specification,
				      const struct spile_point *point)
{
	size_t count;
	const struct symbol *symbol = symbols_find(symbols, specification->name, &count);

	while (symbol->address != point->address)
		symbol++;
	return symbol;
}

/*
 * A place behind a function's first byte has to lie in one function, and in that one, unless it was
 * counted in the very build that runs.
 */
static bool check_offset(const struct points *points, size_t first, const struct specification *specification,
			 const struct symbols *symbols)
{
	const struct spile_point *point = &points->items[first];
	const struct symbol *symbol;

	if ((!specification->offset && !specification->is_placed) || points->count == first)
		return true;
	if (points->count - first > 1) {
		message_error("'%s' may be any of %zu places: so many %ss have that name",
			      specification->pattern, points->count - first, kind_text(symbols));
		return false;
	}
	if (specification->is_placed)
		return true;
	symbol = symbol_of(symbols, specification, point);
	if (!symbol->end || specification->offset < symbol->end - symbol->address)
		return true;
	message_error("'%s' lies behind the end of that %s, which has %llu bytes", specification->pattern,
		      kind_text(symbols), (unsigned long long)(symbol->end - symbol->address));
	return false;
}

/* ---- What is missing ---- */

/* Names that are spelled alike. */
static void propose_names(const struct specification *specification, const struct symbols *symbols)
{
	const char *names[PROPOSALS_MOST];
	struct text list = { 0 };
	size_t count = symbols_propose(symbols, specification->name, names, PROPOSALS_MOST);

	for (size_t i = 0; i < count; i++)
		text_printf(&list, "%s'%s'", i == 0 ? "" : i + 1 < count ? ", " : " or ", names[i]);
	if (count)
		message_note("did you mean %s?", list.bytes);
	else
		message_note(symbols->kind == SYMBOL_FUNCTION ?
			     "the compiler may have inlined it, or its module is not loaded" :
			     "it may be on a stack, one for each CPU, or in a module that is not loaded");
	text_fini(&list);
}

/* A module that has the function which the kernel itself has not; NULL: none. */
static const char *module_with(const struct symbols *symbols, const char *name)
{
	size_t count;
	const struct symbol *symbol = symbols_find(symbols, name, &count);

	return count ? symbol->module : NULL;
}

/* What may have been meant, out of all symbols there are. */
static void propose(const struct specification *specification, const struct symbols *symbols)
{
	const char *module = specification->module ? NULL : module_with(symbols, specification->name);

	if (!module)
		propose_names(specification, symbols);
	else
		message_note(symbols->kind == SYMBOL_FUNCTION ? "module '%s' has one: module(\"%s\").function(\"%s\")" :
			     "module '%s' has one: kernel.data(\"%s:%s\")", module, module, specification->name);
}

/* Whether it is loaded; one that is built into the kernel is not. */
static bool is_loaded(const char *module)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", module);
	return access(path, F_OK) == 0;
}

static void explain_missing_module(const char *module)
{
	message_error("module '%s' is not loaded", module);
	message_note("load it first (modprobe %s), or make the probe point optional with a '?' behind it", module);
}

/* No function of that name: says so, and which ones there are. */
static void explain_missing(const struct specification *specification,
			    const struct symbols *symbols)
{
	const char *module = specification->module;
	struct symbols all;

	if (module && !strpbrk(module, "*?[") && !is_loaded(module)) {
		explain_missing_module(module);
		return;
	}
	if (specification->is_wildcard) {
		message_error("no function of %s matches '%s'", module ? "the modules that are loaded" : "this kernel",
			      specification->pattern);
		return;
	}
	message_error("%s%s%s has no %s '%s'", module ? "module '" : "this kernel", module ? module : "",
		      module ? "'" : "", kind_text(symbols), specification->name);
	if (!symbols->is_part) {
		propose(specification, symbols);
	} else if (symbols_read(&all, symbols->kind, NULL)) {
		propose(specification, &all);
		symbols_fini(&all);
	}
}

/* None, or none that may be probed. */
static void explain_no_point(const struct specification *specification, const struct symbols *symbols,
			     const struct symbol *forbidden)
{
	if (forbidden)
		message_error("the function '%s' must not be probed: %s", forbidden->name, forbidden->forbidden);
	else
		explain_missing(specification, symbols);
}

/* ---- All specifications of a module ---- */

bool points_resolve(struct points *points, const struct specification *specification,
		    const struct symbols *symbols)
{
	const struct symbol *forbidden = NULL;
	size_t before = points->count;

	if (specification->address) {
		add_address(points, specification);
		return true;
	}
	if (specification->is_wildcard)
		add_wildcard(points, specification, symbols, &forbidden);
	else
		add_named(points, specification, symbols, &forbidden);
	drop_duplicates(points, before);
	if (!check_offset(points, before, specification, symbols)) {
		points->count = before;
		return false;
	}
	message_verbose("'%s' stands for %zu %s%s", specification->pattern, points->count - before,
			kind_text(symbols), points->count - before == 1 ? "" : "s");
	if (points->count > before || specification->is_optional)
		return true;
	explain_no_point(specification, symbols, forbidden);
	return false;
}

static int compare_specifications(const void *left, const void *right)
{
	const struct specification *a = left, *b = right;

	return a->index < b->index ? -1 : a->index > b->index;
}

static void free_specifications(struct specification *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		specification_fini(&list[i]);
	free(list);
}

/* All specifications of that key by index; the compiler keeps no order. False: said why. */
static bool read_specifications(const struct module_file *file, const char *key, struct specification **ret,
				size_t *count_ret)
{
	struct specification *list = NULL;
	size_t position = 0, count = 0;
	const char *line;

	while ((line = module_file_next_value(file, key, &position))) {
		list = memory_resize(list, (count + 1) * sizeof(*list));
		if (!specification_parse(line, &list[count])) {
			message_error("%s: probe specification '%s' is damaged", file->path, line);
			free_specifications(list, count);
			return false;
		}
		count++;
	}
	qsort(list, count, sizeof(*list), compare_specifications);
	*ret = list;
	*count_ret = count;
	return true;
}

/* Keeps going after one that has no match, so that all of them are told at once. */
static bool resolve_list(struct points *points, const struct specification *list, size_t count,
			 const struct symbols *symbols)
{
	bool success = true, is_satisfied = false;

	for (size_t i = 0; i < count; i++) {
		size_t before = points->count;

		is_satisfied &= list[i].is_alternative;
		if (is_satisfied)
			continue;
		success &= points_resolve(points, &list[i], symbols);
		is_satisfied = list[i].is_sufficient && points->count > before;
	}
	return success;
}

/* What the specifications look for: names in order, and wildcards. */
struct interest {
	const char **names;
	const struct specification **wildcards;
	size_t name_count, wildcard_count;
};

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void interest_init(struct interest *ret, const struct specification *list, size_t count)
{
	memset(ret, 0, sizeof(*ret));
	ret->names = memory_alloc(count * sizeof(*ret->names));
	ret->wildcards = memory_alloc(count * sizeof(*ret->wildcards));
	for (size_t i = 0; i < count; i++) {
		if (list[i].is_wildcard)
			ret->wildcards[ret->wildcard_count++] = &list[i];
		else
			ret->names[ret->name_count++] = list[i].name;
	}
	qsort(ret->names, ret->name_count, sizeof(*ret->names), compare_names);
}

static void interest_fini(struct interest *interest)
{
	free(interest->names);
	free(interest->wildcards);
}

/* Whether one of the wildcards stands for the symbol. */
static bool is_matched(const void *context, const struct symbol *symbol)
{
	const struct interest *interest = context;

	for (size_t i = 0; i < interest->wildcard_count; i++)
		if (means_module(interest->wildcards[i], symbol->module) &&
		    symbol_matches(symbol, interest->wildcards[i]->name))
			return true;
	return false;
}

/* Reads what the list asks for; false: said why, and there is nothing to free. */
static bool read_symbols(struct symbols *ret, enum symbol_kind kind, const struct specification *list,
			 size_t count)
{
	struct interest interest;
	struct symbols_filter filter = { 0 };
	bool success;

	interest_init(&interest, list, count);
	filter.names = interest.names;
	filter.name_count = interest.name_count;
	filter.matches = interest.wildcard_count ? is_matched : NULL;
	filter.context = &interest;
	for (size_t i = 0; i < count; i++) {
		filter.has_modules |= list[i].module != NULL;
		filter.has_ends |= list[i].offset != 0;
	}
	success = symbols_read(ret, kind, &filter);
	interest_fini(&interest);
	return success;
}

bool points_resolve_all(struct points *ret, const struct module_file *file, enum symbol_kind kind)
{
	const char *key = kind == SYMBOL_FUNCTION ? "spile_kprobe" : "spile_data";
	struct specification *list;
	struct symbols symbols;
	size_t count;
	bool success;

	memset(ret, 0, sizeof(*ret));
	if (!module_file_value(file, key))
		return true;
	if (!read_specifications(file, key, &list, &count))
		return false;
	success = read_symbols(&symbols, kind, list, count);
	if (success) {
		success = resolve_list(ret, list, count, &symbols);
		symbols_fini(&symbols);
	}
	free_specifications(list, count);
	return success;
}

void points_fini(struct points *points)
{
	free(points->items);
	memset(points, 0, sizeof(*points));
}
