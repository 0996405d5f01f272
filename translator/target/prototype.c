/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses the markers that preprocessing a trace header leaves:
 *
 *     __spile_tracepoint__ { "include/trace/events/irq.h" } { irq } { irq_handler_entry }
 *         { int irq, struct irqaction *action }
 *
 * The preprocessor has already expanded every macro, so what is left is plain C declarators.
 * They are split and named here, not understood: the compiler checks them with the module.
 */
#include "target/prototype.h"

#include <ctype.h>
#include <string.h>

/* Words that end an unnamed parameter's type and so cannot be its name. */
static const char *const type_words[] = {
	"void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "bool",
	"_Bool", "const", "volatile",
};

static bool is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_';
}

/* One space for each run of white space, none at the ends. */
static char *squeezed(const char *text, size_t length)
{
	GString *out = g_string_sized_new(length);

	for (size_t i = 0; i < length; i++) {
		bool space = isspace((unsigned char)text[i]) != 0;

		if (!space)
			g_string_append_c(out, text[i]);
		else if (out->len > 0 && out->str[out->len - 1] != ' ')
			g_string_append_c(out, ' ');
	}
	if (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate(out, out->len - 1);
	return g_string_free(out, FALSE);
}

/*
 * The text between the next '{' and its '}', squeezed and to be freed; moves *cursor behind it.
 * NULL if anything but white space stands before the brace or it is never closed.
 */
static char *next_group(const char **cursor)
{
	const char *start = *cursor + strspn(*cursor, " \t\n");
	const char *at;
	int depth = 0;

	if (*start != '{')
		return NULL;
	for (at = start; *at; at++) {
		depth += (*at == '{') - (*at == '}');
		if (depth == 0)
			break;
	}
	if (!*at)
		return NULL;
	*cursor = at + 1;
	return squeezed(start + 1, (size_t)(at - start - 1));
}

/* `const` and `volatile` of the parameter itself, not of what it points to. */
static char *without_own_qualifiers(const char *type)
{
	const char *star = strrchr(type, '*');
	size_t kept = star ? (size_t)(star - type) + 1 : 0;
	g_auto(GStrv) words = g_strsplit(type + kept, " ", -1);
	GString *out = g_string_new_len(type, (gssize)kept);

	for (char **word = words; *word; word++) {
		if (!**word || strcmp(*word, "const") == 0 || strcmp(*word, "volatile") == 0)
			continue;
		if (out->len > 0 && out->str[out->len - 1] != '*')
			g_string_append_c(out, ' ');
		g_string_append(out, *word);
	}
	return g_string_free(out, FALSE);
}

static bool is_type_word(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(type_words); i++)
		if (strcmp(word, type_words[i]) == 0)
			return true;
	return false;
}

/* The last word before `end`; its start in *start_ret. To be freed. */
static char *last_word(const char *text, size_t end, size_t *start_ret)
{
	size_t start;

	while (end > 0 && text[end - 1] == ' ')
		end--;
	start = end;
	while (start > 0 && is_name_byte(text[start - 1]))
		start--;
	*start_ret = start;
	return g_strndup(text + start, end - start);
}

static struct tracepoint_parameter *new_parameter(struct arena *arena, const char *name,
						  const char *before, const char *after)
{
	struct tracepoint_parameter *parameter = arena_new0(arena, struct tracepoint_parameter);
	size_t length = strlen(before);
	bool tight = length > 0 && before[length - 1] == '*';

	parameter->name = arena_printf(arena, "%s", name);
	parameter->type = arena_printf(arena, "%s%s", before, after);
	parameter->declaration = arena_printf(arena, "%s%s%s%s", before, tight ? "" : " ", name,
					      after);
	return parameter;
}

/* `void (*action)(void *)`: the name stands in the middle. */
static struct tracepoint_parameter *parse_pointer_declarator(struct arena *arena, const char *text,
							      const char *star)
{
	size_t length = strspn(star, "*");
	const char *name_start = star + length + strspn(star + length, " ");
	size_t name_length = 0;

	while (is_name_byte(name_start[name_length]))
		name_length++;
	if (name_length == 0)
		return NULL;
	g_autofree char *name = g_strndup(name_start, name_length);
	g_autofree char *before = g_strndup(text, (size_t)(star - text) + length);

	return new_parameter(arena, name, before, name_start + name_length);
}

/* An array parameter is a pointer: `u8 mac[6]` becomes `u8 *mac`, `int a[2][3]` `int (*a)[3]`. */
static struct tracepoint_parameter *parse_array(struct arena *arena, const char *name,
						const char *base, const char *brackets)
{
	const char *rest = strchr(brackets, ']');
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	rest = rest ? rest + 1 : "";
	before = g_strconcat(base, g_str_has_suffix(base, "*") ? "" : " ", *rest ? "(*" : "*", NULL);
	after = g_strconcat(*rest ? ")" : "", rest, NULL);
	return new_parameter(arena, name, before, after);
}

/* parameter: declaration-specifiers declarator. Unnamed ones are called argument_N. */
static struct tracepoint_parameter *parse_parameter(struct arena *arena, const char *text,
						    guint number)
{
	const char *star = strstr(text, "(*");
	const char *brackets = strchr(text, '[');
	size_t end = brackets ? (size_t)(brackets - text) : strlen(text);
	size_t start = 0;

	if (star) {
		struct tracepoint_parameter *parameter;

		parameter = parse_pointer_declarator(arena, text, star + 1);
		if (parameter)
			return parameter;
	}
	g_autofree char *name = last_word(text, end, &start);

	if (start == 0 || !*name || is_type_word(name)) {
		g_free(name);
		name = g_strdup_printf("argument_%u", number + 1);
		start = end;
	}
	g_autofree char *written = squeezed(text, start);

	if (brackets)
		return parse_array(arena, name, written, brackets);
	g_autofree char *base = without_own_qualifiers(written);

	return new_parameter(arena, name, base, "");
}

static void add_parameter(struct arena *arena, GPtrArray *parameters, const char *start,
			  size_t length)
{
	g_autofree char *text = squeezed(start, length);

	if (*text && strcmp(text, "void") != 0)
		g_ptr_array_add(parameters, parse_parameter(arena, text, parameters->len));
}

/* Splits at the commas that stand in no parentheses. */
static GPtrArray *parse_parameters(struct arena *arena, const char *text)
{
	GPtrArray *parameters = arena_array(arena);
	const char *start = text;
	int depth = 0;

	for (const char *at = text; *at; at++) {
		depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
		if (*at == ',' && depth == 0) {
			add_parameter(arena, parameters, start, (size_t)(at - start));
			start = at + 1;
		}
	}
	add_parameter(arena, parameters, start, strlen(start));
	return parameters;
}

/* "/usr/src/linux/include/trace/events/irq.h" in quotes, as an #include line spells it. */
static const char *header_name(struct arena *arena, const char *file)
{
	const char *start = file + (*file == '"');
	const char *include = g_strrstr(start, "include/");
	size_t length;

	if (include)
		start = include + strlen("include/");
	length = strcspn(start, "\"");
	return arena_strndup(arena, start, length);
}

static struct tracepoint *parse_marker(struct arena *arena, const char *cursor)
{
	g_autofree char *file = next_group(&cursor);
	g_autofree char *system = file ? next_group(&cursor) : NULL;
	g_autofree char *name = system ? next_group(&cursor) : NULL;
	g_autofree char *parameters = name ? next_group(&cursor) : NULL;
	struct tracepoint *point;

	if (!parameters)
		return NULL;
	point = arena_new0(arena, struct tracepoint);
	point->name = arena_printf(arena, "%s", name);
	/* Left as it is where the header names no system. */
	point->system = strcmp(system, "TRACE_SYSTEM") == 0 ? "" : arena_printf(arena, "%s", system);
	point->header = header_name(arena, file);
	point->parameters = parse_parameters(arena, parameters);
	return point;
}

GPtrArray *prototype_parse(struct arena *arena, const char *text)
{
	GPtrArray *points = arena_array(arena);
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	const char *marker = text;

	while ((marker = strstr(marker, PROTOTYPE_MARKER))) {
		struct tracepoint *point;

		marker += strlen(PROTOTYPE_MARKER);
		point = parse_marker(arena, marker);
		if (point && g_hash_table_add(seen, (char *)point->name))
			g_ptr_array_add(points, point);
	}
	g_hash_table_destroy(seen);
	return points;
}

/* Groups one marker holds: file, system, name, parameters. */
#define GROUP_COUNT 4

char *prototype_extract(const char *text)
{
	GString *out = g_string_new(NULL);
	const char *marker = text;

	while ((marker = strstr(marker, PROTOTYPE_MARKER))) {
		marker += strlen(PROTOTYPE_MARKER);
		g_string_append(out, PROTOTYPE_MARKER);
		for (int i = 0; i < GROUP_COUNT; i++) {
			g_autofree char *group = next_group(&marker);

			if (group)
				g_string_append_printf(out, " { %s }", group);
		}
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}
