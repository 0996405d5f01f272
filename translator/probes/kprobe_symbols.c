/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions by symbol. Only the symbol table is needed, and not even that at translation: names
 * become addresses when the module is loaded (the reader resolves them), so that a prebuilt module
 * fits whatever kernel it meets. Where the target's symbols are known, a name that matches nothing
 * is an error at once. Called by kprobe.c.
 */
#include <string.h>

#include "probes/families.h"
#include "probes/kprobe.h"

const struct symbol_table *kprobe_symbols_in(const struct probe_target *target, const char *module)
{
	return module ? knowledge_symbols(target->knowledge, module) : target->symbols;
}

const char *kprobe_place_text(const struct probe_target *target, const char *module)
{
	if (!module)
		return arena_printf(target->arena, "kernel %s", target->kernel->release);
	return arena_printf(target->arena, "module '%s' of kernel %s", module, target->kernel->release);
}

static void report_no_function(const struct probe_target *target, const struct probe_component *component,
			       const struct kprobe_details *details)
{
	const struct symbol_table *symbols = kprobe_symbols_in(target, details->module);
	const char *pattern = details->pattern, *place = kprobe_place_text(target, details->module), *similar = NULL;

	if (symbols && !has_wildcard(pattern))
		similar = did_you_mean(pattern, symbols_names(target->arena, symbols, NULL));
	diag_error(target->diag, component->span, "E-no-function",
		   has_wildcard(pattern) ? "no%s function of %s matches '%s'" : "%2$s has no%1$s function '%3$s' to probe",
		   details->is_exported ? " exported" : "", place, pattern);
	if (similar && strcmp(similar, pattern) != 0)
		diag_note(target->diag, no_span, "did you mean '%s'?", similar);
	diag_note(target->diag, no_span,
		  "inlined functions have no symbol; a '?' behind the point makes it optional");
}

void kprobe_add(const struct probe_target *target, const struct probe_declaration *declaration,
		const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes)
{
	struct probe *probe = probe_new(target, &kprobe_family, declaration, point);

	probe->context = CONTEXT_ATOMIC;
	probe->has_entry = details->is_return;
	probe->is_uncertain = details->site ? false : details->module ? has_wildcard(details->module) || !kprobe_symbols_in(target, details->module) :
						target->symbols == NULL;
	probe->details = details;
	g_ptr_array_add(probes, probe);
}

/* ---- Patterns that become a probe for each function ---- */

/* Whether something tells of types. Asked last: the answer may take reading all of BTF. */
static bool are_types_known(const struct probe_target *target, const struct kprobe_details *details)
{
	return !knowledge_lack(target->knowledge, details->module);
}

/*
 * $x is another register in another function: only where nothing is known of any is this left to
 * fail. Which functions are exported is known here, and not at load.
 */
static bool needs_expansion(const struct probe_target *target, const struct kprobe_details *details)
{
	/* A list has nothing to offer that nobody knows. */
	if (!has_wildcard(details->pattern) && !details->is_exported)
		return target->is_listing && !kprobe_symbols_in(target, details->module) &&
		       are_types_known(target, details);
	return target->is_listing || details->is_exported ||
	       (target->names_targets && are_types_known(target, details));
}

/* The component with another text as its argument. */
static struct probe_component *component_with(struct arena *arena, const struct probe_component *component,
					      const char *text)
{
	struct probe_component *other = arena_new0(arena, struct probe_component);

	*other = *component;
	other->argument = arena_new0(arena, struct expr);
	*other->argument = *component->argument;
	other->argument->string = text;
	return other;
}

/* callee("NAME"), also in the place of callees(N), which means several. */
static struct probe_component *callee_component(struct arena *arena, const struct probe_component *component,
						const char *text)
{
	struct probe_component *callee = arena_new0(arena, struct probe_component);

	*callee = *component;
	callee->name = "callee";
	callee->argument = arena_new0(arena, struct expr);
	callee->argument->kind = EXPR_STRING;
	callee->argument->span = component->span;
	callee->argument->string = text;
	return callee;
}

struct probe_point *kprobe_point_of(struct arena *arena, const struct probe_point *point,
				    const struct kprobe_details *one)
{
	struct probe_point *copy = arena_new0(arena, struct probe_point);

	*copy = *point;
	copy->components = arena_array(arena);
	for (unsigned int i = 0; i < point->components->len; i++) {
		const struct probe_component *component = point_component(point, i);

		if (i == one->function)
			component = component_with(arena, component, one->pattern);
		else if (one->label && component_is(component, "label"))
			component = component_with(arena, component, one->label);
		else if (one->callee && (component_is(component, "callee") || component_is(component, "callees")))
			component = callee_component(arena, component, one->callee);
		else if (one->module && component_is(component, "module"))
			component = component_with(arena, component, one->module);
		g_ptr_array_add(copy->components, (struct probe_component *)component);
	}
	return copy;
}

/* The functions that the pattern means, as far as they are known. */
static GPtrArray *names_matching(const struct probe_target *target, const struct kprobe_details *pattern)
{
	const struct symbol_table *symbols = kprobe_symbols_in(target, pattern->module);

	if (symbols && (target->is_listing || pattern->is_exported))
		return symbols_names(target->arena, symbols, pattern->pattern);
	return knowledge_functions(target->knowledge, pattern->module, pattern->pattern);
}

/* A probe for each function of the kernel, or of the one module, that the pattern means. */
static void expand(const struct probe_target *target, const struct probe_declaration *declaration,
		   const struct probe_point *point, const struct kprobe_details *pattern, GPtrArray *probes)
{
	const struct symbol_table *symbols = kprobe_symbols_in(target, pattern->module), *exports = NULL;
	GPtrArray *names = names_matching(target, pattern);

	if (pattern->is_exported)
		exports = knowledge_exports(target->knowledge, pattern->module);
	for (unsigned int i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		struct kprobe_details *details;

		if ((symbols && !symbols_have(symbols, name)) ||
		    (pattern->is_exported && !(exports && symbols_have(exports, name))))
			continue;
		details = arena_new0(target->arena, struct kprobe_details);
		*details = *pattern;
		details->pattern = name;
		details->is_one_of_many = has_wildcard(pattern->pattern) || pattern->is_one_of_many;
		kprobe_add(target, declaration, kprobe_point_of(target->arena, point, details), details, probes);
	}
}

/* False: nothing came of it, and that is an error that was reported. */
static bool expand_one(const struct probe_target *target, const struct probe_declaration *declaration,
		       const struct probe_point *point, const struct kprobe_details *pattern, GPtrArray *probes)
{
	unsigned int before = probes->len;

	expand(target, declaration, point, pattern, probes);
	if (probes->len > before || point->is_optional || point->is_sufficient)
		return true;
	if (pattern->is_exported && knowledge_exports(target->knowledge, pattern->module)) {
		report_no_function(target, point_component(point, pattern->function), pattern);
		return false;
	}
	diag_error(target->diag, point_component(point, pattern->function)->span, "E-needs-debuginfo",
		   "nothing is known of any function of %s that matches '%s'", kprobe_place_text(target, pattern->module),
		   pattern->pattern);
	return false;
}

bool kprobe_resolve_modules(const struct probe_target *target, const struct probe_declaration *declaration,
			    const struct probe_point *point, const struct kprobe_details *pattern, GPtrArray *probes)
{
	GPtrArray *modules = knowledge_modules(target->knowledge, pattern->module);
	unsigned int before = probes->len;

	for (unsigned int i = 0; i < modules->len; i++) {
		struct kprobe_details details = *pattern;

		details.module = g_ptr_array_index(modules, i);
		details.is_one_of_many = true;
		if (kprobe_needs_sites(pattern))
			kprobe_list_sites(target, declaration, point, &details, probes);
		else
			expand(target, declaration, point, &details, probes);
	}
	if (probes->len > before || point->is_optional || point->is_sufficient)
		return true;
	diag_error(target->diag, point_component(point, pattern->function)->span, "E-no-function",
		   "no function '%s' is known in any %smodule of kernel %s that matches '%s'", pattern->pattern,
		   target->kernel->is_running ? "loaded " : "", target->kernel->release, pattern->module);
	return false;
}

/* ---- Names and patterns of the kernel, or of one module ---- */

bool kprobe_resolve_symbols(const struct probe_target *target, const struct probe_declaration *declaration,
			    const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes)
{
	const struct symbol_table *symbols = kprobe_symbols_in(target, details->module);

	if (symbols && !symbols_match(symbols, details->pattern)) {
		if (point->is_optional || point->is_sufficient)
			return true;
		report_no_function(target, point_component(point, details->function), details);
		return false;
	}
	if (needs_expansion(target, details))
		return expand_one(target, declaration, point, details, probes);
	kprobe_add(target, declaration, point, details, probes);
	return true;
}

