/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading statistics: the parts of all CPUs are merged into the context's one scratch statistic,
 * and the number that is asked for is taken out of it at once.
 */
#include "emit/internal.h"

const char *emit_statistic_read(struct emitter *x, struct expr *operand, bool with_buckets, const char **type_ret)
{
	const char *result = arena_printf(x->arena, "s_%d", ++x->temporaries);
	const char *name, *keys;

	emit_declaration(x, "const struct rt_stat *%s", result);
	if (operand->kind == EXPR_INDEX) {
		name = variable_name(x, operand->index.variable);
		keys = emit_keys(x, operand->index.variable, operand->index.keys);
		emit_line(x, "%s = rt_map_stat_read(c, &%s, %s, %d);", result, name, keys, with_buckets);
		*type_ret = arena_printf(x->arena, "&%s.stat_type", name);
	} else {
		name = variable_name(x, operand->variable.variable);
		emit_line(x, "%s = rt_stat_read(c, &%s, %d);", result, name, with_buckets);
		*type_ret = arena_printf(x->arena, "&%s.type", name);
	}
	return result;
}

/* The buckets below and above a linear histogram count as its first and last one. */
const char *emit_bucket(struct emitter *x, struct expr *expr)
{
	const char *index = emit_value(x, expr->histogram.bucket);
	const char *type;
	const char *statistic = emit_statistic_read(x, expr->histogram.operand, true, &type);
	const char *result = new_number(x);

	emit_line(x, "%s = rt_stat_bucket_at(c, %s, %s, %s, %s);", result, type, statistic, bare(x, index),
		  place_string(x, expr->span));
	emit_fail_if(x, "rt_failed(c)");
	return result;
}

const char *emit_statistic(struct emitter *x, struct expr *expr)
{
	static const char *const names[] = {
		[STATISTIC_COUNT] = "count", [STATISTIC_SUM] = "sum", [STATISTIC_MIN] = "min",
		[STATISTIC_MAX] = "max", [STATISTIC_AVERAGE] = "average",
		[STATISTIC_VARIANCE] = "variance",
	};
	enum statistic_operator operation = expr->statistic.operation;
	const char *type;
	const char *statistic = emit_statistic_read(x, expr->statistic.operand, false, &type);
	const char *result = new_number(x);

	if (operation == STATISTIC_COUNT || operation == STATISTIC_SUM || operation == STATISTIC_VARIANCE) {
		emit_line(x, "%s = rt_stat_%s(%s);", result, names[operation], statistic);
		return result;
	}
	emit_line(x, "%s = rt_stat_%s(c, %s, %s);", result, names[operation], statistic,
		  place_string(x, expr->span));
	emit_fail_if(x, "rt_failed(c)");
	return result;
}
