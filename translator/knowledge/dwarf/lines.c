/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a variable lives that is not to be had at some address: its list of locations says for which
 * instructions there is one, the line table which lines begin with those. A line of the same file
 * counts, the fewer lines away the better; of two as near the later one, since that is where the
 * value has been computed.
 */
#ifdef HAVE_LIBDW

#include "knowledge/dwarf/lines.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

struct search {
	const struct dwarf_view *view;
	const char *file;		/* in which to look */
	int line;			/* from where */
	int best;			/* 0: none was found */
};

/* An instruction that a line begins with, in one of the ranges. */
static void consider(struct search *search, Dwarf_Line *line)
{
	const char *file = dwarf_linesrc(line, NULL, NULL);
	bool begins = false;
	int number, distance, best;

	if (!file || strcmp(file, search->file) != 0 || dwarf_lineno(line, &number) != 0 || number == 0 ||
	    dwarf_linebeginstatement(line, &begins) != 0 || !begins)
		return;
	distance = abs(number - search->line);
	best = abs(search->best - search->line);
	if (!search->best || distance < best || (distance == best && number > search->best))
		search->best = number;
}

/* All lines that begin in a range. */
static void search_range(struct search *search, Dwarf_Lines *lines, size_t count, Dwarf_Addr start, Dwarf_Addr end)
{
	for (size_t i = 0; i < count; i++) {
		Dwarf_Line *line = dwarf_onesrcline(lines, i);
		Dwarf_Addr address;

		if (dwarf_lineaddr(line, &address) == 0 && address >= start && address < end)
			consider(search, line);
	}
}

static void search_list(struct search *search, Dwarf_Attribute *attribute)
{
	struct dwarf_place place = search->view->place;
	Dwarf_Die unit = search->view->unit;
	Dwarf_Addr base, start, end;
	Dwarf_Op *operations;
	Dwarf_Lines *lines;
	size_t count, line_count;
	ptrdiff_t offset = 0;

	if (dwarf_getsrclines(&unit, &lines, &line_count) != 0)
		return;
	while ((offset = dwarf_getlocations(attribute, offset, &base, &start, &end, &operations, &count)) > 0) {
		place.pc = start;
		if (count && dwarf_location_of(&place, attribute, operations, count)->kind != LOCATION_NOWHERE)
			search_range(search, lines, line_count, start, end);
	}
}

/* Where compilers put a file's name together from a folder and a path: without "./" in it. */
static const char *short_path(struct arena *arena, Dwarf_Die *unit, const char *path)
{
	Dwarf_Attribute attribute;
	const char *folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));

	if (folder && g_str_has_prefix(path, folder) && path[strlen(folder)] == '/')
		path += strlen(folder) + 1;
	while (g_str_has_prefix(path, "./"))
		path += 2;
	return arena_strndup(arena, path, strlen(path));
}

const char *dwarf_nearest_line(const struct dwarf_view *view, Dwarf_Die *variable)
{
	struct arena *arena = view->place.scene->arena;
	struct search search = { .view = view };
	Dwarf_Die unit = view->unit;
	Dwarf_Attribute attribute;
	Dwarf_Line *line = dwarf_getsrc_die(&unit, view->place.pc);

	if (!line || !dwarf_attr_integrate(variable, DW_AT_location, &attribute))
		return NULL;
	search.file = dwarf_linesrc(line, NULL, NULL);
	if (!search.file || dwarf_lineno(line, &search.line) != 0)
		return NULL;
	search_list(&search, &attribute);
	if (!search.best)
		return NULL;
	return arena_printf(arena, "%s:%d", short_path(arena, &unit, search.file), search.best);
}

#endif /* HAVE_LIBDW */
