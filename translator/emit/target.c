/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Target variables. The probe family gives the C expression of the variable. Where analysis knows
 * the types of what is behind it, it says from where to read what (emit_typed); elsewhere members
 * and indices are followed by fault-proof reads whose types the compiler finds:
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

/* The path by the compiler's types. */
static const char *emit_untyped(struct emitter *x, struct expr *expr, const struct access *access)
{
	const char *place = place_object(x, expr->span);
	const char **indices, *selection, *result;

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

/* ---- Where types are known ---- */

/* " + 24", or nothing. */
static const char *plus(struct emitter *x, uint64_t offset)
{
	return offset ? arena_printf(x->arena, " + %" G_GUINT64_FORMAT, offset) : "";
}

void emit_target_step(struct emitter *x, const char *address, const struct access_step *step, const char *index,
		      const char *place)
{
	if (step->index) {
		emit_line(x, "%s += %s * %" G_GUINT64_FORMAT "%s;\t/* %s */", address, index, step->scale,
			  plus(x, step->offset), step->text);
		return;
	}
	emit_line(x, "%s = RT_READ_KERNEL(c, unsigned long, %s%s, %s);\t/* %s */", address, address,
		  plus(x, step->offset), place, *step->text ? step->text : "what it points to");
	emit_fail_if(x, "rt_failed(c)");
}

void emit_number_read(struct emitter *x, const char *result, const char *address,
		      const struct access *access, const char *place)
{
	bool is_signed = access->is_signed && !access->bits;

	emit_line(x, "%s = RT_READ_KERNEL(c, %c%u, %s%s, %s);\t/* %s */", result, is_signed ? 's' : 'u',
		  access->size * 8, address, plus(x, access->offset), place, access->text);
	if (access->bits)
		emit_line(x, "%s = %s(%s, %u, %u);", result, access->is_signed ? "rt_signed_bits" : "rt_bits",
			  result, access->first_bit, access->bits);
}

const char **emit_target_values(struct emitter *x, struct expr *expr, const struct access *access)
{
	g_autoptr(GPtrArray) exprs = g_ptr_array_new();

	if (expr->target.operand)
		g_ptr_array_add(exprs, expr->target.operand);
	for (unsigned int i = 0; i < access->steps->len; i++) {
		const struct access_step *step = g_ptr_array_index(access->steps, i);

		if (step->index)
			g_ptr_array_add(exprs, step->index);
	}
	return emit_values(x, exprs);
}

const char *emit_target_base(struct emitter *x, const struct access *access, const char *place)
{
	const char *text;

	if (!access->location)
		return access->base;
	text = emit_location(x, access->location, place);
	return access->result == ACCESS_BASE ? arena_printf(x->arena, "(s64)%s", text) : text;
}

/* Numbers do not say whose place it is. */
static const char *location_comment(struct emitter *x, const struct expr *expr, const struct access *access)
{
	return access->location && expr->target.name ? arena_printf(x->arena, "\t/* %s */", expr->target.name) : "";
}

/*
 *	$file->f_path->dentry->d_flags	{
 *						unsigned long q_2 = rt_argument(c->regs, 1);
 *
 *						q_2 = RT_READ_KERNEL(c, unsigned long, q_2 + 24, RT_PLACE(...));
 *						if (rt_failed(c))
 *							goto out;
 *						t_1 = RT_READ_KERNEL(c, u32, q_2, RT_PLACE(...));
 *					}
 */
static const char *emit_typed(struct emitter *x, struct expr *expr, const struct access *access)
{
	const char **values = emit_target_values(x, expr, access);
	const char *place = place_object(x, expr->span), *cast = access->is_of_compiler ? "(unsigned long)" : "";
	const char *base = emit_target_base(x, access, place), *result, *address;

	base = base ? base : *values++;
	if (access->result == ACCESS_BASE)
		return base;
	result = new_number(x);
	address = arena_printf(x->arena, "q_%d", ++x->temporaries);
	emit_line(x, "{");
	x->indent++;
	emit_line(x, "unsigned long %s = %s%s;%s", address, cast, bare(x, base), location_comment(x, expr, access));
	g_string_append_c(x->body, '\n');
	for (unsigned int i = 0; i < access->steps->len; i++) {
		const struct access_step *step = g_ptr_array_index(access->steps, i);

		emit_target_step(x, address, step, step->index ? *values++ : NULL, place);
	}
	if (access->result == ACCESS_ADDRESS)
		emit_line(x, "%s = (s64)(%s%s);\t/* %s */", result, address, plus(x, access->offset), access->text);
	else
		emit_number_read(x, result, address, access, place);
	x->indent--;
	emit_line(x, "}");
	if (access->result == ACCESS_NUMBER)
		emit_fail_if(x, "rt_failed(c)");
	return result;
}

const char *emit_target(struct emitter *x, struct expr *expr)
{
	const struct access *access = expr->target.access;

	if (access->constant_string)
		return c_string(x->arena, access->constant_string);
	/* Headers do not have all structures, and C takes no address of a bit-field. */
	if (access->is_typed && !(access->is_of_compiler && access->result == ACCESS_BASE))
		return emit_typed(x, expr, access);
	return emit_untyped(x, expr, access);
}

/* ---- $x$ ---- */

/*
 *		f->t_1 = ...
 *	pretty_2:
 *		if (rt_failed(c)) {
 *			rt_error_take(c, NULL);
 *			rt_string_copy(f->t_1, "ERROR");
 *		}
 */
const char *emit_pretty(struct emitter *x, struct expr *text)
{
	const char *outer = x->fail_label, *label = arena_printf(x->arena, "pretty_%d", ++x->labels);
	bool outer_used = x->fail_label_used, can_fail;
	const char *result;

	x->fail_label = label;
	x->fail_label_used = false;
	result = emit_value(x, text);
	can_fail = x->fail_label_used;
	x->fail_label = outer;
	x->fail_label_used = outer_used;
	if (!can_fail)
		return result;
	emit_label(x, label);
	emit_line(x, "if (rt_failed(c)) {");
	emit_line(x, "\trt_error_take(c, NULL);");
	emit_line(x, "\trt_string_copy(%s, \"ERROR\");", result);
	emit_line(x, "}");
	return result;
}
