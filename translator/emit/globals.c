/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The script's globals, with a lock for each that is ever locked, and what foreach needs. What each
 * context has a part of is numbered: a number by an enum of the global's name, for `counts`, a
 * statistic or an array by its `.part`.
 */
#include "emit/internal.h"

bool is_count(const struct variable *variable)
{
	return variable->is_accumulated && variable->type == TYPE_LONG && variable->key_count <= 0;
}

static bool has_part(const struct variable *variable)
{
	return variable->is_accumulated && !is_count(variable);
}

bool has_allocated_globals(const struct program *program)
{
	for (unsigned int i = 0; i < program->globals->len; i++) {
		const struct variable *global = g_ptr_array_index(program->globals, i);

		if (global->key_count > 0 || global->type == TYPE_STATS)
			return true;
	}
	return false;
}

/* How many of the first `end` globals are of a kind. */
static int count_globals(const struct program *program, bool (*is_kind)(const struct variable *), int end)
{
	int count = 0;

	for (int i = 0; i < end; i++)
		count += is_kind(g_ptr_array_index(program->globals, i));
	return count;
}

int counts_of_program(const struct program *program)
{
	return count_globals(program, is_count, program->globals->len);
}

int parts_of_program(const struct program *program)
{
	return count_globals(program, has_part, program->globals->len);
}

/* .kind = SPILE_HISTOGRAM_LINEAR, .low = 0, .high = 100, .step = 10 */
static const char *stat_type(struct emitter *x, const struct variable *global)
{
	const char *variance = global->with_variance ? ", .with_variance = 1" : "";

	if (global->histogram == HISTOGRAM_NONE)
		return arena_printf(x->arena, ".kind = 0%s", variance);
	if (global->histogram == HISTOGRAM_LOG)
		return arena_printf(x->arena, ".kind = SPILE_HISTOGRAM_LOG%s", variance);
	return arena_printf(x->arena, ".kind = SPILE_HISTOGRAM_LINEAR, .low = %s, .high = %s, .step = %s%s",
			    c_number(x->arena, global->histogram_low), c_number(x->arena, global->histogram_high),
			    c_number(x->arena, global->histogram_step), variance);
}

static void emit_scalar(struct emitter *x, const struct variable *global, const char *name, GString *out)
{
	if (global->type == TYPE_STATS)
		g_string_append_printf(out, "static const struct rt_stat_global %s = { .type = { %s }, .part = %d };\n",
				       name, stat_type(x, global),
				       count_globals(x->program, has_part, global->number));
	else if (is_count(global))
		g_string_append_printf(out, "enum { %s = %d };\n", name,
				       count_globals(x->program, is_count, global->number));
	else if (global->type == TYPE_STRING)
		g_string_append_printf(out, "static char %s[MAXSTRINGLEN]%s%s;\n", name, global->initial ? " = " : "",
				       global->initial ? c_string(x->arena, global->initial->string) : "");
	else if (global->initial)
		g_string_append_printf(out, "static s64 %s = %s;\n", name, c_number(x->arena, global->initial->number));
	else
		g_string_append_printf(out, "static s64 %s;\n", name);
}

static void emit_array(struct emitter *x, const struct variable *global, const char *name, GString *out)
{
	static const char *const values[] = {
		[TYPE_LONG] = "RT_VALUE_LONG", [TYPE_STRING] = "RT_VALUE_STRING", [TYPE_STATS] = "RT_VALUE_STAT",
	};

	g_string_append_printf(out, "static struct rt_table %s_table;\n", name);
	g_string_append_printf(out, "static const struct rt_map %s = {\n\t.name = \"%s\",\n\t.key_count = %d,\n"
			       "\t.key_is_string = {", name, global->name, global->key_count);
	for (int i = 0; i < global->key_count; i++)
		g_string_append_printf(out, "%s %d", i ? "," : "", global->key_types[i] == TYPE_STRING);
	g_string_append_printf(out, " },\n\t.value = %s,\n\t.capacity = %" G_GINT64_FORMAT ",\n\t.wraps = %d,\n",
			       values[global->type], global->has_size ? global->size : x->program->limits.maxmapentries,
			       global->wraps);
	if (global->is_accumulated)
		g_string_append_printf(out, "\t.is_accumulated = 1,\n\t.part = %d,\n",
				       count_globals(x->program, has_part, global->number));
	if (!global->wraps && !g_hash_table_contains(x->listed, global))
		g_string_append(out, "\t.is_unlisted = 1,\n");
	if (global->type == TYPE_STATS)
		g_string_append_printf(out, "\t.stat_type = { %s },\n", stat_type(x, global));
	g_string_append_printf(out, "\t.table = &%s_table,\n};\n", name);
}

static void emit_lock(const struct variable *global, const char *name, GString *out)
{
	if (global->sharing == SHARING_NONE)
		g_string_append_printf(out, "static struct rt_lock %s_lock;\n", name);
	else if (global->sharing != SHARING_UNLOCKED)
		g_string_append_printf(out, "static struct rt_lock %s_lock = { .bit = 1ULL << %d };\n", name,
				       global->lock_number);
}

static void emit_list(struct emitter *x, GString *out, const char *heading, bool arrays)
{
	g_string_append(out, heading);
	for (unsigned int i = 0; i < x->program->globals->len; i++) {
		const struct variable *global = g_ptr_array_index(x->program->globals, i);
		bool wanted = arrays ? global->key_count > 0 : global->key_count <= 0 && global->type == TYPE_STATS;

		if (wanted)
			g_string_append_printf(out, " &%s,", variable_name(x, global));
	}
	g_string_append(out, " NULL };\n");
}

static void emit_orders(struct emitter *x, GString *out)
{
	if (x->orders->len)
		g_string_append(out, "\n/* one per foreach statement: the order of its elements */\n");
	for (unsigned int i = 0; i < x->orders->len; i++)
		g_string_append_printf(out, "static struct rt_foreach_order rt_order_%u = { .map = &%s };\n", i + 1,
				       variable_name(x, g_ptr_array_index(x->orders, i)));
	g_string_append(out, "static struct rt_foreach_order *const rt_orders[] = {");
	for (unsigned int i = 0; i < x->orders->len; i++)
		g_string_append_printf(out, " &rt_order_%u,", i + 1);
	g_string_append(out, " NULL };\n");
}

/* static const s64 rt_count_initial[] = { 3 }; */
static void emit_initial_counts(struct emitter *x, GString *out)
{
	if (!counts_of_program(x->program))
		return;
	g_string_append(out, "static const s64 rt_count_initial[] = {");
	for (unsigned int i = 0; i < x->program->globals->len; i++) {
		const struct variable *global = g_ptr_array_index(x->program->globals, i);

		if (is_count(global))
			g_string_append_printf(out, " %s,",
					       global->initial ? c_number(x->arena, global->initial->number) : "0");
	}
	g_string_append(out, " };\n");
}

void emit_globals(struct emitter *x, GString *out)
{
	if (!x->program->globals->len)
		return;
	g_string_append(out, "/* ---- globals ---- */\n\n");
	for (unsigned int i = 0; i < x->program->globals->len; i++) {
		const struct variable *global = g_ptr_array_index(x->program->globals, i);
		const char *name = variable_name(x, global);

		g_string_append_printf(out, "/* %s global %s */\n", span_text(x->arena, global->span), global->name);
		if (global->key_count > 0)
			emit_array(x, global, name, out);
		else
			emit_scalar(x, global, name, out);
		emit_lock(global, name, out);
		g_string_append_c(out, '\n');
	}
	emit_initial_counts(x, out);
	if (has_allocated_globals(x->program)) {
		emit_list(x, out, "static const struct rt_map *const rt_maps[] = {", true);
		emit_list(x, out, "static const struct rt_stat_global *const rt_stats[] = {", false);
		emit_orders(x, out);
	}
	g_string_append_c(out, '\n');
}
