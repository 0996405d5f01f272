/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Target variables of functions: parameters where the calling convention puts them, the result, and
 * what else the debuginfo knows of the place. Called through the family's row in kprobe.c.
 */
#include <string.h>

#include "knowledge/variables.h"
#include "probes/convention.h"
#include "probes/kprobe.h"
#include "probes/variable.h"

/* ---- Target variables ---- */

/* Why no parameter of the function is known, and what does without. */
static void report_unknown_function(const struct probe_target *target, const struct probe *probe,
				    const struct expr *expr)
{
	const struct kprobe_details *details = probe->details;
	const char *lack = knowledge_lack(target->knowledge, details->module);

	diag_error(target->diag, expr->span, "E-needs-debuginfo",
		   "target variable '%s' needs type information, and %s", expr->target.name,
		   lack ? arena_printf(target->arena, "there is none for %s", kprobe_place_text(target, details->module)) :
			  arena_printf(target->arena, "that of %s knows nothing of '%s'",
				       kprobe_place_text(target, details->module), details->pattern));
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
				  const struct c_type *type, const char *word, const char *setter)
{
	struct access *access = arena_new0(target->arena, struct access);

	access->base = convention_number(target->arena, type, word);
	access->setter = setter;
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
	return access_word(target, details, function->target, "rt_return_value(c->regs)", "rt_set_return_value(c, ");
}

/* Whether debuginfo may say where it is what no single register holds. */
static bool knows_place(const struct probe_target *target, const struct kprobe_details *details)
{
	return !details->by_symbol_only && kprobe_entry_site(target, details);
}

/* The parameter of that name, where a call puts it; NULL with *found_ret: said why it cannot be read. */
static struct access *access_parameter(const struct probe_target *target, const struct kprobe_details *details,
				       const struct c_type *function, const struct expr *expr, bool *found_ret)
{
	const GPtrArray *parameters = c_type_parameters(function);

	for (unsigned int i = 0; i < parameters->len; i++) {
		const struct c_parameter *parameter = g_ptr_array_index(parameters, i);
		const char *why;
		unsigned int number;

		if (!parameter->name || strcmp(parameter->name, expr->target.name + 1) != 0)
			continue;
		number = convention_argument(function, i, &why);
		*found_ret = number || !knows_place(target, details);
		if (!number)
			return *found_ret ? report_no_number(target, expr, why) : NULL;
		return access_word(target, details, parameter->type,
				   arena_printf(target->arena, "rt_argument(c->regs, %u)", number),
				   target->at_entry ? NULL : arena_printf(target->arena, "rt_set_argument(c, %u, ", number));
	}
	return NULL;
}

/* What debuginfo knows where the probe is; NULL with *found_ret: said why it cannot be read. */
static struct access *access_at_site(const struct probe_target *target, const struct code_site *site,
				     const struct expr *expr, bool *found_ret)
{
	const struct code_variable *variable = knowledge_variable_at(target->knowledge, site, expr->target.name + 1);

	*found_ret = variable != NULL;
	return variable ? access_of_variable(target, variable, site->module, expr) : NULL;
}

static struct access *report_at_site(const struct probe_target *target, const struct code_site *site,
				     const struct expr *expr)
{
	report_no_variable(target, knowledge_variables_at(target->knowledge, site),
			   arena_printf(target->arena, "function '%s'", site->function), expr);
	return NULL;
}

/* A function that is probed by its name: what a call of it tells, and then what debuginfo knows. */
static struct access *access_by_name(const struct probe_target *target, const struct probe *probe,
				     const struct expr *expr)
{
	struct kprobe_details *details = probe->details;
	const struct c_type *function = knowledge_function(target->knowledge, details->module, details->pattern);
	const struct code_site *site;
	struct access *access = NULL;
	bool found = false;

	if (function)
		access = access_parameter(target, details, function, expr, &found);
	if (found)
		return access;
	site = details->by_symbol_only ? NULL : kprobe_entry_site(target, details);
	if (!site && function)
		report_no_parameter(target, details, function, expr);
	else if (!site)
		report_unknown_function(target, probe, expr);
	if (!site)
		return NULL;
	access = access_at_site(target, site, expr, &found);
	if (!found)
		return report_at_site(target, site, expr);
	/* From now on the probe is of the build that this was read of. */
	details->site = site;
	return access;
}

struct access *kprobe_resolve_target(const struct probe_target *target, const struct probe *probe,
				     struct expr *expr)
{
	const struct kprobe_details *details = probe->details;
	const struct c_type *function;
	struct access *access;
	bool found;

	if (details->is_return && !target->at_entry && strcmp(expr->target.name, "$return") == 0) {
		function = knowledge_function(target->knowledge, details->module, details->pattern);
		if (function)
			return access_result(target, details, function, expr);
		report_unknown_function(target, probe, expr);
		return NULL;
	}
	if (!details->site)
		return access_by_name(target, probe, expr);
	access = access_at_site(target, details->site, expr, &found);
	return found ? access : report_at_site(target, details->site, expr);
}

static void add_variable(struct arena *arena, GPtrArray *variables, const char *name, const struct c_type *type)
{
	struct target_variable *variable = arena_new0(arena, struct target_variable);

	variable->name = arena_printf(arena, "$%s", name);
	variable->type = type;
	variable->type_text = c_type_text(arena, type);
	g_ptr_array_add(variables, variable);
}

GPtrArray *kprobe_target_variables(const struct probe_target *target, const struct probe *probe)
{
	const struct kprobe_details *details = probe->details;
	const struct c_type *function = knowledge_function(target->knowledge, details->module, details->pattern);
	GPtrArray *variables = arena_array(target->arena);

	if (!function && !details->site)
		return NULL;
	if (function && details->is_return && !convention_no_result(function))
		add_variable(target->arena, variables, "return", function->target);
	if (details->site) {
		GPtrArray *seen = target_variables_of(target->arena,
						      knowledge_variables_at(target->knowledge, details->site));

		for (unsigned int i = 0; i < seen->len; i++)
			g_ptr_array_add(variables, g_ptr_array_index(seen, i));
		return variables;
	}
	for (unsigned int i = 0; i < c_type_parameters(function)->len; i++) {
		const struct c_parameter *parameter = g_ptr_array_index(c_type_parameters(function), i);

		if (parameter->name)
			add_variable(target->arena, variables, parameter->name, parameter->type);
	}
	return variables;
}
