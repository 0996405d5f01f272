/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What registers held when a function was entered, for handlers within it (LOCATE_ENTERED): the
 * handler asks for the value, and a probe of ours at the entry, which runs no handler, has kept it:
 *
 *	$count		t_1 = (s64)rt_entered_value(c, 0, c->regs->sp + 40, 1, RT_PLACE("a.stp:2:9"));
 *			if (rt_failed(c))
 *				goto out;
 *
 *	static RT_HANDLER noinline void p_1_enter(const struct pt_regs *regs)
 *	{
 *		struct rt_entered_slot *e = rt_entered_open(0, regs->sp);
 *
 *		if (!e)
 *			return;
 *		e->values[0] = regs->di;
 *		e->values[1] = regs->dx;
 *		rt_entered_close(e);
 *	}
 */
#include <string.h>

#include "emit/internal.h"

/* A function, and what of its registers some handler asks for. */
struct entered {
	const struct location_entry *entry;
	const struct probe *user;	/* a probe whose handler does */
	GArray *registers;		/* of uint64_t: DWARF's numbers, by the place of the value in a slot */
	int probe;			/* the number of that which keeps them */
};

/* ---- In the handler ---- */

static void free_array(gpointer array)
{
	g_array_unref(array);
}

static struct entered *find_entered(struct emitter *x, const struct location_entry *entry, unsigned int *number_ret)
{
	struct entered *entered;

	for (*number_ret = 0; *number_ret < x->entered->len; ++*number_ret) {
		entered = g_ptr_array_index(x->entered, *number_ret);
		if (entered->entry == entry)
			return entered;
	}
	entered = arena_new0(x->arena, struct entered);
	entered->entry = entry;
	entered->user = x->probe;
	entered->registers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	arena_defer(x->arena, free_array, entered->registers);
	g_ptr_array_add(x->entered, entered);
	return entered;
}

static unsigned int find_value(struct entered *entered, uint64_t number)
{
	unsigned int i;

	for (i = 0; i < entered->registers->len; i++)
		if (g_array_index(entered->registers, uint64_t, i) == number)
			return i;
	g_array_append_val(entered->registers, number);
	return i;
}

const char *emit_entered(struct emitter *x, const struct location_step *step, const char *frame, const char *place)
{
	unsigned int number;
	struct entered *entered = find_entered(x, step->entry, &number);
	const char *result = new_number(x);

	emit_line(x, "%s = (s64)rt_entered_value(c, %u, %s, %u, %s);\t/* %s at the entry of %s */", result, number, frame,
		  find_value(entered, step->number), place, location_register_name((unsigned int)step->number),
		  step->entry->function);
	emit_fail_if(x, "rt_failed(c)");
	return arena_printf(x->arena, "(u64)%s", result);
}

/* ---- At the entries ---- */

static uint32_t register_set(const struct entered *entered)
{
	uint32_t set = 0;

	for (unsigned int i = 0; i < entered->registers->len; i++)
		set |= 1u << g_array_index(entered->registers, uint64_t, i);
	return set;
}

void add_keepers(struct emitter *x)
{
	for (unsigned int i = 0; i < x->program->probes->len; i++)
		g_ptr_array_add(x->probes, g_ptr_array_index(x->program->probes, i));
	for (unsigned int i = 0; i < x->entered->len; i++) {
		struct entered *entered = g_ptr_array_index(x->entered, i);
		struct probe *probe = entered->user->family->keeper(x->arena, entered->entry, entered->user, i,
								    register_set(entered));

		entered->probe = probe->number = (int)x->probes->len;
		g_ptr_array_add(x->probes, probe);
		g_ptr_array_add(x->keepers, probe);
	}
}

/* What the locations' "c->regs->di" is in the function that runs at an entry: "regs->di". */
static const char *register_at_entry(uint64_t number)
{
	return emit_register(number) + strlen("c->");
}

static void emit_keeper(const struct entered *entered, unsigned int number, GString *out)
{
	g_string_append_printf(out, "/* at the entry of %s, for handlers within it */\n"
			       "static RT_HANDLER noinline void p_%d_enter(const struct pt_regs *regs)\n{\n"
			       "\tstruct rt_entered_slot *e = rt_entered_open(%u, regs->sp);\n\n"
			       "\tif (!e)\n\t\treturn;\n", entered->entry->function, entered->probe, number);
	for (unsigned int i = 0; i < entered->registers->len; i++)
		g_string_append_printf(out, "\te->values[%u] = %s;\n", i,
				       register_at_entry(g_array_index(entered->registers, uint64_t, i)));
	g_string_append(out, "\trt_entered_close(e);\n}\n\n");
}

/* Values of a slot: of the function that has most. */
static unsigned int most_values(const struct emitter *x)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < x->entered->len; i++)
		most = MAX(most, ((const struct entered *)g_ptr_array_index(x->entered, i))->registers->len);
	return most;
}

void emit_entered_functions(struct emitter *x, GString *out)
{
	if (!x->entered->len)
		return;
	g_string_append(out, "/* functions whose registers are kept, and the calls under way */\n"
			"static struct rt_entered_function rt_entered_functions[] = {\n");
	for (unsigned int i = 0; i < x->entered->len; i++)
		g_string_append_printf(out, "\t{ .name = %s },\n",
				       c_string(x->arena, ((const struct entered *)g_ptr_array_index(x->entered, i))->entry->function));
	g_string_append_printf(out, "};\n\nstruct rt_entered rt_entered = {\n\t.functions = rt_entered_functions,\n"
			       "\t.calls = %" G_GINT64_FORMAT ",\n\t.values = %u,\n};\n\n",
			       x->program->limits.maxentered, most_values(x));
	for (unsigned int i = 0; i < x->entered->len; i++)
		emit_keeper(g_ptr_array_index(x->entered, i), i, out);
}

void emit_keeper_cases(const struct emitter *x, GString *out)
{
	for (unsigned int i = 0; i < x->entered->len; i++) {
		const struct entered *entered = g_ptr_array_index(x->entered, i);

		g_string_append_printf(out, "\tcase %d:\n\t\tp_%d_enter(regs);\n\t\tbreak;\n", entered->probe,
				       entered->probe);
	}
}
