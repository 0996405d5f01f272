/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements. Each is led by a comment with its line in the script. Loops count at their back
 * edge, and only there; errors jump to the label of the innermost try, or to `out`.
 */
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
	const char *saved_label = x->continue_label;
	bool saved_used = x->continue_label_used;
	size_t length;

	x->continue_label = stmt->loop.step ? arena_printf(x->arena, "continue_%d", ++x->labels) : NULL;
	x->continue_label_used = false;
	emit_stmt(x, stmt->loop.body);
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
};

static void emit_foreach_assign(struct emitter *x, const struct variable *variable, const char *getter,
				const char *iteration, const char *more)
{
	const char *name = variable_name(x, variable);

	if (variable->type == TYPE_STRING)
		emit_line(x, "rt_string_copy(%s, %s_string(&%s%s));", name, getter, iteration, more);
	else
		emit_line(x, "%s = %s(&%s%s);", name, getter, iteration, more);
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
	const char *limit = stmt->foreach.limit ? bare(x, emit_value(x, stmt->foreach.limit)) : "-1";

	emit_fail_if(x, arena_printf(x->arena, "!rt_foreach_begin(c, &%s, &rt_order_%d, %s, %d, %s, %s, %s)", iteration,
				     order, sort_names[stmt->foreach.direction], stmt->foreach.sort_column,
				     sort_statistics[statistic], limit, place_string(x, stmt->span)));
}

static void emit_foreach(struct emitter *x, struct stmt *stmt)
{
	const char *iteration = arena_printf(x->arena, "i_%d", x->first_iteration + x->iterations++);
	const char *saved_label = x->continue_label;
	int order;

	g_ptr_array_add(x->orders, stmt->foreach.variable);
	order = x->orders->len;
	emit_declaration(x, "struct rt_foreach %s = { NULL }", iteration);
	emit_foreach_begin(x, stmt, iteration, order);
	emit_line(x, "while (rt_foreach_next(&%s)) {", iteration);
	x->indent++;
	emit_fail_if(x, arena_printf(x->arena, "!rt_loop(c, %d, %s)", cost_of(stmt->foreach.body),
				     place_string(x, stmt->span)));
	emit_foreach_variables(x, stmt, iteration);
	x->continue_label = NULL;
	emit_stmt(x, stmt->foreach.body);
	x->continue_label = saved_label;
	x->indent--;
	emit_line(x, "}");
	emit_line(x, "rt_foreach_end(&%s);", iteration);
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

static void emit_delete_scalar(struct emitter *x, const struct variable *variable)
{
	const char *name = variable_name(x, variable);

	if (variable->key_count > 0)
		emit_line(x, "rt_map_clear(&%s);", name);
	else if (variable->type == TYPE_STATS)
		emit_line(x, "rt_stat_clear(&%s);", name);
	else
		emit_line(x, "%s%s = 0;", name, variable->type == TYPE_STRING ? "[0]" : "");
}

static void emit_delete(struct emitter *x, struct stmt *stmt)
{
	struct expr *place = stmt->expr;

	if (place->kind == EXPR_VARIABLE)
		emit_delete_scalar(x, place->variable.variable);
	else
		emit_line(x, "rt_map_delete(&%s, %s);", variable_name(x, place->index.variable),
			  emit_keys(x, place->index.variable, place->index.keys));
}

/*
 *	...			the body; its errors go to catch_1
 *	if (0) {
 *	catch_1:
 *		rt_error_take(c, f->l_msg);
 *		...
 *	}
 */
static void emit_try(struct emitter *x, struct stmt *stmt)
{
	const char *saved_label = x->fail_label;
	bool saved_used = x->fail_label_used;
	const char *label = arena_printf(x->arena, "catch_%d", ++x->labels);
	int first_iteration = x->iterations;
	bool can_fail;

	x->fail_label = label;
	x->fail_label_used = false;
	emit_stmt(x, stmt->try_catch.body);
	can_fail = x->fail_label_used;
	x->fail_label = saved_label;
	x->fail_label_used = saved_used;
	if (!can_fail)
		return;
	emit_line(x, "if (0) {");
	emit_label(x, label);
	x->indent++;
	for (int i = first_iteration; i < x->iterations; i++)
		emit_line(x, "rt_foreach_end(&i_%d);", x->first_iteration + i);
	emit_line(x, "rt_error_take(c, %s);", stmt->try_catch.variable ?
		  variable_name(x, stmt->try_catch.variable) : "NULL");
	emit_stmt(x, stmt->try_catch.handler);
	x->indent--;
	emit_line(x, "}");
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
		emit_jump_out(x);
		break;
	case STMT_BREAK:
		emit_line(x, "break;");
		break;
	case STMT_CONTINUE:
		emit_continue(x);
		break;
	case STMT_DELETE:
		emit_delete(x, stmt);
		break;
	case STMT_TRY:
		emit_try(x, stmt);
		break;
	}
}
