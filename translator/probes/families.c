/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of probe families, and what they share. analysis/ comes in through
 * probe_point_resolve(); families use the component_ helpers so that all of them say the same
 * thing about the same mistake.
 */
#include "probes/probe.h"

#include <fnmatch.h>
#include <string.h>

#include "probes/families.h"
#include "script/parse.h"

const struct probe_family *const probe_families[] = {
	&session_family,
	&timer_family,
	&profile_family,
	&kprobe_family,
	&tracepoint_family,
	&watchpoint_family,
	NULL,
};

/* The closest known point for a mistyped one, compared without arguments. */
static const char *similar_form(const struct probe_target *target, const struct probe_point *point)
{
	struct arena *arena = target->arena;
	GPtrArray *names = arena_array(arena);
	GString *written = g_string_new(NULL);
	const char *best, *result = NULL;

	for (unsigned int i = 0; i < point->components->len; i++)
		g_string_append_printf(written, "%s%s", i ? "." : "", point_component(point, i)->name);
	for (int f = 0; probe_families[f]; f++)
		for (int i = 0; probe_families[f]->forms[i]; i++) {
			const char *form = probe_families[f]->forms[i];
			g_ptr_array_add(names, arena_strndup(arena, form, strcspn(form, "(")));
		}
	for (unsigned int i = 0; i < target->alias_names->len; i++)
		g_ptr_array_add(names, g_ptr_array_index(target->alias_names, i));
	best = did_you_mean(written->str, names);
	if (!best && point->components->len > 1)
		best = did_you_mean(point_component(point, 0)->name, names);
	for (int f = 0; best && probe_families[f]; f++)
		for (int i = 0; probe_families[f]->forms[i] && !result; i++)
			if (g_str_has_prefix(probe_families[f]->forms[i], best))
				result = probe_families[f]->forms[i];
	g_string_free(written, TRUE);
	return result ? result : best;
}

/* The components of a form like "timer.profile", as a point at the place of `like`. */
static struct probe_point *point_of_form(struct arena *arena, const char *form, const struct probe_point *like)
{
	struct probe_point *point = arena_new0(arena, struct probe_point);
	g_auto(GStrv) names = g_strsplit(form, ".", -1);

	*point = *like;
	point->components = arena_array(arena);
	for (int i = 0; names[i]; i++) {
		struct probe_component *component = arena_new0(arena, struct probe_component);

		component->name = name_intern(names[i]);
		component->span = like->span;
		g_ptr_array_add(point->components, component);
	}
	return point;
}

static bool fits(const struct probe_point *pattern, const struct probe_point *point)
{
	if (pattern->components->len != point->components->len)
		return false;
	for (unsigned int i = 0; i < pattern->components->len; i++) {
		const struct probe_component *component = point_component(pattern, i);

		if (component->argument || fnmatch(component->name, point_component(point, i)->name, 0) != 0)
			return false;
	}
	return true;
}

static bool is_pattern(const struct probe_point *point)
{
	for (unsigned int i = 0; i < point->components->len; i++)
		if (has_wildcard(point_component(point, i)->name))
			return true;
	return false;
}

GPtrArray *probe_points_matching(struct arena *arena, const struct probe_point *pattern)
{
	GPtrArray *points = arena_array(arena);

	if (!is_pattern(pattern))
		return points;
	for (int f = 0; probe_families[f]; f++) {
		for (int i = 0; probe_families[f]->forms[i]; i++) {
			const char *form = probe_families[f]->forms[i];
			struct probe_point *point;

			if (strchr(form, '('))
				continue;
			point = point_of_form(arena, form, pattern);
			if (fits(pattern, point))
				g_ptr_array_add(points, point);
		}
	}
	return points;
}

bool probe_point_is_known(const struct probe_point *point)
{
	for (int i = 0; probe_families[i]; i++)
		if (probe_families[i]->owns(point))
			return true;
	return false;
}

bool probe_point_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			 const struct probe_point *point, GPtrArray *probes)
{
	g_autoptr(GString) text = NULL;
	const char *form;

	for (int i = 0; probe_families[i]; i++)
		if (probe_families[i]->owns(point))
			return probe_families[i]->resolve(target, declaration, point, probes);
	text = g_string_new(NULL);
	probe_point_print(point, text);
	diag_error(target->diag, point->span, "E-unknown-probe", "unknown probe point '%s'", text->str);
	form = similar_form(target, point);
	if (form)
		diag_note(target->diag, no_span, "did you mean '%s'?", form);
	else
		diag_note(target->diag, no_span, "`spile --help` lists the probe points");
	return false;
}

const struct probe_component *point_component(const struct probe_point *point, unsigned int index)
{
	return index < point->components->len ? g_ptr_array_index(point->components, index) : NULL;
}

bool component_is(const struct probe_component *component, const char *name)
{
	return component && strcmp(component->name, name) == 0;
}

bool component_number(struct diag *diag, const struct probe_component *component, int64_t *ret)
{
	if (component->argument && component->argument->kind == EXPR_NUMBER) {
		*ret = component->argument->number;
		return true;
	}
	diag_error(diag, component->span, "E-probe-argument", "'%s' needs a number: %s(N)",
		   component->name, component->name);
	return false;
}

bool component_string(struct diag *diag, const struct probe_component *component, const char **ret)
{
	if (component->argument && component->argument->kind == EXPR_STRING) {
		*ret = component->argument->string;
		return true;
	}
	diag_error(diag, component->span, "E-probe-argument", "'%s' needs a string: %s(\"name\")",
		   component->name, component->name);
	return false;
}

/* "nls-ascii" and "/lib/.../nls-ascii.ko.xz" are nls_ascii. */
static const char *module_name(struct arena *arena, const char *text)
{
	const char *slash = strrchr(text, '/'), *base = slash ? slash + 1 : text;
	const char *suffix = strstr(base, ".ko");
	char *name = arena_strndup(arena, base, suffix ? (size_t)(suffix - base) : strlen(base));

	return strchr(name, '[') ? name : g_strdelimit(name, "-", '_');
}

bool component_module(const struct probe_target *target, const struct probe_component *component, const char **ret)
{
	const char *text;

	if (!component_string(target->diag, component, &text))
		return false;
	*ret = module_name(target->arena, text);
	if (**ret && !strpbrk(*ret, " \t\n\"\\:+"))
		return true;
	diag_error(target->diag, component->span, "E-probe-argument", "'%s' cannot be the name of a module", text);
	return false;
}

bool component_no_argument(struct diag *diag, const struct probe_component *component)
{
	if (!component->argument)
		return true;
	diag_error(diag, component->span, "E-probe-argument", "'%s' takes no argument", component->name);
	return false;
}

bool component_unknown(struct diag *diag, const struct probe_component *component,
		       const char *const *known)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *list = g_strjoinv(" ", (char **)known);
	const char *similar;

	for (int i = 0; known[i]; i++)
		g_ptr_array_add(names, (char *)known[i]);
	diag_error(diag, component->span, "E-unknown-probe", "unknown probe point component '%s'",
		   component->name);
	similar = did_you_mean(component->name, names);
	if (similar)
		diag_note(diag, no_span, "did you mean '%s'?", similar);
	else if (*list)
		diag_note(diag, no_span, "known here: %s", list);
	else
		diag_note(diag, no_span, "nothing can follow here");
	return false;
}

bool has_wildcard(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

struct probe *probe_new(const struct probe_target *target, const struct probe_family *family,
			const struct probe_declaration *declaration, const struct probe_point *point)
{
	struct probe *probe = arena_new0(target->arena, struct probe);
	g_autoptr(GString) text = g_string_new(NULL);

	probe_point_print(point, text);
	probe->family = family;
	probe->declaration = declaration;
	probe->point = point;
	probe->text = arena_strndup(target->arena, text->str, text->len);
	return probe;
}
