/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only file that writes text into a function's body; and how literals are quoted. */
#include <stdarg.h>
#include <string.h>

#include "emit/internal.h"

void emit_line(struct emitter *x, const char *format, ...)
{
	va_list arguments;

	for (int i = 0; i < x->indent; i++)
		g_string_append_c(x->body, '\t');
	va_start(arguments, format);
	g_string_append_vprintf(x->body, format, arguments);
	va_end(arguments);
	g_string_append_c(x->body, '\n');
}

void emit_label(struct emitter *x, const char *label)
{
	g_string_append_printf(x->body, "%s:\n", label);
}

/* The source line at `start`, trimmed; NULL when it would break a comment. */
static char *source_line(struct span span)
{
	const char *begin = span.source->text + span.start;
	g_autofree char *line = g_strndup(begin, strcspn(begin, "\n"));

	g_strchomp(line);
	if (strstr(line, "*/") || strstr(line, "/*") || !g_utf8_validate(line, -1, NULL) || strlen(line) > 90)
		return NULL;
	return g_steal_pointer(&line);
}

void emit_place_comment(struct emitter *x, struct span span)
{
	g_autofree char *line = NULL;
	unsigned int number;

	if (!span.source)
		return;
	number = span_position(span).line;
	if (number == x->last_line && span.source == x->last_source)
		return;
	x->last_line = number;
	x->last_source = span.source;
	line = source_line(span);
	emit_line(x, "/* %s:%u%s%s */", span.source == x->source ? "" : span.source->name, number, line ? " " : "",
		  line ? line : "");
}

const char *c_string(struct arena *arena, const char *text)
{
	g_autoptr(GString) out = g_string_new("\"");

	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '\n')
			g_string_append(out, "\\n");
		else if (c == '\t')
			g_string_append(out, "\\t");
		else if (c == '"' || c == '\\')
			g_string_append_printf(out, "\\%c", c);
		else if (c < 32 || c >= 127)
			g_string_append_printf(out, "\\%03o", c);
		else
			g_string_append_c(out, c);
	}
	g_string_append_c(out, '"');
	return arena_strndup(arena, out->str, out->len);
}

const char *c_number(struct arena *arena, int64_t number)
{
	if (number == G_MININT64)
		return "(-9223372036854775807LL - 1)";
	if (number >= G_MININT32 && number <= G_MAXINT32)
		return arena_printf(arena, number < 0 ? "(%d)" : "%d", (int)number);
	return arena_printf(arena, number < 0 ? "(%" G_GINT64_FORMAT "LL)" : "%" G_GINT64_FORMAT "LL", number);
}

const char *place_string(struct emitter *x, struct span span)
{
	return c_string(x->arena, span_text(x->arena, span));
}

const char *place_object(struct emitter *x, struct span span)
{
	return arena_printf(x->arena, "RT_PLACE(%s)", place_string(x, span));
}

/* Where the parenthesis that opens at text[0] closes; skips string literals. */
static size_t closing(const char *text)
{
	int depth = 0;

	for (size_t i = 0; text[i]; i++) {
		if (text[i] == '"') {
			for (i++; text[i] && text[i] != '"'; i++)
				i += text[i] == '\\';
			continue;
		}
		depth += (text[i] == '(') - (text[i] == ')');
		if (!depth)
			return i;
	}
	return 0;
}

const char *bare(struct emitter *x, const char *text)
{
	size_t length = strlen(text);

	if (*text != '(' || closing(text) != length - 1)
		return text;
	return arena_strndup(x->arena, text + 1, length - 2);
}

void emit_declaration(struct emitter *x, const char *format, ...)
{
	va_list arguments;

	g_string_append_c(x->declarations, '\t');
	va_start(arguments, format);
	g_string_append_vprintf(x->declarations, format, arguments);
	va_end(arguments);
	g_string_append(x->declarations, ";\n");
}

const char *new_number(struct emitter *x)
{
	const char *name = arena_printf(x->arena, "t_%d", ++x->temporaries);

	emit_declaration(x, "s64 %s", name);
	return name;
}

const char *new_string(struct emitter *x)
{
	char *field = arena_printf(x->arena, "t_%d", ++x->temporaries);

	g_ptr_array_add(x->frame_fields, field);
	return arena_printf(x->arena, "f->%s", field);
}

const char *new_reference(struct emitter *x)
{
	const char *name = arena_printf(x->arena, "r_%d", ++x->temporaries);

	emit_declaration(x, "const char *%s", name);
	return name;
}

void emit_fail_if(struct emitter *x, const char *condition)
{
	emit_line(x, "if (%s)", condition);
	emit_line(x, "\tgoto %s;", x->fail_label);
	x->fail_label_used = true;
}

void emit_embedded_c(struct emitter *x, const char *text, struct span span)
{
	bool may_fail = strstr(text, "STAP_ERROR") || strstr(text, "RT_FAULT") || strstr(text, "rt_");

	if (may_fail)
		emit_line(x, "c->where = %s;", place_object(x, span));
	emit_line(x, "{");
	emit_line(x, "\t__label__ out;");
	g_string_append_c(x->body, '\n');
	emit_line(x, "\t{%s}", text);
	emit_line(x, "out: __maybe_unused;");
	emit_line(x, "}");
	if (strstr(text, "STAP_NEXT")) {
		emit_line(x, "if (c->declined) {");
		if (!x->function)
			emit_line(x, "\tc->declined = 0;");
		emit_line(x, "\tgoto out;");
		emit_line(x, "}");
		x->out_used = true;
	}
	if (may_fail)
		emit_fail_if(x, "rt_failed(c)");
}

GString *capture_begin(struct emitter *x)
{
	GString *saved = x->body;

	x->body = g_string_new(NULL);
	x->indent++;
	return saved;
}

const char *capture_end(struct emitter *x, GString *saved)
{
	const char *text = arena_strndup(x->arena, x->body->str, x->body->len);

	g_string_free(x->body, TRUE);
	x->body = saved;
	x->indent--;
	return text;
}

void emit_text(struct emitter *x, const char *text)
{
	g_string_append(x->body, text);
}
