/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Target variables. The probe family gives the C expression of the variable; members and indices
 * behind it are followed by fault-proof reads whose types the compiler finds:
 *
 *	$next->mm->owner->pid		{
 *						RT_STEP_TYPE(&a->next->mm) q_1;
 *						RT_STEP_TYPE(&q_1->owner) q_2;
 *
 *						q_1 = RT_STEP(c, &a->next->mm, RT_PLACE("a.stp:2:9"));
 *						if (rt_failed(c))
 *							goto out;
 *						...
 *						t_3 = RT_LOAD(c, &q_2->pid, RT_PLACE("a.stp:2:9"));
 */
#include "emit/internal.h"

/* What a step selects from a pointer: p->member or p[index]. */
static const char *selected(struct emitter *x, const char *pointer, const struct path_step *step,
			    const char *index)
{
	if (step->kind == PATH_MEMBER)
		return arena_printf(x->arena, "%s->%s", pointer, step->member);
	return arena_printf(x->arena, "%s[%s]", pointer, index);
}

/* Declares a typed pointer for every step but the last, and reads it; returns the last selection. */
static const char *follow_path(struct emitter *x, const char *base, GPtrArray *path, const char **indices,
			       const char *place)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autoptr(GPtrArray) selections = g_ptr_array_new();
	const char *pointer = base;

	for (unsigned int i = 0; i < path->len; i++) {
		const char *selection = selected(x, pointer, g_ptr_array_index(path, i), indices[i]);

		g_ptr_array_add(selections, (char *)selection);
		if (i + 1 == path->len)
			break;
		pointer = arena_printf(x->arena, "q_%d", ++x->temporaries);
		g_ptr_array_add(names, (char *)pointer);
		emit_line(x, "RT_STEP_TYPE(&%s) %s;", selection, pointer);
	}
	if (names->len)
		g_string_append_c(x->body, '\n');
	for (unsigned int i = 0; i < names->len; i++) {
		emit_line(x, "%s = RT_STEP(c, &%s, %s);", (char *)g_ptr_array_index(names, i),
			  (char *)g_ptr_array_index(selections, i), place);
		emit_fail_if(x, "rt_failed(c)");
	}
	return g_ptr_array_index(selections, selections->len - 1);
}

static const char **emit_indices(struct emitter *x, GPtrArray *path)
{
	const char **indices = arena_alloc(x->arena, (path->len + 1) * sizeof(*indices));

	for (unsigned int i = 0; i < path->len; i++) {
		struct path_step *step = g_ptr_array_index(path, i);

		if (step->kind == PATH_INDEX)
			indices[i] = bare(x, emit_value(x, step->index));
	}
	return indices;
}

const char *emit_target(struct emitter *x, struct expr *expr)
{
	const struct access *access = expr->target.access;
	const char *place = place_object(x, expr->span);
	const char **indices, *selection, *result;

	if (access->constant_string)
		return c_string(x->arena, access->constant_string);
	if (!expr->target.path->len)
		return arena_printf(x->arena, "(s64)%s", access->base);
	indices = emit_indices(x, expr->target.path);
	result = new_number(x);
	emit_line(x, "{");
	x->indent++;
	selection = follow_path(x, access->base, expr->target.path, indices, place);
	if (expr->target.address_of)
		emit_line(x, "%s = (s64)(unsigned long)&%s;", result, selection);
	else
		emit_line(x, "%s = RT_LOAD(c, &%s, %s);", result, selection, place);
	x->indent--;
	emit_line(x, "}");
	if (!expr->target.address_of)
		emit_fail_if(x, "rt_failed(c)");
	return result;
}
