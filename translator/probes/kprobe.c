/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions of the kernel and its modules: kprobe.function("name"), kernel.function("name"),
 * module("m").function("name") and kprobe.module("m").function("name"), their .call, .exported and
 * .return, with wildcards. This file reads points and writes rows for the module; kprobe_symbols.c
 * finds the functions. Kernel side: module/families/kprobe.h.
 */
#include <string.h>

#include "probes/families.h"
#include "probes/kprobe.h"

static const char *const forms[] = {
	"kprobe.function(\"name\")", "kprobe.function(\"name\").call", "kprobe.function(\"name\").return",
	"kprobe.function(\"name\").return.maxactive(N)",
	"kprobe.module(\"name\").function(\"name\")", "kprobe.module(\"name\").function(\"name\").call",
	"kprobe.module(\"name\").function(\"name\").return",
	"kprobe.module(\"name\").function(\"name\").return.maxactive(N)",
	"kernel.function(\"name\")", "kernel.function(\"name@file:line\")", "kernel.function(\"name\").call", "kernel.function(\"name\").inline",
	"kernel.function(\"name\").exported", "kernel.function(\"name\").return",
	"kernel.function(\"name\").return.maxactive(N)", "kernel.function(\"name\").label(\"name\")",
	"kernel.function(\"name\").callee(\"name\")",
	"kernel.function(\"name\").callee(\"name\").return", "kernel.function(\"name\").callees(N)",
	"kernel.statement(\"name@file:line\")", "kernel.statement(\"name@file:line\").nearest",
	"kernel.statement(N).absolute", "kprobe.statement(N).absolute",
	"module(\"name\").function(\"name\")", "module(\"name\").function(\"name@file:line\")", "module(\"name\").function(\"name\").call",
	"module(\"name\").function(\"name\").inline", "module(\"name\").function(\"name\").exported",
	"module(\"name\").function(\"name\").return", "module(\"name\").function(\"name\").return.maxactive(N)",
	"module(\"name\").function(\"name\").label(\"name\")", "module(\"name\").function(\"name\").callee(\"name\")",
	"module(\"name\").function(\"name\").callee(\"name\").return",
	"module(\"name\").function(\"name\").callees(N)",
	"module(\"name\").statement(\"name@file:line\")", "module(\"name\").statement(\"name@file:line\").nearest",
	NULL
};

/* statement(N) */
static bool is_by_address(const struct probe_component *component)
{
	return component_is(component, "statement") && component->argument && component->argument->kind == EXPR_NUMBER;
}

/* Which component is function("name") or statement("name"); 0: none, this point is of another family. */
static unsigned int function_index(const struct probe_point *point)
{
	const struct probe_component *first = point_component(point, 0);
	unsigned int index = 1;

	if (component_is(first, "kprobe"))
		index += component_is(point_component(point, 1), "module");
	else if (!component_is(first, "kernel") && !component_is(first, "module"))
		return 0;
	if (component_is(point_component(point, index), "function") ||
	    (component_is(point_component(point, index), "statement") &&
	     (!component_is(first, "kprobe") || is_by_address(point_component(point, index)))))
		return index;
	return 0;
}

static bool kprobe_owns(const struct probe_point *point)
{
	return function_index(point) > 0;
}

/* ---- What stands behind function("name") and statement("name") ---- */

static bool read_max_active(const struct probe_target *target, const struct probe_component *active,
			    struct kprobe_details *details)
{
	if (!component_number(target->diag, active, &details->max_active))
		return false;
	if (details->max_active >= 1 && details->max_active <= 65536)
		return true;
	diag_error(target->diag, active->span, "E-probe-argument", "maxactive takes 1 to 65536");
	return false;
}

/* .callees or .callees(DEPTH): all functions that are called, and what these call. */
static bool read_callees(const struct probe_target *target, const struct probe_component *callees,
			 struct kprobe_details *details)
{
	int64_t depth = 1;

	if (callees->argument && !component_number(target->diag, callees, &depth))
		return false;
	details->callee = "*";
	details->callee_depth = (unsigned int)depth;
	if (depth >= 1 && depth <= 10)
		return true;
	diag_error(target->diag, callees->span, "E-probe-argument", "callees takes a depth from 1 to 10");
	return false;
}

static bool read_suffix(const struct probe_target *target, const struct probe_component *suffix,
			struct kprobe_details *details)
{
	if (component_is(suffix, "label"))
		return component_string(target->diag, suffix, &details->label);
	if (component_is(suffix, "callees"))
		return read_callees(target, suffix, details);
	if (component_is(suffix, "callee")) {
		details->callee_depth = 1;
		return component_string(target->diag, suffix, &details->callee);
	}
	details->is_call = component_is(suffix, "call");
	details->is_inlined = component_is(suffix, "inline");
	details->is_exported = component_is(suffix, "exported");
	details->is_return = component_is(suffix, "return");
	details->is_nearest = component_is(suffix, "nearest");
	return component_no_argument(target->diag, suffix);
}

static bool kprobe_suffixes(const struct probe_target *target, const struct probe_point *point,
			    struct kprobe_details *details)
{
	static const char *const by_symbol[] = { "call", "return", NULL };
	static const char *const behind_function[] = {
		"call", "callee", "callees", "exported", "inline", "label", "return", NULL
	};
	static const char *const behind_statement[] = { "nearest", NULL };
	static const char *const behind_return[] = { "maxactive", NULL };
	static const char *const behind_others[] = { NULL };
	static const char *const behind_callee[] = { "call", "return", NULL };
	unsigned int index = details->function + 1;
	const struct probe_component *suffix = point_component(point, index), *active;
	const char *const *known = details->by_symbol_only ? by_symbol : details->is_statement ? behind_statement :
				   behind_function;

	while (suffix) {
		if (!g_strv_contains(known, suffix->name))
			return component_unknown(target->diag, suffix, known);
		if (!read_suffix(target, suffix, details))
			return false;
		suffix = point_component(point, ++index);
		if (known == behind_callee || !details->callee)
			break;
		known = behind_callee;
	}
	active = suffix;
	if (!active)
		return true;
	if (!details->is_return || !component_is(active, "maxactive"))
		return component_unknown(target->diag, active, details->is_return ? behind_return : behind_others);
	return read_max_active(target, active, details);
}

/* ---- Resolving ---- */

static bool check_module(const struct probe_target *target, const struct probe_component *component,
			 struct kprobe_details *details)
{
	const char *similar;

	if (!component_module(target, component, &details->module))
		return false;
	if (has_wildcard(details->module) || kprobe_symbols_in(target, details->module) ||
	    !knowledge_lack(target->knowledge, details->module))
		return true;
	similar = did_you_mean(details->module, knowledge_module_names(target->knowledge));
	diag_warning(target->diag, component->span, "W-unknown-module",
		     "module '%s' is not known here: its functions are looked up when the script's module is loaded",
		     details->module);
	if (similar && strcmp(similar, details->module) != 0)
		diag_note(target->diag, no_span, "did you mean '%s'?", similar);
	return true;
}

static bool check_function(const struct probe_target *target, const struct probe_component *component,
			   struct kprobe_details *details)
{
	if (!component_string(target->diag, component, &details->pattern))
		return false;
	if (details->by_symbol_only && strpbrk(details->pattern, "@:")) {
		diag_error(target->diag, component->span, "E-probe-argument",
			   "kprobe points know functions by their names alone, not by files and lines");
		diag_note(target->diag, no_span, "kernel.function(\"%s\") asks the debuginfo", details->pattern);
		return false;
	}
	if (kprobe_needs_sites(details))
		return true;
	if (*details->pattern && strlen(details->pattern) < 60 && !strpbrk(details->pattern, " \t\n\"\\+"))
		return true;
	diag_error(target->diag, component->span, "E-probe-argument",
		   "'%s' cannot be the name of a function", details->pattern);
	return false;
}

/* (kernel|kprobe).statement(N).absolute: whatever instruction is there, which only the script knows. */
static bool read_absolute(const struct probe_target *target, const struct probe_point *point,
			  struct kprobe_details *details)
{
	static const char *const known[] = { "absolute", NULL }, *const nothing[] = { NULL };
	const struct probe_component *statement = point_component(point, details->function);
	const struct probe_component *absolute = point_component(point, details->function + 1);

	if (absolute && !component_is(absolute, "absolute"))
		return component_unknown(target->diag, absolute, known);
	if (absolute && point->components->len > details->function + 2)
		return component_unknown(target->diag, point_component(point, details->function + 2), nothing);
	details->address = (uint64_t)statement->argument->number;
	details->pattern = arena_printf(target->arena, "0x%" G_GINT64_MODIFIER "x", details->address);
	if (!absolute || details->function > 1 || component_is(point_component(point, 0), "module"))
		diag_error(target->diag, statement->span, "E-probe-argument",
			   "an address is one of the running kernel: kernel.statement(%s).absolute", details->pattern);
	else if (statement->argument->number >= 0)
		diag_error(target->diag, statement->span, "E-probe-argument", "this is no address of the kernel");
	else if (!target->is_guru)
		diag_error(target->diag, statement->span, "E-guru",
			   "a probe on an address needs guru mode, for nobody checks what is there: run spile with -g");
	else
		return !absolute->argument || component_no_argument(target->diag, absolute);
	return false;
}

/* The probe, with its address as people write it. */
static void add_absolute(const struct probe_target *target, const struct probe_declaration *declaration,
			 const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes)
{
	struct probe *probe;

	kprobe_add(target, declaration, point, details, probes);
	probe = g_ptr_array_index(probes, probes->len - 1);
	probe->text = arena_printf(target->arena, "%s.statement(%s%s", point_component(point, 0)->name,
				   details->pattern, strchr(probe->text, ')'));
}

/* What the point names, before anybody is asked for it; false after an error. */
static bool read_point(const struct probe_target *target, const struct probe_point *point,
		       struct kprobe_details *details)
{
	const struct probe_component *module;

	details->by_symbol_only = component_is(point_component(point, 0), "kprobe");
	details->is_statement = component_is(point_component(point, details->function), "statement");
	module = point_component(point, details->function - 1);
	return kprobe_suffixes(target, point, details) &&
	       check_function(target, point_component(point, details->function), details) &&
	       (!component_is(module, "module") || check_module(target, module, details));
}

/* A function by its name or pattern: by symbol, and where debuginfo is there, its inlined copies, too. */
static bool resolve_functions(const struct probe_target *target, const struct probe_declaration *declaration,
			      const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes)
{
	const struct symbol_table *symbols = kprobe_symbols_in(target, details->module);
	unsigned int before = probes->len;

	if (details->by_symbol_only)
		return kprobe_resolve_symbols(target, declaration, point, details, probes);
	if (target->is_listing && kprobe_list_sites(target, declaration, point, details, probes))
		return true;
	if (!details->is_call && !details->is_return && !details->is_exported)
		kprobe_add_inlined(target, declaration, point, details, probes);
	if (probes->len > before && symbols && !symbols_match(symbols, details->pattern))
		return true;
	return kprobe_resolve_symbols(target, declaration, point, details, probes);
}

/*
 * (kprobe|kernel).function("name") or [kprobe.]module("name").function("name"), or statement, and
 * what may stand behind it.
 */
static bool kprobe_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			   const struct probe_point *point, GPtrArray *probes)
{
	struct kprobe_details *details = arena_new0(target->arena, struct kprobe_details);

	details->function = function_index(point);
	if (is_by_address(point_component(point, details->function))) {
		if (!read_absolute(target, point, details))
			return false;
		add_absolute(target, declaration, point, details, probes);
		return true;
	}
	if (!read_point(target, point, details))
		return false;
	if (details->module && has_wildcard(details->module) && kprobe_needs_sites(details))
		return kprobe_resolve_modules(target, declaration, point, details, probes);
	if (kprobe_needs_sites(details))
		return kprobe_resolve_sites(target, declaration, point, details, probes);
	if (!details->module || !has_wildcard(details->module))
		return resolve_functions(target, declaration, point, details, probes);
	if (target->is_listing || target->names_targets || details->is_exported)
		return kprobe_resolve_modules(target, declaration, point, details, probes);
	kprobe_add(target, declaration, point, details, probes);
	return true;
}

/* Whether the session goes on if the point matches nothing. */
static bool is_optional(const struct probe *probe)
{
	const struct kprobe_details *details = probe->details;

	return probe->point->is_optional || probe->point->is_sufficient || details->is_one_of_many;
}

static char *kprobe_row(struct arena *arena, const struct probe *probe)
{
	const struct kprobe_details *details = probe->details;
	bool may_be_absent = is_optional(probe) || probe->is_alternative;
	const char *optional = may_be_absent ? ", .is_optional = 1" : "", *saved = "";

	if (details->is_keeper)
		saved = arena_printf(arena, ", .entered = &rt_entered_functions[%u]", details->kept);
	if (!details->is_return)
		return arena_printf(arena, ".probe = &rt_probes[%d]%s%s%s", probe->number, optional,
				    probe->uses & USES_REGISTERS ? "" : ", .arguments_suffice = 1", saved);
	if (probe->uses & USES_SAVED)
		saved = arena_printf(arena, ", .keep = p_%d_keep, .returned = p_%d_return, "
				     ".saved_size = sizeof(struct p_%d_saved)", probe->number, probe->number, probe->number);
	return arena_printf(arena, ".probe = &rt_probes[%d], .is_return = 1, .max_active = %d%s%s",
			    probe->number, (int)details->max_active, optional, saved);
}

/* A pattern that is looked up where the module is loaded has no place here. */
static const struct code_site *kprobe_site(const struct probe_target *target, const struct probe *probe)
{
	const struct kprobe_details *details = probe->details;

	if (details->address || has_wildcard(details->pattern) || (details->module && has_wildcard(details->module)))
		return details->site;
	return kprobe_entry_site(target, details);
}

/* "ext4:ext4_file_open+0x12" */
static const char *pattern_for_reader(struct arena *arena, const struct kprobe_details *details)
{
	const char *module = details->module ? arena_printf(arena, "%s:", details->module) : "";

	if (!details->site)
		return arena_printf(arena, "%s%s", module, details->pattern);
	if (!details->site->offset)
		return arena_printf(arena, "%s%s", module, details->site->symbol);
	return arena_printf(arena, "%s%s+0x%" G_GINT64_MODIFIER "x", module, details->site->symbol, details->site->offset);
}

static const char *kprobe_built_for(struct arena *arena, const struct probe *probe)
{
	const struct kprobe_details *details = probe->details;

	if (!details->site || !details->site->build_id)
		return NULL;
	return arena_printf(arena, "%s:%s", details->module ? details->module : "", details->site->build_id);
}

static char *kprobe_modinfo(struct arena *arena, const struct probe *probe, int index)
{
	const struct kprobe_details *details = probe->details;
	bool is_wildcard = !details->site && (has_wildcard(details->pattern) ||
					      (details->module && has_wildcard(details->module)));
	g_autoptr(GString) flags = g_string_new(NULL);

	g_string_append(flags, is_optional(probe) ? "o" : "");
	g_string_append(flags, is_wildcard ? "w" : "");
	g_string_append(flags, probe->point->is_sufficient ? "s" : "");
	g_string_append(flags, probe->is_alternative ? "a" : "");
	g_string_append(flags, details->site ? "p" : "");
	return arena_printf(arena, "MODULE_INFO(spile_kprobe, \"%d %s %s%s%s\");\n", index,
			    flags->len ? flags->str : "-", pattern_for_reader(arena, details),
			    details->site ? " " : "", details->site ? details->site->function : "");
}

const struct probe_family kprobe_family = {
	.name = "kprobe",
	.forms = forms,
	.owns = kprobe_owns,
	.resolve = kprobe_resolve,
	.resolve_target = kprobe_resolve_target,
	.target_variables = kprobe_target_variables,
	.site = kprobe_site,
	.keeper = kprobe_keeper,
	.kernel_header = "module/families/kprobe.h",
	.table_type = "struct mod_kprobe_specification",
	.table_name = "mod_kprobe_specifications",
	.table_operations = "mod_kprobe_ops",
	.row = kprobe_row,
	.modinfo = kprobe_modinfo,
	.built_for = kprobe_built_for,
};
