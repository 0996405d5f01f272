/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What target variables are: $name by the probe's family, @cast and '->' behind other values by the
 * types that are known of the kernel. Where they are known, path.c checks the members. Called by
 * names.c.
 */
#include <string.h>

#include "analysis/scope.h"
#include "probes/variable.h"
#include "script/walk.h"

/* ---- Errors ---- */

static void unknown_target(struct scope *scope, const struct expr *expr, const struct probe *probe)
{
	scope_error(scope, expr->span, "E-target-variable", "'%s' means nothing in %s", expr->target.name,
		    scope->function ? "a function" : probe ? probe->text : "a condition");
	diag_note(scope->analysis->diag, no_span,
		  "target variables belong to handlers of probes on kernel code; pass their values to functions");
}

static void refuse_cast(struct scope *scope, const struct expr *expr, const char *module)
{
	const char *lack = knowledge_lack(scope->analysis->target.knowledge, module);

	scope_error(scope, expr->span, "E-needs-debuginfo", "'@cast' needs type information, %s",
		    lack ? arena_printf(scope->analysis->arena, "and there is none for kernel %s",
					scope->analysis->input->kernel->release) :
			   "of a kind that this version of spile does not read");
	if (lack)
		diag_note(scope->analysis->diag, no_span, "%s", lack);
	diag_note(scope->analysis->diag, no_span,
		  "with the address of a value, kernel_string(address) or, with -g, @kderef(size, address) reads it");
}

/* ---- Values of known type ---- */

static bool same_pointers(const struct c_type *a, const struct c_type *b)
{
	a = c_type_plain(a);
	b = c_type_plain(b);
	return a->kind == C_POINTER && b->kind == C_POINTER &&
	       c_type_plain(a->target) == c_type_plain(b->target);
}

const struct c_type *value_type(const struct expr *expr, const char **module_ret)
{
	const struct access *access;

	switch (expr->kind) {
	case EXPR_TARGET:
		access = expr->target.access;
		if (!access || !access->is_typed || expr->target.address_of)
			return NULL;
		*module_ret = access->module;
		return access->type;
	case EXPR_VARIABLE:
		*module_ret = expr->variable.variable->c_module;
		return expr->variable.variable->c_type;
	case EXPR_ASSIGN:
		return expr->assign.operator == ASSIGN_PLAIN ? value_type(expr->assign.value, module_ret) : NULL;
	case EXPR_OPERATOR:
		return expr->operator.operation == AT_ENTRY ?
		       value_type(g_ptr_array_index(expr->operator.arguments, 0), module_ret) : NULL;
	default:
		return NULL;
	}
}

void note_value_type(struct expr *place, const struct expr *value)
{
	const char *module = NULL;
	const struct c_type *type = value_type(value, &module);
	struct variable *variable = place->kind == EXPR_VARIABLE ? place->variable.variable : NULL;

	if (!type || !variable || variable->kind == VARIABLE_GLOBAL || variable->has_c_types)
		return;
	variable->has_c_types = variable->c_type && c_type_plain(variable->c_type) != c_type_plain(type) &&
				!same_pointers(variable->c_type, type);
	variable->c_type = variable->has_c_types ? NULL : type;
	variable->c_module = module;
}

/* The operand's value as the base of a path. */
static struct access *access_operand(struct scope *scope, const struct c_type *type, const char *module)
{
	struct access *access = arena_new0(scope->analysis->arena, struct access);

	access->type = type;
	access->module = module;
	return access;
}

/* operand->member: the type is that of the operand. */
static struct access *resolve_autocast(struct scope *scope, struct expr *expr)
{
	const char *module = NULL;
	const struct c_type *type = value_type(expr->target.operand, &module);

	if (type)
		return access_operand(scope, type, module);
	/* What could not be resolved has been told of. */
	if (expr->target.operand->kind == EXPR_TARGET && !expr->target.operand->target.access)
		return NULL;
	scope_error(scope, expr->span, "E-target-type",
		    "the type of this value is not known, and so not what lies behind it");
	diag_note(scope->analysis->diag, no_span, "@cast(value, \"struct name\")->member says its type");
	return NULL;
}

/* ---- @cast ---- */

void report_unknown_type(struct scope *scope, struct span span, const char *text, const char *module)
{
	GPtrArray *names = knowledge_type_names(scope->analysis->target.knowledge, module);
	const char *bare = strrchr(text, ' ');
	const char *similar = did_you_mean(bare ? bare + 1 : text, names);

	scope_error(scope, span, "E-unknown-type", "kernel %s has no type '%s'%s%s%s",
		    scope->analysis->input->kernel->release, text, module ? " in module '" : "", module ? module : "",
		    module ? "'" : "");
	if (similar)
		diag_note(scope->analysis->diag, no_span, "did you mean '%s'?", similar);
}

/* @cast(value, "type"[, "module"]): the value is a pointer to the type, unless that is a pointer itself. */
static struct access *resolve_cast(struct scope *scope, struct expr *expr)
{
	const char *module = expr->target.module;
	struct knowledge *knowledge = scope->analysis->target.knowledge;
	const struct c_type *type;
	struct c_type *pointer;

	if (module && strcmp(module, "kernel") == 0)
		module = NULL;
	if (knowledge_lack(knowledge, module)) {
		refuse_cast(scope, expr, module);
		return NULL;
	}
	type = knowledge_type(knowledge, module, expr->target.type_name);
	if (!type) {
		report_unknown_type(scope, expr->span, expr->target.type_name, module);
		return NULL;
	}
	if (c_type_plain(type)->kind == C_POINTER)
		return access_operand(scope, type, module);
	pointer = arena_new0(scope->analysis->arena, struct c_type);
	*pointer = (struct c_type){ .kind = C_POINTER, .size = 8, .target = type };
	return access_operand(scope, pointer, module);
}

/* ---- @var ---- */

static void refuse_var(struct scope *scope, const struct expr *expr, const char *module, const char *name,
		       const char *why)
{
	GPtrArray *names = knowledge_global_names(scope->analysis->target.knowledge, module);
	const char *similar = did_you_mean(name, names);

	scope_error(scope, expr->span, "E-needs-debuginfo", "'@var' needs debuginfo, and there is none for %s%s",
		    module ? "module " : "kernel ", module ? module : scope->analysis->input->kernel->release);
	diag_note(scope->analysis->diag, no_span, "%s", why);
	if (similar)
		diag_note(scope->analysis->diag, no_span, "without it, there is the per-CPU variable '%s'", similar);
	diag_note(scope->analysis->diag, no_span,
		  "with the address of a value, kernel_string(address) or, with -g, @kderef(size, address) reads it");
}

static void unknown_variable(struct scope *scope, const struct expr *expr, const char *module, const char *name,
			     const char *file)
{
	GPtrArray *names = knowledge_global_names(scope->analysis->target.knowledge, module);
	const char *similar = file ? NULL : did_you_mean(name, names);

	scope_error(scope, expr->span, "E-target-variable", "%s %s has no variable '%s'%s%s%s",
		    module ? "module" : "kernel", module ? module : scope->analysis->input->kernel->release, name,
		    file ? " in a file '" : "", file ? file : "", file ? "'" : "");
	if (similar)
		diag_note(scope->analysis->diag, no_span, "did you mean '%s'?", similar);
	if (file)
		diag_note(scope->analysis->diag, no_span, "'@var(\"%s\")' looks for it in all files", name);
}

/* @var("name[@file]"[, "module"]) */
static struct access *resolve_var(struct scope *scope, struct expr *expr)
{
	struct probe_target *target = &scope->analysis->target;
	const char *module = expr->target.module, *at = strchr(expr->target.name, '@'), *why, *name;
	const struct code_variable *variable;

	if (module && strcmp(module, "kernel") == 0)
		module = NULL;
	name = at ? arena_strndup(target->arena, expr->target.name, (size_t)(at - expr->target.name)) :
	       expr->target.name;
	variable = knowledge_global(target->knowledge, module, name, at ? at + 1 : NULL, &why);
	target->diag = scope->analysis->diag;
	if (variable)
		return access_of_variable(target, variable, module, expr);
	if (why)
		refuse_var(scope, expr, module, name, why);
	else
		unknown_variable(scope, expr, module, name, at ? at + 1 : NULL);
	return NULL;
}

/* ---- $name ---- */

static struct access *resolve_name(struct scope *scope, struct expr *expr)
{
	const struct probe *probe = scope_probe(scope);

	if (!probe || !probe->family->resolve_target) {
		unknown_target(scope, expr, probe);
		return NULL;
	}
	scope->analysis->target.diag = scope->analysis->diag;
	return probe->family->resolve_target(&scope->analysis->target, probe, expr);
}

/* What the path begins with; NULL after an error. */
static struct access *resolve_base(struct scope *scope, struct expr *expr)
{
	switch (expr->target.kind) {
	case TARGET_VARIABLE:
		return resolve_name(scope, expr);
	case TARGET_CAST:
		return resolve_cast(scope, expr);
	case TARGET_AUTOCAST:
		return resolve_autocast(scope, expr);
	case TARGET_VAR:
		return resolve_var(scope, expr);
	}
	return NULL;
}

struct access *resolve_access(struct scope *scope, struct expr *expr, bool whole)
{
	struct access *access;

	expr_children(expr, resolve_expr, scope);
	access = resolve_base(scope, expr);
	if (!access || (access->type && !resolve_path(scope, expr, access, whole))) {
		scope->ok = false;
		return NULL;
	}
	return access;
}

void resolve_target(struct scope *scope, struct expr *expr)
{
	if (target_is_text(expr))
		resolve_text(scope, expr);
	else if (become_entry(scope, expr))
		resolve_expr(expr, scope);
	else
		expr->target.access = resolve_access(scope, expr, false);
}
