/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns the specifications of a module ("tcp_*") into the points to probe (addresses). Called
 * by session.c before the module is loaded, so that a mistyped name costs nothing.
 *
 * Within one specification an address comes only once: one function may have several names.
 */
#include "points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "text.h"

#define PROPOSALS_MOST 3

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
		if (!strchr("owsa-", *at))
			return false;
		ret->is_optional |= *at == 'o';
		ret->is_wildcard |= *at == 'w';
		ret->is_sufficient |= *at == 's';
		ret->is_alternative |= *at == 'a';
	}
	if (at == flags || *at != ' ' || !at[1])
		return false;
	ret->pattern = at + 1;
	return true;
}

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
	snprintf(point->name, sizeof(point->name), "%s", symbol->name);
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

static void add_wildcard(struct points *points, const struct specification *specification,
			 const struct kallsyms *kallsyms)
{
	for (size_t i = 0; i < kallsyms->count; i++)
		if (kallsyms_matches(&kallsyms->symbols[i], specification->pattern))
			add_point(points, specification, &kallsyms->symbols[i]);
}

static void add_named(struct points *points, const struct specification *specification,
		      const struct kallsyms *kallsyms)
{
	size_t count;
	const struct symbol *symbol = kallsyms_find(kallsyms, specification->pattern, &count);

	for (size_t i = 0; i < count; i++)
		add_point(points, specification, &symbol[i]);
}

/* Names that are spelled alike, out of all there are. */
static void propose(const struct specification *specification, const struct kallsyms *kallsyms)
{
	const char *names[PROPOSALS_MOST];
	struct text list = { 0 };
	size_t count = kallsyms_propose(kallsyms, specification->pattern, names, PROPOSALS_MOST);

	for (size_t i = 0; i < count; i++)
		text_printf(&list, "%s'%s'", i == 0 ? "" : i + 1 < count ? ", " : " or ", names[i]);
	if (count)
		message_note("did you mean %s?", list.bytes);
	else
		message_note("the compiler may have inlined it, or its module is not loaded");
	text_fini(&list);
}

/* No function of that name: says so, and which ones there are. */
static void explain_missing(const struct specification *specification,
			    const struct kallsyms *kallsyms)
{
	struct kallsyms all;

	if (specification->is_wildcard) {
		message_error("no function of this kernel matches '%s'", specification->pattern);
		return;
	}
	message_error("this kernel has no function '%s'", specification->pattern);
	if (!kallsyms->is_part) {
		propose(specification, kallsyms);
	} else if (kallsyms_read(&all, NULL)) {
		propose(specification, &all);
		kallsyms_fini(&all);
	}
}

bool points_resolve(struct points *points, const struct specification *specification,
		    const struct kallsyms *kallsyms)
{
	size_t before = points->count;

	if (specification->is_wildcard)
		add_wildcard(points, specification, kallsyms);
	else
		add_named(points, specification, kallsyms);
	drop_duplicates(points, before);
	message_verbose("'%s' stands for %zu function%s", specification->pattern,
			points->count - before, points->count - before == 1 ? "" : "s");
	if (points->count > before || specification->is_optional)
		return true;
	explain_missing(specification, kallsyms);
	return false;
}

static int compare_specifications(const void *left, const void *right)
{
	const struct specification *a = left, *b = right;

	return a->index < b->index ? -1 : a->index > b->index;
}

/* All specifications of the module by index; the compiler keeps no order. False: said why. */
static bool read_specifications(const struct module_file *file, struct specification **ret,
				size_t *count_ret)
{
	struct specification *list = NULL;
	size_t position = 0, count = 0;
	const char *line;

	while ((line = module_file_next_value(file, "spile_kprobe", &position))) {
		list = memory_resize(list, (count + 1) * sizeof(*list));
		if (!specification_parse(line, &list[count++])) {
			message_error("%s: probe specification '%s' is damaged", file->path, line);
			free(list);
			return false;
		}
	}
	qsort(list, count, sizeof(*list), compare_specifications);
	*ret = list;
	*count_ret = count;
	return true;
}

/* Keeps going after one that has no match, so that all of them are told at once. */
static bool resolve_list(struct points *points, const struct specification *list, size_t count,
			 const struct kallsyms *kallsyms)
{
	bool success = true, is_satisfied = false;

	for (size_t i = 0; i < count; i++) {
		size_t before = points->count;

		is_satisfied &= list[i].is_alternative;
		if (is_satisfied)
			continue;
		success &= points_resolve(points, &list[i], kallsyms);
		is_satisfied = list[i].is_sufficient && points->count > before;
	}
	return success;
}

/* What the specifications look for: names in order, and wildcards. */
struct interest {
	const char **names, **wildcards;
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
			ret->wildcards[ret->wildcard_count++] = list[i].pattern;
		else
			ret->names[ret->name_count++] = list[i].pattern;
	}
	qsort(ret->names, ret->name_count, sizeof(*ret->names), compare_names);
}

static void interest_fini(struct interest *interest)
{
	free(interest->names);
	free(interest->wildcards);
}

static bool is_of_interest(const void *context, const char *name)
{
	const struct interest *interest = context;
	struct symbol symbol = { .name = name };

	if (bsearch(&name, interest->names, interest->name_count, sizeof(name), compare_names))
		return true;
	for (size_t i = 0; i < interest->wildcard_count; i++)
		if (kallsyms_matches(&symbol, interest->wildcards[i]))
			return true;
	return false;
}

/* Reads what the list asks for. */
static bool read_symbols(struct kallsyms *ret, const struct specification *list, size_t count)
{
	struct interest interest;
	struct kallsyms_filter filter = { is_of_interest, &interest };
	bool success;

	interest_init(&interest, list, count);
	success = kallsyms_read(ret, &filter);
	interest_fini(&interest);
	return success;
}

bool points_resolve_all(struct points *ret, const struct module_file *file)
{
	struct specification *list;
	struct kallsyms kallsyms;
	size_t count;
	bool success;

	memset(ret, 0, sizeof(*ret));
	if (!module_file_value(file, "spile_kprobe"))
		return true;
	if (!read_specifications(file, &list, &count))
		return false;
	success = read_symbols(&kallsyms, list, count);
	if (success) {
		success = resolve_list(ret, list, count, &kallsyms);
		kallsyms_fini(&kallsyms);
	}
	free(list);
	return success;
}

void points_fini(struct points *points)
{
	free(points->items);
	memset(points, 0, sizeof(*points));
}
