/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables at the end of the module: format strings, probes, the session's lists, and for each
 * family of probe points the rows of its probes.
 */
#include <string.h>

#include "emit/internal.h"
#include "script/parse.h"
#include "regex/regex.h"

static void emit_formats(struct emitter *x, GString *out)
{
	g_string_append(out, "/* ---- tables ---- */\n\n/* the reader's formats, by number */\n"
			"static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) =");
	for (unsigned int i = 0; i < x->formats->len; i++)
		g_string_append_printf(out, "\n\t%s \"\\0\"", c_string(x->arena, g_ptr_array_index(x->formats, i)));
	g_string_append(out, x->formats->len ? ";\n\n" : " \"\";\n\n");
}

/* The rest of a probe's row. Only the session thread calls handlers by pointer. */
static const char *row_functions(struct emitter *x, const struct probe *probe)
{
	const struct condition *condition = probe->handler ? probe->handler->condition : NULL;
	const char *handler = !probe->handler || probe->context == CONTEXT_ATOMIC ? "" :
		arena_printf(x->arena, ", .handler = p_%d", probe->handler->number);

	if (probe->has_entry)
		handler = arena_printf(x->arena, "%s, .is_at_return = 1", handler);
	if (!condition)
		return handler;
	return arena_printf(x->arena, "%s, .condition = q_%d_decide", handler, condition->number);
}

static void emit_probes(struct emitter *x, GString *out)
{
	const GPtrArray *probes = x->probes;

	g_string_append(out, "struct rt_probe rt_probes[] = {\n");
	for (unsigned int i = 0; i < probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(probes, i);

		g_string_append_printf(out, "\t{ .name = %s, .where = %s%s },\n", c_string(x->arena, probe->text),
				       place_string(x, probe->declaration->span), row_functions(x, probe));
	}
	g_string_append(out, "};\n\n");
	for (unsigned int i = 0; i < x->program->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(probes, i);

		g_string_append_printf(out, "MODULE_INFO(spile_probe, %s);\n",
				       c_string(x->arena, arena_printf(x->arena, "%u %s", i, probe->text)));
	}
	g_string_append_c(out, '\n');
}

/* The alias that the script probes, as it is defined, with the suffixes that it is used with. */
static const char *written_point(struct emitter *x, const struct probe *probe)
{
	const struct derivation *derivation = probe->derivation;
	struct probe_point point = { .components = arena_array(x->arena) };
	g_autoptr(GString) text = g_string_new(NULL);

	if (!derivation->alias)
		return probe->text;
	while (derivation->outer->alias)
		derivation = derivation->outer;
	for (unsigned int i = 0; i < derivation->alias->name->len; i++)
		g_ptr_array_add(point.components, g_ptr_array_index(derivation->alias->name, i));
	for (unsigned int i = 0; i < derivation->suffix->len; i++)
		g_ptr_array_add(point.components, g_ptr_array_index(derivation->suffix, i));
	probe_point_print(&point, text);
	return arena_strndup(x->arena, text->str, text->len);
}

/* How the kernel runs the probe's handlers; those of the session, when it does. */
static const char *probe_type(const struct probe *probe)
{
	static const char *const lists[] = { [LIST_BEGIN] = "begin", [LIST_END] = "end", [LIST_ERROR] = "error" };

	if (probe->list != LIST_NONE)
		return lists[probe->list];
	return probe->has_entry ? "kretprobe" : probe->family->name;
}

/* For embedded C that mentions it: what pn() and probe_type() say. */
static void emit_point_texts(struct emitter *x, GString *out)
{
	if (!strstr(out->str, "rt_point_texts"))
		return;
	g_string_append(out, "const struct rt_point_text rt_point_texts[] = {\n");
	for (unsigned int i = 0; i < x->program->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(x->program->probes, i);

		g_string_append_printf(out, "\t{ %s, \"%s\" },\n", c_string(x->arena, written_point(x, probe)),
				       probe_type(probe));
	}
	g_string_append(out, "};\n\n");
}

/* What running `handler` for a hit takes, as rt_run's arguments: "p_0, 0, RT_USES_REGS, regs, function". */
static const char *run_arguments(struct emitter *x, const struct handler *handler)
{
	const char *uses = handler->uses & USES_ARGUMENTS ? "RT_USES_REGS" : "0";

	if (handler->uses & USES_FUNCTION)
		uses = handler->uses & USES_ARGUMENTS ? "RT_USES_REGS | RT_USES_FUNCTION" : "RT_USES_FUNCTION";
	return arena_printf(x->arena, "p_%d, %s, %s, regs, function", handler->number, handler->probes->len > 1 ? "probe" :
			    arena_printf(x->arena, "%d", handler->number), uses);
}

/*
 * A function for the hits of one of several handlers, so that each saves only the registers that it needs:
 *
 *	static RT_HANDLER noinline void p_0_hit(u32 probe, struct pt_regs *regs, const char *function)
 *	{
 *		rt_run(p_0, 0, RT_USES_REGS, regs, function);
 *	}
 */
static void emit_hit_function(struct emitter *x, const struct handler *handler, GString *out)
{
	g_string_append_printf(out, "static RT_HANDLER noinline void p_%d_hit(u32 probe, struct pt_regs *regs, "
			       "const char *function)\n{\n\trt_run(%s);\n}\n\n", handler->number, run_arguments(x, handler));
}

/* The cases of all probes that run `handler`, and what they do. */
static void emit_hit_cases(const struct handler *handler, const char *call, GString *out)
{
	for (unsigned int i = 0; i < handler->probes->len; i++)
		g_string_append_printf(out, "\tcase %d:\n",
				       ((const struct probe *)g_ptr_array_index(handler->probes, i))->number);
	g_string_append_printf(out, "\t\t%s;\n\t\tbreak;\n", call);
}

/* Appends the handlers that rt_hit runs: those called for a hit in the kernel, but for families that call theirs. */
static void add_hit_handlers(const struct emitter *x, GPtrArray *handlers)
{
	for (unsigned int i = 0; i < x->program->handlers->len; i++) {
		struct handler *handler = g_ptr_array_index(x->program->handlers, i);
		const struct probe *first = g_ptr_array_index(handler->probes, 0);

		if (first->context == CONTEXT_ATOMIC && !first->family->after_handler && !(handler->uses & USES_SAVED))
			g_ptr_array_add(handlers, handler);
	}
}

/* Whether a family calls rt_hit. */
static bool has_hits(const struct program *program)
{
	for (unsigned int i = 0; i < program->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(program->probes, i);

		if (probe->context == CONTEXT_ATOMIC && !probe->family->after_handler)
			return true;
	}
	return false;
}

/*
 *	RT_HANDLER void rt_hit(u32 probe, struct pt_regs *regs, const char *function)
 *	{
 *		switch (probe) {
 *		case 0:
 *			rt_run(p_0, 0, RT_USES_REGS, regs, function);
 *			break;
 *		}
 *	}
 */
static void emit_hits(struct emitter *x, GString *out)
{
	g_autoptr(GPtrArray) handlers = g_ptr_array_new();
	bool are_many;

	if (!has_hits(x->program))
		return;
	add_hit_handlers(x, handlers);
	are_many = handlers->len + x->entered->len > 1;
	for (unsigned int i = 0; are_many && i < handlers->len; i++)
		emit_hit_function(x, g_ptr_array_index(handlers, i), out);
	g_string_append(out, "/* by a switch, for calls by pointer are dear where the kernel guards them */\n"
			"RT_HANDLER void rt_hit(u32 probe, struct pt_regs *regs, const char *function)\n"
			"{\n\tswitch (probe) {\n");
	for (unsigned int i = 0; i < handlers->len; i++) {
		const struct handler *handler = g_ptr_array_index(handlers, i);

		emit_hit_cases(handler, are_many ?
			       arena_printf(x->arena, "p_%d_hit(probe, regs, function)", handler->number) :
			       arena_printf(x->arena, "rt_run(%s)", run_arguments(x, handler)), out);
	}
	emit_keeper_cases(x, out);
	g_string_append(out, "\tdefault:\n\t\tbreak;\n\t}\n}\n\n");
}

static gint by_sequence(gconstpointer a, gconstpointer b)
{
	const struct probe *left = *(const struct probe *const *)a, *right = *(const struct probe *const *)b;

	if (left->sequence != right->sequence)
		return left->sequence < right->sequence ? -1 : 1;
	return left->number - right->number;
}

static void emit_session_list(struct emitter *x, enum session_list list, const char *name, GString *out)
{
	g_autoptr(GPtrArray) members = g_ptr_array_new();

	for (unsigned int i = 0; i < x->program->probes->len; i++) {
		struct probe *probe = g_ptr_array_index(x->program->probes, i);

		if (probe->list == list)
			g_ptr_array_add(members, probe);
	}
	g_ptr_array_sort(members, by_sequence);
	g_string_append_printf(out, "static struct rt_probe *const %s[] = {", name);
	for (unsigned int i = 0; i < members->len; i++)
		g_string_append_printf(out, " &rt_probes[%d],", ((struct probe *)g_ptr_array_index(members, i))->number);
	g_string_append(out, " NULL };\n");
}

/* The rows of one family; true if it has any. */
static bool emit_family(struct emitter *x, const struct probe_family *family, GString *out)
{
	g_autoptr(GString) rows = g_string_new(NULL);
	g_autoptr(GString) modinfo = g_string_new(NULL);
	int index = 0;

	for (unsigned int i = 0; i < x->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(x->probes, i);

		if (probe->family != family)
			continue;
		g_string_append_printf(rows, "\t{ %s },\n", family->row(x->arena, probe));
		if (family->modinfo)
			g_string_append(modinfo, family->modinfo(x->arena, probe, index));
		index++;
	}
	if (!index)
		return false;
	g_string_append_printf(out, "\nstatic %s %s[] = {\n%s};\n%s", family->table_type, family->table_name, rows->str,
			       modinfo->str);
	return true;
}

static void emit_families(struct emitter *x, GString *out)
{
	g_autoptr(GString) table = g_string_new("\nstatic const struct mod_family mod_families[] = {\n");

	for (int i = 0; probe_families[i]; i++) {
		const struct probe_family *family = probe_families[i];

		if (family->row && emit_family(x, family, out))
			g_string_append_printf(table, "\t{ &%s, %s, ARRAY_SIZE(%s) },\n", family->table_operations,
					       family->table_name, family->table_name);
	}
	g_string_append_printf(out, "%s\t{ NULL, NULL, 0 }\n};\n\n", table->str);
}

/* Groups that matched() may ask for, the whole match included. */
static int match_groups(const struct program *program)
{
	int groups = 0;

	for (unsigned int i = 0; program->asks_for_match && i < program->regexes->len; i++) {
		const struct regex_use *use = g_ptr_array_index(program->regexes, i);

		groups = MAX(groups, regex_group_count(use->regex) + 1);
	}
	return groups;
}

/* What the runtime has to know of the script. */
static void emit_script(struct emitter *x, const struct emit_options *options, GString *out)
{
	int groups = match_groups(x->program);

	g_string_append_printf(out, "const struct rt_script rt_script = {\n\t.name = \"%s\",\n\t.probe_count = %u,\n"
			       "\t.count_count = %d,\n\t.part_count = %d,\n\t.frame_size = %zu * MAXSTRINGLEN,\n",
			       options->module_name, x->probes->len, counts_of_program(x->program),
			       parts_of_program(x->program), MAX(x->deepest_frame, 1));
	if (groups)
		g_string_append_printf(out, "\t.match_size = RT_MATCH_SIZE(%d),\n", groups);
	if (counts_of_program(x->program))
		g_string_append(out, "\t.counts = rt_count_initial,\n");
	if (needs_hits(x->program, out->str))
		g_string_append(out, "\t.settle = rt_error_settle,\n");
	g_string_append_printf(out, "\t.prints = %d,\n\t.shares_locks = %d,\n};\n\n",
			       x->program->prints, x->program->shared_locks != 0);
}

/* What the rest of the module walks. */
static void emit_module(struct emitter *x, GString *out)
{
	g_string_append(out, "const struct mod_script mod_script = {\n\t.begin_probes = mod_begin_probes,\n"
			"\t.end_probes = mod_end_probes,\n\t.error_probes = mod_error_probes,\n"
			"\t.families = mod_families,\n");
	if (needs_hits(x->program, out->str))
		g_string_append(out, "\t.hits = &mod_hits,\n");
	if (has_allocated_globals(x->program))
		g_string_append(out, "\t.globals = { rt_globals_init, rt_globals_fini, rt_maps, rt_stats, rt_orders },\n");
	if (x->entered->len)
		g_string_append(out, "\t.entered_init = rt_entered_init,\n\t.entered_fini = rt_entered_fini,\n");
	g_string_append(out, "};\n");
}

void emit_tables(struct emitter *x, const struct emit_options *options, GString *out)
{
	emit_formats(x, out);
	emit_probes(x, out);
	emit_point_texts(x, out);
	emit_entered_functions(x, out);
	emit_hits(x, out);
	emit_session_list(x, LIST_BEGIN, "mod_begin_probes", out);
	emit_session_list(x, LIST_END, "mod_end_probes", out);
	emit_session_list(x, LIST_ERROR, "mod_error_probes", out);
	emit_families(x, out);
	emit_script(x, options, out);
	emit_module(x, out);
}
