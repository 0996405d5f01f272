/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Assignments to target variables. What the path leads to is found first, once, then the value, and
 * then the place is written: memory by a store that does not fault, a register among those that the
 * kernel goes on with.
 *
 *	$file->f_flags |= 1	q_2 = rt_argument(c->regs, 1);
 *				t_1 = RT_READ_KERNEL(c, u32, q_2 + 64, RT_PLACE(...));
 *				if (rt_failed(c))
 *					goto out;
 *				t_3 = t_1 | 1;
 *				rt_write_kernel(c, q_2 + 64, t_3, 4, RT_PLACE(...));
 *				if (rt_failed(c))
 *					goto out;
 */
#include "emit/internal.h"

/* A place that was found: in memory, or (address NULL) a register. */
struct target_place {
	const struct access *access;
	const char *address;		/* a variable of C */
	const char *base;		/* what the register holds */
	const char *text;		/* for errors: RT_PLACE(...) */
};

static struct target_place find_place(struct emitter *x, struct expr *expr)
{
	struct target_place place = { .access = expr->target.access, .text = place_object(x, expr->span) };
	const char **values = emit_target_values(x, expr, place.access);

	place.base = emit_target_base(x, place.access, place.text);
	if (place.access->result == ACCESS_BASE)
		return place;
	place.base = place.base ? place.base : *values++;
	place.address = arena_printf(x->arena, "q_%d", ++x->temporaries);
	emit_declaration(x, "unsigned long %s", place.address);
	emit_line(x, "%s = %s%s;", place.address, place.access->is_of_compiler ? "(unsigned long)" : "",
		  bare(x, place.base));
	for (unsigned int i = 0; i < place.access->steps->len; i++) {
		const struct access_step *step = g_ptr_array_index(place.access->steps, i);

		emit_target_step(x, place.address, step, step->index ? *values++ : NULL, place.text);
	}
	return place;
}

/* What is there now, in a variable of C. */
static const char *read_place(struct emitter *x, const struct target_place *place)
{
	const char *result = new_number(x);

	if (!place->address) {
		emit_line(x, "%s = %s;", result, bare(x, place->base));
		return result;
	}
	emit_number_read(x, result, place->address, place->access, place->text);
	emit_fail_if(x, "rt_failed(c)");
	return result;
}

static void write_register(struct emitter *x, const struct target_place *place, const char *value)
{
	if (place->access->setter) {
		emit_line(x, "%s%s, %s);", place->access->setter, value, place->text);
		emit_fail_if(x, "rt_failed(c)");
		return;
	}
	emit_line(x, "%s = %s;", emit_register(location_register(place->access->location)->number), bare(x, value));
}

/* The number in memory that has the bit-field, with its bits replaced. */
static const char *with_bits(struct emitter *x, const struct target_place *place, const char *value)
{
	const struct access *access = place->access;
	const char *whole = new_number(x);

	emit_line(x, "%s = RT_READ_KERNEL(c, u%u, %s + %" G_GUINT64_FORMAT ", %s);", whole, access->size * 8,
		  place->address, access->offset, place->text);
	emit_fail_if(x, "rt_failed(c)");
	emit_line(x, "%s = rt_replace_bits(%s, %s, %u, %u);", whole, whole, bare(x, value), access->first_bit,
		  access->bits);
	return whole;
}

static void write_place(struct emitter *x, const struct target_place *place, const char *value)
{
	const struct access *access = place->access;

	if (c_type_plain(access->type)->is_bool)
		value = arena_printf(x->arena, "!!%s", value);
	if (!place->address) {
		write_register(x, place, value);
		return;
	}
	if (access->bits)
		value = with_bits(x, place, value);
	emit_line(x, "rt_write_kernel(c, %s + %" G_GUINT64_FORMAT ", %s, %u, %s);\t/* %s */", place->address,
		  access->offset, value, access->size, place->text, access->text);
	emit_fail_if(x, "rt_failed(c)");
}

/* The value in a variable of C: that of the assignment, whatever became of it in the place. */
static const char *keep(struct emitter *x, const char *value)
{
	const char *result = new_number(x);

	emit_line(x, "%s = %s;", result, bare(x, value));
	return result;
}

const char *emit_target_assign(struct emitter *x, struct expr *expr)
{
	struct target_place place = find_place(x, expr->assign.target);
	bool is_compound = expr->assign.operator == ASSIGN_COMPOUND;
	const char *old = is_compound ? read_place(x, &place) : NULL;
	const char *value = emit_value(x, expr->assign.value);

	if (is_compound)
		value = emit_binary_operation(x, expr->assign.operation, old, value, expr->assign.value,
					      expr->assign.operator_span);
	value = keep(x, value);
	write_place(x, &place, value);
	return value;
}

const char *emit_target_increment(struct emitter *x, struct expr *expr)
{
	struct target_place place = find_place(x, expr->increment.target);
	const char *old = read_place(x, &place);
	const char *new = keep(x, arena_printf(x->arena, "%s %c 1", old, expr->increment.delta > 0 ? '+' : '-'));

	write_place(x, &place, new);
	return expr->increment.is_prefix ? new : old;
}
