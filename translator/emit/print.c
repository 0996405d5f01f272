/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The print family. Output is a record that the reader formats: the number of the format and the
 * arguments, written straight into the stream; a string from where it lies, if it lies anywhere.
 *
 *	printf("%s %d\n", s, n)		n_1 = rt_string_length(f->l_s);
 *					r = rt_record_begin(c, 0, RT_STRING_SIZE(n_1) + RT_LONG_SIZE);
 *					if (r) {
 *						r = rt_put_string(r, f->l_s, n_1);
 *						r = rt_put_long(r, l_n);
 *						rt_record_end(c, r);
 *					}
 */
#include <string.h>

#include "emit/internal.h"
#include "format.h"

int format_number(struct emitter *x, const char *format)
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
	const char *statistic = emit_statistic_read(x, histogram->histogram.operand, true, &type);

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

/* What goes into a record or a string for one argument of the print expression. */
struct printed {
	const char *text;	/* C text of the value */
	const char *length;	/* of its bytes; NULL for a number */
};

/* %m and %M: whose address the argument is, and which argument says how many bytes. */
struct memory {
	bool is_user;		/* %#m */
	int precision;		/* -1: not given */
	int precision_argument;	/* -1: none */
};

/* Whether argument `wanted` of the print expression is an address of %m or %M. */
static bool is_memory(const struct expr *print, int wanted, struct memory *ret)
{
	const char *at = print->print.form.has_format ? print->print.format : "";
	struct spile_directive directive;
	int next = 0;

	while (spile_format_next(&at, &directive) > 0) {
		int precision_argument = next + directive.width_is_argument;

		next += (int)spile_directive_arguments(&directive);
		if (next != wanted + 1 || (directive.conversion != 'm' && directive.conversion != 'M'))
			continue;
		ret->is_user = directive.flags & SPILE_FLAG_ALTERNATE;
		ret->precision = directive.precision;
		ret->precision_argument = directive.precision_is_argument ? precision_argument : -1;
		return true;
	}
	return false;
}

static struct printed read_memory(struct emitter *x, const struct expr *print, const char **values, int argument,
				  const struct memory *memory)
{
	struct printed printed = { new_string(x), arena_printf(x->arena, "n_%d", ++x->temporaries) };
	const char *precision = memory->precision_argument < 0 ? arena_printf(x->arena, "%d", memory->precision) :
								 bare(x, values[memory->precision_argument]);

	emit_declaration(x, "u32 %s", printed.length);
	emit_line(x, "%s = rt_read_memory(c, %s, %s, %s, %d, %s);", printed.length, printed.text,
		  bare(x, values[argument]), precision, memory->is_user, place_object(x, print->span));
	emit_fail_if(x, "rt_failed(c)");
	return printed;
}

static struct printed *emit_printed(struct emitter *x, struct expr *print)
{
	GPtrArray *arguments = print->print.arguments;
	struct printed *printed = arena_alloc(x->arena, (arguments->len + 1) * sizeof(*printed));
	const char **values = emit_references(x, arguments);
	struct memory memory;

	for (unsigned int i = 0; i < arguments->len; i++) {
		printed[i].text = values[i];
		if (((struct expr *)g_ptr_array_index(arguments, i))->type == TYPE_STRING)
			printed[i].length = new_length(x, values[i]);
		else if (is_memory(print, i, &memory))
			printed[i] = read_memory(x, print, values, i, &memory);
	}
	return printed;
}

static const char *record_size(struct emitter *x, const struct printed *printed, unsigned int count)
{
	g_autoptr(GString) size = g_string_new(count ? NULL : "0");

	for (unsigned int i = 0; i < count; i++) {
		g_string_append(size, i ? " + " : "");
		if (printed[i].length)
			g_string_append_printf(size, "RT_STRING_SIZE(%s)", printed[i].length);
		else
			g_string_append(size, "RT_LONG_SIZE");
	}
	return arena_strndup(x->arena, size->str, size->len);
}

static const char *emit_record(struct emitter *x, struct expr *expr)
{
	unsigned int count = expr->print.arguments->len;
	const struct printed *printed = emit_printed(x, expr);

	if (!x->has_record_pointer)
		emit_declaration(x, "char *r");
	x->has_record_pointer = true;
	emit_line(x, "r = rt_record_begin(c, %d, %s);", format_number(x, expr->print.resolved_format),
		  record_size(x, printed, count));
	emit_line(x, "if (r) {");
	for (unsigned int i = 0; i < count; i++) {
		if (printed[i].length)
			emit_line(x, "\tr = rt_put_string(r, %s, %s);", printed[i].text, printed[i].length);
		else
			emit_line(x, "\tr = rt_put_long(r, %s);", bare(x, printed[i].text));
	}
	emit_line(x, "\trt_record_end(c, r);");
	emit_line(x, "}");
	return "0";
}

/* sprintf and its kin: formatted here and now, into a string of the frame. */
static const char *emit_to_string(struct emitter *x, struct expr *expr)
{
	unsigned int count = expr->print.arguments->len;
	const struct printed *printed = emit_printed(x, expr);
	const char *result = new_string(x);
	const char *name = arena_printf(x->arena, "a_%d", ++x->temporaries);

	if (count)
		emit_declaration(x, "struct spile_argument %s[%u]", name, count);
	for (unsigned int i = 0; i < count; i++) {
		if (printed[i].length) {
			emit_line(x, "%s[%u].s = %s;", name, i, printed[i].text);
			emit_line(x, "%s[%u].length = %s;", name, i, printed[i].length);
		} else {
			emit_line(x, "%s[%u].n = %s;", name, i, bare(x, printed[i].text));
		}
	}
	emit_line(x, "rt_format(%s, %s, %s, %u);", result, c_string(x->arena, expr->print.resolved_format),
		  count ? name : "NULL", count);
	return result;
}

const char *emit_print(struct emitter *x, struct expr *expr)
{
	struct expr *first = expr->print.arguments->len ? g_ptr_array_index(expr->print.arguments, 0) : NULL;

	if (first && first->kind == EXPR_HISTOGRAM && !first->histogram.bucket)
		return emit_histogram(x, first);
	if (expr->print.form.to_string)
		return emit_to_string(x, expr);
	if (!*expr->print.resolved_format)
		return "0";
	return emit_record(x, expr);
}
