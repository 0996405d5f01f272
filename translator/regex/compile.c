/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiling an expression, from text to tables, and how errors are noted on the way.
 *
 * Called by analysis. Everything is bounded: the steps, the states, and the work of making them.
 */
#include <stdarg.h>

#include "regex/internal.h"

void *regex_fail(struct compilation *compilation, size_t at, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	if (compilation->error)
		return NULL;
	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	compilation->error = arena_printf(compilation->arena, "%s", text);
	compilation->error_at = at;
	return NULL;
}

void regex_fail_size(struct compilation *compilation, const char *what)
{
	if (compilation->largest_repeat > 1)
		regex_fail(compilation, compilation->largest_repeat_at,
			   "the expression %s; write '*' or '+' for this repetition, and look at "
			   "the length or the rest in the script", what);
	else
		regex_fail(compilation, 0, "the expression %s; write several simpler ones", what);
}

bool check_states(struct compilation *compilation, int states, int classes, int nodes)
{
	if (states > REGEX_STATE_LIMIT)
		regex_fail_size(compilation,
				"needs more than " G_STRINGIFY(REGEX_STATE_LIMIT) " states");
	else if ((gint64)states * classes * nodes > REGEX_WORK_LIMIT)
		regex_fail_size(compilation, "needs too many states for its length");
	return !compilation->error;
}

static bool compile(struct compilation *compilation, struct regex *regex)
{
	const struct tree *tree = parse_regex(compilation);
	const struct automaton *automaton = tree ? automaton_new(compilation, tree) : NULL;

	if (!automaton)
		return false;
	regex->group_count = compilation->group_count;
	return (regex->with_groups ? make_locate : make_search)(compilation, automaton, regex);
}

struct regex *regex_compile(struct arena *arena, const char *pattern, bool with_groups,
			    const char **error_ret, size_t *error_at_ret)
{
	struct compilation compilation = {
		.arena = arena, .pattern = pattern, .with_groups = with_groups,
	};
	struct regex *regex = arena_new0(arena, struct regex);

	regex->pattern = arena_printf(arena, "%s", pattern);
	regex->with_groups = with_groups;
	if (compile(&compilation, regex))
		return regex;
	*error_ret = compilation.error;
	*error_at_ret = compilation.error_at;
	return NULL;
}

int regex_group_count(const struct regex *regex)
{
	return regex->group_count;
}
