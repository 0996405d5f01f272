/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points to probes, and probes to handlers. Probes of one declaration share a handler
 * unless it means something else in each of them: target variables do, and so does the place
 * where it runs.
 */
#include "analysis/internal.h"
#include "script/walk.h"

static void note_target(struct expr *expr, void *found)
{
	if (expr->kind == EXPR_TARGET)
		*(bool *)found = true;
}

static bool uses_target_variables(const struct probe_declaration *declaration)
{
	bool found = false;

	stmt_walk(declaration->body, NULL, note_target, &found);
	return found;
}

static bool can_share(const struct handler *handler, const struct probe *probe)
{
	const struct probe *first = g_ptr_array_index(handler->probes, 0);

	return !handler->uses_target_variables && first->family == probe->family &&
	       first->context == probe->context && !first->exits && !probe->exits &&
	       !probe->family->before_handler;
}

static struct handler *handler_new(struct analysis *analysis, const struct probe *probe, bool targets)
{
	struct handler *handler = arena_new0(analysis->arena, struct handler);

	handler->body = stmt_clone(analysis->arena, probe->declaration->body);
	handler->locals = arena_array(analysis->arena);
	handler->locked = arena_array(analysis->arena);
	handler->probes = arena_array(analysis->arena);
	handler->declaration = probe->declaration;
	handler->uses_target_variables = targets;
	handler->number = probe->number;
	g_ptr_array_add(analysis->program->handlers, handler);
	return handler;
}

static void add_probes(struct analysis *analysis, const struct probe_declaration *declaration,
		       GPtrArray *probes)
{
	bool targets = uses_target_variables(declaration);
	struct handler *handler = NULL;

	for (unsigned int i = 0; i < probes->len; i++) {
		struct probe *probe = g_ptr_array_index(probes, i);

		probe->number = analysis->program->probes->len;
		g_ptr_array_add(analysis->program->probes, probe);
		if (!handler || !can_share(handler, probe))
			handler = handler_new(analysis, probe, targets);
		probe->handler = handler;
		g_ptr_array_add(handler->probes, probe);
	}
}

static bool point_supported(struct analysis *analysis, const struct probe_point *point)
{
	if (!point->condition)
		return true;
	diag_error(analysis->diag, point->condition->span, "E-not-supported",
		   "conditions on probe points are not supported by this version of spile");
	diag_note(analysis->diag, no_span, "test it at the start of the handler: if (!(...)) next");
	return false;
}

/* Whether one of the probes from `first` on is known to have a point to sit on. */
static bool any_certain(const GPtrArray *probes, unsigned int first)
{
	for (unsigned int i = first; i < probes->len; i++)
		if (!((struct probe *)g_ptr_array_index(probes, i))->is_uncertain)
			return true;
	return false;
}

/*
 * Marks probes that only count if the `!` points before them match nothing when the module is
 * loaded. That is known of functions alone.
 */
static bool mark_alternatives(struct analysis *analysis, const GPtrArray *probes, unsigned int first)
{
	for (unsigned int i = first; i < probes->len; i++) {
		struct probe *probe = g_ptr_array_index(probes, i);

		probe->is_alternative = true;
		if (probe->is_uncertain)
			continue;
		diag_error(analysis->diag, probe->point->span, "E-not-supported",
			   "whether a function before this point's '!' exists is only known when the module is loaded");
		diag_note(analysis->diag, no_span, "only functions can be its alternatives");
		return false;
	}
	return true;
}

static bool resolve_declaration(struct analysis *analysis, const struct probe_declaration *declaration)
{
	GPtrArray *probes = arena_array(analysis->arena);
	bool ok = true, left_open = false;

	for (unsigned int i = 0; i < declaration->points->len; i++) {
		const struct probe_point *point = g_ptr_array_index(declaration->points, i);
		unsigned int before = probes->len;

		ok &= point_supported(analysis, point) &&
		      probe_point_resolve(&analysis->target, declaration, point, probes);
		if (left_open)
			ok &= mark_alternatives(analysis, probes, before);
		if (point->is_sufficient && any_certain(probes, before))
			break;
		left_open |= point->is_sufficient && probes->len > before;
	}
	if (ok)
		add_probes(analysis, declaration, probes);
	return ok;
}

bool resolve_points(struct analysis *analysis)
{
	const struct script *script = analysis->input->script;
	bool ok = true;

	if (!script->probes->len) {
		struct span span = { script->source, 0, 0 };

		diag_error(analysis->diag, span, "E-no-probes", "the script has no probe");
		return false;
	}
	for (unsigned int i = 0; i < script->probes->len; i++)
		ok &= resolve_declaration(analysis, g_ptr_array_index(script->probes, i));
	if (ok && !analysis->program->probes->len) {
		struct span span = { script->source, 0, 0 };

		diag_error(analysis->diag, span, "E-no-probes", "no probe point of the script matched anything");
		return false;
	}
	return ok;
}
