/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a location (knowledge/location.h) says of a variable, as C: straight expressions of unsigned
 * numbers of 64 bits. A read of memory, and what is used more than once, is a statement of its own:
 *
 *	$count		(s64)(s32)c->regs->di
 *	$new->counters	t_1 = RT_READ_KERNEL(c, u64, c->regs->sp + 40, RT_PLACE("a.stp:2:9"));
 *			if (rt_failed(c))
 *				goto out;
 *
 * So is what a register held at the function's entry (entered.c).
 */
#include <string.h>

#include "emit/internal.h"

struct writing {
	struct emitter *x;
	const struct location *location;
	const char *place;		/* where reads fault */
	const char **texts;		/* of each step, once it is written */
	unsigned int *uses;		/* how often each one is needed */
};

/* ---- How often steps are needed ---- */

static bool has_right(enum location_operation operation)
{
	return operation >= LOCATE_ADD;
}

static bool has_left(enum location_operation operation)
{
	return operation >= LOCATE_READ || operation == LOCATE_PER_CPU;
}

static void count_uses(struct writing *writing, unsigned int number)
{
	const struct location_step *step = location_step(writing->location, number);

	if (writing->uses[number]++)
		return;
	if (has_left(step->operation))
		count_uses(writing, step->left);
	if (has_right(step->operation))
		count_uses(writing, step->right);
}

/* ---- Single steps ---- */

static const char *constant_text(struct writing *writing, uint64_t number)
{
	if (number < 65536)
		return arena_printf(writing->x->arena, "%u", (unsigned int)number);
	return arena_printf(writing->x->arena, "0x%" G_GINT64_MODIFIER "xUL", number);
}

const char *emit_register(uint64_t number)
{
	static const char *const texts[] = {
		"c->regs->ax", "c->regs->dx", "c->regs->cx", "c->regs->bx", "c->regs->si", "c->regs->di",
		"c->regs->bp", "c->regs->sp", "c->regs->r8", "c->regs->r9", "c->regs->r10", "c->regs->r11",
		"c->regs->r12", "c->regs->r13", "c->regs->r14", "c->regs->r15", "c->regs->ip",
	};

	return texts[number];
}

/* ---- Addresses: they move together, those of the kernel and those of each section of a module ---- */

void note_built_for(struct emitter *x, const char *built_for)
{
	for (unsigned int i = 0; i < x->build_ids->len; i++)
		if (strcmp(g_ptr_array_index(x->build_ids, i), built_for) == 0)
			return;
	g_ptr_array_add(x->build_ids, (char *)built_for);
}

static void note_build_id(struct emitter *x, const struct location_step *step, const char *module)
{
	if (step->build_id)
		note_built_for(x, arena_printf(x->arena, "%s:%s", module ? module : "", step->build_id));
}

/* The number of a module's section in the module's table of them. */
static unsigned int anchor_number(struct emitter *x, const struct location_step *step)
{
	const char *anchor = arena_printf(x->arena, "%s %s", step->module, step->symbol);
	unsigned int i;

	for (i = 0; i < x->anchors->len; i++)
		if (strcmp(g_ptr_array_index(x->anchors, i), anchor) == 0)
			return i;
	g_ptr_array_add(x->anchors, (char *)anchor);
	return i;
}

static const char *address_text(struct writing *writing, const struct location_step *step)
{
	struct emitter *x = writing->x;
	bool is_before = (int64_t)step->number < 0;
	const char *from = step->module ? arena_printf(x->arena, "rt_anchors[%u]", anchor_number(x, step)) :
			   arena_printf(x->arena, "(unsigned long)&%s", step->symbol);

	note_build_id(x, step, step->module);
	if (!step->number)
		return from;
	return arena_printf(x->arena, "(%s %c 0x%" G_GINT64_MODIFIER "xUL)", from, is_before ? '-' : '+',
			    is_before ? 0 - step->number : step->number);
}

static const char *per_cpu_text(struct writing *writing, const struct location_step *step, const char *left)
{
	note_build_id(writing->x, step, step->module);
	return arena_printf(writing->x->arena, "rt_location_per_cpu(%s)", bare(writing->x, left));
}

/*
 *	static unsigned long rt_anchors[1];
 *	module_param_array_named(anchors, rt_anchors, ulong, NULL, 0400);
 *	MODULE_INFO(spile_anchor, "0 nfs .data");
 *	MODULE_INFO(spile_build_id, "nfs:6f0a...");
 */
void emit_anchors(struct emitter *x, GString *out)
{
	if (x->anchors->len)
		g_string_append_printf(out, "/* Where sections of modules lie; the reader knows it when this module is loaded. */\n"
				       "static unsigned long rt_anchors[%u];\n"
				       "module_param_array_named(anchors, rt_anchors, ulong, NULL, 0400);\n",
				       x->anchors->len);
	for (unsigned int i = 0; i < x->anchors->len; i++)
		g_string_append_printf(out, "MODULE_INFO(spile_anchor, \"%u %s\");\n", i,
				       (char *)g_ptr_array_index(x->anchors, i));
	for (unsigned int i = 0; i < x->build_ids->len; i++)
		g_string_append_printf(out, "MODULE_INFO(spile_build_id, \"%s\");\n",
				       (char *)g_ptr_array_index(x->build_ids, i));
	if (x->anchors->len || x->build_ids->len)
		g_string_append_c(out, '\n');
}

/* ---- Numbers ---- */

static const char *extend_text(struct writing *writing, const struct location_step *step, const char *left)
{
	return arena_printf(writing->x->arena, step->is_signed ? "(u64)(s64)(s%u)%s" : "(u64)(u%u)%s", step->size * 8,
			    left);
}

/* What C leaves undefined is done by functions of the runtime. */
static const char *function_text(struct writing *writing, const struct location_step *step, const char *left,
				 const char *right)
{
	static const char *const names[][2] = {
		[LOCATE_DIVIDE] = { "rt_location_divide", "rt_location_divide_signed" },
		[LOCATE_MODULO] = { "rt_location_modulo", "rt_location_modulo_signed" },
		[LOCATE_SHIFT_LEFT] = { "rt_location_shift_left", "rt_location_shift_left" },
		[LOCATE_SHIFT_RIGHT] = { "rt_location_shift_right", "rt_location_shift_right_signed" },
	};

	return arena_printf(writing->x->arena, "%s(%s, %s)", names[step->operation][step->is_signed], left, right);
}

static const char *sign_text(struct writing *writing, const struct location_step *step, const char *left,
			     const char *right)
{
	static const char *const signs[] = {
		[LOCATE_ADD] = "+", [LOCATE_SUBTRACT] = "-", [LOCATE_MULTIPLY] = "*", [LOCATE_AND] = "&",
		[LOCATE_OR] = "|", [LOCATE_XOR] = "^", [LOCATE_EQUAL] = "==", [LOCATE_NOT_EQUAL] = "!=",
		[LOCATE_LESS] = "<", [LOCATE_LESS_OR_EQUAL] = "<=",
	};
	const char *cast = step->is_signed ? "(s64)" : "(u64)";
	bool is_comparison = step->operation >= LOCATE_EQUAL;

	return arena_printf(writing->x->arena, "(%s%s %s %s%s)", is_comparison ? cast : "", left, signs[step->operation],
			    is_comparison ? cast : "", right);
}

/* x + -8 is x - 8. */
static const char *add_text(struct writing *writing, const struct location_step *step, const char *left)
{
	uint64_t number = location_step(writing->location, step->right)->number;

	return arena_printf(writing->x->arena, "(%s - %" G_GUINT64_FORMAT ")", left, 0 - number);
}

static bool is_negative(const struct writing *writing, unsigned int number)
{
	const struct location_step *step = location_step(writing->location, number);

	return step->operation == LOCATE_CONSTANT && (int64_t)step->number < 0;
}

static const char *binary_text(struct writing *writing, const struct location_step *step, const char *left,
			       const char *right)
{
	const struct location_step *count = location_step(writing->location, step->right);
	bool is_shift = step->operation == LOCATE_SHIFT_LEFT || step->operation == LOCATE_SHIFT_RIGHT;

	if (is_shift && count->operation == LOCATE_CONSTANT && count->number < 64)
		return arena_printf(writing->x->arena, "((%s)%s %s %s)", step->is_signed ? "s64" : "u64", left,
				    step->operation == LOCATE_SHIFT_LEFT ? "<<" : ">>", right);
	if (step->operation == LOCATE_ADD && is_negative(writing, step->right))
		return add_text(writing, step, left);
	if (is_shift || step->operation == LOCATE_DIVIDE || step->operation == LOCATE_MODULO)
		return function_text(writing, step, left, right);
	return sign_text(writing, step, left, right);
}

static const char *read_text(struct writing *writing, const struct location_step *step, const char *address)
{
	struct emitter *x = writing->x;
	const char *result = new_number(x);

	emit_line(x, "%s = RT_READ_KERNEL(c, u%u, %s, %s);", result, step->size * 8, bare(x, address), writing->place);
	emit_fail_if(x, "rt_failed(c)");
	return arena_printf(x->arena, "(u64)%s", result);
}

/* ---- All of them ---- */

static const char *step_text(struct writing *writing, unsigned int number);

static const char *write_step(struct writing *writing, const struct location_step *step)
{
	const char *left = has_left(step->operation) ? step_text(writing, step->left) : "";
	const char *right = has_right(step->operation) ? step_text(writing, step->right) : "";

	switch (step->operation) {
	case LOCATE_CONSTANT:
		return constant_text(writing, step->number);
	case LOCATE_ADDRESS:
		return address_text(writing, step);
	case LOCATE_PER_CPU:
		return per_cpu_text(writing, step, left);
	case LOCATE_REGISTER:
		return emit_register(step->number);
	case LOCATE_READ:
		return read_text(writing, step, left);
	case LOCATE_ENTERED:
		return emit_entered(writing->x, step, bare(writing->x, left), writing->place);
	case LOCATE_EXTEND:
		return extend_text(writing, step, left);
	case LOCATE_NEGATE:
		return arena_printf(writing->x->arena, "(0 - %s)", left);
	case LOCATE_NOT:
		return arena_printf(writing->x->arena, "~%s", left);
	default:
		return binary_text(writing, step, left, right);
	}
}

/* A number that is needed again gets a name, unless it is as short as one. */
static const char *step_text(struct writing *writing, unsigned int number)
{
	const struct location_step *step = location_step(writing->location, number);
	struct emitter *x = writing->x;
	const char *text, *name;

	if (writing->texts[number])
		return writing->texts[number];
	text = write_step(writing, step);
	if (writing->uses[number] > 1 && has_left(step->operation) && !location_step_can_fault(step)) {
		name = new_number(x);
		emit_line(x, "%s = (s64)%s;", name, text);
		text = arena_printf(x->arena, "(u64)%s", name);
	}
	return writing->texts[number] = text;
}

const char *emit_location(struct emitter *x, const struct location *location, const char *place)
{
	struct writing writing = { .x = x, .location = location, .place = place };

	writing.texts = arena_alloc(x->arena, location->steps->len * sizeof(*writing.texts));
	writing.uses = arena_alloc(x->arena, location->steps->len * sizeof(*writing.uses));
	count_uses(&writing, location->step);
	return step_text(&writing, location->step);
}

/* ---- Lines of source ---- */

/*
 *	const struct rt_line rt_lines[] = {
 *		{ NULL, (unsigned long)&jiffies - 0x1a3f00UL, "fs/read_write.c", 470 },
 *		{ &rt_anchors[0], 0x12UL, "fs/nfs/file.c", 31 },
 *	};
 */
static void emit_line_row(struct emitter *x, const struct program_place *place, GString *out)
{
	const struct location_step *step = location_step(place->address, place->address->step);
	struct writing writing = { .x = x, .location = place->address };
	struct location_step offset = *step;

	g_string_append_printf(out, "\t{ %s, ", step->module ? arena_printf(x->arena, "&rt_anchors[%u]", anchor_number(x, step)) :
			       "NULL");
	note_build_id(x, step, step->module);
	offset.operation = step->module ? LOCATE_CONSTANT : step->operation;
	g_string_append_printf(out, "%s, %s, %u },\n", write_step(&writing, &offset), c_string(x->arena, place->site->file),
			       place->site->line);
}

void emit_lines(struct emitter *x, GString *out)
{
	const GPtrArray *places = x->program->places;

	if (!x->program->asks_for_lines)
		return;
	g_string_append(out, "/* ---- lines of what is probed ---- */\n\nconst struct rt_line rt_lines[] = {\n");
	for (unsigned int i = 0; i < places->len; i++)
		emit_line_row(x, g_ptr_array_index(places, i), out);
	g_string_append_printf(out, "\t{ NULL, 0, NULL, 0 }\n};\nconst u32 rt_line_count = %u;\n\n", places->len);
}
