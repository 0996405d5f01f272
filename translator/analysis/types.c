/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types by inference. Nothing has to be declared: each use of a variable, array key, parameter
 * or result says what it must be, and what one place says another may need. So all handlers and
 * functions are visited again and again until nothing new is learnt; then once more to report
 * what does not agree. What nobody ever said anything about is a number.
 */
#include <string.h>

#include "analysis/internal.h"
#include "script/parse.h"
#include "script/walk.h"

struct inference {
	struct analysis *analysis;
	bool changed;			/* something was learnt in this round */
	bool report;			/* the last round: disagreement is an error */
	bool ok;
	GHashTable *reported;		/* variables and keys whose disagreement was reported */
	struct function *function;	/* being visited, or NULL */
};

static void infer(struct inference *in, struct expr *expr, enum type expected);

/* ---- Agreement ---- */

static void mismatch(struct inference *in, struct span span, const char *what, enum type is, enum type expected,
		     struct span decided)
{
	if (!in->report)
		return;
	in->ok = false;
	diag_error(in->analysis->diag, span, "E-type-mismatch", "%s is a %s, but a %s is needed here", what,
		   type_name(is), type_name(expected));
	if (decided.source)
		diag_note(in->analysis->diag, decided, "it became a %s here", type_name(is));
}

static void unify(struct inference *in, enum type *slot, struct span *decided, enum type type,
		  struct span span, const char *what)
{
	if (type == TYPE_UNKNOWN || *slot == type)
		return;
	if (*slot != TYPE_UNKNOWN) {
		if (in->report && g_hash_table_add(in->reported, slot))
			mismatch(in, span, what, *slot, type, *decided);
		return;
	}
	*slot = type;
	*decided = span;
	in->changed = true;
}

static void unify_variable(struct inference *in, struct variable *variable, enum type type, struct span span)
{
	if (type == TYPE_STATS && variable->kind != VARIABLE_GLOBAL) {
		if (in->report && in->ok)
			diag_error(in->analysis->diag, span, "E-type-mismatch",
				   "'%s' is not declared global; only globals can be statistics", variable->name);
		in->ok &= !in->report;
		return;
	}
	unify(in, &variable->type, &variable->type_span, type, span,
	      arena_printf(in->analysis->arena, "'%s'", variable->name));
}

/* The expression's own type, against what its place needs. */
static void expect(struct inference *in, struct expr *expr, enum type is, enum type expected)
{
	expr->type = is;
	if (expected == TYPE_UNKNOWN || is == TYPE_UNKNOWN || is == expected)
		return;
	if (is == TYPE_STATS && in->report) {
		in->ok = false;
		diag_error(in->analysis->diag, expr->span, "E-type-mismatch",
			   "a statistic has no value of its own; use @count, @sum, @min, @max or @avg");
		return;
	}
	mismatch(in, expr->span, "this", is, expected, no_span);
}

/* An expression whose place got its type from another one: a disagreement names that, too. */
static void infer_for(struct inference *in, struct expr *expr, enum type expected, struct span decided,
		      const char *what)
{
	unsigned int errors = in->analysis->diag->error_count;

	infer(in, expr, expected);
	if (in->report && in->analysis->diag->error_count > errors && decided.source)
		diag_note(in->analysis->diag, decided, "%s became a %s here", what, type_name(expected));
}

static void infer_keys(struct inference *in, struct variable *array, GPtrArray *keys)
{
	for (unsigned int i = 0; i < keys->len; i++) {
		struct expr *key = g_ptr_array_index(keys, i);

		if (key->kind == EXPR_ANY_KEY)
			continue;
		infer_for(in, key, array->key_types[i], array->key_spans[i], "that key");
		if (key->type != array->key_types[i] && array->key_types[i] == TYPE_UNKNOWN)
			unify(in, &array->key_types[i], &array->key_spans[i], key->type, key->span, "the key");
	}
}

/* ---- Expressions ---- */

static void infer_index(struct inference *in, struct expr *expr, enum type expected)
{
	struct variable *array = expr->index.variable;

	infer_keys(in, array, expr->index.keys);
	if (array->type == TYPE_UNKNOWN)
		unify_variable(in, array, expected, expr->span);
	expect(in, expr, array->type, expected);
}

static void infer_variable(struct inference *in, struct expr *expr, enum type expected)
{
	struct variable *variable = expr->variable.variable;

	if (variable->type == TYPE_UNKNOWN || expected != variable->type)
		unify_variable(in, variable, expected, expr->span);
	expr->type = variable->type;
}

/* Two operands that must be of one type, whichever it is. */
static enum type infer_pair(struct inference *in, struct expr *left, struct expr *right, enum type expected)
{
	infer(in, left, expected);
	infer(in, right, expected != TYPE_UNKNOWN ? expected : left->type);
	if (left->type == TYPE_UNKNOWN && right->type != TYPE_UNKNOWN)
		infer(in, left, right->type);
	return left->type != TYPE_UNKNOWN ? left->type : right->type;
}

static void infer_binary(struct inference *in, struct expr *expr, enum type expected)
{
	struct expr *left = expr->binary.left, *right = expr->binary.right;

	switch (expr->binary.operation) {
	case BINARY_EQUAL:
	case BINARY_NOT_EQUAL:
	case BINARY_LESS:
	case BINARY_LESS_EQUAL:
	case BINARY_GREATER:
	case BINARY_GREATER_EQUAL:
		infer_pair(in, left, right, TYPE_UNKNOWN);
		expect(in, expr, TYPE_LONG, expected);
		break;
	case BINARY_CONCATENATE:
		infer_pair(in, left, right, TYPE_STRING);
		expect(in, expr, TYPE_STRING, expected);
		break;
	case BINARY_MATCH:
	case BINARY_NOT_MATCH:
		infer_pair(in, left, right, TYPE_STRING);
		expect(in, expr, TYPE_LONG, expected);
		break;
	default:
		infer_pair(in, left, right, TYPE_LONG);
		expect(in, expr, TYPE_LONG, expected);
		break;
	}
}

static void infer_assign(struct inference *in, struct expr *expr, enum type expected)
{
	struct expr *target = expr->assign.target, *value = expr->assign.value;
	enum type type;

	switch (expr->assign.operator) {
	case ASSIGN_STATISTIC:
		infer(in, target, TYPE_STATS);
		infer(in, value, TYPE_LONG);
		expect(in, expr, TYPE_LONG, expected);
		break;
	case ASSIGN_COMPOUND:
		type = expr->assign.operation == BINARY_CONCATENATE ? TYPE_STRING : TYPE_LONG;
		infer_pair(in, target, value, type);
		expect(in, expr, type, expected);
		break;
	case ASSIGN_PLAIN:
		type = infer_pair(in, target, value, expected == TYPE_STATS ? TYPE_UNKNOWN : expected);
		expect(in, expr, type, expected);
		break;
	}
}

static void infer_parameters(struct inference *in, struct function *function, GPtrArray *arguments)
{
	for (unsigned int i = 0; i < arguments->len; i++) {
		struct expr *argument = g_ptr_array_index(arguments, i);
		struct variable *parameter = g_ptr_array_index(function->parameters, i);

		infer_for(in, argument, parameter->type, parameter->type_span,
			  arena_printf(in->analysis->arena, "parameter '%s'", parameter->name));
		if (parameter->type == TYPE_UNKNOWN)
			unify_variable(in, parameter, argument->type, argument->span);
	}
}

static void infer_result(struct inference *in, struct function *function, enum type type, struct span span)
{
	if (type == TYPE_VOID || (function->type == TYPE_VOID && type == TYPE_UNKNOWN))
		return;
	if (function->body && function->type != TYPE_VOID)
		unify(in, &function->type, &function->type_span, type, span,
		      arena_printf(in->analysis->arena, "the result of '%s'", function->name));
}

/* All functions that the call may come to take the same arguments and give the same result. */
static void infer_call(struct inference *in, struct expr *expr, enum type expected)
{
	struct function *function = expr->call.function;

	for (struct function *each = function; each; each = each->alternative) {
		infer_parameters(in, each, expr->call.arguments);
		if (each->type == TYPE_UNKNOWN)
			infer_result(in, each, expected, expr->span);
		if (each != function)
			infer_result(in, each, function->type, function->type_span);
		if (each != function)
			infer_result(in, function, each->type, each->type_span);
	}
	if (function->type == TYPE_VOID && expected != TYPE_UNKNOWN) {
		if (in->report)
			diag_error(in->analysis->diag, expr->span, "E-void-value",
				   "function '%s' returns no value", function->name);
		in->ok &= !in->report;
		return;
	}
	expect(in, expr, function->type, expected);
}

/* A function without a result, where a value is needed whatever its type. */
static void reject_void(struct inference *in, const struct expr *expr)
{
	if (!in->report || expr->type != TYPE_VOID)
		return;
	diag_error(in->analysis->diag, expr->span, "E-void-value", "function '%s' returns no value",
		   expr->call.function->name);
	in->ok = false;
}

static void infer_print(struct inference *in, struct expr *expr, enum type expected)
{
	for (unsigned int i = 0; i < expr->print.arguments->len; i++) {
		struct expr *argument = g_ptr_array_index(expr->print.arguments, i);

		infer(in, argument, format_argument_type(expr, i));
		reject_void(in, argument);
		if (in->report && argument->type == TYPE_STATS && argument->kind != EXPR_HISTOGRAM)
			infer(in, argument, TYPE_LONG);
	}
	expect(in, expr, expr->print.form.to_string ? TYPE_STRING : TYPE_LONG, expected);
}

/* @kderef(size, address) and its like take numbers, @const("text") a literal; @enumname(...) is a string. */
static void infer_operator(struct inference *in, struct expr *expr, enum type expected)
{
	struct expr *first = g_ptr_array_index(expr->operator.arguments, 0);

	if (expr->operator.operation == AT_PRETTY || expr->operator.operation == AT_ENTRY) {
		infer(in, first, expected);
		expect(in, expr, first->type, expected);
		return;
	}
	if (expr->operator.operation == AT_ENUM_NAME) {
		infer(in, first, TYPE_LONG);
		expect(in, expr, TYPE_STRING, expected);
		return;
	}
	for (unsigned int i = 0; i < expr->operator.arguments->len && expr->operator.operation != AT_CONST; i++)
		infer(in, g_ptr_array_index(expr->operator.arguments, i), TYPE_LONG);
	expect(in, expr, TYPE_LONG, expected);
}

/* The operand of a cast and the indices of a path are numbers. */
static void infer_target(struct inference *in, struct expr *expr)
{
	if (expr->target.operand)
		infer(in, expr->target.operand, TYPE_LONG);
	for (unsigned int i = 0; i < expr->target.path->len; i++) {
		struct path_step *step = g_ptr_array_index(expr->target.path, i);

		if (step->kind == PATH_INDEX)
			infer(in, step->index, TYPE_LONG);
	}
}

static void infer(struct inference *in, struct expr *expr, enum type expected)
{
	switch (expr->kind) {
	case EXPR_NUMBER:
		expect(in, expr, TYPE_LONG, expected);
		break;
	case EXPR_STRING:
		expect(in, expr, TYPE_STRING, expected);
		break;
	case EXPR_VARIABLE:
		infer_variable(in, expr, expected);
		break;
	case EXPR_INDEX:
		infer_index(in, expr, expected);
		break;
	case EXPR_TARGET:
		infer_target(in, expr);
		expect(in, expr, ((struct access *)expr->target.access)->constant_string ? TYPE_STRING : TYPE_LONG,
		       expected);
		break;
	case EXPR_UNARY:
		infer(in, expr->unary.operand, TYPE_LONG);
		expect(in, expr, TYPE_LONG, expected);
		break;
	case EXPR_BINARY:
		infer_binary(in, expr, expected);
		break;
	case EXPR_TERNARY:
		infer(in, expr->ternary.condition, TYPE_LONG);
		expect(in, expr, infer_pair(in, expr->ternary.yes, expr->ternary.no, expected), TYPE_UNKNOWN);
		break;
	case EXPR_ASSIGN:
		infer_assign(in, expr, expected);
		break;
	case EXPR_INCREMENT:
		infer(in, expr->increment.target, TYPE_LONG);
		expect(in, expr, TYPE_LONG, expected);
		break;
	case EXPR_IN:
		infer_keys(in, expr->in.variable, expr->in.keys);
		expect(in, expr, TYPE_LONG, expected);
		break;
	case EXPR_CALL:
		infer_call(in, expr, expected);
		break;
	case EXPR_PRINT:
		infer_print(in, expr, expected);
		break;
	case EXPR_STATISTIC:
		infer(in, expr->statistic.operand, TYPE_STATS);
		expect(in, expr, TYPE_LONG, expected);
		break;
	case EXPR_HISTOGRAM:
		infer(in, expr->histogram.operand, TYPE_STATS);
		if (expr->histogram.bucket)
			infer(in, expr->histogram.bucket, TYPE_LONG);
		expr->type = TYPE_STATS;
		if (expr->histogram.bucket)
			expect(in, expr, TYPE_LONG, expected);
		break;
	case EXPR_OPERATOR:
		infer_operator(in, expr, expected);
		break;
	case EXPR_EMBEDDED_C:
		expect(in, expr, strstr(expr->embedded_c.text, "/* string */") ? TYPE_STRING : TYPE_LONG, expected);
		break;
	case EXPR_ANY_KEY:
		break;
	}
}

/* ---- Statements ---- */

static void infer_stmt(struct stmt *stmt, void *data);

static void infer_condition(struct inference *in, struct expr *expr)
{
	if (expr)
		infer(in, expr, TYPE_LONG);
}

static void infer_any(struct inference *in, struct expr *expr)
{
	if (expr)
		infer(in, expr, TYPE_UNKNOWN);
}

/* foreach (value = bucket in @hist_log(x)): both are numbers. */
static void infer_foreach_histogram(struct inference *in, struct stmt *stmt)
{
	const struct foreach_key *key = g_ptr_array_index(stmt->foreach.keys, 0);

	infer(in, stmt->foreach.histogram, TYPE_UNKNOWN);
	unify_variable(in, key->variable, TYPE_LONG, key->span);
	if (stmt->foreach.value)
		unify_variable(in, stmt->foreach.value->variable, TYPE_LONG, stmt->foreach.value->span);
	infer_condition(in, stmt->foreach.limit);
}

static void infer_foreach_keys(struct inference *in, struct stmt *stmt, struct variable *array)
{
	for (unsigned int i = 0; i < stmt->foreach.keys->len; i++) {
		struct foreach_key *key = g_ptr_array_index(stmt->foreach.keys, i);

		unify_variable(in, key->variable, array->key_types[i], key->span);
		unify(in, &array->key_types[i], &array->key_spans[i], key->variable->type, key->span, "the key");
	}
	if (stmt->foreach.value && array->type != TYPE_STATS) {
		unify_variable(in, stmt->foreach.value->variable, array->type, stmt->foreach.value->span);
		unify_variable(in, array, stmt->foreach.value->variable->type, stmt->foreach.value->span);
	} else if (stmt->foreach.value && in->report) {
		in->ok = false;
		diag_error(in->analysis->diag, stmt->foreach.value->span, "E-type-mismatch",
			   "the elements of '%s' are statistics, which no variable can hold", array->name);
	}
	infer_condition(in, stmt->foreach.limit);
}

static void infer_foreach(struct inference *in, struct stmt *stmt)
{
	struct variable *array = stmt->foreach.variable;

	if (stmt->foreach.histogram) {
		infer_foreach_histogram(in, stmt);
		return;
	}
	if (stmt->foreach.slice)
		infer_keys(in, array, stmt->foreach.slice);
	infer_foreach_keys(in, stmt, array);
}

static void infer_return(struct inference *in, struct stmt *stmt)
{
	struct function *function = in->function;

	if (!function || !stmt->expr)
		return;
	infer_for(in, stmt->expr, function->type, function->type_span, "the result");
	if (function->type == TYPE_UNKNOWN)
		unify(in, &function->type, &function->type_span, stmt->expr->type, stmt->expr->span, "the result");
}

static void infer_delete(struct inference *in, struct stmt *stmt)
{
	/* A bare name may be a whole array: nothing is learnt from it. */
	if (stmt->expr->kind != EXPR_VARIABLE)
		infer(in, stmt->expr, TYPE_UNKNOWN);
}

static void infer_stmt(struct stmt *stmt, void *data)
{
	struct inference *in = data;

	switch (stmt->kind) {
	case STMT_EXPR:
		infer_any(in, stmt->expr);
		break;
	case STMT_RETURN:
		infer_return(in, stmt);
		break;
	case STMT_DELETE:
		infer_delete(in, stmt);
		break;
	case STMT_IF:
		infer_condition(in, stmt->branch.condition);
		break;
	case STMT_WHILE:
	case STMT_FOR:
		infer_any(in, stmt->loop.initial);
		infer_condition(in, stmt->loop.condition);
		infer_any(in, stmt->loop.step);
		break;
	case STMT_FOREACH:
		infer_foreach(in, stmt);
		break;
	case STMT_TRY:
		if (stmt->try_catch.variable)
			unify_variable(in, stmt->try_catch.variable, TYPE_STRING, stmt->try_catch.name_span);
		break;
	default:
		break;
	}
	stmt_children(stmt, infer_stmt, NULL, in);
}

/* ---- The whole program ---- */

static void infer_program(struct inference *in)
{
	struct program *program = in->analysis->program;

	in->changed = false;
	for (unsigned int i = 0; i < program->functions->len; i++) {
		in->function = g_ptr_array_index(program->functions, i);
		if (in->function->body)
			infer_stmt(in->function->body, in);
	}
	in->function = NULL;
	for (unsigned int i = 0; i < program->handlers->len; i++)
		infer_stmt(((struct handler *)g_ptr_array_index(program->handlers, i))->body, in);
	for (unsigned int i = 0; i < program->conditions->len; i++)
		infer(in, ((struct condition *)g_ptr_array_index(program->conditions, i))->expr, TYPE_LONG);
}

static void seed_globals(struct program *program)
{
	for (unsigned int i = 0; i < program->globals->len; i++) {
		struct variable *global = g_ptr_array_index(program->globals, i);

		if (global->initial) {
			global->type = global->initial->type;
			global->type_span = global->span;
		}
	}
}

static void default_variables(GPtrArray *variables)
{
	for (unsigned int i = 0; variables && i < variables->len; i++) {
		struct variable *variable = g_ptr_array_index(variables, i);

		if (variable->type == TYPE_UNKNOWN)
			variable->type = TYPE_LONG;
		for (int k = 0; k < variable->key_count; k++)
			if (variable->key_types[k] == TYPE_UNKNOWN)
				variable->key_types[k] = TYPE_LONG;
	}
}

/* What is left unknown after all has been said: variables are numbers, functions return nothing. */
static void apply_defaults(struct program *program)
{
	default_variables(program->globals);
	for (unsigned int i = 0; i < program->functions->len; i++) {
		struct function *function = g_ptr_array_index(program->functions, i);

		if (function->type == TYPE_UNKNOWN)
			function->type = TYPE_VOID;
		default_variables(function->parameters);
		default_variables(function->locals);
	}
	for (unsigned int i = 0; i < program->handlers->len; i++)
		default_variables(((struct handler *)g_ptr_array_index(program->handlers, i))->locals);
}

bool infer_types(struct analysis *analysis)
{
	g_autoptr(GHashTable) reported = g_hash_table_new(NULL, NULL);
	struct inference in = { .analysis = analysis, .ok = true, .reported = reported };

	seed_globals(analysis->program);
	do {
		infer_program(&in);
	} while (in.changed);
	apply_defaults(analysis->program);
	in.report = true;
	infer_program(&in);
	return in.ok;
}
