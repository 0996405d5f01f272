/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -D NAME=VALUE and -G name=value: settings of the command line that change the program before
 * it is analysed.
 */
#include <errno.h>
#include <string.h>

#include "analysis/internal.h"

/* SystemTap's names and defaults. */
static const struct limits default_limits = {
	.maxstringlen = 512,
	.maxaction = 1000,
	.maxaction_interruptible = 10000,
	.maxnesting = 10,
	.maxmapentries = 2048,
	.maxtrylock = 100,
	.trylockdelay = 10,
};

static const struct {
	const char *name;
	size_t offset;
	int64_t low, high;
} known_limits[] = {
	{ "MAXSTRINGLEN", G_STRUCT_OFFSET(struct limits, maxstringlen), 16, 32768 },
	{ "MAXACTION", G_STRUCT_OFFSET(struct limits, maxaction), 1, G_MAXINT32 },
	{ "MAXACTION_INTERRUPTIBLE", G_STRUCT_OFFSET(struct limits, maxaction_interruptible), 1, G_MAXINT32 },
	{ "MAXNESTING", G_STRUCT_OFFSET(struct limits, maxnesting), 1, 1000 },
	{ "MAXMAPENTRIES", G_STRUCT_OFFSET(struct limits, maxmapentries), 1, 10000000 },
	{ "MAXTRYLOCK", G_STRUCT_OFFSET(struct limits, maxtrylock), 0, 1000000 },
	{ "TRYLOCKDELAY", G_STRUCT_OFFSET(struct limits, trylockdelay), 1, 1000 },
};

static bool parse_number(const char *text, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = g_ascii_strtoll(text, &end, 0);
	return *text && !*end && !errno;
}

static void unknown_limit(struct analysis *analysis, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *similar;

	for (unsigned int i = 0; i < G_N_ELEMENTS(known_limits); i++)
		g_ptr_array_add(names, (char *)known_limits[i].name);
	similar = did_you_mean(name, names);
	diag_error(analysis->diag, no_span, "E-option", "-D %s: no such limit", name);
	if (similar)
		diag_note(analysis->diag, no_span, "did you mean '%s'?", similar);
}

static bool apply_limit(struct analysis *analysis, const char *setting)
{
	const char *equals = strchr(setting, '=');
	const char *name = equals ? arena_strndup(analysis->arena, setting, equals - setting) : setting;
	int64_t value;

	for (unsigned int i = 0; i < G_N_ELEMENTS(known_limits); i++) {
		if (strcmp(known_limits[i].name, name) != 0)
			continue;
		if (!equals || !parse_number(equals + 1, &value) || value < known_limits[i].low ||
		    value > known_limits[i].high) {
			diag_error(analysis->diag, no_span, "E-option",
				   "-D %s: the value must be a number from %" G_GINT64_FORMAT
				   " to %" G_GINT64_FORMAT, setting, known_limits[i].low,
				   known_limits[i].high);
			return false;
		}
		G_STRUCT_MEMBER(int64_t, &analysis->program->limits, known_limits[i].offset) = value;
		return true;
	}
	unknown_limit(analysis, name);
	return false;
}

bool apply_limits(struct analysis *analysis)
{
	const char *const *setting = analysis->input->limit_settings;
	bool ok = true;

	analysis->program->limits = default_limits;
	for (; setting && *setting; setting++)
		ok &= apply_limit(analysis, *setting);
	return ok;
}

static struct expr *literal_of(struct arena *arena, const char *text)
{
	struct expr *literal = arena_new0(arena, struct expr);

	if (parse_number(text, &literal->number)) {
		literal->kind = EXPR_NUMBER;
		literal->type = TYPE_LONG;
	} else {
		literal->kind = EXPR_STRING;
		literal->type = TYPE_STRING;
		literal->string = arena_strndup(arena, text, strlen(text));
	}
	return literal;
}

static bool apply_global_setting(struct analysis *analysis, const char *setting)
{
	const char *equals = strchr(setting, '=');
	GPtrArray *globals = analysis->input->script->globals;

	if (!equals) {
		diag_error(analysis->diag, no_span, "E-option", "-G %s: expected name=value", setting);
		return false;
	}
	for (unsigned int i = 0; i < globals->len; i++) {
		struct variable *global = g_ptr_array_index(globals, i);

		if (strlen(global->name) == (size_t)(equals - setting) &&
		    strncmp(global->name, setting, equals - setting) == 0) {
			global->initial = literal_of(analysis->arena, equals + 1);
			return true;
		}
	}
	diag_error(analysis->diag, no_span, "E-option", "-G %s: the script has no global '%.*s'",
		   setting, (int)(equals - setting), setting);
	return false;
}

bool apply_global_settings(struct analysis *analysis)
{
	const char *const *setting = analysis->input->global_settings;
	bool ok = true;

	for (; setting && *setting; setting++)
		ok &= apply_global_setting(analysis, *setting);
	return ok;
}
