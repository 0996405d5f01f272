/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A regular expression as a C function, called by the emitter once for each.
 *
 *     // "^[a-z]+=" as a table of 4 states and 4 classes of bytes
 *     static RT_HANDLER bool NAME(struct rt_context *c, const char *text)
 *     {
 *             static const u8 classes[256] = { [0] = 1, ['='] = 2, ['a' ... 'z'] = 3 };
 *             static const u8 next[][4] = {
 *                     { 0, 0, 0, 0 },
 *                     ...
 *             };
 *             u32 state = 2;
 *
 *             while (state > 1)
 *                     state = next[state][classes[(u8)*text++]];
 *             return state;
 *     }
 *
 * Tables and not code: a state costs as many bytes as there are classes, where jumps and
 * comparisons would cost ten times that, and the loop is the same for all, so a reader need only
 * trust it once. It ends, since the NUL leads to state 0 (no) or 1 (yes) from everywhere. With
 * groups the tables are read by rt_regex_match in runtime/regex.h.
 */
#include <string.h>

#include "emit/internal.h"
#include "regex/regex.h"

/* 'a', or 27 for what is no letter to be seen. */
static void write_byte(GString *out, int byte)
{
	if (g_ascii_isgraph(byte) && byte != '\'' && byte != '\\')
		g_string_append_printf(out, "'%c'", byte);
	else
		g_string_append_printf(out, "%d", byte);
}

/* Only what is not in class 0; runs of bytes as ranges. */
static void write_classes(const struct regex *regex, GString *out)
{
	int last, written = 0;

	g_string_append(out, "\tstatic const u8 classes[256] = {");
	for (int byte = 0; byte < 256; byte = last + 1) {
		for (last = byte; last < 255 && regex->classes[last + 1] == regex->classes[byte];)
			last++;
		if (!regex->classes[byte])
			continue;
		g_string_append(out, written++ % 4 ? " [" : "\n\t\t[");
		write_byte(out, byte);
		if (last > byte) {
			g_string_append(out, " ... ");
			write_byte(out, last);
		}
		g_string_append_printf(out, "] = %d,", regex->classes[byte]);
	}
	g_string_append(out, "\n\t};\n");
}

/* { 0, 1, 2 }, long rows in several lines. */
static void write_row(GString *out, const guint16 *numbers, int count)
{
	g_string_append(out, "\t\t{");
	for (int i = 0; i < count; i++)
		g_string_append_printf(out, "%s %d%s", i && i % 16 == 0 ? "\n\t\t " : "",
				       numbers[i], i + 1 < count ? "," : "");
	g_string_append(out, " },\n");
}

static void write_next(const struct regex *regex, const char *type, GString *out)
{
	g_string_append_printf(out, "\tstatic const %s next[][%d] = {\n", type, regex->class_count);
	for (int state = 0; state < regex->state_count; state++)
		write_row(out, regex->next + state * regex->class_count, regex->class_count);
	g_string_append(out, "\t};\n");
}

static void write_search(const struct regex *regex, GString *out)
{
	write_classes(regex, out);
	write_next(regex, regex->state_count > 256 ? "u16" : "u8", out);
	g_string_append_printf(out, "\tu32 state = %d;\n\n", regex->start);
	g_string_append_printf(out, "\twhile (state > %d)\n", REGEX_YES);
	g_string_append(out, "\t\tstate = next[state][classes[(u8)*text++]];\n\treturn state;\n");
}

static void write_bits(const struct regex *regex, GString *out)
{
	g_autofree guint16 *row = g_new(guint16, regex->bit_bytes);

	g_string_append_printf(out, "\tstatic const u8 bits[][%d] = {\n", regex->bit_bytes);
	for (int state = 0; state < regex->state_count; state++) {
		for (int i = 0; i < regex->bit_bytes; i++)
			row[i] = regex->bits[state * regex->bit_bytes + i];
		write_row(out, row, regex->bit_bytes);
	}
	g_string_append(out, "\t};\n");
}

static void write_steps(const struct regex *regex, GString *out)
{
	static const char *const kinds[] = {
		[REGEX_STEP_FAIL] = "FAIL", [REGEX_STEP_MATCH] = "MATCH",
		[REGEX_STEP_PASS] = "PASS", [REGEX_STEP_BYTE] = "BYTE",
		[REGEX_STEP_MARK] = "MARK", [REGEX_STEP_CHOICE] = "CHOICE",
	};

	g_string_append(out, "\tstatic const struct rt_regex_step steps[] = {\n");
	for (int i = 0; i < regex->step_count; i++)
		g_string_append_printf(out, "\t\t{ RT_STEP_%s, %d, %d, %d },\n",
				       kinds[regex->steps[i].kind], regex->steps[i].next,
				       regex->steps[i].other, regex->steps[i].number);
	g_string_append(out, "\t};\n");
}

static void write_locate(const struct regex *regex, GString *out)
{
	write_classes(regex, out);
	write_next(regex, "u16", out);
	write_bits(regex, out);
	write_steps(regex, out);
	g_string_append(out, "\tstatic const struct rt_regex regex = {\n\t\t.classes = classes, "
			".next = next[0], .bits = bits[0], .steps = steps,\n");
	g_string_append_printf(out, "\t\t.class_count = %d, .bit_bytes = %d, .begin_start = %d,\n",
			       regex->class_count, regex->bit_bytes, regex->start);
	g_string_append_printf(out, "\t\t.end_start = { %d, %d }, .path_start = { %d, %d },\n",
			       regex->end_start[0], regex->end_start[1], regex->path_start[0],
			       regex->path_start[1]);
	g_string_append_printf(out, "\t\t.first_step = %d, .group_count = %d,\n\t};\n\n",
			       regex->first_step, regex->group_count);
	g_string_append(out, "\treturn rt_regex_match(c, &regex, text);\n");
}

static void write_comment(struct arena *arena, const struct regex *regex, GString *out)
{
	const char *pattern = c_string(arena, regex->pattern);

	if (strstr(pattern, "*/") || strstr(pattern, "/*"))
		pattern = "an expression that no comment can hold,";
	g_string_append_printf(out, "/* %s as a table of %d states and %d classes of bytes */\n",
			       pattern, regex->state_count, regex->class_count);
}

void emit_regex(struct arena *arena, const struct regex *regex, const char *name, GString *out)
{
	write_comment(arena, regex, out);
	g_string_append_printf(out, "static RT_HANDLER bool %s(struct rt_context *c, "
			       "const char *text)\n{\n", name);
	if (regex->with_groups)
		write_locate(regex, out);
	else
		write_search(regex, out);
	g_string_append(out, "}\n");
}
