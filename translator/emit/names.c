/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of the script in the generated C: a prefix that says what it is, then the script's own
 * name, then a number only where two would be the same.
 */
#include <string.h>

#include "emit/internal.h"

const char *variable_name(struct emitter *x, const struct variable *variable)
{
	switch (variable->kind) {
	case VARIABLE_GLOBAL:
		if (variable->span.source && variable->span.source->is_tapset)
			return arena_printf(x->arena, "g_tapset%d_%s", variable->number, variable->name);
		return arena_printf(x->arena, "g_%s", variable->name);
	case VARIABLE_PARAMETER:
		if (variable->type == TYPE_STRING && !variable->is_reference)
			return arena_printf(x->arena, "f->l_%s", variable->name);
		return arena_printf(x->arena, "l_%s", variable->name);
	case VARIABLE_LOCAL:
		break;
	}
	return arena_printf(x->arena, variable->type == TYPE_STRING ? "f->l_%s" : "l_%s", variable->name);
}

const char *function_name(struct emitter *x, const struct function *function)
{
	const GPtrArray *functions = x->program->functions;

	for (int i = 0; i < function->number; i++)
		if (((struct function *)g_ptr_array_index(functions, i))->name == function->name)
			return arena_printf(x->arena, "f_%s_%d", function->name, function->number);
	return arena_printf(x->arena, "f_%s", function->name);
}

bool returns_reference(const struct function *function)
{
	return function->embedded_c && function->type == TYPE_STRING && strstr(function->embedded_c, "/* reference */");
}
