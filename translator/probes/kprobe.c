/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel functions by symbol: kprobe.function("name") and kernel.function("name"), their .call
 * and .return, with wildcards. Only the symbol table is needed, and not even that at
 * translation: names become addresses when the module is loaded (the reader resolves the
 * modinfo entry made here), so that a prebuilt module fits whatever kernel it meets. Where the
 * target's symbols are known, a name that matches nothing is an error at once. Kernel side:
 * module/families/kprobe.h.
 */
#include <string.h>

#include "probes/convention.h"
#include "probes/families.h"

static const char *const forms[] = {
	"kprobe.function(\"name\")", "kprobe.function(\"name\").return",
	"kprobe.function(\"name\").return.maxactive(N)", "kprobe.function(\"name\").call",
	"kernel.function(\"name\")", "kernel.function(\"name\").call", "kernel.function(\"name\").return",
	"kernel.function(\"name\").return.maxactive(N)", NULL
};

struct kprobe_details {
	const char *pattern;
	bool is_return;
	int64_t max_active;	/* 0: the module's default */
	bool is_one_of_many;	/* stands for one function that a pattern meant */
};

static bool kprobe_owns(const struct probe_point *point)
{
	const struct probe_component *first = point_component(point, 0);
	const struct probe_component *second = point_component(point, 1);

	return (component_is(first, "kprobe") || component_is(first, "kernel")) &&
	       component_is(second, "function");
}

/* What stands behind function("name"): .call, .return, .return.maxactive(N) */
static bool kprobe_suffixes(const struct probe_target *target, const struct probe_point *point,
			    struct kprobe_details *details)
{
	static const char *const behind_function[] = { "call", "return", NULL };
	static const char *const behind_return[] = { "maxactive", NULL };
	static const char *const behind_call[] = { NULL };
	const struct probe_component *suffix = point_component(point, 2);
	const struct probe_component *active = point_component(point, 3);

	if (!suffix)
		return true;
	details->is_return = component_is(suffix, "return");
	if (!details->is_return && !component_is(suffix, "call"))
		return component_unknown(target->diag, suffix, behind_function);
	if (!component_no_argument(target->diag, suffix))
		return false;
	if (!active)
		return true;
	if (!details->is_return || !component_is(active, "maxactive"))
		return component_unknown(target->diag, active,
					 details->is_return ? behind_return : behind_call);
	if (!component_number(target->diag, active, &details->max_active))
		return false;
	if (details->max_active >= 1 && details->max_active <= 65536)
		return true;
	diag_error(target->diag, active->span, "E-probe-argument", "maxactive takes 1 to 65536");
	return false;
}

static void report_no_function(const struct probe_target *target, const struct probe_component *component,
			       const char *pattern)
{
	GPtrArray *names = symbols_names(target->arena, target->symbols, NULL);
	const char *similar = has_wildcard(pattern) ? NULL : did_you_mean(pattern, names);

	diag_error(target->diag, component->span, "E-no-function",
		   has_wildcard(pattern) ? "no function of kernel %2$s matches '%1$s'"
					 : "kernel %2$s has no function '%1$s' to probe",
		   pattern, target->kernel->release);
	if (similar)
		diag_note(target->diag, no_span, "did you mean '%s'?", similar);
	diag_note(target->diag, no_span,
		  "inlined functions have no symbol; a '?' behind the point makes it optional");
}

static void add_probe(const struct probe_target *target, const struct probe_declaration *declaration,
		      const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes)
{
	struct probe *probe = probe_new(target, &kprobe_family, declaration, point);

	probe->context = CONTEXT_ATOMIC;
	probe->has_entry = details->is_return;
	probe->is_uncertain = target->symbols == NULL;
	probe->details = details;
	g_ptr_array_add(probes, probe);
}

/* ---- Patterns whose handlers name target variables: a probe for each function ---- */

/* $x is another register in another function: only where nothing is known of any is this left to fail. */
static bool needs_expansion(const struct probe_target *target, const struct kprobe_details *details)
{
	/* A list has nothing to offer that nobody knows. */
	if (!has_wildcard(details->pattern))
		return target->is_listing && !target->symbols && !knowledge_lack(target->knowledge, NULL);
	return target->is_listing || (target->names_targets && !knowledge_lack(target->knowledge, NULL));
}

/* The point with the name of one function in place of the pattern. */
static struct probe_point *point_of_function(struct arena *arena, const struct probe_point *point, const char *name)
{
	struct probe_point *one = arena_new0(arena, struct probe_point);
	struct probe_component *function = arena_new0(arena, struct probe_component);

	*one = *point;
	one->components = arena_array(arena);
	for (unsigned int i = 0; i < point->components->len; i++)
		g_ptr_array_add(one->components, g_ptr_array_index(point->components, i));
	*function = *point_component(point, 1);
	function->argument = arena_new0(arena, struct expr);
	*function->argument = *point_component(point, 1)->argument;
	function->argument->string = name;
	g_ptr_array_index(one->components, 1) = function;
	return one;
}

/* False after an error was reported: of what the pattern matches, no parameters are known. */
static bool expand(const struct probe_target *target, const struct probe_declaration *declaration,
		   const struct probe_point *point, const struct kprobe_details *pattern, GPtrArray *probes)
{
	GPtrArray *names = target->is_listing && target->symbols ?
			   symbols_names(target->arena, target->symbols, pattern->pattern) :
			   knowledge_functions(target->knowledge, NULL, pattern->pattern);
	unsigned int before = probes->len;

	for (unsigned int i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		struct kprobe_details *details = arena_new0(target->arena, struct kprobe_details);

		if (target->symbols && !symbols_have(target->symbols, name))
			continue;
		*details = *pattern;
		details->pattern = name;
		details->is_one_of_many = true;
		add_probe(target, declaration, point_of_function(target->arena, point, name), details, probes);
	}
	if (probes->len > before || point->is_optional || point->is_sufficient)
		return true;
	diag_error(target->diag, point_component(point, 1)->span, "E-needs-debuginfo",
		   "nothing is known of any function of kernel %s that matches '%s'",
		   target->kernel->release, pattern->pattern);
	return false;
}

/* (kprobe|kernel).function("name")[.call|.return[.maxactive(N)]] */
static bool kprobe_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			   const struct probe_point *point, GPtrArray *probes)
{
	const struct probe_component *function = point_component(point, 1);
	struct kprobe_details *details = arena_new0(target->arena, struct kprobe_details);

	if (!component_string(target->diag, function, &details->pattern) ||
	    !kprobe_suffixes(target, point, details))
		return false;
	if (strpbrk(details->pattern, "@:")) {
		diag_error(target->diag, function->span, "E-needs-debuginfo",
			   "source files and lines in a probe point need debuginfo, which this version of spile does not read");
		diag_note(target->diag, no_span, "probe the function by its name alone");
		return false;
	}
	if (!*details->pattern || strlen(details->pattern) >= 60 || strpbrk(details->pattern, " \t\n\"\\")) {
		diag_error(target->diag, function->span, "E-probe-argument",
			   "'%s' cannot be the name of a function", details->pattern);
		return false;
	}
	if (target->symbols && !symbols_match(target->symbols, details->pattern)) {
		if (point->is_optional || point->is_sufficient)
			return true;
		report_no_function(target, function, details->pattern);
		return false;
	}
	if (needs_expansion(target, details))
		return expand(target, declaration, point, details, probes);
	add_probe(target, declaration, point, details, probes);
	return true;
}

/* ---- Target variables ---- */

/* Why no parameter of the function is known, and what does without. */
static void report_unknown_function(const struct probe_target *target, const struct probe *probe,
				    const struct expr *expr)
{
	const struct kprobe_details *details = probe->details;
	const char *lack = knowledge_lack(target->knowledge, NULL);

	diag_error(target->diag, expr->span, "E-needs-debuginfo",
		   "target variable '%s' needs type information, and %s", expr->target.name,
		   lack ? arena_printf(target->arena, "there is none for kernel %s", target->kernel->release) :
			  arena_printf(target->arena, "that of kernel %s knows nothing of '%s'",
				       target->kernel->release, details->pattern));
	if (lack)
		diag_note(target->diag, no_span, "%s", lack);
	else
		diag_note(target->diag, no_span,
			  "compilers change the parameters of static functions, and assembly has none");
	diag_note(target->diag, no_span, details->is_return ? "without it, the function's result is returnval()" :
		  "without it, arguments by position are int_arg(N), ulong_arg(N) and pointer_arg(N)");
}

static void report_no_parameter(const struct probe_target *target, const struct kprobe_details *details,
				const struct c_type *function, const struct expr *expr)
{
	const GPtrArray *parameters = c_type_parameters(function);
	g_autoptr(GString) list = g_string_new(NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *similar;

	for (unsigned int i = 0; i < parameters->len; i++) {
		const struct c_parameter *parameter = g_ptr_array_index(parameters, i);

		if (!parameter->name)
			continue;
		g_string_append_printf(list, " $%s", parameter->name);
		g_ptr_array_add(names, (char *)parameter->name);
	}
	if (details->is_return && !convention_no_result(function))
		g_string_append(list, " $return");
	diag_error(target->diag, expr->span, "E-target-variable", "function '%s' has no parameter '%s'",
		   details->pattern, expr->target.name);
	similar = did_you_mean(expr->target.name + 1, names);
	if (similar)
		diag_note(target->diag, no_span, "did you mean '$%s'?", similar);
	diag_note(target->diag, no_span, "known here:%s", list->len ? list->str : " nothing");
}

static struct access *report_no_number(const struct probe_target *target, const struct expr *expr, const char *why)
{
	diag_error(target->diag, expr->span, "E-target-type", "'%s' cannot be read here: %s", expr->target.name, why);
	return NULL;
}

static struct access *access_word(const struct probe_target *target, const struct c_type *type, const char *word)
{
	struct access *access = arena_new0(target->arena, struct access);

	access->base = convention_number(target->arena, type, word);
	access->type = type;
	access->uses = USES_ARGUMENTS;
	return access;
}

static struct access *access_result(const struct probe_target *target, const struct c_type *function,
				    const struct expr *expr)
{
	const char *why = convention_no_result(function);

	if (why)
		return report_no_number(target, expr, why);
	return access_word(target, function->target, "rt_return_value(c->regs)");
}

/* $parameter, and $return behind the function's return. */
static struct access *kprobe_resolve_target(const struct probe_target *target, const struct probe *probe,
					    struct expr *expr)
{
	const struct kprobe_details *details = probe->details;
	const struct c_type *function = knowledge_function(target->knowledge, NULL, details->pattern);
	const GPtrArray *parameters;

	if (!function) {
		report_unknown_function(target, probe, expr);
		return NULL;
	}
	if (details->is_return && !target->at_entry && strcmp(expr->target.name, "$return") == 0)
		return access_result(target, function, expr);
	parameters = c_type_parameters(function);
	for (unsigned int i = 0; i < parameters->len; i++) {
		const struct c_parameter *parameter = g_ptr_array_index(parameters, i);
		const char *why;
		unsigned int number;

		if (!parameter->name || strcmp(parameter->name, expr->target.name + 1) != 0)
			continue;
		number = convention_argument(function, i, &why);
		if (!number)
			return report_no_number(target, expr, why);
		return access_word(target, parameter->type, arena_printf(target->arena, "rt_argument(c->regs, %u)",
									  number));
	}
	report_no_parameter(target, details, function, expr);
	return NULL;
}

static void add_variable(struct arena *arena, GPtrArray *variables, const char *name, const struct c_type *type)
{
	struct target_variable *variable = arena_new0(arena, struct target_variable);

	variable->name = arena_printf(arena, "$%s", name);
	variable->type = type;
	variable->type_text = c_type_text(arena, type);
	g_ptr_array_add(variables, variable);
}

static GPtrArray *kprobe_target_variables(const struct probe_target *target, const struct probe *probe)
{
	const struct kprobe_details *details = probe->details;
	const struct c_type *function = knowledge_function(target->knowledge, NULL, details->pattern);
	GPtrArray *variables = arena_array(target->arena);

	if (!function)
		return NULL;
	if (details->is_return && !convention_no_result(function))
		add_variable(target->arena, variables, "return", function->target);
	for (unsigned int i = 0; i < c_type_parameters(function)->len; i++) {
		const struct c_parameter *parameter = g_ptr_array_index(c_type_parameters(function), i);

		if (parameter->name)
			add_variable(target->arena, variables, parameter->name, parameter->type);
	}
	return variables;
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
	g_string_append(flags, has_wildcard(details->pattern) ? "w" : "");
	g_string_append(flags, probe->point->is_sufficient ? "s" : "");
	g_string_append(flags, probe->is_alternative ? "a" : "");
	return arena_printf(arena, "MODULE_INFO(spile_kprobe, \"%d %s %s\");\n", index,
			    flags->len ? flags->str : "-", details->pattern);
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
