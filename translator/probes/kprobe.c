/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions of the kernel and its modules by symbol: kprobe.function("name"),
 * kernel.function("name"), module("m").function("name") and kprobe.module("m").function("name"),
 * their .call, .exported and .return, with wildcards. Only the symbol table is needed, and not even
 * that at translation: names become addresses when the module is loaded (the reader resolves the
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
	"kernel.function(\"name\").return.maxactive(N)", "kernel.function(\"name\").exported",
	"module(\"name\").function(\"name\")", "module(\"name\").function(\"name\").call",
	"module(\"name\").function(\"name\").return", "module(\"name\").function(\"name\").return.maxactive(N)",
	"module(\"name\").function(\"name\").exported",
	"kprobe.module(\"name\").function(\"name\")", "kprobe.module(\"name\").function(\"name\").call",
	"kprobe.module(\"name\").function(\"name\").return",
	"kprobe.module(\"name\").function(\"name\").return.maxactive(N)", NULL
};

struct kprobe_details {
	unsigned int function;	/* which component of the point that is */
	const char *module;	/* pattern of modules' names; NULL: the kernel itself */
	const char *pattern;
	bool is_exported;	/* only functions that are */
	bool is_return;
	int64_t max_active;	/* 0: the module's default */
	bool is_one_of_many;	/* stands for one function that a pattern meant */
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

/* The functions that there are in the kernel or in one module; NULL: not known here. */
static const struct symbol_table *symbols_in(const struct probe_target *target, const char *module)
{
	return module ? knowledge_symbols(target->knowledge, module) : target->symbols;
}

/* "kernel 6.1.0", "module 'ext4' of kernel 6.1.0" */
static const char *place_text(const struct probe_target *target, const char *module)
{
	if (!module)
		return arena_printf(target->arena, "kernel %s", target->kernel->release);
	return arena_printf(target->arena, "module '%s' of kernel %s", module, target->kernel->release);
}

static void report_no_function(const struct probe_target *target, const struct probe_component *component,
			       const struct kprobe_details *details)
{
	const struct symbol_table *symbols = symbols_in(target, details->module);
	const char *pattern = details->pattern, *place = place_text(target, details->module), *similar = NULL;

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

static void add_probe(const struct probe_target *target, const struct probe_declaration *declaration,
		      const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes)
{
	struct probe *probe = probe_new(target, &kprobe_family, declaration, point);

	probe->context = CONTEXT_ATOMIC;
	probe->has_entry = details->is_return;
	probe->is_uncertain = details->module ? has_wildcard(details->module) || !symbols_in(target, details->module) :
						target->symbols == NULL;
	probe->details = details;
	g_ptr_array_add(probes, probe);
}

/* ---- Patterns that become a probe for each function ---- */

/*
 * $x is another register in another function: only where nothing is known of any is this left to
 * fail. Which functions are exported is known here, and not at load.
 */
static bool needs_expansion(const struct probe_target *target, const struct kprobe_details *details)
{
	bool is_known = !knowledge_lack(target->knowledge, details->module);

	/* A list has nothing to offer that nobody knows. */
	if (!has_wildcard(details->pattern) && !details->is_exported)
		return target->is_listing && !symbols_in(target, details->module) && is_known;
	return target->is_listing || details->is_exported || (target->names_targets && is_known);
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

/* The point with the names of one function, and its module, in place of the patterns. */
static struct probe_point *point_of_function(struct arena *arena, const struct probe_point *point,
					     const struct kprobe_details *one)
{
	struct probe_point *copy = arena_new0(arena, struct probe_point);

	*copy = *point;
	copy->components = arena_array(arena);
	for (unsigned int i = 0; i < point->components->len; i++) {
		const struct probe_component *component = point_component(point, i);

		if (i == one->function)
			component = component_with(arena, component, one->pattern);
		else if (one->module && component_is(component, "module"))
			component = component_with(arena, component, one->module);
		g_ptr_array_add(copy->components, (struct probe_component *)component);
	}
	return copy;
}

/* The functions that the pattern means, as far as they are known. */
static GPtrArray *names_matching(const struct probe_target *target, const struct kprobe_details *pattern)
{
	const struct symbol_table *symbols = symbols_in(target, pattern->module);

	if (symbols && (target->is_listing || pattern->is_exported))
		return symbols_names(target->arena, symbols, pattern->pattern);
	return knowledge_functions(target->knowledge, pattern->module, pattern->pattern);
}

/* A probe for each function of the kernel, or of the one module, that the pattern means. */
static void expand(const struct probe_target *target, const struct probe_declaration *declaration,
		   const struct probe_point *point, const struct kprobe_details *pattern, GPtrArray *probes)
{
	const struct symbol_table *symbols = symbols_in(target, pattern->module), *exports = NULL;
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
		add_probe(target, declaration, point_of_function(target->arena, point, details), details, probes);
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
		   "nothing is known of any function of %s that matches '%s'", place_text(target, pattern->module),
		   pattern->pattern);
	return false;
}

/* The same in each of the modules that a pattern means. */
static bool expand_modules(const struct probe_target *target, const struct probe_declaration *declaration,
			   const struct probe_point *point, const struct kprobe_details *pattern, GPtrArray *probes)
{
	GPtrArray *modules = knowledge_modules(target->knowledge, pattern->module);
	unsigned int before = probes->len;

	for (unsigned int i = 0; i < modules->len; i++) {
		struct kprobe_details details = *pattern;

		details.module = g_ptr_array_index(modules, i);
		details.is_one_of_many = true;
		expand(target, declaration, point, &details, probes);
	}
	if (probes->len > before || point->is_optional || point->is_sufficient)
		return true;
	diag_error(target->diag, point_component(point, pattern->function)->span, "E-no-function",
		   "no function '%s' is known in any %smodule of kernel %s that matches '%s'", pattern->pattern,
		   target->kernel->is_running ? "loaded " : "", target->kernel->release, pattern->module);
	return false;
}

/* ---- Resolving ---- */

/* "nls-ascii" and "/lib/.../nls-ascii.ko.xz" are nls_ascii. */
static const char *module_name(struct arena *arena, const char *text)
{
	const char *slash = strrchr(text, '/'), *base = slash ? slash + 1 : text;
	const char *suffix = strstr(base, ".ko");
	char *name = arena_strndup(arena, base, suffix ? (size_t)(suffix - base) : strlen(base));

	return strchr(name, '[') ? name : g_strdelimit(name, "-", '_');
}

static bool check_module(const struct probe_target *target, const struct probe_component *component,
			 struct kprobe_details *details)
{
	const char *text, *similar;

	if (!component_string(target->diag, component, &text))
		return false;
	details->module = module_name(target->arena, text);
	if (!*details->module || strpbrk(details->module, " \t\n\"\\:+")) {
		diag_error(target->diag, component->span, "E-probe-argument", "'%s' cannot be the name of a module", text);
		return false;
	}
	if (has_wildcard(details->module) || symbols_in(target, details->module))
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

/* By one name or pattern of the kernel, or of one module. */
static bool resolve_one(const struct probe_target *target, const struct probe_declaration *declaration,
			const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes)
{
	const struct symbol_table *symbols = symbols_in(target, details->module);

	if (symbols && !symbols_match(symbols, details->pattern)) {
		if (point->is_optional || point->is_sufficient)
			return true;
		report_no_function(target, point_component(point, details->function), details);
		return false;
	}
	if (needs_expansion(target, details))
		return expand_one(target, declaration, point, details, probes);
	add_probe(target, declaration, point, details, probes);
	return true;
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
		return resolve_one(target, declaration, point, details, probes);
	if (target->is_listing || target->names_targets || details->is_exported)
		return expand_modules(target, declaration, point, details, probes);
	add_probe(target, declaration, point, details, probes);
	return true;
}

/* ---- Target variables ---- */

/* Why no parameter of the function is known, and what does without. */
static void report_unknown_function(const struct probe_target *target, const struct probe *probe,
				    const struct expr *expr)
{
	const struct kprobe_details *details = probe->details;
	const char *lack = knowledge_lack(target->knowledge, details->module);

	diag_error(target->diag, expr->span, "E-needs-debuginfo",
		   "target variable '%s' needs type information, and %s", expr->target.name,
		   lack ? arena_printf(target->arena, "there is none for %s", place_text(target, details->module)) :
			  arena_printf(target->arena, "that of %s knows nothing of '%s'",
				       place_text(target, details->module), details->pattern));
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

static struct access *access_word(const struct probe_target *target, const struct kprobe_details *details,
				  const struct c_type *type, const char *word)
{
	struct access *access = arena_new0(target->arena, struct access);

	access->base = convention_number(target->arena, type, word);
	access->type = type;
	access->module = details->module;
	access->uses = USES_ARGUMENTS;
	return access;
}

static struct access *access_result(const struct probe_target *target, const struct kprobe_details *details,
				    const struct c_type *function, const struct expr *expr)
{
	const char *why = convention_no_result(function);

	if (why)
		return report_no_number(target, expr, why);
	return access_word(target, details, function->target, "rt_return_value(c->regs)");
}

/* $parameter, and $return behind the function's return. */
static struct access *kprobe_resolve_target(const struct probe_target *target, const struct probe *probe,
					    struct expr *expr)
{
	const struct kprobe_details *details = probe->details;
	const struct c_type *function = knowledge_function(target->knowledge, details->module, details->pattern);
	const GPtrArray *parameters;

	if (!function) {
		report_unknown_function(target, probe, expr);
		return NULL;
	}
	if (details->is_return && !target->at_entry && strcmp(expr->target.name, "$return") == 0)
		return access_result(target, details, function, expr);
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
		return access_word(target, details, parameter->type,
				   arena_printf(target->arena, "rt_argument(c->regs, %u)", number));
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
	const struct c_type *function = knowledge_function(target->knowledge, details->module, details->pattern);
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
