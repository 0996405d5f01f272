/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Enumerations by name: @enum("NAME") is a number from here on; of @enumname(value, "enum x") the
 * enumeration is found here, and the emitter writes the choice of the name. Called by operators.c.
 */
#include <string.h>

#include "analysis/scope.h"

/* The kernel's, or a module's; NULL: the kernel. */
static const char *module_argument(const struct expr *expr, unsigned int index)
{
	const GPtrArray *arguments = expr->operator.arguments;
	const struct expr *module = arguments->len > index ? g_ptr_array_index(arguments, index) : NULL;

	return module && strcmp(module->string, "kernel") != 0 ? module->string : NULL;
}

/* False, with an error, where no types are known at all. */
static bool types_are_known(struct scope *scope, const struct expr *expr, const char *operator, const char *module)
{
	const char *lack = knowledge_lack(scope->analysis->target.knowledge, module);

	if (!lack)
		return true;
	scope_error(scope, expr->span, "E-needs-debuginfo",
		    "'%s' needs type information, and there is none for kernel %s", operator,
		    scope->analysis->input->kernel->release);
	diag_note(scope->analysis->diag, no_span, "%s", lack);
	return false;
}

/* @enum("name"[, "module"]): the value of an enumerator of whatever enumeration. */
void resolve_enumerator(struct scope *scope, struct expr *expr)
{
	const struct expr *name = g_ptr_array_index(expr->operator.arguments, 0);
	const char *module = module_argument(expr, 1);
	const char *similar;
	int64_t value;

	if (knowledge_enumerator(scope->analysis->target.knowledge, module, name->string, &value)) {
		expr->kind = EXPR_NUMBER;
		expr->type = TYPE_LONG;
		expr->number = value;
		return;
	}
	if (!types_are_known(scope, expr, "@enum", module))
		return;
	scope_error(scope, expr->span, "E-unknown-type", "kernel %s has no enumerator '%s'",
		    scope->analysis->input->kernel->release, name->string);
	similar = did_you_mean(name->string, knowledge_enumerator_names(scope->analysis->target.knowledge, module));
	if (similar)
		diag_note(scope->analysis->diag, no_span, "did you mean '%s'?", similar);
	diag_note(scope->analysis->diag, no_span, "with -g, @const(\"name\") is what the compiler takes it for");
}

/* @enumname(value, "type"[, "module"]): what an enumerator of that type and value is called. */
void resolve_enumerator_name(struct scope *scope, struct expr *expr)
{
	const struct expr *name = g_ptr_array_index(expr->operator.arguments, 1);
	const char *module = module_argument(expr, 2);
	const struct c_type *type;

	resolve_expr(g_ptr_array_index(expr->operator.arguments, 0), scope);
	if (!types_are_known(scope, expr, "@enumname", module))
		return;
	type = knowledge_type(scope->analysis->target.knowledge, module, name->string);
	if (!type) {
		report_unknown_type(scope, name->span, name->string, module);
	} else if (c_type_plain(type)->kind != C_ENUMERATION) {
		scope_error(scope, name->span, "E-unknown-type", "'%s' is no enumeration", name->string);
	} else {
		expr->operator.enumeration = c_type_plain(type);
	}
}
