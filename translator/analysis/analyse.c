/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of the passes of analysis, and the printing of their result (-p2). Each pass works
 * on what the one before has completed, so the first that reports errors is the last to run;
 * points and names are independent of each other, and both are asked, so that one run shows the
 * errors of both.
 */
#include "analysis/internal.h"
#include "script/parse.h"

static struct program *program_new(struct arena *arena, const struct script *script)
{
	struct program *program = arena_new0(arena, struct program);

	program->script = script;
	program->globals = arena_array(arena);
	program->functions = arena_array(arena);
	program->probes = arena_array(arena);
	program->handlers = arena_array(arena);
	return program;
}

struct program *analyse(const struct analysis_input *input)
{
	struct analysis analysis = {
		.input = input,
		.arena = input->arena,
		.diag = input->diag,
		.program = program_new(input->arena, input->script),
		.target = { input->arena, input->diag, input->kernel, input->symbols },
	};
	bool ok;

	ok = apply_limits(&analysis) && apply_global_settings(&analysis);
	ok &= resolve_points(&analysis);
	ok &= resolve_names(&analysis);
	if (!ok || !infer_types(&analysis) || !check_program(&analysis) || !plan_effects(&analysis))
		return NULL;
	return analysis.program;
}

/* ---- -p2 ---- */

static void print_variable(const struct variable *variable, GString *out)
{
	g_string_append_printf(out, "%s:%s", variable->name, type_name(variable->type));
	if (variable->key_count <= 0) {
		g_string_append_c(out, '\n');
		return;
	}
	g_string_append(out, " [");
	for (int i = 0; i < variable->key_count; i++)
		g_string_append_printf(out, "%s%s", i ? ", " : "", type_name(variable->key_types[i]));
	g_string_append(out, "]\n");
}

static void print_locals(const GPtrArray *locals, GString *out)
{
	if (!locals->len)
		return;
	g_string_append(out, "  # locals\n");
	for (unsigned int i = 0; i < locals->len; i++) {
		g_string_append(out, "  ");
		print_variable(g_ptr_array_index(locals, i), out);
	}
}

static void print_function(const struct function *function, GString *out)
{
	g_string_append_printf(out, "%s:%s (", function->name, type_name(function->type));
	for (unsigned int i = 0; i < function->parameters->len; i++) {
		const struct variable *parameter = g_ptr_array_index(function->parameters, i);

		g_string_append_printf(out, "%s%s:%s", i ? ", " : "", parameter->name, type_name(parameter->type));
	}
	g_string_append(out, ")\n");
	print_locals(function->locals, out);
}

static void print_probe(const struct probe *probe, GString *out)
{
	g_string_append_printf(out, "%s /* <- ", probe->text);
	probe_point_print(probe->point, out);
	g_string_append(out, " */\n");
	print_locals(probe->handler->locals, out);
}

void program_print(const struct program *program, GString *out)
{
	if (program->globals->len)
		g_string_append(out, "# globals\n");
	for (unsigned int i = 0; i < program->globals->len; i++)
		print_variable(g_ptr_array_index(program->globals, i), out);
	if (program->functions->len)
		g_string_append(out, "# functions\n");
	for (unsigned int i = 0; i < program->functions->len; i++)
		print_function(g_ptr_array_index(program->functions, i), out);
	g_string_append(out, "# probes\n");
	for (unsigned int i = 0; i < program->probes->len; i++)
		print_probe(g_ptr_array_index(program->probes, i), out);
}
