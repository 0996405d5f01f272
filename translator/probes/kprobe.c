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
	"kprobe.function(\"name\")", "kprobe.function(\"name\").return",
	"kprobe.function(\"name\").return.maxactive(N)", "kprobe.function(\"name\").call",
	"kernel.function(\"name\")", "kernel.function(\"name\").call", "kernel.function(\"name\").return",
	"kernel.function(\"name\").return.maxactive(N)", "kernel.function(\"name\").exported",
	"module(\"name\").function(\"name\")", "module(\"name\").function(\"name\").call",
	"module(\"name\").function(\"name\").return", "module(\"name\").function(\"name\").return.maxactive(N)",
	"module(\"name\").function(\"name\").exported",
	"kprobe.module(\"name\").function(\"name\")", "kprobe.module(\"name\").function(\"name\").call",
	"kprobe.module(\"name\").function(\"name\").return",
	"kprobe.module(\"name\").function(\"name\").return.maxactive(N)", NULL
};

/* Which component is function("name"); 0: none, this point is of another family. */
static unsigned int function_index(const struct probe_point *point)
{
	const struct probe_component *first = point_component(point, 0);
	unsigned int index = 1;

	if (component_is(first, "kprobe"))
		index += component_is(point_component(point, 1), "module");
	else if (!component_is(first, "kernel") && !component_is(first, "module"))
		return 0;
	return component_is(point_component(point, index), "function") ? index : 0;
}

static bool kprobe_owns(const struct probe_point *point)
{
	return function_index(point) > 0;
}

/* What stands behind function("name"): .call, .exported, .return, .return.maxactive(N) */
static bool kprobe_suffixes(const struct probe_target *target, const struct probe_point *point,
			    struct kprobe_details *details)
{
	static const char *const behind_function[] = { "call", "exported", "return", NULL };
	static const char *const behind_return[] = { "maxactive", NULL };
	static const char *const behind_others[] = { NULL };
	const struct probe_component *suffix = point_component(point, details->function + 1);
	const struct probe_component *active = point_component(point, details->function + 2);

	if (!suffix)
		return true;
	details->is_return = component_is(suffix, "return");
	details->is_exported = component_is(suffix, "exported");
	if (!details->is_return && !details->is_exported && !component_is(suffix, "call"))
		return component_unknown(target->diag, suffix, behind_function);
	if (!component_no_argument(target->diag, suffix))
		return false;
	if (!active)
		return true;
	if (!details->is_return || !component_is(active, "maxactive"))
		return component_unknown(target->diag, active,
					 details->is_return ? behind_return : behind_others);
	if (!component_number(target->diag, active, &details->max_active))
		return false;
	if (details->max_active >= 1 && details->max_active <= 65536)
		return true;
	diag_error(target->diag, active->span, "E-probe-argument", "maxactive takes 1 to 65536");
	return false;
}

/* ---- Resolving ---- */

static bool check_module(const struct probe_target *target, const struct probe_component *component,
			 struct kprobe_details *details)
{
	const char *similar;

	if (!component_module(target, component, &details->module))
		return false;
	if (has_wildcard(details->module) || kprobe_symbols_in(target, details->module))
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
	if (strpbrk(details->pattern, "@:")) {
		diag_error(target->diag, component->span, "E-needs-debuginfo",
			   "source files and lines in a probe point need debuginfo, which this version of spile does not read");
		diag_note(target->diag, no_span, "probe the function by its name alone");
		return false;
	}
	if (*details->pattern && strlen(details->pattern) < 60 && !strpbrk(details->pattern, " \t\n\"\\+"))
		return true;
	diag_error(target->diag, component->span, "E-probe-argument",
		   "'%s' cannot be the name of a function", details->pattern);
	return false;
}

/*
 * (kprobe|kernel).function("name") or [kprobe.]module("name").function("name"), and behind it
 * [.call|.exported|.return[.maxactive(N)]]
 */
static bool kprobe_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			   const struct probe_point *point, GPtrArray *probes)
{
	struct kprobe_details *details = arena_new0(target->arena, struct kprobe_details);
	const struct probe_component *module;

	details->function = function_index(point);
	module = point_component(point, details->function - 1);
	if (!check_function(target, point_component(point, details->function), details) ||
	    !kprobe_suffixes(target, point, details) ||
	    (component_is(module, "module") && !check_module(target, module, details)))
		return false;
	if (!details->module || !has_wildcard(details->module))
		return kprobe_resolve_symbols(target, declaration, point, details, probes);
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

	if (!details->is_return)
		return arena_printf(arena, ".probe = &rt_probes[%d]%s%s", probe->number, optional,
				    probe->uses & USES_REGISTERS ? "" : ", .arguments_suffice = 1");
	if (probe->uses & USES_SAVED)
		saved = arena_printf(arena, ", .keep = p_%d_keep, .returned = p_%d_return, "
				     ".saved_size = sizeof(struct p_%d_saved)", probe->number, probe->number, probe->number);
	return arena_printf(arena, ".probe = &rt_probes[%d], .is_return = 1, .max_active = %d%s%s",
			    probe->number, (int)details->max_active, optional, saved);
}

static char *kprobe_modinfo(struct arena *arena, const struct probe *probe, int index)
{
	const struct kprobe_details *details = probe->details;
	g_autoptr(GString) flags = g_string_new(NULL);

	g_string_append(flags, is_optional(probe) ? "o" : "");
	g_string_append(flags, has_wildcard(details->pattern) || (details->module && has_wildcard(details->module)) ?
			"w" : "");
	g_string_append(flags, probe->point->is_sufficient ? "s" : "");
	g_string_append(flags, probe->is_alternative ? "a" : "");
	return arena_printf(arena, "MODULE_INFO(spile_kprobe, \"%d %s %s%s%s\");\n", index,
			    flags->len ? flags->str : "-", details->module ? details->module : "",
			    details->module ? ":" : "", details->pattern);
}

const struct probe_family kprobe_family = {
	.name = "kprobe",
	.forms = forms,
	.owns = kprobe_owns,
	.resolve = kprobe_resolve,
	.resolve_target = kprobe_resolve_target,
	.target_variables = kprobe_target_variables,
	.kernel_header = "module/families/kprobe.h",
	.table_type = "struct mod_kprobe_specification",
	.table_name = "mod_kprobe_specifications",
	.table_operations = "mod_kprobe_ops",
	.row = kprobe_row,
	.modinfo = kprobe_modinfo,
};
