/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The print family. Output is a record that the reader formats: the number of the format and the
 * arguments, written straight into the stream.
 *
 *	printf("%s %d\n", s, n)		n_1 = rt_string_length(f->l_s);
 *					r = rt_record_begin(c, 0, RT_STRING_SIZE(n_1) + RT_LONG_SIZE);
 *					if (r) {
 *						r = rt_put_string(r, f->l_s, n_1);
 *						r = rt_put_long(r, l_n);
 *						rt_record_end(c);
 *					}
 */
#include <string.h>

#include "emit/internal.h"

static int format_number(struct emitter *x, const char *format)
{
	for (unsigned int i = 0; i < x->formats->len; i++)
		if (strcmp(g_ptr_array_index(x->formats, i), format) == 0)
			return i;
	g_ptr_array_add(x->formats, (char *)format);
	return x->formats->len - 1;
}

/* print(@hist_log(x)) */
static const char *emit_histogram(struct emitter *x, struct expr *histogram)
{
	const char *type;
	const char *statistic = emit_statistic_read(x, histogram->histogram.operand, &type);

	emit_line(x, "rt_print_histogram(c, %s, %s);", type, statistic);
	return "0";
}

static const char *new_length(struct emitter *x, const char *text)
{
	const char *name = arena_printf(x->arena, "n_%d", ++x->temporaries);

	emit_declaration(x, "u32 %s", name);
	emit_line(x, "%s = rt_string_length(%s);", name, text);
	return name;
}

static const char *emit_record(struct emitter *x, struct expr *expr)
{
	GPtrArray *arguments = expr->print.arguments;
	const char **values = emit_values(x, arguments);
	const char **lengths = arena_alloc(x->arena, (arguments->len + 1) * sizeof(*lengths));
	g_autoptr(GString) size = g_string_new(NULL);

	for (unsigned int i = 0; i < arguments->len; i++) {
		bool is_string = ((struct expr *)g_ptr_array_index(arguments, i))->type == TYPE_STRING;

		lengths[i] = is_string ? new_length(x, values[i]) : NULL;
		g_string_append(size, i ? " + " : "");
		if (is_string)
			g_string_append_printf(size, "RT_STRING_SIZE(%s)", lengths[i]);
		else
			g_string_append(size, "RT_LONG_SIZE");
	}
	if (!x->has_record_pointer)
		emit_declaration(x, "char *r");
	x->has_record_pointer = true;
	emit_line(x, "r = rt_record_begin(c, %d, %s);", format_number(x, expr->print.resolved_format),
		  size->len ? size->str : "0");
	emit_line(x, "if (r) {");
	for (unsigned int i = 0; i < arguments->len; i++) {
		if (lengths[i])
			emit_line(x, "\tr = rt_put_string(r, %s, %s);", values[i], lengths[i]);
		else
			emit_line(x, "\tr = rt_put_long(r, %s);", bare(x, values[i]));
	}
	emit_line(x, "\trt_record_end(c);");
	emit_line(x, "}");
	return "0";
}

/* sprintf and its kin: formatted here and now, into a string of the frame. */
static const char *emit_to_string(struct emitter *x, struct expr *expr)
{
	GPtrArray *arguments = expr->print.arguments;
	const char **values = emit_values(x, arguments);
	const char *result = new_string(x);
	const char *name = arena_printf(x->arena, "a_%d", ++x->temporaries);

	if (arguments->len)
		emit_declaration(x, "struct spile_argument %s[%u]", name, arguments->len);
	for (unsigned int i = 0; i < arguments->len; i++) {
		if (((struct expr *)g_ptr_array_index(arguments, i))->type == TYPE_STRING) {
			emit_line(x, "%s[%u].s = %s;", name, i, values[i]);
			emit_line(x, "%s[%u].length = rt_string_length(%s[%u].s);", name, i, name, i);
		} else {
			emit_line(x, "%s[%u].n = %s;", name, i, bare(x, values[i]));
		}
	}
	emit_line(x, "rt_format(%s, %s, %s, %u);", result, c_string(x->arena, expr->print.resolved_format),
		  arguments->len ? name : "NULL", arguments->len);
	return result;
}

const char *emit_print(struct emitter *x, struct expr *expr)
{
	struct expr *first = expr->print.arguments->len ? g_ptr_array_index(expr->print.arguments, 0) : NULL;

	if (first && first->kind == EXPR_HISTOGRAM)
		return emit_histogram(x, first);
	if (expr->print.form.to_string)
		return emit_to_string(x, expr);
	if (!*expr->print.resolved_format)
		return "0";
	return emit_record(x, expr);
}
