/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a handler of a function's return keeps of the function's entry. The kernel gives each call
 * that it follows room for a structure of ours; one C function fills it when the function is entered,
 * and the handler finds it as `e`:
 *
 *	struct p_0_saved {
 *		s64 v_1;	/ * $count * /
 *	};
 *
 *	static RT_HANDLER void p_0_entry(struct rt_context *c)
 *	{
 *		struct p_0_saved *e = c->saved;
 *
 *		e->v_1 = rt_argument(c->regs, 3);
 *		...
 */
#include <string.h>

#include "emit/internal.h"

/* ---- In the handler ---- */

static bool is_same_name(const struct expr *a, const struct expr *b)
{
	return a->kind == EXPR_TARGET && b->kind == EXPR_TARGET && a->target.kind == TARGET_VARIABLE &&
	       b->target.kind == TARGET_VARIABLE && !a->target.path->len && !b->target.path->len &&
	       strcmp(a->target.name, b->target.name) == 0;
}

const char *emit_entry_value(struct emitter *x, struct expr *saved)
{
	unsigned int i;

	for (i = 0; i < x->saved->len; i++)
		if (is_same_name(g_ptr_array_index(x->saved, i), saved))
			break;
	if (i == x->saved->len)
		g_ptr_array_add(x->saved, saved);
	return arena_printf(x->arena, "e->v_%u", i + 1);
}

/* ---- Around it ---- */

void emit_saved_structure(struct emitter *x, const char *name, GString *out)
{
	g_string_append_printf(out, "struct %s_saved {\n", name);
	for (unsigned int i = 0; i < x->saved->len; i++) {
		const struct expr *saved = g_ptr_array_index(x->saved, i);
		const char *place = saved->kind == EXPR_TARGET && saved->target.name ? saved->target.name :
				    span_text(x->arena, saved->span);

		if (saved->type == TYPE_STRING)
			g_string_append_printf(out, "\tchar v_%u[MAXSTRINGLEN];\t/* %s */\n", i + 1, place);
		else
			g_string_append_printf(out, "\ts64 v_%u;\t/* %s */\n", i + 1, place);
	}
	g_string_append(out, "};\n\n");
}

void emit_saves(struct emitter *x)
{
	for (unsigned int i = 0; i < x->saved->len; i++) {
		struct expr *saved = g_ptr_array_index(x->saved, i);
		const char *value = emit_value(x, saved);

		if (saved->type == TYPE_STRING)
			emit_line(x, "rt_string_copy(e->v_%u, %s);", i + 1, value);
		else
			emit_line(x, "e->v_%u = %s;", i + 1, bare(x, value));
	}
}

/*
 * What the kernel's callbacks call: at the entry, which is false if nothing could be kept and this
 * call is not followed, and at the return.
 */
void emit_saved_callbacks(const char *name, int number, GString *out)
{
	g_string_append_printf(out, "static RT_HANDLER bool %s_keep(struct pt_regs *regs, void *saved)\n{\n"
			       "\treturn rt_run_entry(%s_entry, %d, regs, saved);\n}\n\n", name, name, number);
	g_string_append_printf(out, "static RT_HANDLER void %s_return(struct pt_regs *regs, const char *function, "
			       "void *saved)\n{\n\trt_run_return(%s, %d, regs, function, saved);\n}\n\n", name, name,
			       number);
}
