/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on the session itself: begin, end, error with sequence numbers, oneshot and never.
 * They have no point in the kernel: the module's session thread runs them in process context
 * while nothing else is armed.
 */
#include "probes/families.h"

static const char *const forms[] = {
	"begin", "begin(N)", "end", "end(N)", "error", "error(N)", "oneshot", "never", NULL
};

static bool session_owns(const struct probe_point *point)
{
	const struct probe_component *first = point_component(point, 0);

	return component_is(first, "begin") || component_is(first, "end") || component_is(first, "error") ||
	       component_is(first, "oneshot") || component_is(first, "never");
}

static enum session_list list_of(const struct probe_component *component)
{
	if (component_is(component, "never"))
		return LIST_NONE;
	if (component_is(component, "end"))
		return LIST_END;
	return component_is(component, "error") ? LIST_ERROR : LIST_BEGIN;
}

/* begin[(N)] | end[(N)] | error[(N)] | oneshot | never */
static bool session_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			    const struct probe_point *point, GPtrArray *probes)
{
	static const char *const nothing[] = { NULL };
	const struct probe_component *first = point_component(point, 0);
	bool numbered = !component_is(first, "oneshot") && !component_is(first, "never");
	struct probe *probe;

	if (point->components->len > 1)
		return component_unknown(target->diag, point_component(point, 1), nothing);
	if (!numbered && !component_no_argument(target->diag, first))
		return false;
	probe = probe_new(target, &session_family, declaration, point);
	if (first->argument && !component_number(target->diag, first, &probe->sequence))
		return false;
	probe->context = CONTEXT_ALONE;
	probe->list = list_of(first);
	probe->exits = component_is(first, "oneshot");
	g_ptr_array_add(probes, probe);
	return true;
}

const struct probe_family session_family = {
	.name = "session",
	.forms = forms,
	.owns = session_owns,
	.resolve = session_resolve,
};
