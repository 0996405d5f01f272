/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole C functions: one per script function and one per handler, in the order in which the
 * script has them. Strings that a function needs lie in its frame, a struct on a stack of
 * strings that each context has; everything else is an ordinary C local.
 */
#include <string.h>

#include "emit/internal.h"

/* ---- Common parts ---- */

static void function_begin(struct emitter *x, const struct function *function)
{
	x->body = g_string_new(NULL);
	x->declarations = g_string_new(NULL);
	g_ptr_array_set_size(x->frame_fields, 0);
	g_ptr_array_set_size(x->called, 0);
	g_hash_table_remove_all(x->known);
	x->indent = 1;
	x->temporaries = x->labels = 0;
	x->first_iteration = 1;
	x->iterations = 0;
	x->fail_label = "out";
	x->fail_label_used = x->out_used = x->has_record_pointer = false;
	x->continue_label = NULL;
	x->function = function;
	x->last_line = 0;
	x->outer_catching = NULL;
	x->has_try = false;
}

static void function_end(struct emitter *x)
{
	g_string_free(x->body, TRUE);
	g_string_free(x->declarations, TRUE);
}

/* Locals: numbers become C locals, strings fields of the frame; both start out empty. */
static void declare_locals(struct emitter *x, GPtrArray *locals, GString *clear)
{
	for (unsigned int i = 0; i < locals->len; i++) {
		const struct variable *local = g_ptr_array_index(locals, i);

		if (local->type == TYPE_STRING) {
			g_ptr_array_add(x->frame_fields, arena_printf(x->arena, "l_%s", local->name));
			g_string_append_printf(clear, "\tf->l_%s[0] = 0;\n", local->name);
		} else {
			emit_declaration(x, "s64 l_%s __maybe_unused = 0", local->name);
		}
	}
}

/* Strings in the frames of the deepest chain of calls below this function. */
static size_t deepest_below(const struct emitter *x)
{
	size_t deepest = 0;

	for (unsigned int i = 0; i < x->called->len; i++) {
		const struct function *called = g_ptr_array_index(x->called, i);

		deepest = MAX(deepest, x->frame_depths[called->number]);
	}
	return deepest;
}

/* Room for the frames of this function and of the deepest chain of calls below it. */
static void measure_frame(struct emitter *x)
{
	size_t deepest = deepest_below(x) + x->frame_fields->len;

	if (x->function) {
		if (x->function->is_recursive)
			deepest *= x->program->limits.maxnesting + 1;
		x->frame_depths[x->function->number] = deepest;
	}
	x->deepest_frame = MAX(x->deepest_frame, deepest);
}

/* struct f_name_frame { char l_s[MAXSTRINGLEN]; ... }; */
static void write_frame(struct emitter *x, const char *name, GString *out)
{
	if (!x->frame_fields->len)
		return;
	g_string_append_printf(out, "struct %s_frame {\n", name);
	for (unsigned int i = 0; i < x->frame_fields->len; i++)
		g_string_append_printf(out, "\tchar %s[MAXSTRINGLEN];\n", (char *)g_ptr_array_index(x->frame_fields, i));
	g_string_append(out, "};\n\n");
}

static void write_frame_push(struct emitter *x, const char *clear, GString *out)
{
	if (!x->frame_fields->len)
		return;
	g_string_append(out, "\tf = rt_frame_push(c, sizeof(*f));\n\tif (!f)\n\t\tgoto out;\n");
	g_string_append(out, clear);
	x->out_used = true;
}

/* What every way out of the function passes, but for its frame. */
static void write_epilogue(struct emitter *x, GString *out)
{
	if (x->fail_label_used || x->out_used)
		g_string_append(out, "out:\n");
	if (x->has_try)
		g_string_append_printf(out, "\tc->catching = %s;\n", x->function ? "catching" : "0");
	for (int i = 0; i < x->iterations; i++)
		g_string_append_printf(out, "\trt_foreach_end(&i_%d);\n", x->first_iteration + i);
}

static void write_frame_pop(struct emitter *x, GString *out)
{
	if (x->frame_fields->len)
		g_string_append(out, "\trt_frame_pop(c, f, sizeof(*f));\n");
}

/* A handler's frame is the first one. If there can be no other, nobody has to know how large it is. */
static void write_frame_first(struct emitter *x, GString *out)
{
	if (x->frame_fields->len)
		g_string_append(out, deepest_below(x) ? "\tf = rt_frame_first(c, sizeof(*f));\n" :
				"\tf = rt_frame_only(c);\n");
}

static void write_frame_end(struct emitter *x, GString *out)
{
	if (x->frame_fields->len && deepest_below(x))
		g_string_append(out, "\trt_frame_end(c);\n");
}

/* ---- Script functions ---- */

/* What the C function returns. Other strings go to a buffer that it is given. */
static const char *return_type(const struct function *function)
{
	if (function->type == TYPE_LONG)
		return "s64 ";
	return returns_reference(function) ? "const char *" : "void ";
}

static const char *signature(struct emitter *x, const struct function *function)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const char *prefix = function->embedded_c ? "STAP_ARG_" : "l_";

	g_string_append_printf(text, "static RT_HANDLER %s%s(struct rt_context *c", return_type(function),
			       function_name(x, function));
	if (function->type == TYPE_STRING && !returns_reference(function))
		g_string_append(text, function->embedded_c ? ", char *STAP_RETVALUE" : ", char *ret");
	for (unsigned int i = 0; i < function->parameters->len; i++) {
		const struct variable *parameter = g_ptr_array_index(function->parameters, i);
		bool copied = parameter->type == TYPE_STRING && !parameter->is_reference && !function->embedded_c;

		g_string_append_printf(text, ", %s%s%s", parameter->type == TYPE_STRING ? "const char *" : "s64 ",
				       copied ? "given_" : prefix, parameter->name);
	}
	g_string_append_c(text, ')');
	return arena_strndup(x->arena, text->str, text->len);
}

static void write_heading(struct emitter *x, const struct function *function, GString *out)
{
	g_string_append_printf(out, "/* %s function %s */\n", span_text(x->arena, function->span), function->name);
}

/* Where STAP_RETURN puts the result. */
static const char *embedded_result(const struct function *function)
{
	if (function->type == TYPE_LONG)
		return "\ts64 STAP_RETVALUE = 0;\n\n";
	if (returns_reference(function))
		return "\tconst char *STAP_RETVALUE = \"\";\n\n";
	return function->type == TYPE_STRING ? "\tSTAP_RETVALUE[0] = 0;\n" : "";
}

/*
 * Embedded C is copied as it stands. Its parameters are named STAP_ARG_x and its result
 * STAP_RETVALUE, as scripts expect, without a macro for each.
 */
static void emit_embedded(struct emitter *x, const struct function *function, GString *out)
{
	bool is_copied = function->type == TYPE_STRING && !returns_reference(function);
	bool returns = function->type != TYPE_VOID || strstr(function->embedded_c, "STAP_RETURN(");
	const char *kind = function->type == TYPE_VOID ? "NOTHING" : function->type == TYPE_LONG ? "LONG" :
			   is_copied ? "STRING" : "REFERENCE";

	write_heading(x, function, out);
	g_string_append_printf(out, "%s\n{\n%s", signature(x, function), embedded_result(function));
	if (returns)
		g_string_append_printf(out, "#define STAP_RETURN(v) RT_RETURN_%s(v)\n", kind);
	g_string_append_printf(out, "\t{%s}\n", function->embedded_c);
	if (returns)
		g_string_append(out, "#undef STAP_RETURN\n");
	g_string_append(out, "out: __maybe_unused;\n");
	g_string_append_printf(out, "\treturn%s;\n}\n\n",
			       function->type == TYPE_VOID || is_copied ? "" : " STAP_RETVALUE");
}

/* String parameters that the function assigns to are copied to its frame first. */
static void copy_parameters(struct emitter *x, const struct function *function, GString *clear)
{
	for (unsigned int i = 0; i < function->parameters->len; i++) {
		const struct variable *parameter = g_ptr_array_index(function->parameters, i);

		if (parameter->type != TYPE_STRING || parameter->is_reference)
			continue;
		g_ptr_array_add(x->frame_fields, arena_printf(x->arena, "l_%s", parameter->name));
		g_string_append_printf(clear, "\trt_string_copy(f->l_%s, given_%s);\n", parameter->name, parameter->name);
	}
}

static void write_call_guard(struct emitter *x, const struct function *function, GString *out)
{
	if (!function->is_recursive)
		return;
	g_string_append_printf(out, "\tif (!rt_call_enter(c, %s))\n\t\treturn%s;\n", place_string(x, function->span),
			       function->type == TYPE_LONG ? " 0" : "");
}

static void emit_script_function(struct emitter *x, const struct function *function, GString *out)
{
	g_autoptr(GString) clear = g_string_new(NULL);
	const char *name = function_name(x, function);

	declare_locals(x, function->locals, clear);
	copy_parameters(x, function, clear);
	emit_stmt(x, function->body);
	write_frame(x, name, out);
	write_heading(x, function, out);
	g_string_append_printf(out, "%s\n{\n", signature(x, function));
	if (x->frame_fields->len)
		g_string_append_printf(out, "\tstruct %s_frame *f;\n", name);
	if (function->type == TYPE_LONG)
		g_string_append(out, "\ts64 ret = 0;\n");
	if (x->has_try)
		g_string_append(out, "\tu32 catching = c->catching;\n");
	g_string_append_printf(out, "%s\n", x->declarations->str);
	if (function->type == TYPE_STRING)
		g_string_append(out, "\tret[0] = 0;\n");
	write_call_guard(x, function, out);
	write_frame_push(x, clear->str, out);
	g_string_append(out, x->body->str);
	write_epilogue(x, out);
	write_frame_pop(x, out);
	if (function->is_recursive)
		g_string_append(out, "\trt_call_leave(c);\n");
	g_string_append_printf(out, "\treturn%s;\n}\n\n", function->type == TYPE_LONG ? " ret" : "");
}

/* Functions come behind those they call; the first of a circle is called before it is defined. */
void emit_prototype(struct emitter *x, const struct function *function, GString *out)
{
	if (function->is_recursive)
		g_string_append_printf(out, "%s;\n\n", signature(x, function));
}

void emit_function(struct emitter *x, const struct function *function, GString *out)
{
	function_begin(x, function);
	x->source = function->span.source;
	if (function->embedded_c)
		emit_embedded(x, function, out);
	else
		emit_script_function(x, function, out);
	measure_frame(x);
	function_end(x);
}

/* ---- Conditions ---- */

/*
 * Called by the handlers that write a global of the condition, with its locks, and by the module
 * when no handler runs. An error of the handler must not be seen here, nor one of ours there.
 *
 *	static RT_HANDLER void q_0_decide(struct rt_context *c)
 *	{
 *		u32 failed = c->failed;
 *		s64 met = 0;
 *
 *		c->failed = 0;
 *		met = g_on > 3;
 *	out:
 *		rt_condition_set(&rt_probes[1], met);
 *		c->failed = failed;
 *	}
 */
void emit_condition(struct emitter *x, const struct condition *condition, GString *out)
{
	const char *name = arena_printf(x->arena, "q_%d_decide", condition->number);
	const char *value;

	function_begin(x, NULL);
	x->source = condition->expr->span.source;
	value = emit_value(x, condition->expr);
	write_frame(x, name, out);
	g_string_append_printf(out, "/* %s if (...) */\nstatic RT_HANDLER void %s(struct rt_context *c)\n{\n",
			       span_text(x->arena, condition->expr->span), name);
	if (x->frame_fields->len)
		g_string_append_printf(out, "\tstruct %s_frame *f;\n", name);
	g_string_append_printf(out, "%s\tu32 failed = c->failed;\n\ts64 met = 0;\n\n\tc->failed = 0;\n",
			       x->declarations->str);
	write_frame_push(x, "", out);
	g_string_append_printf(out, "%s\tmet = %s;\n", x->body->str, bare(x, value));
	write_epilogue(x, out);
	write_frame_pop(x, out);
	for (unsigned int i = 0; i < condition->probes->len; i++)
		g_string_append_printf(out, "\trt_condition_set(&rt_probes[%d], met != 0);\n",
				       ((struct probe *)g_ptr_array_index(condition->probes, i))->number);
	g_string_append(out, "\tc->failed = failed;\n}\n\n");
	measure_frame(x);
	function_end(x);
}

/* ---- Handlers ---- */

/* static struct rt_lock *const p_0_locks[] = { &g_a_lock, &g_b_lock }; */
static void write_locks(struct emitter *x, const struct handler *handler, GString *out)
{
	unsigned int count = handler->locked->len + handler->shared->len;

	if (!count)
		return;
	g_string_append_printf(out, "static struct rt_lock *const p_%d_locks[] = {", handler->number);
	for (unsigned int i = 0; i < count; i++)
		g_string_append_printf(out, "%s &%s_lock", i ? "," : "",
				       variable_name(x, i < handler->locked->len ?
						     g_ptr_array_index(handler->locked, i) :
						     g_ptr_array_index(handler->shared, i - handler->locked->len)));
	g_string_append(out, " };\n\n");
}

/* The bits by which a context shows that it shares these locks. */
static const char *sharing_bits(struct emitter *x, const struct handler *handler)
{
	guint64 bits = 0;

	for (unsigned int i = 0; i < handler->shared->len; i++)
		bits |= G_GUINT64_CONSTANT(1) <<
			((struct variable *)g_ptr_array_index(handler->shared, i))->lock_number;
	return bits ? arena_printf(x->arena, "0x%" G_GINT64_MODIFIER "xULL", bits) : "0";
}

/* Taken before the first statement, dropped behind the last; noted where the handler may sleep. */
static void write_locks_take(struct emitter *x, const struct handler *handler, GString *out)
{
	const struct probe *first = g_ptr_array_index(handler->probes, 0);

	if (handler->locked->len + handler->shared->len)
		g_string_append_printf(out, "\tif (!rt_locks_take(c, p_%d_locks, %u, %u, %s))\n\t\treturn;\n",
				       handler->number, handler->locked->len, handler->shared->len,
				       sharing_bits(x, handler));
	if (handler->locked->len && first->context != CONTEXT_ATOMIC)
		g_string_append_printf(out, "\trt_locks_note(c, p_%d_locks, %u);\n", handler->number,
				       handler->locked->len);
}

static void write_locks_drop(struct emitter *x, const struct handler *handler, GString *out)
{
	if (handler->locked->len + handler->shared->len)
		g_string_append_printf(out, "\trt_locks_drop(c, p_%d_locks, %u, %s);\n", handler->number,
				       handler->locked->len, sharing_bits(x, handler));
}

static void write_handler_heading(struct emitter *x, const struct handler *handler, GString *out)
{
	const char *place = span_text(x->arena, handler->derivation->declaration->span);

	g_string_append_printf(out, "/* %s probe", place);
	for (unsigned int i = 0; i < handler->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(handler->probes, i);
		g_auto(GStrv) pieces = g_strsplit(probe->text, "*/", -1);
		g_autofree char *text = g_strjoinv("* /", pieces);

		g_string_append_printf(out, "%s %s", i ? "," : "", text);
	}
	g_string_append(out, " */\n");
}

/*
 * What fills struct p_0_saved when the function is entered, under the locks of the handler; that all
 * of it is there it tells by c->saved.
 *
 *	static RT_HANDLER void p_0_entry(struct rt_context *c)
 *	{
 *		struct p_0_saved *e = c->saved;
 *
 *		e->v_1 = rt_argument(c->regs, 3);
 *		c->saved = NULL;
 *		...
 */
static void emit_entry(struct emitter *x, const struct handler *handler, const char *name, GString *out)
{
	const char *entry = arena_printf(x->arena, "%s_entry", name);

	function_begin(x, NULL);
	emit_saves(x);
	write_frame(x, entry, out);
	g_string_append_printf(out, "static RT_HANDLER void %s(struct rt_context *c)\n{\n", entry);
	if (x->frame_fields->len)
		g_string_append_printf(out, "\tstruct %s_frame *f;\n", entry);
	g_string_append_printf(out, "\tstruct %s_saved *e = c->saved;\n%s\n", name, x->declarations->str);
	write_locks_take(x, handler, out);
	write_frame_first(x, out);
	g_string_append(out, x->body->str);
	g_string_append(out, "\tc->saved = NULL;\n");
	write_epilogue(x, out);
	write_frame_end(x, out);
	write_locks_drop(x, handler, out);
	g_string_append(out, "\treturn;\n}\n\n");
	measure_frame(x);
	function_end(x);
	emit_saved_callbacks(name, handler->number, out);
}

/*
 * A hit that counts only under a condition which the probe's family gives, as of a call from certain places.
 *
 *	t_1 = RT_READ_KERNEL(c, u64, c->regs->sp, ...);
 *	if (!(t_1 == (unsigned long)&jiffies - 0x102030UL)) {
 *		rt_hit_undo(c);
 *		goto out;
 *	}
 */
static void emit_only_if(struct emitter *x, const struct probe *probe)
{
	const char *met;

	if (!probe->only_if)
		return;
	emit_line(x, "/* only where the probe point means it */");
	met = emit_location(x, probe->only_if, place_object(x, probe->declaration->span));
	emit_line(x, "if (!%s) {", met);
	emit_line(x, "\trt_hit_undo(c);");
	emit_line(x, "\tgoto out;");
	emit_line(x, "}");
	x->out_used = true;
}

void emit_handler(struct emitter *x, const struct handler *handler, GString *out)
{
	const struct probe *first = g_ptr_array_index(handler->probes, 0);
	const struct probe_family *family = first->family;
	const char *name = arena_printf(x->arena, "p_%d", handler->number);
	g_autoptr(GString) clear = g_string_new(NULL);

	function_begin(x, NULL);
	g_ptr_array_set_size(x->saved, 0);
	x->source = handler->derivation->declaration->span.source;
	x->probe = first;
	declare_locals(x, handler->locals, clear);
	emit_only_if(x, first);
	emit_stmt(x, handler->body);
	write_frame(x, name, out);
	if (family->before_handler)
		g_string_append(out, family->before_handler(x->arena, first, name));
	if (handler->uses & USES_SAVED)
		emit_saved_structure(x, name, out);
	write_locks(x, handler, out);
	write_handler_heading(x, handler, out);
	g_string_append_printf(out, "static RT_HANDLER void %s(struct rt_context *c)\n{\n", name);
	if (x->frame_fields->len)
		g_string_append_printf(out, "\tstruct %s_frame *f;\n", name);
	if (family->handler_prologue)
		g_string_append(out, family->handler_prologue(x->arena, first, name));
	if (handler->uses & USES_SAVED)
		g_string_append_printf(out, "\tconst struct %s_saved *e __maybe_unused = c->saved;\n", name);
	g_string_append_printf(out, "%s%s", x->declarations->str, x->declarations->len ? "\n" : "");
	if (handler->condition)
		g_string_append(out, "\tif (!rt_armed(c))\n\t\treturn;\n");
	if (handler->uses & COUNTS_STATEMENTS)
		g_string_append(out, "\trt_actions_start(c);\n");
	if (x->program->asks_for_match)
		g_string_append(out, "\trt_match_start(c);\n");
	write_locks_take(x, handler, out);
	write_frame_first(x, out);
	g_string_append_printf(out, "%s%s", clear->str, x->body->str);
	write_epilogue(x, out);
	write_frame_end(x, out);
	for (unsigned int i = 0; i < handler->decides->len; i++)
		g_string_append_printf(out, "\tq_%d_decide(c);\n",
				       ((struct condition *)g_ptr_array_index(handler->decides, i))->number);
	write_locks_drop(x, handler, out);
	if (first->exits)
		g_string_append(out, "\trt_session_exit(c);\n");
	if (handler->prints && first->context == CONTEXT_ATOMIC)
		g_string_append(out, "\trt_time_close(c);\n");
	g_string_append(out, "\treturn;\n}\n\n");
	if (family->after_handler)
		g_string_append(out, family->after_handler(x->arena, first, name));
	measure_frame(x);
	function_end(x);
	if (handler->uses & USES_SAVED)
		emit_entry(x, handler, name, out);
}
