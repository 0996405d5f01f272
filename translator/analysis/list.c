/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What probe points stand for, as `spile -l` and `-L` show it: a line for each point, in the form of
 * SystemTap, with the target variables that a handler there has. What an alias of the library
 * leads to is shown by the alias's name.
 */
#include <string.h>

#include "analysis/internal.h"
#include "base/json.h"

/* ---- Names ---- */

/* The alias by which the script came to the probe, or the probe itself. */
static const char *text_of(struct analysis *analysis, const struct probe *probe)
{
	const struct derivation *derivation = probe->derivation;
	g_autoptr(GString) text = NULL;

	if (!derivation->alias)
		return probe->text;
	while (derivation->outer->alias)
		derivation = derivation->outer;
	text = g_string_new(NULL);
	for (unsigned int i = 0; i < derivation->alias->name->len; i++) {
		const struct probe_component *component = g_ptr_array_index(derivation->alias->name, i);

		g_string_append_printf(text, "%s%s", i ? "." : "", component->name);
	}
	return arena_strndup(analysis->arena, text->str, text->len);
}

/* ---- Lines ---- */

static GPtrArray *variables_of(struct analysis *analysis, const struct probe *probe)
{
	GPtrArray *variables = probe->family->target_variables ?
			       probe->family->target_variables(&analysis->target, probe) : NULL;

	return variables ? variables : arena_array(analysis->arena);
}

/* {"probe": "kernel.function(\"vfs_read\")", "variables": [{"name": "$file", "type": "struct file*"}]} */
static void append_json(GString *out, const char *text, const GPtrArray *variables)
{
	g_string_append(out, "{\"probe\": ");
	json_append_string(out, text);
	g_string_append(out, variables ? ", \"variables\": [" : "");
	for (unsigned int i = 0; variables && i < variables->len; i++) {
		const struct target_variable *variable = g_ptr_array_index(variables, i);

		g_string_append(out, i ? ", {\"name\": " : "{\"name\": ");
		json_append_string(out, variable->name);
		g_string_append(out, ", \"type\": ");
		json_append_string(out, variable->type_text);
		g_string_append_c(out, '}');
	}
	g_string_append(out, variables ? "]}" : "}");
}

/* kernel.function("vfs_read") $file:struct file* $buf:char* */
static void append_text(GString *out, const char *text, const GPtrArray *variables)
{
	g_string_append(out, text);
	for (unsigned int i = 0; variables && i < variables->len; i++) {
		const struct target_variable *variable = g_ptr_array_index(variables, i);

		g_string_append_printf(out, " %s:%s", variable->name, variable->type_text);
	}
}

static const char *line_of(struct analysis *analysis, const struct probe *probe, const struct list_options *options)
{
	const GPtrArray *variables = options->with_variables ? variables_of(analysis, probe) : NULL;
	g_autoptr(GString) line = g_string_new(NULL);

	(options->as_json ? append_json : append_text)(line, text_of(analysis, probe), variables);
	return arena_strndup(analysis->arena, line->str, line->len);
}

static gint compare_lines(gconstpointer a, gconstpointer b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static void print_lines(const GPtrArray *lines, bool as_json, GString *out)
{
	const char *before = NULL;

	g_string_append(out, as_json ? "[" : "");
	for (unsigned int i = 0; i < lines->len; i++) {
		const char *line = g_ptr_array_index(lines, i);

		if (before && strcmp(line, before) == 0)
			continue;
		g_string_append_printf(out, "%s%s%s", as_json ? before ? ",\n " : "\n " : "", line, as_json ? "" : "\n");
		before = line;
	}
	g_string_append(out, as_json ? "\n]\n" : "");
}

bool list_points(const struct analysis_input *input, const struct list_options *options, GString *out)
{
	struct analysis *analysis = analysis_new(input);
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	const GPtrArray *probes = analysis->program->probes;

	analysis->target.is_listing = true;
	analysis->target.wants_names = !options->with_variables;
	if (!lookup_index(analysis))
		return false;
	aliases_index(analysis);
	if (!resolve_points(analysis))
		return false;
	for (unsigned int i = 0; i < probes->len; i++)
		g_ptr_array_add(lines, (char *)line_of(analysis, g_ptr_array_index(probes, i), options));
	g_ptr_array_sort(lines, compare_lines);
	print_lines(lines, options->as_json, out);
	return true;
}
