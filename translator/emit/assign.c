/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Assignment to variables and array elements: =, the compound forms, <<<, ++ and --. Keys are
 * evaluated first, then the value, and then the place is touched; an element is found once, also
 * when it is both read and written, unless the operation may fail: then nothing is to be inserted.
 * Of a global that each CPU has a part of, adding changes the handler's own; all else is done with
 * the sum.
 */
#include "emit/internal.h"

static const char *new_slot(struct emitter *x, const struct expr *place, const char *keys)
{
	const char *slot = arena_printf(x->arena, "v_%d", ++x->temporaries);

	emit_declaration(x, "s64 *%s", slot);
	emit_line(x, "%s = rt_map_slot(c, &%s, %s, %s);", slot, variable_name(x, place->index.variable), keys,
		  place_object(x, place->span));
	emit_fail_if(x, arena_printf(x->arena, "!%s", slot));
	return slot;
}

/* ---- = ---- */

static void set_element(struct emitter *x, const struct expr *place, const char *keys, const char *value)
{
	emit_fail_if(x, arena_printf(x->arena, "!rt_map_set%s(c, &%s, %s, %s, %s)",
				     place->type == TYPE_STRING ? "_string" : "",
				     variable_name(x, place->index.variable), keys, bare(x, value),
				     place_object(x, place->span)));
}

void emit_set_variable(struct emitter *x, const struct variable *variable, const char *value)
{
	const char *name = variable_name(x, variable);

	if (variable->type == TYPE_STRING)
		emit_line(x, "rt_string_copy(%s, %s);", name, value);
	else if (is_count(variable))
		emit_line(x, "rt_count_set(c, %s, %s);", name, bare(x, value));
	else
		emit_line(x, "%s = %s;", name, bare(x, value));
}

const char *variable_value(struct emitter *x, const struct variable *variable)
{
	const char *name = variable_name(x, variable);

	return is_count(variable) ? arena_printf(x->arena, "rt_count_read(%s)", name) : name;
}

static const char *assign_variable(struct emitter *x, struct expr *place, const char *value)
{
	emit_set_variable(x, place->variable.variable, value);
	return variable_value(x, place->variable.variable);
}

/* A value that is used again after the place was written must not be read twice. */
static const char *kept(struct emitter *x, const struct expr *value_expr, const char *value, bool discarded)
{
	const char *copy;

	if (discarded || value_expr->type == TYPE_STRING || value_expr->kind == EXPR_NUMBER)
		return value;
	copy = new_number(x);
	emit_line(x, "%s = %s;", copy, bare(x, value));
	return copy;
}

static const char *assign_element(struct emitter *x, struct expr *expr, bool discarded)
{
	struct expr *place = expr->assign.target, *value_expr = expr->assign.value;
	const char *keys = emit_keys_before(x, place->index.variable, place->index.keys, value_expr);
	const char *value = kept(x, value_expr, emit_value(x, value_expr), discarded);

	set_element(x, place, keys, value);
	return value;
}

static const char *emit_plain(struct emitter *x, struct expr *expr, bool discarded)
{
	struct expr *place = expr->assign.target;

	if (place->kind == EXPR_VARIABLE)
		return assign_variable(x, place, emit_value(x, expr->assign.value));
	return assign_element(x, expr, discarded);
}

/* ---- += and so on ---- */

/* What the element is now, without making it. */
static const char *old_value(struct emitter *x, const struct expr *place, const char *keys)
{
	bool is_string = place->type == TYPE_STRING;
	const char *old = is_string ? new_reference(x) : new_number(x);

	emit_line(x, "%s = rt_map_get%s(&%s, %s);", old, is_string ? "_string" : "",
		  variable_name(x, place->index.variable), keys);
	return old;
}

static bool operation_may_fail(enum binary_operator operation)
{
	return operation == BINARY_DIVIDE || operation == BINARY_MODULO;
}

/* Whether a place, a number, has a part on each CPU. */
static bool is_accumulated(const struct expr *place)
{
	return place->kind == EXPR_INDEX ? place->index.variable->is_accumulated : is_count(place->variable.variable);
}

/* c->counts[g_n] += 3; or the same of an element, whose value is not asked for. */
static void emit_accumulate(struct emitter *x, struct expr *place, const char *keys, const char *value)
{
	if (place->kind == EXPR_INDEX)
		emit_fail_if(x, arena_printf(x->arena, "!rt_map_add(c, &%s, %s, %s, %s)",
					     variable_name(x, place->index.variable), keys, bare(x, value),
					     place_object(x, place->span)));
	else
		emit_line(x, "c->counts[%s] += %s;", variable_name(x, place->variable.variable), bare(x, value));
}

static const char *emit_compound_element(struct emitter *x, struct expr *expr)
{
	struct expr *place = expr->assign.target, *value_expr = expr->assign.value;
	enum binary_operator operation = expr->assign.operation;
	const char *keys = emit_keys_before(x, place->index.variable, place->index.keys, value_expr);
	const char *value = emit_value(x, value_expr), *slot, *result, *old;

	if (place->type == TYPE_STRING || operation_may_fail(operation) || is_accumulated(place)) {
		old = old_value(x, place, keys);
		result = emit_binary_operation(x, operation, old, value, value_expr, expr->assign.operator_span);
		set_element(x, place, keys, result);
		return result;
	}
	slot = new_slot(x, place, keys);
	old = arena_printf(x->arena, "*%s", slot);
	result = emit_binary_operation(x, operation, old, value, value_expr, expr->assign.operator_span);
	emit_line(x, "*%s = %s;", slot, bare(x, result));
	return old;
}

/* place += value or place -= value, to the handler's own part. */
static void emit_compound_accumulate(struct emitter *x, struct expr *expr)
{
	struct expr *place = expr->assign.target, *value_expr = expr->assign.value;
	const char *keys = place->kind == EXPR_INDEX ?
		emit_keys_before(x, place->index.variable, place->index.keys, value_expr) : NULL;
	const char *value = emit_value(x, value_expr);

	emit_accumulate(x, place, keys, expr->assign.operation == BINARY_ADD ? value :
			arena_printf(x->arena, "-%s", value));
}

static const char *emit_compound(struct emitter *x, struct expr *expr, bool discarded)
{
	struct expr *place = expr->assign.target;
	enum binary_operator operation = expr->assign.operation;
	const char *value, *result;

	if (discarded && (operation == BINARY_ADD || operation == BINARY_SUBTRACT) && is_accumulated(place)) {
		emit_compound_accumulate(x, expr);
		return "0";
	}
	if (place->kind == EXPR_INDEX)
		return emit_compound_element(x, expr);
	value = emit_value(x, expr->assign.value);
	result = emit_binary_operation(x, operation, variable_value(x, place->variable.variable), value,
				       expr->assign.value, expr->assign.operator_span);
	return assign_variable(x, place, result);
}

/* ---- <<< ---- */

static const char *emit_add(struct emitter *x, struct expr *expr, bool discarded)
{
	struct expr *place = expr->assign.target, *value_expr = expr->assign.value;
	const char *keys = NULL, *value;

	if (place->kind == EXPR_INDEX)
		keys = emit_keys_before(x, place->index.variable, place->index.keys, value_expr);
	value = kept(x, value_expr, emit_value(x, value_expr), discarded);
	if (keys)
		emit_fail_if(x, arena_printf(x->arena, "!rt_map_stat_add(c, &%s, %s, %s, %s)",
					     variable_name(x, place->index.variable), keys, bare(x, value),
					     place_object(x, place->span)));
	else
		emit_line(x, "rt_stat_add(c, &%s, %s);", variable_name(x, place->variable.variable), bare(x, value));
	return value;
}

const char *emit_assign(struct emitter *x, struct expr *expr, bool discarded)
{
	if (expr->assign.target->kind == EXPR_TARGET)
		return emit_target_assign(x, expr);
	switch (expr->assign.operator) {
	case ASSIGN_PLAIN:
		return emit_plain(x, expr, discarded);
	case ASSIGN_COMPOUND:
		return emit_compound(x, expr, discarded);
	case ASSIGN_STATISTIC:
		return emit_add(x, expr, discarded);
	}
	bug("assignment operator %d", expr->assign.operator);
}

/* ---- ++ and -- ---- */

/*
 *	t_2 = rt_count_read(g_n);
 *	c->counts[g_n] += 1;
 *
 * The value is the one before; for the prefix form that of the sum with what is added.
 */
static const char *emit_accumulate_increment(struct emitter *x, struct expr *expr, bool discarded)
{
	struct expr *place = expr->increment.target;
	const char *delta = c_number(x->arena, expr->increment.delta), *old;
	const char *keys = place->kind == EXPR_INDEX ?
		emit_keys(x, place->index.variable, place->index.keys) : NULL;

	if (discarded) {
		emit_accumulate(x, place, keys, delta);
		return "0";
	}
	if (keys) {
		old = old_value(x, place, keys);
	} else {
		old = new_number(x);
		emit_line(x, "%s = %s;", old, variable_value(x, place->variable.variable));
	}
	emit_accumulate(x, place, keys, delta);
	return expr->increment.is_prefix ? arena_printf(x->arena, "(%s + %s)", old, delta) : old;
}

const char *emit_increment(struct emitter *x, struct expr *expr, bool discarded)
{
	struct expr *place = expr->increment.target;
	const char *operator = expr->increment.delta > 0 ? "++" : "--";
	const char *result, *name;

	if (place->kind == EXPR_TARGET)
		return emit_target_increment(x, expr);
	if (is_accumulated(place))
		return emit_accumulate_increment(x, expr, discarded);
	if (place->kind == EXPR_INDEX)
		name = arena_printf(x->arena, "(*%s)", new_slot(x, place,
				    emit_keys(x, place->index.variable, place->index.keys)));
	else
		name = variable_name(x, place->variable.variable);
	if (discarded) {
		emit_line(x, "%s%s;", name, operator);
		return "0";
	}
	result = new_number(x);
	if (expr->increment.is_prefix)
		emit_line(x, "%s = %s%s;", result, operator, name);
	else
		emit_line(x, "%s = %s%s;", result, name, operator);
	return result;
}
