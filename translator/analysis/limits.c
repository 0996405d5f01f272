/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -D NAME=VALUE and -G name=value: settings of the command line that change the program before
 * it is analysed.
 */
#include <errno.h>
#include <string.h>

#include "analysis/internal.h"

/* SystemTap's names and defaults. */
const struct limits limits_default = {
	.maxstringlen = 512,
	.maxaction = 1000,
	.maxaction_interruptible = 10000,
	.maxnesting = 10,
	.maxmapentries = 2048,
	.maxtrylock = 100,
	.trylockdelay = 10,
	.maxerrors = 0,
	.maxskipped = -1,
	.maxentered = 4096,
	.overload_threshold = 500000000,
	.overload_interval = 1000000000,
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
	{ "MAXERRORS", G_STRUCT_OFFSET(struct limits, maxerrors), 0, G_MAXINT32 },
	{ "MAXSKIPPED", G_STRUCT_OFFSET(struct limits, maxskipped), 0, G_MAXINT32 },
	{ "MAXENTERED", G_STRUCT_OFFSET(struct limits, maxentered), 8, 10000000 },
	{ "STP_OVERLOAD_THRESHOLD", G_STRUCT_OFFSET(struct limits, overload_threshold), 1, G_MAXINT64 },
	{ "STP_OVERLOAD_INTERVAL", G_STRUCT_OFFSET(struct limits, overload_interval), 1000, G_MAXINT64 },
};

static bool parse_number(const char *text, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = g_ascii_strtoll(text, &end, 0);
	return *text && !*end && !errno;
}

/*
 * A name that is no limit is a macro for embedded C, as with SystemTap; but one that looks like a
 * mistyped limit is taken for that.
 */
static bool apply_define(struct analysis *analysis, const char *name, const char *value)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *similar;

	if (strcmp(name, "STP_NO_OVERLOAD") == 0)
		return analysis->program->limits.no_overload = true;
	for (unsigned int i = 0; i < G_N_ELEMENTS(known_limits); i++)
		g_ptr_array_add(names, (char *)known_limits[i].name);
	g_ptr_array_add(names, (char *)"STP_NO_OVERLOAD");
	similar = did_you_mean(name, names);
	if (similar) {
		diag_error(analysis->diag, no_span, "E-option", "-D %s: no such limit", name);
		diag_note(analysis->diag, no_span, "did you mean '%s'?", similar);
		return false;
	}
	if (!g_ascii_isalpha(*name) || strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_") != strlen(name)) {
		diag_error(analysis->diag, no_span, "E-option", "-D %s: expected NAME or NAME=VALUE", name);
		return false;
	}
	g_ptr_array_add(analysis->program->limits.defines, arena_printf(analysis->arena, "%s %s", name, value));
	return true;
}

static bool apply_limit(struct analysis *analysis, const char *setting)
{
	struct limits *limits = &analysis->program->limits;
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
		G_STRUCT_MEMBER(int64_t, limits, known_limits[i].offset) = value;
		return true;
	}
	return apply_define(analysis, name, equals ? equals + 1 : "1");
}

bool apply_limits(struct analysis *analysis)
{
	const char *const *setting = analysis->input->limit_settings;
	struct limits *limits = &analysis->program->limits;
	bool ok = true;

	*limits = limits_default;
	limits->defines = arena_array(analysis->arena);
	limits->no_time_limits = analysis->input->no_time_limits;
	limits->suppress_handler_errors = analysis->input->suppress_handler_errors;
	limits->stap_errors = analysis->input->stap_errors;
	if (limits->stap_errors)
		limits->maxskipped = 100;
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

static void unknown_global(struct analysis *analysis, const char *setting, const char *name)
{
	const GPtrArray *globals = analysis->input->script->globals;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *similar;

	for (unsigned int i = 0; i < globals->len; i++)
		g_ptr_array_add(names, (char *)((struct variable *)g_ptr_array_index(globals, i))->name);
	similar = did_you_mean(name, names);
	diag_error(analysis->diag, no_span, "E-option", "-G %s: the script has no global '%s'", setting, name);
	if (similar)
		diag_note(analysis->diag, no_span, "did you mean '%s'?", similar);
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
	unknown_global(analysis, setting, arena_strndup(analysis->arena, setting, equals - setting));
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
