/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points to probes, and probes to handlers. A point that an alias stands for is replaced by
 * the alias's points (aliases.c), again and again, until a family of probe points knows it.
 *
 * Probes of one derivation share a handler unless its text means something else in each of them:
 * target variables do, and so does the place where it runs.
 */
#include "analysis/internal.h"
#include "script/walk.h"

/* ---- Handlers ---- */

static void add_part(struct analysis *analysis, struct handler *handler, struct stmt *block,
		     const struct derivation *derivation)
{
	struct handler_part *part;

	if (!block)
		return;
	part = arena_new0(analysis->arena, struct handler_part);
	part->block = stmt_clone(analysis->arena, block);
	part->script = derivation->script;
	if (derivation->expansion)
		stmt_set_expansion(part->block, derivation->expansion);
	g_ptr_array_add(handler->parts, part);
	g_ptr_array_add(handler->body->block, part->block);
}

/* What stands behind the text of `derivation`: its epilogue comes before those of its users. */
static void add_parts(struct analysis *analysis, struct handler *handler,
		      const struct derivation *derivation)
{
	if (!derivation->alias) {
		add_part(analysis, handler, derivation->declaration->body, derivation);
		return;
	}
	add_part(analysis, handler, derivation->alias->prologue, derivation);
	add_parts(analysis, handler, derivation->outer);
	add_part(analysis, handler, derivation->alias->epilogue, derivation);
}

static void note_target(struct expr *expr, void *found)
{
	if (expr->kind == EXPR_TARGET || expr->kind == EXPR_OPERATOR)
		*(bool *)found = true;
}

static struct handler *handler_new(struct analysis *analysis, const struct probe *probe)
{
	struct handler *handler = arena_new0(analysis->arena, struct handler);

	handler->body = arena_new0(analysis->arena, struct stmt);
	handler->body->kind = STMT_BLOCK;
	handler->body->span = probe->declaration->body->span;
	handler->body->block = arena_array(analysis->arena);
	handler->parts = arena_array(analysis->arena);
	handler->locals = arena_array(analysis->arena);
	handler->locked = arena_array(analysis->arena);
	handler->shared = arena_array(analysis->arena);
	handler->probes = arena_array(analysis->arena);
	handler->decides = arena_array(analysis->arena);
	handler->derivation = probe->derivation;
	handler->number = probe->number;
	add_parts(analysis, handler, probe->derivation);
	stmt_walk(handler->body, NULL, note_target, &handler->uses_target_variables);
	g_ptr_array_add(analysis->program->handlers, handler);
	return handler;
}

static bool can_share(const struct handler *handler, const struct probe *probe)
{
	const struct probe *first = g_ptr_array_index(handler->probes, 0);

	return handler->derivation == probe->derivation && !handler->uses_target_variables &&
	       first->family == probe->family && first->context == probe->context && !first->exits &&
	       !probe->exits && !probe->family->before_handler && !first->only_if && !probe->only_if;
}

/* ---- Conditions ---- */

static void add_condition_part(struct analysis *analysis, struct condition *condition, struct expr *expr,
			       const struct script *script)
{
	struct condition_part *part;

	if (!expr)
		return;
	part = arena_new0(analysis->arena, struct condition_part);
	part->expr = expr_clone(analysis->arena, expr);
	part->script = script;
	g_ptr_array_add(condition->parts, part);
	condition->expr = both_conditions(analysis, condition->expr, part->expr);
}

/* What must hold for the probe's handler to run; NULL if nothing must. */
static struct condition *condition_new(struct analysis *analysis, const struct derivation *derivation,
				       struct expr *of_point)
{
	struct condition *condition = arena_new0(analysis->arena, struct condition);

	condition->parts = arena_array(analysis->arena);
	add_condition_part(analysis, condition, of_point, derivation->script);
	for (; derivation->alias; derivation = derivation->outer)
		add_condition_part(analysis, condition, derivation->condition, derivation->outer->script);
	if (!condition->expr)
		return NULL;
	condition->probes = arena_array(analysis->arena);
	condition->globals = arena_array(analysis->arena);
	condition->locals = arena_array(analysis->arena);
	condition->number = analysis->program->conditions->len;
	g_ptr_array_add(analysis->program->conditions, condition);
	return condition;
}

/* ---- Points ---- */

/* Probes from `first` on are one point's, all of the same condition. */
static void add_probes(struct analysis *analysis, GPtrArray *probes, unsigned int first,
		       const struct derivation *derivation, struct expr *of_point)
{
	struct condition *condition = NULL;
	struct handler *handler = NULL;

	if (analysis->program->handlers->len)
		handler = g_ptr_array_index(analysis->program->handlers, analysis->program->handlers->len - 1);
	for (unsigned int i = first; i < probes->len; i++) {
		struct probe *probe = g_ptr_array_index(probes, i);

		probe->derivation = derivation;
		probe->number = analysis->program->probes->len;
		g_ptr_array_add(analysis->program->probes, probe);
		if (i == first)
			condition = condition_new(analysis, derivation, of_point);
		if (!handler || !can_share(handler, probe) || handler->condition != condition) {
			handler = handler_new(analysis, probe);
			handler->condition = condition;
		}
		probe->handler = handler;
		g_ptr_array_add(handler->probes, probe);
		if (condition)
			g_ptr_array_add(condition->probes, probe);
	}
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
		diag_error(analysis->diag, probe->point->span, "E-alternative",
			   "whether a function before this point's '!' exists is only known when the module is loaded");
		diag_note(analysis->diag, no_span, "only functions can be its alternatives");
		return false;
	}
	return true;
}

static void note_target_name(struct expr *expr, void *found)
{
	*(bool *)found |= expr->kind == EXPR_TARGET && expr->target.kind == TARGET_VARIABLE;
}

/* Whether some text of the handlers-to-be names target variables. */
static bool names_targets(const struct derivation *derivation)
{
	bool found = false;

	for (; derivation->alias; derivation = derivation->outer) {
		if (derivation->alias->prologue)
			stmt_walk(derivation->alias->prologue, NULL, note_target_name, &found);
		if (derivation->alias->epilogue)
			stmt_walk(derivation->alias->epilogue, NULL, note_target_name, &found);
	}
	stmt_walk(derivation->declaration->body, NULL, note_target_name, &found);
	return found;
}

/* By the families of probe points. An optional point that cannot be is no probe, and no error. */
static bool resolve_by_family(struct analysis *analysis, const struct derivation *derivation,
			      const struct probe_point *point, GPtrArray *probes)
{
	bool is_optional = point->is_optional || point->is_sufficient, ok;
	struct diag silent;

	diag_init_silent(&silent);
	analysis->target.diag = is_optional ? &silent : analysis->diag;
	analysis->target.names_targets = names_targets(derivation);
	ok = probe_point_resolve(&analysis->target, derivation->declaration, point, probes);
	analysis->target.diag = analysis->diag;
	return ok || is_optional;
}

static bool resolve_point_list(struct analysis *analysis, const struct derivation *derivation, GPtrArray *points,
			       GPtrArray *probes);

static bool resolve_point(struct analysis *analysis, const struct derivation *derivation,
			  const struct probe_point *point, GPtrArray *probes)
{
	struct probe_point *derived = derived_point(analysis, derivation, point);
	GPtrArray *aliases = aliases_of(analysis, derivation, derived, point->condition), *matching;
	unsigned int before;
	bool ok = true;

	for (unsigned int i = 0; aliases && i < aliases->len; i++) {
		const struct derivation *inner = g_ptr_array_index(aliases, i);

		ok &= resolve_point_list(analysis, inner, inner->alias->points, probes);
	}
	if (!aliases)
		return false;
	before = probes->len;
	matching = probe_points_matching(analysis->arena, derived);
	for (unsigned int i = 0; i < matching->len; i++)
		ok &= resolve_by_family(analysis, derivation, g_ptr_array_index(matching, i), probes);
	if (!matching->len && (!aliases->len || probe_point_is_known(derived)))
		ok &= resolve_by_family(analysis, derivation, derived, probes);
	add_probes(analysis, probes, before, derivation, point->condition);
	return ok;
}

static bool resolve_point_list(struct analysis *analysis, const struct derivation *derivation, GPtrArray *points,
			       GPtrArray *probes)
{
	bool ok = true, left_open = false;

	for (unsigned int i = 0; i < points->len; i++) {
		const struct probe_point *point = g_ptr_array_index(points, i);
		unsigned int before = probes->len;

		ok &= resolve_point(analysis, derivation, point, probes);
		if (left_open)
			ok &= mark_alternatives(analysis, probes, before);
		if (point->is_sufficient && any_certain(probes, before))
			break;
		left_open |= point->is_sufficient && probes->len > before;
	}
	return ok;
}

bool resolve_declaration(struct analysis *analysis, const struct script *script,
			 const struct probe_declaration *declaration)
{
	struct derivation *derivation = arena_new0(analysis->arena, struct derivation);

	derivation->declaration = declaration;
	derivation->script = script;
	return resolve_point_list(analysis, derivation, declaration->points, arena_array(analysis->arena));
}

bool resolve_points(struct analysis *analysis)
{
	const struct script *script = analysis->input->script;
	struct span span = { script->source, 0, 0, NULL };
	bool ok = true;

	if (!script->probes->len) {
		diag_error(analysis->diag, span, "E-no-probes", "the script has no probe");
		return false;
	}
	for (unsigned int i = 0; i < script->probes->len; i++)
		ok &= resolve_declaration(analysis, script, g_ptr_array_index(script->probes, i));
	if (ok && !analysis->program->probes->len) {
		diag_error(analysis->diag, span, "E-no-probes", "no probe point of the script matched anything");
		return false;
	}
	return ok;
}
