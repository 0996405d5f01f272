/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions as text, for print.c and for messages that quote one.
 *
 * An operand is printed bare if it is a plain value, and in parentheses if it has an operator of
 * its own: no table of precedences is needed, and none can be wrong.
 */
#include <inttypes.h>
#include <string.h>

#include "base/diag.h"
#include "script/parse.h"
#include "script/print_internal.h"

static const char *const unary_texts[] = {
	[UNARY_PLUS] = "+",
	[UNARY_MINUS] = "-",
	[UNARY_NOT] = "!",
	[UNARY_COMPLEMENT] = "~",
};

static const char *const binary_texts[] = {
	[BINARY_ADD] = "+",
	[BINARY_SUBTRACT] = "-",
	[BINARY_MULTIPLY] = "*",
	[BINARY_DIVIDE] = "/",
	[BINARY_MODULO] = "%",
	[BINARY_SHIFT_LEFT] = "<<",
	[BINARY_SHIFT_RIGHT] = ">>",
	[BINARY_AND] = "&",
	[BINARY_OR] = "|",
	[BINARY_XOR] = "^",
	[BINARY_LOGICAL_AND] = "&&",
	[BINARY_LOGICAL_OR] = "||",
	[BINARY_EQUAL] = "==",
	[BINARY_NOT_EQUAL] = "!=",
	[BINARY_LESS] = "<",
	[BINARY_LESS_EQUAL] = "<=",
	[BINARY_GREATER] = ">",
	[BINARY_GREATER_EQUAL] = ">=",
	[BINARY_CONCATENATE] = ".",
	[BINARY_MATCH] = "=~",
	[BINARY_NOT_MATCH] = "!~",
};

static const char *const statistic_names[] = {
	[STATISTIC_COUNT] = "@count",
	[STATISTIC_SUM] = "@sum",
	[STATISTIC_MIN] = "@min",
	[STATISTIC_MAX] = "@max",
	[STATISTIC_AVERAGE] = "@avg",
	[STATISTIC_VARIANCE] = "@variance",
};

static const char *const at_operator_names[] = {
	[AT_DEFINED] = "@defined",
	[AT_ENTRY] = "@entry",
	[AT_PERF] = "@perf",
	[AT_CONST] = "@const",
	[AT_ENUM] = "@enum",
	[AT_ENUM_NAME] = "@enumname",
	[AT_PROBE_WRITE] = "@probewrite",
	[AT_KERNEL_REGISTER] = "@kregister",
	[AT_USER_REGISTER] = "@uregister",
	[AT_KERNEL_READ] = "@kderef",
	[AT_USER_READ] = "@uderef",
};

const char *print_statistic_name(enum statistic_operator operation)
{
	return statistic_names[operation];
}

/* ---- Literals ---- */

static void print_string(const char *text, GString *out)
{
	static const char letters[] = "ntrabfv\\\"";
	static const char values[] = "\n\t\r\a\b\f\v\\\"";

	g_string_append_c(out, '"');
	for (; *text; text++) {
		const char *value = strchr(values, *text);

		if (value)
			g_string_append_printf(out, "\\%c", letters[value - values]);
		else if (g_ascii_iscntrl(*text))
			g_string_append_printf(out, "\\%03o", (unsigned char)*text);
		else
			g_string_append_c(out, *text);
	}
	g_string_append_c(out, '"');
}

/* One token even if it is negative, which a number can be that has wrapped. */
static void print_number(int64_t number, GString *out)
{
	if (number < 0)
		g_string_append_printf(out, "0x%" PRIx64, (uint64_t)number);
	else
		g_string_append_printf(out, "%" PRId64, number);
}

void print_literal(const struct expr *literal, GString *out)
{
	if (literal->kind == EXPR_STRING)
		print_string(literal->string, out);
	else
		g_string_append_printf(out, "%" PRId64, literal->number);
}

/* ---- Operators ---- */

/* Does the expression have an operator on its outside? */
static bool is_compound(const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_UNARY:
	case EXPR_BINARY:
	case EXPR_TERNARY:
	case EXPR_ASSIGN:
	case EXPR_INCREMENT:
	case EXPR_IN:
		return true;
	case EXPR_TARGET:
		return expr->target.address_of;
	default:
		return false;
	}
}

static void print_operand(const struct expr *expr, GString *out)
{
	bool is_in_parentheses = is_compound(expr);

	g_string_append(out, is_in_parentheses ? "(" : "");
	expr_print(expr, out);
	g_string_append(out, is_in_parentheses ? ")" : "");
}

static void print_between(const struct expr *left, const char *operator, const struct expr *right,
			  GString *out)
{
	print_operand(left, out);
	g_string_append_printf(out, " %s ", operator);
	print_operand(right, out);
}

static void print_ternary(const struct expr *expr, GString *out)
{
	print_between(expr->ternary.condition, "?", expr->ternary.yes, out);
	g_string_append(out, " : ");
	print_operand(expr->ternary.no, out);
}

static void print_assign(const struct expr *expr, GString *out)
{
	expr_print(expr->assign.target, out);
	switch (expr->assign.operator) {
	case ASSIGN_PLAIN:
		g_string_append(out, " = ");
		break;
	case ASSIGN_COMPOUND:
		g_string_append_printf(out, " %s= ", binary_texts[expr->assign.operation]);
		break;
	case ASSIGN_STATISTIC:
		g_string_append(out, " <<< ");
		break;
	}
	expr_print(expr->assign.value, out);
}

static void print_increment(const struct expr *expr, GString *out)
{
	const char *operator = expr->increment.delta > 0 ? "++" : "--";

	g_string_append(out, expr->increment.is_prefix ? operator : "");
	expr_print(expr->increment.target, out);
	g_string_append(out, expr->increment.is_prefix ? "" : operator);
}

/* ---- Lists and what has one ---- */

void print_list(const GPtrArray *list, const char *separator, GString *out)
{
	for (guint i = 0; i < list->len; i++) {
		g_string_append(out, separator);
		expr_print(g_ptr_array_index(list, i), out);
		separator = ", ";
	}
}

static void print_named_list(const char *name, const char *open, const GPtrArray *list,
			     const char *close, GString *out)
{
	g_string_append_printf(out, "%s%s", name, open);
	print_list(list, "", out);
	g_string_append(out, close);
}

static void print_in(const struct expr *expr, GString *out)
{
	const struct expr *first = g_ptr_array_index(expr->in.keys, 0);

	if (expr->in.keys->len == 1 && first->kind != EXPR_ANY_KEY)
		print_operand(first, out);
	else
		print_named_list("", "[", expr->in.keys, "]", out);
	g_string_append_printf(out, " in %s", expr->in.name);
}

/* ---- The world that is traced ---- */

static void print_module(const char *module, GString *out)
{
	if (module) {
		g_string_append(out, ", ");
		print_string(module, out);
	}
	g_string_append_c(out, ')');
}

static void print_target_start(const struct expr *expr, GString *out)
{
	switch (expr->target.kind) {
	case TARGET_VARIABLE:
		g_string_append(out, expr->target.name);
		return;
	case TARGET_VAR:
		g_string_append(out, "@var(");
		print_string(expr->target.name, out);
		print_module(expr->target.module, out);
		return;
	case TARGET_CAST:
		g_string_append(out, "@cast(");
		expr_print(expr->target.operand, out);
		g_string_append(out, ", ");
		print_string(expr->target.type_name, out);
		print_module(expr->target.module, out);
		return;
	case TARGET_AUTOCAST:
		/* Without parentheses x[1] would be an element of an array. */
		g_string_append_c(out, '(');
		expr_print(expr->target.operand, out);
		g_string_append_c(out, ')');
		return;
	}
	bug("target of kind %d", expr->target.kind);
}

static void print_path_step(const struct path_step *step, GString *out)
{
	if (step->kind == PATH_MEMBER) {
		g_string_append_printf(out, "->%s", step->member);
	} else {
		g_string_append_c(out, '[');
		expr_print(step->index, out);
		g_string_append_c(out, ']');
	}
}

static void print_target(const struct expr *expr, GString *out)
{
	static const char *const suffixes[] = {
		[PRETTY_NONE] = "", [PRETTY_MEMBERS] = "$", [PRETTY_ALL] = "$$",
	};

	g_string_append(out, expr->target.address_of ? "&" : "");
	print_target_start(expr, out);
	for (guint i = 0; i < expr->target.path->len; i++)
		print_path_step(g_ptr_array_index(expr->target.path, i), out);
	g_string_append(out, suffixes[expr->target.pretty]);
}

/* ---- The print family, statistics ---- */

static const char *print_base_name(struct print_form form)
{
	if (form.has_format)
		return "printf";
	if (form.has_delimiter)
		return form.newline ? "printdln" : "printd";
	return form.newline ? "println" : "print";
}

static void print_print(const struct expr *expr, GString *out)
{
	g_string_append_printf(out, "%s%s(", expr->print.form.to_string ? "s" : "",
			       print_base_name(expr->print.form));
	if (expr->print.format)
		print_string(expr->print.format, out);
	print_list(expr->print.arguments, expr->print.format ? ", " : "", out);
	g_string_append_c(out, ')');
}

static void print_histogram(const struct expr *expr, GString *out)
{
	bool is_linear = expr->histogram.kind == HISTOGRAM_LINEAR;

	g_string_append(out, is_linear ? "@hist_linear(" : "@hist_log(");
	expr_print(expr->histogram.operand, out);
	if (is_linear)
		g_string_append_printf(out, ", %" PRId64 ", %" PRId64 ", %" PRId64,
				       expr->histogram.low, expr->histogram.high,
				       expr->histogram.step);
	g_string_append_c(out, ')');
	if (expr->histogram.bucket) {
		g_string_append_c(out, '[');
		expr_print(expr->histogram.bucket, out);
		g_string_append_c(out, ']');
	}
}

static void print_statistic(const struct expr *expr, GString *out)
{
	g_string_append_printf(out, "%s(", print_statistic_name(expr->statistic.operation));
	expr_print(expr->statistic.operand, out);
	if (expr->statistic.has_shift)
		g_string_append_printf(out, ", %" PRId64, expr->statistic.shift);
	g_string_append_c(out, ')');
}

/* ---- All of them ---- */

void expr_print(const struct expr *expr, GString *out)
{
	switch (expr->kind) {
	case EXPR_NUMBER:
		print_number(expr->number, out);
		return;
	case EXPR_STRING:
		print_string(expr->string, out);
		return;
	case EXPR_VARIABLE:
		g_string_append(out, expr->variable.name);
		return;
	case EXPR_INDEX:
		print_named_list(expr->index.name, "[", expr->index.keys, "]", out);
		return;
	case EXPR_TARGET:
		print_target(expr, out);
		return;
	case EXPR_UNARY:
		g_string_append(out, unary_texts[expr->unary.operation]);
		print_operand(expr->unary.operand, out);
		return;
	case EXPR_BINARY:
		print_between(expr->binary.left, binary_texts[expr->binary.operation],
			      expr->binary.right, out);
		return;
	case EXPR_TERNARY:
		print_ternary(expr, out);
		return;
	case EXPR_ASSIGN:
		print_assign(expr, out);
		return;
	case EXPR_INCREMENT:
		print_increment(expr, out);
		return;
	case EXPR_IN:
		print_in(expr, out);
		return;
	case EXPR_CALL:
		print_named_list(expr->call.name, "(", expr->call.arguments, ")", out);
		return;
	case EXPR_PRINT:
		print_print(expr, out);
		return;
	case EXPR_STATISTIC:
		print_statistic(expr, out);
		return;
	case EXPR_HISTOGRAM:
		print_histogram(expr, out);
		return;
	case EXPR_OPERATOR:
		print_named_list(at_operator_names[expr->operator.operation], "(",
				 expr->operator.arguments, ")", out);
		return;
	case EXPR_EMBEDDED_C:
		g_string_append_printf(out, "%%{%s%%}", expr->embedded_c.text);
		return;
	case EXPR_ANY_KEY:
		g_string_append_c(out, '*');
		return;
	}
	bug("expression of kind %d", expr->kind);
}
