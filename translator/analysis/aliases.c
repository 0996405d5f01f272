/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe aliases: which of them a probe point means, and the points that they put in its place.
 * Called by points.c for every point, those of aliases included.
 *
 * An alias is meant by its name, by a wildcard that fits it, and by either with more components
 * behind; these go behind the alias's own points ("probe open = kernel.function("x")" makes
 * "open.return" mean "kernel.function("x").return"). All aliases of the longest name that fits
 * are meant.
 */
#include "analysis/internal.h"

#include <fnmatch.h>
#include <string.h>

#include "script/parse.h"

/* An alias with the file it stands in. */
struct known_alias {
	const struct alias *alias;
	const struct script *script;
};

/* ---- The index: first by all aliases' names, then in order of declaration ---- */

static void add_aliases(struct analysis *analysis, const struct script *script)
{
	for (unsigned int i = 0; i < script->aliases->len; i++) {
		struct known_alias *known = arena_new0(analysis->arena, struct known_alias);
		const char *first;

		known->alias = g_ptr_array_index(script->aliases, i);
		known->script = script;
		first = ((struct probe_component *)g_ptr_array_index(known->alias->name, 0))->name;
		if (!g_hash_table_contains(analysis->aliases, first))
			g_hash_table_insert(analysis->aliases, (char *)first, arena_array(analysis->arena));
		g_ptr_array_add(g_hash_table_lookup(analysis->aliases, first), known);
		g_ptr_array_add(analysis->all_aliases, known);
	}
}

void aliases_index(struct analysis *analysis)
{
	analysis->aliases = g_hash_table_new(NULL, NULL);
	arena_defer(analysis->arena, (GDestroyNotify)g_hash_table_unref, analysis->aliases);
	analysis->all_aliases = arena_array(analysis->arena);
	add_aliases(analysis, analysis->input->script);
	for (unsigned int i = 0; i < analysis->input->library->len; i++)
		add_aliases(analysis, g_ptr_array_index(analysis->input->library, i));
}

/* ---- Matching ---- */

static const struct probe_component *component_at(const GPtrArray *components, unsigned int i)
{
	return i < components->len ? g_ptr_array_index(components, i) : NULL;
}

/*
 * How many components of the point, from `at` on, the alias's name from `part` on takes up; -1 if
 * it does not fit. "*" stands for anything within one component, "**" also for several.
 */
static int match_name(const struct alias *alias, unsigned int part, const struct probe_point *point,
		      unsigned int at)
{
	const struct probe_component *name = component_at(alias->name, part);
	const struct probe_component *written = component_at(point->components, at);
	int rest;

	if (!name)
		return at;
	if (!written || written->argument)
		return -1;
	if (strcmp(written->name, "**") == 0) {
		for (unsigned int next = part + 1; next <= alias->name->len; next++) {
			rest = match_name(alias, next, point, at + 1);
			if (rest >= 0)
				return rest;
		}
		return -1;
	}
	if (written->name != name->name && fnmatch(written->name, name->name, 0) != 0)
		return -1;
	return match_name(alias, part + 1, point, at + 1);
}

/* The aliases that could fit the point's first component. */
static const GPtrArray *candidates(const struct analysis *analysis, const struct probe_point *point)
{
	const char *first = component_at(point->components, 0)->name;

	return has_wildcard(first) ? analysis->all_aliases : g_hash_table_lookup(analysis->aliases, first);
}

static bool is_on_the_way(const struct alias *alias, const struct derivation *derivation)
{
	for (; derivation->alias; derivation = derivation->outer)
		if (derivation->alias == alias)
			return true;
	return false;
}

/* ---- Derivations ---- */

static const struct expansion *alias_expansion(struct analysis *analysis, const struct alias *alias,
					       const struct probe_point *use)
{
	struct expansion *expansion = arena_new0(analysis->arena, struct expansion);
	g_autoptr(GString) name = g_string_new(NULL);

	for (unsigned int i = 0; i < alias->name->len; i++)
		g_string_append_printf(name, "%s%s", i ? "." : "", component_at(alias->name, i)->name);
	expansion->what = arena_printf(analysis->arena, "probe alias '%s'", name->str);
	expansion->use = use->span;
	return expansion;
}

static struct derivation *derive(struct analysis *analysis, const struct derivation *outer,
				 const struct known_alias *known, const struct probe_point *use,
				 struct expr *condition, unsigned int taken)
{
	struct derivation *derivation = arena_new0(analysis->arena, struct derivation);

	derivation->declaration = outer->declaration;
	derivation->script = known->script;
	derivation->alias = known->alias;
	derivation->outer = outer;
	derivation->use = use;
	derivation->condition = condition;
	derivation->expansion = alias_expansion(analysis, known->alias, use);
	derivation->suffix = arena_array(analysis->arena);
	for (unsigned int i = taken; i < use->components->len; i++)
		g_ptr_array_add(derivation->suffix, g_ptr_array_index(use->components, i));
	derivation->is_optional = use->is_optional;
	derivation->is_sufficient = use->is_sufficient;
	return derivation;
}

static void report_recursion(struct analysis *analysis, const struct known_alias *known,
			     const struct probe_point *point)
{
	diag_error(analysis->diag, point->span, "E-alias-recursion", "this probe alias means itself");
	diag_note(analysis->diag, known->alias->span, "it is defined here");
}

/* A library's private aliases are its own; a wildcard never means what it is already part of. */
static bool is_meant(const struct known_alias *known, const struct derivation *derivation,
		     const struct probe_point *point)
{
	if (known->alias->is_private && known->script != derivation->script)
		return false;
	return !has_wildcard(component_at(point->components, 0)->name) || !is_on_the_way(known->alias, derivation);
}

GPtrArray *aliases_of(struct analysis *analysis, const struct derivation *derivation,
		      const struct probe_point *point, struct expr *condition)
{
	const GPtrArray *known = candidates(analysis, point);
	GPtrArray *found = arena_array(analysis->arena);
	int longest = 0;

	for (unsigned int i = 0; known && i < known->len; i++) {
		const struct known_alias *candidate = g_ptr_array_index(known, i);
		int taken = match_name(candidate->alias, 0, point, 0);

		if (taken < 1 || taken < longest || !is_meant(candidate, derivation, point))
			continue;
		if (is_on_the_way(candidate->alias, derivation)) {
			report_recursion(analysis, candidate, point);
			return NULL;
		}
		if (taken > longest)
			g_ptr_array_set_size(found, 0);
		longest = taken;
		g_ptr_array_add(found, derive(analysis, derivation, candidate, point, condition, taken));
	}
	return found;
}

struct expr *both_conditions(struct analysis *analysis, struct expr *own, struct expr *of_use)
{
	struct expr *both;

	if (!own || !of_use)
		return own ? own : of_use;
	both = arena_new0(analysis->arena, struct expr);
	both->kind = EXPR_BINARY;
	both->span = own->span;
	both->binary.operation = BINARY_LOGICAL_AND;
	both->binary.operator_span = own->span;
	both->binary.left = own;
	both->binary.right = of_use;
	return both;
}

/* The point as it stands behind the aliases so far. */
struct probe_point *derived_point(struct analysis *analysis, const struct derivation *derivation,
				  const struct probe_point *point)
{
	struct probe_point *derived = arena_new0(analysis->arena, struct probe_point);

	*derived = *point;
	if (!derivation->alias)
		return derived;
	derived->components = arena_array(analysis->arena);
	for (unsigned int i = 0; i < point->components->len; i++)
		g_ptr_array_add(derived->components, g_ptr_array_index(point->components, i));
	for (unsigned int i = 0; i < derivation->suffix->len; i++)
		g_ptr_array_add(derived->components, g_ptr_array_index(derivation->suffix, i));
	/* A mark of its own says more than one of the use. */
	if (!point->is_optional && !point->is_sufficient) {
		derived->is_optional = derivation->is_optional;
		derived->is_sufficient = derivation->is_sufficient;
	}
	derived->condition = both_conditions(analysis, point->condition, derivation->use->condition);
	if (!derived->span.expansion)
		derived->span.expansion = derivation->expansion;
	return derived;
}

/* Names of aliases, for did-you-mean. */
void aliases_add_names(const struct analysis *analysis, GPtrArray *names)
{
	for (unsigned int i = 0; i < analysis->all_aliases->len; i++) {
		const struct known_alias *known = g_ptr_array_index(analysis->all_aliases, i);
		g_autoptr(GString) name = g_string_new(NULL);

		for (unsigned int j = 0; j < known->alias->name->len; j++)
			g_string_append_printf(name, "%s%s", j ? "." : "",
					       component_at(known->alias->name, j)->name);
		g_ptr_array_add(names, arena_strndup(analysis->arena, name->str, name->len));
	}
}
