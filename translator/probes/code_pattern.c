/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes a pattern for places in code apart:
 *
 *	FUNCTION				any file
 *	FUNCTION@FILE				in files of that name, or whose path ends so
 *	FUNCTION@FILE:10,20-30			and at these lines of the file
 *	FUNCTION@FILE:*				and at each line of the function
 *	FUNCTION@FILE+3				and three lines below the function's first one
 */
#include "probes/code_pattern.h"

#include <string.h>

bool code_pattern_has_file(const char *text)
{
	return strchr(text, '@') != NULL;
}

static bool report(const struct probe_target *target, const struct probe_component *component, const char *why)
{
	diag_error(target->diag, component->argument->span, "E-probe-argument", "%s", why);
	diag_note(target->diag, no_span,
		  "places in code are written FUNCTION@FILE, FUNCTION@FILE:LINE, :LINE-LINE,LINE, :* or +LINES");
	return false;
}

/* "10" or "20-30", up to a comma or the end. Moves *text behind it; false: it is neither. */
static bool parse_range(const char **text, struct line_range *ret)
{
	char *end;
	guint64 first, last;

	if (!g_ascii_isdigit(**text))
		return false;
	first = last = g_ascii_strtoull(*text, &end, 10);
	if (*end == '-') {
		if (!g_ascii_isdigit(end[1]))
			return false;
		last = g_ascii_strtoull(end + 1, &end, 10);
	}
	if ((*end && *end != ',') || last > G_MAXUINT || first > last)
		return false;
	ret->first = (unsigned int)first;
	ret->last = (unsigned int)last;
	*text = end;
	return true;
}

static void free_ranges(gpointer ranges)
{
	g_array_unref(ranges);
}

/* What stands behind ':' or '+'. */
static bool parse_lines(const struct probe_target *target, const char *text, struct code_query *query)
{
	struct line_range range;

	if (strcmp(text, "*") == 0 && query->lines == LINES_ABSOLUTE) {
		query->lines = LINES_ALL;
		return true;
	}
	query->ranges = g_array_new(FALSE, FALSE, sizeof(struct line_range));
	arena_defer(target->arena, free_ranges, query->ranges);
	for (;; text++) {
		if (!parse_range(&text, &range))
			return false;
		g_array_append_val(query->ranges, range);
		if (!*text)
			return true;
	}
}

bool code_pattern_parse(const struct probe_target *target, const struct probe_component *component,
			const char *text, struct code_query *query)
{
	const char *at = strchr(text, '@'), *file = at ? at + 1 : NULL, *lines = NULL;

	query->function = at ? arena_strndup(target->arena, text, (size_t)(at - text)) : text;
	if (!*query->function)
		return report(target, component, "there is no name of a function before the '@'; '*' is any");
	if (!file)
		return true;
	/* A '+' may be part of a file's name; lines are at the end. */
	lines = strchr(file, ':');
	query->lines = LINES_ABSOLUTE;
	if (!lines) {
		lines = strrchr(file, '+');
		query->lines = lines && g_ascii_isdigit(lines[1]) ? LINES_RELATIVE : LINES_NONE;
	}
	if (query->lines == LINES_NONE)
		lines = file + strlen(file);
	query->file = arena_strndup(target->arena, file, (size_t)(lines - file));
	if (!*query->file)
		return report(target, component, "there is no name of a file behind the '@'");
	if (query->lines != LINES_NONE && !parse_lines(target, lines + 1, query))
		return report(target, component, "these are no lines");
	return true;
}
