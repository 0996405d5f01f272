/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements. Each is led by a comment with its line in the script. Loops count at their back
 * edge, and only there; errors jump to the label of the innermost try, or to `out`.
 */
#include <string.h>

#include "emit/internal.h"
#include "script/walk.h"

static void count_stmt(struct stmt *stmt, void *count)
{
	if (stmt->kind != STMT_BLOCK && stmt->kind != STMT_EMPTY)
		++*(int *)count;
}

/* What one turn of a loop costs of the handler's actions: its statements. */
static int cost_of(struct stmt *body)
{
	int count = 0;

	stmt_walk(body, count_stmt, NULL, &count);
	return MAX(count, 1);
}

static void emit_indented(struct emitter *x, struct stmt *stmt)
{
	x->indent++;
	emit_stmt(x, stmt);
	x->indent--;
}

static void emit_jump_out(struct emitter *x)
{
	emit_line(x, "goto out;");
	x->out_used = true;
}

/* Leaves the try blocks that are inside of the innermost loop, for a jump out of it. */
static void emit_leave_tries(struct emitter *x)
{
	if (x->outer_catching)
		emit_line(x, "c->catching = %s;", x->outer_catching);
}

/* ---- if ---- */

static void emit_if(struct emitter *x, struct stmt *stmt)
{
	emit_line(x, "if (%s) {", bare(x, emit_value(x, stmt->branch.condition)));
	emit_indented(x, stmt->branch.then);
	if (stmt->branch.otherwise) {
		emit_line(x, "} else {");
		emit_indented(x, stmt->branch.otherwise);
	}
	emit_line(x, "}");
}

/* ---- while, for ---- */

/* The body of a loop; `continue` goes to a label if something has to be done at the end of a turn. */
static void emit_loop_body(struct emitter *x, struct stmt *stmt)
{
	const char *saved_label = x->continue_label, *saved_catching = x->outer_catching;
	bool saved_used = x->continue_label_used;
	size_t length;

	x->continue_label = stmt->loop.step ? arena_printf(x->arena, "continue_%d", ++x->labels) : NULL;
	x->continue_label_used = false;
	x->outer_catching = NULL;
	emit_stmt(x, stmt->loop.body);
	x->outer_catching = saved_catching;
	if (x->continue_label_used)
		emit_label(x, x->continue_label);
	length = x->body->len;
	if (stmt->loop.step)
		emit_discarded(x, stmt->loop.step);
	if (x->continue_label_used && x->body->len == length)
		emit_line(x, ";");
	x->continue_label = saved_label;
	x->continue_label_used = saved_used;
}

/*
 *	while (l_i < 10) {
 *		if (!rt_loop(c, 2, "a.stp:3:1"))
 *			goto out;
 *		...
 *	}
 */
static void emit_loop(struct emitter *x, struct stmt *stmt)
{
	const char *condition = "1", *statements;
	GString *saved;

	if (stmt->loop.initial)
		emit_discarded(x, stmt->loop.initial);
	saved = capture_begin(x);
	if (stmt->loop.condition)
		condition = bare(x, emit_value(x, stmt->loop.condition));
	statements = capture_end(x, saved);
	emit_line(x, "while (%s) {", *statements ? "1" : condition);
	emit_text(x, statements);
	x->indent++;
	if (*statements) {
		emit_line(x, "if (!(%s))", condition);
		emit_line(x, "\tbreak;");
	}
	emit_fail_if(x, arena_printf(x->arena, "!rt_loop(c, %d, %s)", cost_of(stmt->loop.body),
				     place_string(x, stmt->span)));
	emit_loop_body(x, stmt);
	x->indent--;
	emit_line(x, "}");
}

/* ---- foreach ---- */

static const char *const sort_names[] = { "RT_SORT_NONE", "RT_SORT_ASCENDING", "RT_SORT_DESCENDING" };

static const char *const sort_statistics[] = {
	[STATISTIC_COUNT] = "RT_STAT_COUNT", [STATISTIC_SUM] = "RT_STAT_SUM", [STATISTIC_MIN] = "RT_STAT_MIN",
	[STATISTIC_MAX] = "RT_STAT_MAX", [STATISTIC_AVERAGE] = "RT_STAT_AVERAGE",
	[STATISTIC_VARIANCE] = "RT_STAT_VARIANCE",
};

static void emit_foreach_assign(struct emitter *x, const struct variable *variable, const char *getter,
				const char *iteration, const char *more)
{
	emit_set_variable(x, variable, arena_printf(x->arena, "%s%s(&%s%s)", getter,
						    variable->type == TYPE_STRING ? "_string" : "", iteration, more));
}

static void emit_foreach_variables(struct emitter *x, const struct stmt *stmt, const char *iteration)
{
	for (unsigned int i = 0; i < stmt->foreach.keys->len; i++) {
		const struct foreach_key *key = g_ptr_array_index(stmt->foreach.keys, i);

		emit_foreach_assign(x, key->variable, "rt_foreach_key", iteration, arena_printf(x->arena, ", %u", i));
	}
	if (stmt->foreach.value)
		emit_foreach_assign(x, stmt->foreach.value->variable, "rt_foreach_value", iteration, "");
}

static void emit_foreach_begin(struct emitter *x, const struct stmt *stmt, const char *iteration, int order)
{
	enum statistic_operator statistic = stmt->foreach.has_sort_statistic ? stmt->foreach.sort_statistic
									      : STATISTIC_COUNT;
	unsigned int mask = 0;
	const char *keys = stmt->foreach.slice ?
		emit_slice(x, stmt->foreach.variable, stmt->foreach.slice, &mask) : "NULL";
	const char *limit = stmt->foreach.limit ? bare(x, emit_value(x, stmt->foreach.limit)) : "RT_NO_LIMIT";

	emit_fail_if(x, arena_printf(x->arena, "!rt_foreach_begin(c, &%s, &rt_order_%d, %s, %d, %s, %s, %s, 0x%x, %s)",
				     iteration, order, sort_names[stmt->foreach.direction], stmt->foreach.sort_column,
				     sort_statistics[statistic], limit, keys, mask, place_string(x, stmt->span)));
}

static void emit_foreach_body(struct emitter *x, struct stmt *stmt)
{
	const char *saved_label = x->continue_label, *saved_catching = x->outer_catching;

	x->continue_label = NULL;
	x->outer_catching = NULL;
	emit_stmt(x, stmt->foreach.body);
	x->continue_label = saved_label;
	x->outer_catching = saved_catching;
}

static void emit_foreach_array(struct emitter *x, struct stmt *stmt)
{
	const char *iteration = arena_printf(x->arena, "i_%d", x->first_iteration + x->iterations++);
	int order;

	g_ptr_array_add(x->orders, stmt->foreach.variable);
	g_hash_table_add(x->listed, stmt->foreach.variable);
	order = x->orders->len;
	emit_declaration(x, "struct rt_foreach %s = { NULL }", iteration);
	emit_foreach_begin(x, stmt, iteration, order);
	emit_line(x, "while (rt_foreach_next(&%s)) {", iteration);
	x->indent++;
	emit_fail_if(x, arena_printf(x->arena, "!rt_loop(c, %d, %s)", cost_of(stmt->foreach.body),
				     place_string(x, stmt->span)));
	emit_foreach_variables(x, stmt, iteration);
	emit_foreach_body(x, stmt);
	x->indent--;
	emit_line(x, "}");
	emit_line(x, "rt_foreach_end(&%s);", iteration);
}

static const char *bucket_order(const struct stmt *stmt)
{
	bool is_down = stmt->foreach.direction == SORT_DESCENDING;

	if (stmt->foreach.direction == SORT_NONE || stmt->foreach.sort_column > 0)
		return is_down ? "RT_BUCKETS_DOWN" : "RT_BUCKETS_UP";
	return is_down ? "RT_BUCKETS_COUNT_DOWN" : "RT_BUCKETS_COUNT_UP";
}

/*
 *	for (t_1 = -1;;) {
 *		s_2 = rt_stat_read(c, &g_s, 1);
 *		t_1 = rt_stat_bucket_next(&g_s.type, s_2, t_1, RT_BUCKETS_UP);
 *		if (t_1 < 0)
 *			break;
 *		l_bucket = t_1;
 *		l_count = rt_stat_bucket_at(c, &g_s.type, s_2, t_1, "a.stp:3:1");
 *		...
 */
static void emit_foreach_histogram(struct emitter *x, struct stmt *stmt)
{
	const struct foreach_key *key = g_ptr_array_index(stmt->foreach.keys, 0);
	const char *place = place_string(x, stmt->span), *type, *statistic;
	const char *limit = stmt->foreach.limit ? bare(x, emit_value(x, stmt->foreach.limit)) : NULL;
	const char *bucket = new_number(x), *left = limit ? new_number(x) : NULL;

	if (left)
		emit_line(x, "%s = %s;", left, limit);
	emit_line(x, "for (%s = -1;;) {", bucket);
	x->indent++;
	statistic = emit_statistic_read(x, stmt->foreach.histogram->histogram.operand, true, &type);
	emit_line(x, "%s = rt_stat_bucket_next(%s, %s, %s, %s);", bucket, type, statistic, bucket, bucket_order(stmt));
	if (left)
		emit_line(x, "if (%s < 0 || %s-- <= 0)", bucket, left);
	else
		emit_line(x, "if (%s < 0)", bucket);
	emit_line(x, "\tbreak;");
	emit_fail_if(x, arena_printf(x->arena, "!rt_loop(c, %d, %s)", cost_of(stmt->foreach.body), place));
	emit_set_variable(x, key->variable, bucket);
	if (stmt->foreach.value)
		emit_set_variable(x, stmt->foreach.value->variable,
				  arena_printf(x->arena, "rt_stat_bucket_at(c, %s, %s, %s, %s)", type, statistic,
					       bucket, place));
	emit_foreach_body(x, stmt);
	x->indent--;
	emit_line(x, "}");
}

static void emit_foreach(struct emitter *x, struct stmt *stmt)
{
	if (stmt->foreach.histogram)
		emit_foreach_histogram(x, stmt);
	else
		emit_foreach_array(x, stmt);
}

/* ---- return, delete, try ---- */

static void emit_return(struct emitter *x, struct stmt *stmt)
{
	const char *value;

	if (stmt->expr && x->function->type != TYPE_VOID) {
		value = emit_value(x, stmt->expr);
		if (x->function->type == TYPE_STRING)
			emit_line(x, "rt_string_copy(ret, %s);", value);
		else
			emit_line(x, "ret = %s;", bare(x, value));
	}
	emit_jump_out(x);
}

static void emit_clear(struct emitter *x, struct variable *array)
{
	g_hash_table_add(x->listed, array);
	emit_line(x, "rt_map_clear(&%s);", variable_name(x, array));
}

static void emit_delete_variable(struct emitter *x, struct variable *variable)
{
	const char *name = variable_name(x, variable);

	if (variable->key_count > 0)
		emit_clear(x, variable);
	else if (variable->type == TYPE_STATS)
		emit_line(x, "rt_stat_clear(&%s);", name);
	else if (variable->type == TYPE_STRING)
		emit_line(x, "%s[0] = 0;", name);
	else
		emit_set_variable(x, variable, "0");
}

static void emit_delete(struct emitter *x, struct stmt *stmt)
{
	struct expr *place = stmt->expr;
	unsigned int mask;
	const char *array, *keys, *known;

	if (place->kind == EXPR_VARIABLE) {
		emit_delete_variable(x, place->variable.variable);
		return;
	}
	array = variable_name(x, place->index.variable);
	keys = emit_slice(x, place->index.variable, place->index.keys, &mask);
	known = known_element(x, place->index.variable);
	if (mask + 1 != 1U << place->index.keys->len) {
		g_hash_table_add(x->listed, place->index.variable);
		emit_line(x, "rt_map_delete_slice(&%s, %s, 0x%x);", array, keys, mask);
	} else if (known) {
		emit_line(x, "rt_map_delete_known(&%s, %s, %s);", array, keys, known);
	} else {
		emit_line(x, "rt_map_delete(&%s, %s);", array, keys);
	}
}

/* The body of a try, with its errors going to `label`. */
static const char *capture_try_body(struct emitter *x, struct stmt *stmt, const char *label, const char *catching,
				    bool *can_fail_ret)
{
	const char *saved_label = x->fail_label, *saved_catching = x->outer_catching, *body;
	bool saved_used = x->fail_label_used;
	GString *saved = capture_begin(x);

	x->indent--;
	x->fail_label = label;
	x->fail_label_used = false;
	if (!x->outer_catching)
		x->outer_catching = catching;
	emit_stmt(x, stmt->try_catch.body);
	*can_fail_ret = x->fail_label_used;
	x->fail_label = saved_label;
	x->fail_label_used = saved_used;
	x->outer_catching = saved_catching;
	x->indent++;
	body = capture_end(x, saved);
	return body;
}

static void emit_catch(struct emitter *x, struct stmt *stmt, const char *label, const char *catching,
		       int first_iteration)
{
	emit_line(x, "if (0) {");
	emit_label(x, label);
	x->indent++;
	emit_line(x, "c->catching = %s;", catching);
	for (int i = first_iteration; i < x->iterations; i++)
		emit_line(x, "rt_foreach_end(&i_%d);", x->first_iteration + i);
	emit_line(x, "rt_error_take(c, %s);", stmt->try_catch.variable ?
		  variable_name(x, stmt->try_catch.variable) : "NULL");
	emit_stmt(x, stmt->try_catch.handler);
	x->indent--;
	emit_line(x, "}");
}

/*
 *	catching_1 = c->catching++;
 *	...			the body; its errors go to catch_1
 *	c->catching = catching_1;
 *	if (0) {
 *	catch_1:
 *		c->catching = catching_1;
 *		rt_error_take(c, f->l_msg);
 *		...
 *	}
 */
static void emit_try(struct emitter *x, struct stmt *stmt)
{
	int number = ++x->labels, first_iteration = x->iterations;
	const char *label = arena_printf(x->arena, "catch_%d", number);
	const char *catching = arena_printf(x->arena, "catching_%d", number);
	bool can_fail;
	const char *body = capture_try_body(x, stmt, label, catching, &can_fail);

	/* One that cannot fail is just its body, unless a jump leads out of it. */
	if (!can_fail && !strstr(body, catching)) {
		emit_text(x, body);
		return;
	}
	x->has_try = true;
	emit_declaration(x, "u32 %s", catching);
	emit_line(x, "%s = c->catching++;", catching);
	emit_text(x, body);
	emit_line(x, "c->catching = %s;", catching);
	if (can_fail)
		emit_catch(x, stmt, label, catching, first_iteration);
}

static void emit_continue(struct emitter *x)
{
	if (!x->continue_label) {
		emit_line(x, "continue;");
		return;
	}
	emit_line(x, "goto %s;", x->continue_label);
	x->continue_label_used = true;
}

static bool is_compound(const struct stmt *stmt)
{
	return stmt->kind == STMT_BLOCK || stmt->kind == STMT_EMPTY || stmt->kind == STMT_TRY;
}

void emit_stmt(struct emitter *x, struct stmt *stmt)
{
	if (!is_compound(stmt))
		emit_place_comment(x, stmt->span);
	switch (stmt->kind) {
	case STMT_EMPTY:
		break;
	case STMT_EXPR:
		emit_discarded(x, stmt->expr);
		break;
	case STMT_BLOCK:
		for (unsigned int i = 0; i < stmt->block->len; i++)
			emit_stmt(x, g_ptr_array_index(stmt->block, i));
		break;
	case STMT_IF:
		emit_if(x, stmt);
		break;
	case STMT_WHILE:
	case STMT_FOR:
		emit_loop(x, stmt);
		break;
	case STMT_FOREACH:
		emit_foreach(x, stmt);
		break;
	case STMT_RETURN:
		emit_return(x, stmt);
		break;
	case STMT_NEXT:
		if (x->function)
			emit_line(x, "c->declined = 1;");
		emit_jump_out(x);
		break;
	case STMT_BREAK:
		emit_leave_tries(x);
		emit_line(x, "break;");
		break;
	case STMT_CONTINUE:
		emit_leave_tries(x);
		emit_continue(x);
		break;
	case STMT_DELETE:
		emit_delete(x, stmt);
		break;
	case STMT_TRY:
		emit_try(x, stmt);
		break;
	case STMT_EMBEDDED_C:
		emit_embedded_c(x, stmt->embedded_c, stmt->span);
		break;
	}
}
