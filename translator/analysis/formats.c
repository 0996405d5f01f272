/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formats of the print family. print, println, printd and printdln have none of their own: one
 * is made up from the types of their arguments, so that the emitter and the reader know a single
 * kind of output. A written format is taken apart with include/format.h, the same code that will
 * execute it, and compared with the arguments.
 */
#include <string.h>

#include "analysis/internal.h"
#include "format.h"
#include "script/parse.h"

static enum type conversion_type(char conversion)
{
	return conversion == 's' ? TYPE_STRING : TYPE_LONG;
}

enum type format_argument_type(const struct expr *print, unsigned int argument)
{
	const char *at = print->print.format;
	struct spile_directive directive;
	unsigned int seen = 0;

	if (!print->print.form.has_format)
		return TYPE_UNKNOWN;
	while (spile_format_next(&at, &directive) > 0) {
		unsigned int stars = directive.width_is_argument + directive.precision_is_argument;

		if (!directive.conversion || directive.conversion == '%')
			continue;
		if (argument < seen + stars)
			return TYPE_LONG;
		seen += stars;
		if (argument == seen++)
			return conversion_type(directive.conversion);
	}
	return TYPE_UNKNOWN;
}

static bool format_error(struct analysis *analysis, struct span span, const char *text, const char *what)
{
	diag_error(analysis->diag, span, "E-format", "%s in format \"%s\"", what, text);
	return false;
}

/* printf("format", ...): every directive well-formed, as many arguments as they take. */
static bool check_written(struct analysis *analysis, struct expr *print)
{
	const char *format = print->print.format, *at = format;
	struct spile_directive directive;
	unsigned int wanted = 0, given = print->print.arguments->len;
	g_autofree char *escaped = g_strescape(format, NULL);
	int status;

	while ((status = spile_format_next(&at, &directive)) > 0) {
		if (!directive.conversion || directive.conversion == '%')
			continue;
		wanted += 1 + directive.width_is_argument + directive.precision_is_argument;
	}
	if (status < 0)
		return format_error(analysis, print->print.format_span, escaped, "a malformed directive");
	if (wanted == given) {
		print->print.resolved_format = format;
		return true;
	}
	diag_error(analysis->diag, print->span, "E-format", "format \"%s\" takes %u argument%s, %u given", escaped,
		   wanted, wanted == 1 ? "" : "s", given);
	return false;
}

static void append_literal(GString *format, const char *text)
{
	for (; *text; text++) {
		if (*text == '%')
			g_string_append_c(format, '%');
		g_string_append_c(format, *text);
	}
}

/* print and its kin: "%s" or "%d" per argument, with the delimiter between them. */
static bool make_format(struct analysis *analysis, struct expr *print)
{
	const struct print_form *form = &print->print.form;
	g_autoptr(GString) format = g_string_new(NULL);

	for (unsigned int i = 0; i < print->print.arguments->len; i++) {
		const struct expr *argument = g_ptr_array_index(print->print.arguments, i);

		if (i && form->has_delimiter)
			append_literal(format, print->print.format);
		g_string_append(format, argument->type == TYPE_STRING ? "%s" : "%d");
	}
	if (form->newline)
		g_string_append_c(format, '\n');
	print->print.resolved_format = arena_strndup(analysis->arena, format->str, format->len);
	return true;
}

/* A histogram is printed alone: print(@hist_log(x)). */
static bool check_histogram(struct analysis *analysis, const struct expr *print, bool *found)
{
	*found = false;
	for (unsigned int i = 0; i < print->print.arguments->len; i++) {
		const struct expr *argument = g_ptr_array_index(print->print.arguments, i);

		*found |= argument->kind == EXPR_HISTOGRAM && !argument->histogram.bucket;
	}
	if (!*found || (print->print.arguments->len == 1 && !print->print.form.has_format &&
			!print->print.form.to_string))
		return true;
	diag_error(analysis->diag, print->span, "E-histogram",
		   "a histogram can only be printed by itself: print(@hist_log(x))");
	return false;
}

bool check_format(struct analysis *analysis, struct expr *print)
{
	bool histogram;

	if (!check_histogram(analysis, print, &histogram))
		return false;
	if (histogram)
		return true;
	return print->print.form.has_format ? check_written(analysis, print) : make_format(analysis, print);
}
