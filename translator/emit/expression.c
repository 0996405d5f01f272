/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions. Each becomes C text without side effects, after the statements that it takes:
 *
 *	x = opens[execname()] / n		f_execname(c, f->t_1);
 *						k_2[0].s = f->t_1;
 *						t_3 = rt_map_get(&g_opens, k_2);
 *						t_4 = rt_divide(c, t_3, g_n, "a.stp:3:24");
 *						if (rt_failed(c))
 *							goto out;
 *						l_x = t_4;
 */
#include <string.h>

#include "emit/internal.h"
#include "script/walk.h"

/* ---- Order of evaluation ---- */

static void note_side_effect(struct expr *expr, void *found)
{
	if (expr->kind == EXPR_ASSIGN || expr->kind == EXPR_INCREMENT || expr->kind == EXPR_EMBEDDED_C ||
	    (expr->kind == EXPR_CALL && expr->call.function->has_side_effects))
		*(bool *)found = true;
}

bool has_side_effects(struct expr *expr)
{
	bool found = false;

	expr_walk(expr, note_side_effect, &found);
	return found;
}

static bool any_side_effects(const GPtrArray *exprs, unsigned int first)
{
	for (unsigned int i = first; i < exprs->len; i++)
		if (has_side_effects(g_ptr_array_index(exprs, i)))
			return true;
	return false;
}

/* A copy that later statements cannot change; the text itself if it is one already. */
static const char *copied(struct emitter *x, const struct expr *expr, const char *text)
{
	const char *copy;

	if (expr->kind == EXPR_NUMBER || expr->kind == EXPR_STRING || g_str_has_prefix(text, "f->t_"))
		return text;
	if (expr->type == TYPE_STRING) {
		copy = new_string(x);
		emit_line(x, "rt_string_copy(%s, %s);", copy, text);
	} else {
		copy = new_number(x);
		emit_line(x, "%s = %s;", copy, bare(x, text));
	}
	return copy;
}

static const char **emit_each(struct emitter *x, GPtrArray *exprs,
			      const char *(*emit)(struct emitter *x, struct expr *expr))
{
	const char **values = arena_alloc(x->arena, (exprs->len + 1) * sizeof(*values));

	for (unsigned int i = 0; i < exprs->len; i++) {
		struct expr *expr = g_ptr_array_index(exprs, i);

		values[i] = emit(x, expr);
		if (any_side_effects(exprs, i + 1))
			values[i] = copied(x, expr, values[i]);
	}
	return values;
}

const char **emit_values(struct emitter *x, GPtrArray *exprs)
{
	return emit_each(x, exprs, emit_value);
}

/* ---- Simple kinds ---- */

static const char *emit_unary(struct emitter *x, struct expr *expr)
{
	static const char *const operators[] = { "", "-", "!", "~" };
	const char *operand = emit_value(x, expr->unary.operand);

	if (expr->unary.operation == UNARY_PLUS)
		return operand;
	return arena_printf(x->arena, "(%s%s)", operators[expr->unary.operation], operand);
}

const char *emit_keys_before(struct emitter *x, const struct variable *array, GPtrArray *keys, struct expr *value)
{
	const char **values = emit_values(x, keys);
	const char *name = arena_printf(x->arena, "k_%d", ++x->temporaries);
	bool may_change = value && has_side_effects(value);

	emit_declaration(x, "union rt_key %s[%u]", name, keys->len);
	for (unsigned int i = 0; i < keys->len; i++) {
		bool is_string = array->key_types[i] == TYPE_STRING;

		if (is_string && may_change)
			values[i] = copied(x, g_ptr_array_index(keys, i), values[i]);
		emit_line(x, "%s[%u].%s = %s;", name, i, is_string ? "s" : "n", bare(x, values[i]));
	}
	return name;
}

const char *emit_keys(struct emitter *x, const struct variable *array, GPtrArray *keys)
{
	return emit_keys_before(x, array, keys, NULL);
}

static const char *emit_index(struct emitter *x, struct expr *expr)
{
	const char *keys = emit_keys(x, expr->index.variable, expr->index.keys);
	const char *array = variable_name(x, expr->index.variable);
	const char *known = known_element(x, expr->index.variable);
	bool is_string = expr->type == TYPE_STRING;
	const char *result = is_string ? new_reference(x) : new_number(x);

	if (known)
		emit_line(x, "%s = rt_map_get_known(&%s, %s, %s);", result, array, keys, known);
	else
		emit_line(x, "%s = rt_map_get%s(&%s, %s);", result, is_string ? "_string" : "", array, keys);
	return result;
}

const char *emit_slice(struct emitter *x, const struct variable *array, GPtrArray *keys, unsigned int *mask_ret)
{
	GPtrArray *given = arena_array(x->arena);
	const char *name = arena_printf(x->arena, "k_%d", ++x->temporaries);
	const char **values;

	*mask_ret = 0;
	for (unsigned int i = 0; i < keys->len; i++)
		if (((struct expr *)g_ptr_array_index(keys, i))->kind != EXPR_ANY_KEY)
			g_ptr_array_add(given, g_ptr_array_index(keys, i));
	values = emit_values(x, given);
	emit_declaration(x, "union rt_key %s[%u]", name, keys->len);
	for (unsigned int i = 0, next = 0; i < keys->len; i++) {
		if (((struct expr *)g_ptr_array_index(keys, i))->kind == EXPR_ANY_KEY)
			continue;
		*mask_ret |= 1U << i;
		emit_line(x, "%s[%u].%s = %s;", name, i, array->key_types[i] == TYPE_STRING ? "s" : "n",
			  bare(x, values[next++]));
	}
	return name;
}

const char *known_element(const struct emitter *x, const struct variable *array)
{
	return g_hash_table_lookup(x->known, array);
}

/* Whether its elements are numbers by one number, in one part. */
static bool is_plain(const struct variable *array)
{
	return array->key_count == 1 && array->key_types[0] == TYPE_LONG && array->type == TYPE_LONG &&
	       !array->is_accumulated;
}

/* Where the same element may be asked for again: its number is kept, 0 while there is none. */
static void emit_in_plain(struct emitter *x, const char *result, struct variable *array, const char *keys)
{
	const char *known = known_element(x, array);

	if (!known) {
		known = arena_printf(x->arena, "e_%d", ++x->temporaries);
		emit_declaration(x, "u32 %s = 0", known);
		g_hash_table_insert(x->known, array, (gpointer)known);
	}
	emit_line(x, "%s = rt_map_find(&%s, %s);", known, variable_name(x, array), keys);
	emit_line(x, "%s = %s != 0;", result, known);
}

static const char *emit_in(struct emitter *x, struct expr *expr)
{
	const char *array = variable_name(x, expr->in.variable);
	unsigned int mask;
	const char *keys = emit_slice(x, expr->in.variable, expr->in.keys, &mask);
	const char *result = new_number(x);

	if (mask + 1 != 1U << expr->in.keys->len) {
		g_hash_table_add(x->listed, expr->in.variable);
		emit_line(x, "%s = rt_map_has_slice(&%s, %s, 0x%x);", result, array, keys, mask);
	} else if (is_plain(expr->in.variable)) {
		emit_in_plain(x, result, expr->in.variable, keys);
	} else {
		emit_line(x, "%s = rt_map_has(&%s, %s);", result, array, keys);
	}
	return result;
}

/* ---- Operators ---- */

static const char *emit_string_comparison(struct emitter *x, enum binary_operator operation,
					  const char *left, const char *right)
{
	static const char *const operators[] = {
		[BINARY_EQUAL] = "==", [BINARY_NOT_EQUAL] = "!=", [BINARY_LESS] = "<",
		[BINARY_LESS_EQUAL] = "<=", [BINARY_GREATER] = ">", [BINARY_GREATER_EQUAL] = ">=",
	};

	return arena_printf(x->arena, "(rt_string_compare(%s, %s) %s 0)", left, right, operators[operation]);
}

/* Division by a literal needs no check, but for 0 and -1 (the smallest number by -1 overflows). */
static bool is_safe_divisor(const struct expr *expr)
{
	return expr && expr->kind == EXPR_NUMBER && expr->number > 0;
}

static const char *emit_division(struct emitter *x, bool modulo, const char *left, const char *right,
				 const struct expr *right_expr, struct span span)
{
	const char *result;

	if (is_safe_divisor(right_expr))
		return arena_printf(x->arena, "(%s %c %s)", left, modulo ? '%' : '/', right);
	result = new_number(x);
	emit_line(x, "%s = rt_%s(c, %s, %s, %s);", result, modulo ? "modulo" : "divide", bare(x, left),
		  bare(x, right), place_string(x, span));
	emit_fail_if(x, "rt_failed(c)");
	return result;
}

const char *emit_binary_operation(struct emitter *x, enum binary_operator operation, const char *left,
				  const char *right, struct expr *right_expr, struct span span)
{
	static const char *const operators[] = {
		[BINARY_ADD] = "+", [BINARY_SUBTRACT] = "-", [BINARY_MULTIPLY] = "*", [BINARY_AND] = "&",
		[BINARY_OR] = "|", [BINARY_XOR] = "^", [BINARY_EQUAL] = "==", [BINARY_NOT_EQUAL] = "!=",
		[BINARY_LESS] = "<", [BINARY_LESS_EQUAL] = "<=", [BINARY_GREATER] = ">",
		[BINARY_GREATER_EQUAL] = ">=",
	};
	const char *result;

	switch (operation) {
	case BINARY_DIVIDE:
	case BINARY_MODULO:
		return emit_division(x, operation == BINARY_MODULO, left, right, right_expr, span);
	case BINARY_SHIFT_LEFT:
		return arena_printf(x->arena, "rt_shift_left(%s, %s)", bare(x, left), bare(x, right));
	case BINARY_SHIFT_RIGHT:
		return arena_printf(x->arena, "rt_shift_right(%s, %s)", bare(x, left), bare(x, right));
	case BINARY_CONCATENATE:
		result = new_string(x);
		emit_line(x, "rt_string_concat(%s, %s, %s);", result, left, right);
		return result;
	default:
		return arena_printf(x->arena, "(%s %s %s)", left, operators[operation], right);
	}
}

/* a && b: b is evaluated only if needed, in an if of its own when it takes statements. */
static const char *emit_logical(struct emitter *x, struct expr *expr)
{
	bool is_and = expr->binary.operation == BINARY_LOGICAL_AND;
	const char *left = emit_value(x, expr->binary.left);
	GString *saved = capture_begin(x);
	const char *right = emit_value(x, expr->binary.right);
	const char *result, *statements;

	if (!x->body->len) {
		capture_end(x, saved);
		return arena_printf(x->arena, "(%s %s %s)", left, is_and ? "&&" : "||", right);
	}
	result = new_number(x);
	emit_line(x, "%s = %s != 0;", result, right);
	statements = capture_end(x, saved);
	emit_line(x, "%s = %s != 0;", result, left);
	emit_line(x, "if (%s%s) {", is_and ? "" : "!", result);
	emit_text(x, statements);
	emit_line(x, "}");
	return result;
}

/* text =~ "pattern": the matcher of the pattern is a function of its own. */
static const char *emit_match(struct emitter *x, struct expr *expr)
{
	const char *text = emit_value(x, expr->binary.left);
	const char *result = new_number(x);

	emit_line(x, "%s = %smatch_%d(c, %s);", result, expr->binary.operation == BINARY_NOT_MATCH ? "!" : "",
		  expr->binary.regex->number, text);
	return result;
}

static const char *emit_binary(struct emitter *x, struct expr *expr)
{
	enum binary_operator operation = expr->binary.operation;
	const char *left, *right;

	if (expr->binary.regex)
		return emit_match(x, expr);

	if (operation == BINARY_LOGICAL_AND || operation == BINARY_LOGICAL_OR)
		return emit_logical(x, expr);
	left = emit_value(x, expr->binary.left);
	if (has_side_effects(expr->binary.right))
		left = copied(x, expr->binary.left, left);
	right = emit_value(x, expr->binary.right);
	if (operation >= BINARY_EQUAL && operation <= BINARY_GREATER_EQUAL && expr->binary.left->type == TYPE_STRING)
		return emit_string_comparison(x, operation, left, right);
	return emit_binary_operation(x, operation, left, right, expr->binary.right, expr->binary.operator_span);
}

/* One branch of ?:, as statements that end with the assignment of its value. */
static const char *emit_branch(struct emitter *x, struct expr *expr, const char *result, const char **value_ret)
{
	GString *saved = capture_begin(x);
	bool took_statements;

	*value_ret = emit_value(x, expr);
	took_statements = x->body->len > 0;
	emit_line(x, "%s = %s;", result, bare(x, *value_ret));
	return took_statements ? capture_end(x, saved) : (capture_end(x, saved), NULL);
}

static const char *emit_ternary(struct emitter *x, struct expr *expr)
{
	const char *condition = emit_value(x, expr->ternary.condition);
	const char *result = arena_printf(x->arena, "%s_%d", expr->type == TYPE_STRING ? "r" : "t", ++x->temporaries);
	const char *yes_value, *no_value;
	const char *yes = emit_branch(x, expr->ternary.yes, result, &yes_value);
	const char *no = emit_branch(x, expr->ternary.no, result, &no_value);

	if (!yes && !no)
		return arena_printf(x->arena, "(%s ? %s : %s)", condition, yes_value, no_value);
	emit_declaration(x, "%s%s", expr->type == TYPE_STRING ? "const char *" : "s64 ", result);
	emit_line(x, "if (%s) {", bare(x, condition));
	if (yes)
		emit_text(x, yes);
	else
		emit_line(x, "\t%s = %s;", result, bare(x, yes_value));
	emit_line(x, "} else {");
	if (no)
		emit_text(x, no);
	else
		emit_line(x, "\t%s = %s;", result, bare(x, no_value));
	emit_line(x, "}");
	return result;
}

/* ---- Calls ---- */

/* Strings go by reference; one in a global could change while a callee that writes globals runs. */
static const char *argument_text(struct emitter *x, const struct function *function, struct expr *argument,
				 const char *value)
{
	bool in_global = argument->type == TYPE_STRING && argument->kind != EXPR_STRING;

	return in_global && function->has_side_effects && function->body ? copied(x, argument, value)
									  : bare(x, value);
}

/* f_name(c, result, arguments); of one that returns a reference, the copy of that to the result. */
static const char *call_text(struct emitter *x, const struct function *function, const char *string_result,
			     GPtrArray *arguments, const char **values)
{
	g_autoptr(GString) call = g_string_new(NULL);
	bool copies = string_result && returns_reference(function);

	if (copies)
		g_string_append_printf(call, "rt_name_copy(%s, ", string_result);
	g_string_append_printf(call, "%s(c", function_name(x, function));
	if (string_result && !copies)
		g_string_append_printf(call, ", %s", string_result);
	for (unsigned int i = 0; i < arguments->len; i++)
		g_string_append_printf(call, ", %s", argument_text(x, function, g_ptr_array_index(arguments, i),
								   values[i]));
	g_string_append(call, copies ? "))" : ")");
	g_ptr_array_add(x->called, (gpointer)function);
	return arena_strndup(x->arena, call->str, call->len);
}

/* The next function is given what the first one was, whatever that has changed since. */
static void keep_arguments(struct emitter *x, GPtrArray *arguments, const char **values)
{
	for (unsigned int i = 0; i < arguments->len; i++)
		values[i] = copied(x, g_ptr_array_index(arguments, i), values[i]);
}

/*
 *	t_1 = f_size(c, l_x);
 *	if (c->declined) {		one that leaves by `next` passes the call on
 *		c->declined = 0;
 *		t_1 = f_size_2(c, l_x);
 *	}
 */
static void emit_alternatives(struct emitter *x, struct expr *expr, const char *assigned, const char *string_result,
			      const char **values)
{
	const struct function *function = expr->call.function;

	while (function->declines && function->alternative) {
		function = function->alternative;
		emit_line(x, "if (c->declined) {");
		emit_line(x, "\tc->declined = 0;");
		emit_line(x, "\t%s%s;", assigned, call_text(x, function, string_result, expr->call.arguments, values));
		emit_line(x, "}");
	}
	if (!function->declines)
		return;
	emit_line(x, "if (c->declined) {");
	emit_line(x, "\tc->declined = 0;");
	emit_line(x, "\trt_error_at(c, %s, \"all functions '%s' exhausted\");", place_string(x, expr->span),
		  expr->call.name);
	emit_line(x, "}");
}

static bool any_may_fail(const struct function *function)
{
	for (; function; function = function->alternative)
		if (function->may_fail || (function->declines && !function->alternative))
			return true;
	return false;
}

static const char *emit_call(struct emitter *x, struct expr *expr, bool discarded)
{
	struct function *function = expr->call.function;
	const char **values = emit_values(x, expr->call.arguments);
	bool wanted = function->type == TYPE_LONG && !discarded;
	const char *result = function->type == TYPE_STRING ? new_string(x) : NULL;
	const char *assigned = "", *call;

	if (function->declines && function->alternative)
		keep_arguments(x, expr->call.arguments, values);
	call = call_text(x, function, result, expr->call.arguments, values);
	if (wanted && !function->may_fail && !function->has_side_effects && !function->declines)
		return call;
	if (any_may_fail(function))
		emit_line(x, "c->where = %s;", place_object(x, expr->span));
	if (wanted)
		assigned = arena_printf(x->arena, "%s = ", result = new_number(x));
	emit_line(x, "%s%s;", assigned, call);
	emit_alternatives(x, expr, assigned, function->type == TYPE_STRING ? result : NULL, values);
	if (any_may_fail(function))
		emit_fail_if(x, "rt_failed(c)");
	return result ? result : "0";
}

/* Only where nothing is to be looked at after the call. */
static const char *emit_reference(struct emitter *x, struct expr *expr)
{
	const struct function *function = expr->kind == EXPR_CALL ? expr->call.function : NULL;
	const char **values, *result;

	if (!function || !returns_reference(function) || any_may_fail(function) || function->declines)
		return emit_value(x, expr);
	values = emit_values(x, expr->call.arguments);
	result = new_reference(x);
	emit_line(x, "%s = %s;", result, call_text(x, function, NULL, expr->call.arguments, values));
	return result;
}

const char **emit_references(struct emitter *x, GPtrArray *exprs)
{
	return emit_each(x, exprs, emit_reference);
}

/* ---- Embedded C and the operators made of it ---- */

/*
 * %{ ... %} as a value: a C expression, of a number, or with the pragma "string" of a const char *.
 * STAP_ERROR in it goes to `out`, and from there where errors go.
 *
 *	{
 *		__label__ out;
 *
 *		t_1 = (s64)( current->pid );
 *	out: __maybe_unused;
 *	}
 */
static const char *emit_embedded_value(struct emitter *x, struct expr *expr)
{
	bool is_number = expr->type == TYPE_LONG;
	const char *result = is_number ? new_number(x) : new_string(x);

	emit_embedded_c(x, is_number ? arena_printf(x->arena, "%s = (s64)(%s);", result, expr->embedded_c.text) :
			arena_printf(x->arena, "rt_string_copy(%s, (%s));", result, expr->embedded_c.text),
			expr->span);
	return result;
}

/* @kderef(4, address): the bytes as an unsigned number. */
static const char *emit_read(struct emitter *x, struct expr *expr, const char *reader)
{
	const struct expr *size = g_ptr_array_index(expr->operator.arguments, 0);
	const char *address = emit_value(x, g_ptr_array_index(expr->operator.arguments, 1));
	const char *result = new_number(x);

	emit_line(x, "%s = %s(c, u%d, %s, %s);", result, reader, (int)size->number * 8, bare(x, address),
		  place_object(x, expr->span));
	emit_fail_if(x, "rt_failed(c)");
	return result;
}

/*
 *	t_1 = (s64)c->regs->di;
 *	switch (t_1) {				@enumname($type, "enum pid_type")
 *	case 0:
 *		rt_string_copy(f->t_2, "PIDTYPE_PID");
 *		break;
 *	...
 *	default:				none has that value
 *		snprintf(f->t_2, MAXSTRINGLEN, "%lld", t_1);
 *	}
 */
static const char *emit_enumerator_name(struct emitter *x, struct expr *expr)
{
	const GPtrArray *enumerators = c_type_enumerators(expr->operator.enumeration);
	g_autoptr(GHashTable) written = g_hash_table_new(g_int64_hash, g_int64_equal);
	const char *text = emit_value(x, g_ptr_array_index(expr->operator.arguments, 0));
	const char *value = new_number(x), *result = new_string(x);

	emit_line(x, "%s = %s;", value, bare(x, text));
	emit_line(x, "switch (%s) {", value);
	for (unsigned int i = 0; i < enumerators->len; i++) {
		struct c_enumerator *enumerator = g_ptr_array_index(enumerators, i);

		/* Of several names for one value it is the first. */
		if (!g_hash_table_add(written, &enumerator->value))
			continue;
		emit_line(x, "case %s:", c_number(x->arena, enumerator->value));
		emit_line(x, "\trt_string_copy(%s, %s);", result, c_string(x->arena, enumerator->name));
		emit_line(x, "\tbreak;");
	}
	emit_line(x, "default:");
	emit_line(x, "\tsnprintf(%s, MAXSTRINGLEN, \"%%lld\", %s);", result, value);
	emit_line(x, "}");
	return result;
}

static const char *emit_constant(struct emitter *x, const struct expr *expr)
{
	const struct expr *text = g_ptr_array_index(expr->operator.arguments, 0);
	struct generated_constant *constant = arena_new0(x->arena, struct generated_constant);

	constant->text = text->string;
	constant->span = expr->span;
	g_ptr_array_add(x->constants, constant);
	return arena_printf(x->arena, "((s64)(%s))", text->string);
}

static const char *emit_operator(struct emitter *x, struct expr *expr)
{
	switch (expr->operator.operation) {
	case AT_CONST:
		return emit_constant(x, expr);
	case AT_KERNEL_READ:
		return emit_read(x, expr, "RT_READ_KERNEL");
	case AT_USER_READ:
		return emit_read(x, expr, "RT_READ_USER");
	case AT_ENTRY:
		return emit_entry_value(x, g_ptr_array_index(expr->operator.arguments, 0));
	case AT_ENUM_NAME:
		return emit_enumerator_name(x, expr);
	case AT_PRETTY:
		return emit_pretty(x, g_ptr_array_index(expr->operator.arguments, 0));
	default:
		bug("operator %d is not resolved", expr->operator.operation);
	}
}

/* ---- All kinds ---- */

const char *emit_value(struct emitter *x, struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_NUMBER:
		return c_number(x->arena, expr->number);
	case EXPR_STRING:
		return c_string(x->arena, expr->string);
	case EXPR_VARIABLE:
		return variable_value(x, expr->variable.variable);
	case EXPR_INDEX:
		return emit_index(x, expr);
	case EXPR_TARGET:
		return emit_target(x, expr);
	case EXPR_UNARY:
		return emit_unary(x, expr);
	case EXPR_BINARY:
		return emit_binary(x, expr);
	case EXPR_TERNARY:
		return emit_ternary(x, expr);
	case EXPR_ASSIGN:
		return emit_assign(x, expr, false);
	case EXPR_INCREMENT:
		return emit_increment(x, expr, false);
	case EXPR_IN:
		return emit_in(x, expr);
	case EXPR_CALL:
		return emit_call(x, expr, false);
	case EXPR_PRINT:
		return emit_print(x, expr);
	case EXPR_STATISTIC:
		return emit_statistic(x, expr);
	case EXPR_OPERATOR:
		return emit_operator(x, expr);
	case EXPR_EMBEDDED_C:
		return emit_embedded_value(x, expr);
	case EXPR_HISTOGRAM:
		return emit_bucket(x, expr);
	case EXPR_ANY_KEY:
		break;
	}
	bug("expression kind %d has no value", expr->kind);
}

void emit_discarded(struct emitter *x, struct expr *expr)
{
	const char *value;

	if (expr->kind == EXPR_ASSIGN) {
		emit_assign(x, expr, true);
	} else if (expr->kind == EXPR_INCREMENT) {
		emit_increment(x, expr, true);
	} else if (expr->kind == EXPR_CALL) {
		emit_call(x, expr, true);
	} else {
		value = emit_value(x, expr);
		if (g_str_has_prefix(value, "t_") || g_str_has_prefix(value, "r_"))
			emit_line(x, "(void)%s;", value);
	}
}
