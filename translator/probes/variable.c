/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accesses to variables by their locations. What registers they take decides what the probe has to
 * save: those that carry arguments, and the stack pointer, are to be had for less.
 */
#include "probes/variable.h"

/* DWARF's numbers of rdx, rcx, rsi, rdi, rsp, r8 and r9. */
#define ARGUMENT_REGISTERS (1u << 1 | 1u << 2 | 1u << 4 | 1u << 5 | 1u << 7 | 1u << 8 | 1u << 9)

unsigned int uses_of_registers(uint32_t registers)
{
	if (registers & ~ARGUMENT_REGISTERS)
		return USES_ARGUMENTS | USES_REGISTERS;
	return registers ? USES_ARGUMENTS : 0;
}

struct access *access_of_variable(const struct probe_target *target, const struct code_variable *variable,
				  const char *module, const struct expr *expr)
{
	struct access *access;

	if (variable->location->kind == LOCATION_NOWHERE) {
		diag_error(target->diag, expr->span, "E-target-variable", "'%s' cannot be read here: %s",
			   expr->target.name, variable->location->why);
		return NULL;
	}
	access = arena_new0(target->arena, struct access);
	access->location = variable->location;
	access->type = variable->type;
	access->module = module;
	access->uses = uses_of_registers(location_registers(variable->location));
	return access;
}

void report_no_variable(const struct probe_target *target, const GPtrArray *variables, const char *where,
			const struct expr *expr)
{
	g_autoptr(GString) list = g_string_new(NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	const char *similar;

	for (unsigned int i = 0; i < variables->len; i++) {
		const struct code_variable *variable = g_ptr_array_index(variables, i);

		g_string_append_printf(list, " $%s", variable->name);
		g_ptr_array_add(names, (char *)variable->name);
	}
	diag_error(target->diag, expr->span, "E-target-variable", "%s has no variable '%s'", where, expr->target.name);
	similar = did_you_mean(expr->target.name + 1, names);
	if (similar)
		diag_note(target->diag, no_span, "did you mean '$%s'?", similar);
	diag_note(target->diag, no_span, "known here:%s", list->len ? list->str : " nothing");
}

/* Whether there is nothing to show of it: no number, where it is one. */
static bool is_nowhere(struct arena *arena, const struct code_variable *variable)
{
	const struct c_type *type = c_type_plain(variable->type);
	const char *why;

	if (variable->location->kind == LOCATION_NOWHERE || c_type_is_record(type) || type->kind == C_ARRAY ||
	    type->size == 0 || type->size > 8)
		return variable->location->kind == LOCATION_NOWHERE;
	return !location_number(arena, variable->location, 0, 8 * (unsigned int)type->size, false, &why);
}

GPtrArray *target_variables_of(struct arena *arena, const GPtrArray *variables)
{
	GPtrArray *targets = arena_array(arena);

	for (unsigned int i = 0; i < variables->len; i++) {
		const struct code_variable *variable = g_ptr_array_index(variables, i);
		struct target_variable *named = arena_new0(arena, struct target_variable);

		named->name = arena_printf(arena, "$%s", variable->name);
		named->type = variable->type;
		named->type_text = c_type_text(arena, variable->type);
		named->is_local = !variable->is_parameter;
		named->is_nowhere = is_nowhere(arena, variable);
		g_ptr_array_add(targets, named);
	}
	return targets;
}
