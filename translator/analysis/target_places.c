/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Target variables that are assigned to, which changes what the kernel does: only in guru mode, and
 * only numbers and pointers, in memory or in the register that the kernel is going to look at.
 * Called by names.c.
 */
#include <string.h>

#include "analysis/scope.h"

static bool is_permitted(struct scope *scope, const struct expr *place)
{
	if (scope->script->source->is_tapset || scope->analysis->input->guru_mode)
		return true;
	scope_error(scope, place->span, "E-guru", "an assignment to a target variable changes the kernel, and needs "
		    "guru mode: run spile with -g");
	return false;
}

static void refuse(struct scope *scope, const struct expr *place, const char *why, const char *way_out)
{
	scope_error(scope, place->span, "E-target-assignment", "this cannot be assigned to: %s", why);
	if (way_out)
		diag_note(scope->analysis->diag, no_span, "%s", way_out);
}

/* Whether the base is a register, as it is, or a part of one. */
static bool is_register(const struct access *access)
{
	return access->setter || (access->location && location_register(access->location));
}

/* Why there is nothing to write to; NULL if there is. */
static const char *why_not(const struct access *access)
{
	if (access->constant_string)
		return "it is a constant text";
	if (!access->is_typed)
		return "its type is not known";
	if (access->result == ACCESS_ADDRESS)
		return "it is an address, and no place";
	if (access->result == ACCESS_BASE && !is_register(access))
		return "it is a value that was handed over, and nobody looks at it again";
	return NULL;
}

void resolve_target_place(struct scope *scope, struct expr *place)
{
	struct access *access;
	const char *why;

	if (!is_permitted(scope, place))
		return;
	if (target_is_text(place)) {
		refuse(scope, place, "it is made to be read", NULL);
		return;
	}
	if (is_parameter_at_return(scope, place) && !place->target.path->len) {
		refuse(scope, place, "the function has returned, and its parameters are gone",
		       "a probe on its entry can change them; here $return can be");
		return;
	}
	resolve_target(scope, place);
	access = place->target.access;
	if (!access)
		return;
	why = why_not(access);
	if (why)
		refuse(scope, place, why, NULL);
	else if (access->result == ACCESS_BASE)
		access->uses |= USES_ARGUMENTS | USES_REGISTERS;
}
