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
	program->embedded_c = arena_array(arena);
	program->globals = arena_array(arena);
	program->functions = arena_array(arena);
	program->probes = arena_array(arena);
	program->handlers = arena_array(arena);
	program->conditions = arena_array(arena);
	program->regexes = arena_array(arena);
	program->places = arena_array(arena);
	return program;
}

/* What names and points mean. All of it is asked, so that one run shows the errors of all. */
static bool resolve(struct analysis *analysis)
{
	bool ok = apply_limits(analysis) && apply_global_settings(analysis);

	ok &= check_declared_embedded_c(analysis);
	ok &= lookup_index(analysis);
	aliases_index(analysis);
	ok &= resolve_points(analysis);
	return resolve_names(analysis) && ok;
}

/* Leaves out what has no effect. */
static bool prune(struct analysis *analysis)
{
	if (analysis->input->unoptimized)
		return true;
	judge_functions(analysis);
	return prune_program(analysis);
}

/* Folding may leave something without an effect, too. */
static bool optimize(struct analysis *analysis)
{
	if (analysis->input->unoptimized)
		return true;
	fold_program(analysis);
	return prune(analysis);
}

/* Who gave none knows nothing. */
static struct knowledge *knowledge_of(const struct analysis_input *input)
{
	static const struct knowledge_options nothing = { .root = "" };

	return input->knowledge ? input->knowledge : knowledge_new(input->arena, input->kernel, &nothing);
}

struct analysis *analysis_new(const struct analysis_input *input)
{
	struct analysis *analysis = arena_new0(input->arena, struct analysis);

	analysis->input = input;
	analysis->arena = input->arena;
	analysis->diag = input->diag;
	analysis->program = program_new(input->arena, input->script);
	analysis->target = (struct probe_target){
		.arena = input->arena, .diag = input->diag, .kernel = input->kernel,
		.symbols = input->symbols, .knowledge = knowledge_of(input),
		.alias_names = arena_array(input->arena), .is_guru = input->guru_mode,
	};
	return analysis;
}

struct program *analyse(const struct analysis_input *input)
{
	struct analysis *analysis = analysis_new(input);

	if (!resolve(analysis) || !prune(analysis) || !infer_types(analysis) || !optimize(analysis) ||
	    (!input->no_display && !display_globals(analysis)) || !check_program(analysis) ||
	    !plan_effects(analysis))
		return NULL;
	find_lines(analysis);
	return analysis->program;
}

/* ---- -p2 ---- */

/* name%[10]:long [string, long] = 3 */
static void print_variable(const struct variable *variable, GString *out)
{
	g_string_append_printf(out, "%s%s", variable->name, variable->wraps ? "%" : "");
	if (variable->has_size)
		g_string_append_printf(out, "[%" G_GINT64_FORMAT "]", variable->size);
	g_string_append_printf(out, ":%s", type_name(variable->type));
	for (int i = 0; i < variable->key_count; i++)
		g_string_append_printf(out, "%s%s", i ? ", " : " [", type_name(variable->key_types[i]));
	g_string_append(out, variable->key_count > 0 ? "]" : "");
	if (variable->initial) {
		g_string_append(out, " = ");
		expr_print(variable->initial, out);
	}
	g_string_append_c(out, '\n');
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
	g_string_append_printf(out, "%s:%s (", function->name,
			       function->type == TYPE_VOID ? "unknown" : type_name(function->type));
	for (unsigned int i = 0; i < function->parameters->len; i++) {
		const struct variable *parameter = g_ptr_array_index(function->parameters, i);

		g_string_append_printf(out, "%s%s:%s", i ? ", " : "", parameter->name, type_name(parameter->type));
	}
	g_string_append(out, ")\n");
	print_locals(function->locals, out);
}

/* "a = timer.s(1), end <- a": from the alias that names the point out to the script's own probe. */
static void print_derivation(const struct derivation *derivation, GString *out)
{
	const GPtrArray *points = derivation->alias ? derivation->alias->points : derivation->declaration->points;

	if (derivation->alias) {
		for (unsigned int i = 0; i < derivation->alias->name->len; i++)
			g_string_append_printf(out, "%s%s", i ? "." : "", ((struct probe_component *)
					       g_ptr_array_index(derivation->alias->name, i))->name);
		g_string_append(out, derivation->alias->prologue ? " = " : " += ");
	}
	for (unsigned int i = 0; i < points->len; i++) {
		g_string_append(out, !i ? "" : derivation->alias ? ", " : ",");
		probe_point_print(g_ptr_array_index(points, i), out);
	}
	if (!derivation->alias)
		return;
	g_string_append(out, " <- ");
	print_derivation(derivation->outer, out);
}

static void print_probe(const struct probe *probe, GString *out)
{
	g_string_append_printf(out, "%s /* <- ", probe->text);
	print_derivation(probe->derivation, out);
	g_string_append(out, " */\n");
	print_locals(probe->handler->locals, out);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	const struct function *left = *(const struct function *const *)a;
	const struct function *right = *(const struct function *const *)b;
	int order = g_strcmp0(left->name, right->name);

	return order ? order : (int)left->parameters->len - (int)right->parameters->len;
}

/* In the order of their names, as stap has it. */
static void print_functions(const struct program *program, GString *out)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_new();

	for (unsigned int i = 0; i < program->functions->len; i++)
		g_ptr_array_add(sorted, g_ptr_array_index(program->functions, i));
	g_ptr_array_sort(sorted, by_name);
	for (unsigned int i = 0; i < sorted->len; i++)
		print_function(g_ptr_array_index(sorted, i), out);
}

static void print_embedded_c(const struct program *program, GString *out)
{
	const GPtrArray *pieces = program->script->embedded_c;

	if (pieces->len)
		g_string_append(out, "# global embedded code\n");
	for (unsigned int i = 0; i < pieces->len; i++)
		g_string_append_printf(out, "%s\n", ((struct embedded_c *)g_ptr_array_index(pieces, i))->text);
}

void program_print(const struct program *program, GString *out)
{
	print_embedded_c(program, out);
	if (program->globals->len)
		g_string_append(out, "# globals\n");
	for (unsigned int i = 0; i < program->globals->len; i++)
		print_variable(g_ptr_array_index(program->globals, i), out);
	if (program->functions->len)
		g_string_append(out, "# functions\n");
	print_functions(program, out);
	g_string_append(out, "# probes\n");
	for (unsigned int i = 0; i < program->probes->len; i++)
		print_probe(g_ptr_array_index(program->probes, i), out);
}
