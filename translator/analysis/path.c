/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies along a path of members and indices behind a value whose type is known: from
 * $file->f_path->dentry to offsets and reads. '->' leads from a structure as well as from a pointer
 * to one, as in SystemTap. Called by targets.c.
 */
#include <string.h>

#include "analysis/scope.h"

struct walk {
	struct scope *scope;
	struct access *access;
	const struct c_type *type;	/* of what the path has come to */
	bool in_memory;			/* it lies at the address so far; else it is the address */
	bool in_location;		/* it is a part of what the location describes, and no memory */
	uint64_t bit_offset;		/* behind the last step */
	uint32_t bit_size;		/* of a bit-field, or 0 */
	GString *text;			/* of the path behind the last step */
};

/* ---- Errors ---- */

static const char *text_of(const struct walk *walk)
{
	return c_type_text(walk->scope->analysis->arena, walk->type);
}

static bool report_no_member(struct walk *walk, const struct path_step *step)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autoptr(GString) list = g_string_new(NULL);
	struct diag *diag = walk->scope->analysis->diag;
	const char *similar;

	scope_error(walk->scope, step->span, "E-target-member", "'%s' has no member '%s'", text_of(walk),
		    step->member);
	c_type_member_names(walk->type, names);
	similar = did_you_mean(step->member, names);
	if (similar)
		diag_note(diag, no_span, "did you mean '%s'?", similar);
	for (unsigned int i = 0; i < names->len && i < 20; i++)
		g_string_append_printf(list, " %s", (char *)g_ptr_array_index(names, i));
	if (!similar && list->len)
		diag_note(diag, no_span, "its members are:%s%s", list->str, names->len > 20 ? " ..." : "");
	return false;
}

static bool report_type(struct walk *walk, struct span span, const char *format)
{
	scope_error(walk->scope, span, "E-target-type", format, text_of(walk));
	return false;
}

/* ---- Steps ---- */

/* The path so far becomes a step: a read of a pointer, or an index. */
static void add_step(struct walk *walk, struct expr *index, uint64_t scale)
{
	struct arena *arena = walk->scope->analysis->arena;
	struct access_step *step = arena_new0(arena, struct access_step);

	step->offset = walk->bit_offset / 8;
	step->index = index;
	step->scale = scale;
	step->text = arena_strndup(arena, walk->text->str, walk->text->len);
	g_ptr_array_add(walk->access->steps, step);
	g_string_truncate(walk->text, 0);
	walk->bit_offset = 0;
	walk->bit_size = 0;
}

/* ---- What lies in registers, or in pieces ---- */

static void begin_with_location(struct walk *walk)
{
	walk->in_memory = walk->access->location->kind == LOCATION_MEMORY;
	walk->in_location = !walk->in_memory;
}

/* The part of the location that the path has come to, as a number of 64 bits. */
static bool take_number(struct walk *walk, struct span span, unsigned int bits, bool is_signed)
{
	struct access *access = walk->access;
	const char *why;
	const struct location *number = location_number(walk->scope->analysis->arena, access->location,
							walk->bit_offset, bits, is_signed, &why);

	if (!number) {
		scope_error(walk->scope, span, "E-target-variable", "this cannot be read here: %s", why);
		return false;
	}
	access->location = number;
	walk->in_location = false;
	walk->bit_offset = 0;
	walk->bit_size = 0;
	return true;
}

/* The same part as memory, if it is that. */
static bool take_memory(struct walk *walk)
{
	struct access *access = walk->access;
	const struct location *memory = walk->bit_size ? NULL :
		location_memory(walk->scope->analysis->arena, access->location, walk->bit_offset,
				8 * c_type_size(walk->type));

	if (!memory)
		return false;
	access->location = memory;
	begin_with_location(walk);
	walk->bit_offset = 0;
	return true;
}

/* A pointer that is none any more leads to what is known of its target. */
static bool take_target(struct walk *walk)
{
	const struct location *location = walk->access->location;

	if (location->kind != LOCATION_POINTER || location->target_offset < 0)
		return false;
	walk->access->location = location->target;
	walk->bit_offset = 8 * (uint64_t)location->target_offset;
	begin_with_location(walk);
	return true;
}

/* From a pointer to what it leads to. */
static bool follow_pointer(struct walk *walk, struct span span)
{
	bool is_there = walk->in_location && take_target(walk);

	if (!is_there) {
		if (walk->in_location && !take_number(walk, span, 64, false))
			return false;
		if (walk->in_memory)
			add_step(walk, NULL, 0);
		walk->in_memory = true;
	}
	walk->type = c_type_plain(walk->type)->target;
	return true;
}

/* Declared only here, known elsewhere. */
static void complete_type(struct walk *walk)
{
	walk->type = knowledge_whole(walk->scope->analysis->target.knowledge, walk->access->module, walk->type);
}

static bool walk_member(struct walk *walk, const struct path_step *step)
{
	struct c_member member;

	if (c_type_plain(walk->type)->kind == C_POINTER && !follow_pointer(walk, step->span))
		return false;
	complete_type(walk);
	if (c_type_plain(walk->type)->kind == C_FORWARD)
		return report_type(walk, step->span, "nothing is known of '%s' but its name");
	if (!c_type_is_record(walk->type) || !(walk->in_memory || walk->in_location))
		return report_type(walk, step->span, "'->' leads nowhere from a value of type '%s'");
	if (!c_type_find_member(walk->type, step->member, &member))
		return report_no_member(walk, step);
	walk->type = member.type;
	walk->bit_offset += member.bit_offset;
	walk->bit_size = member.bit_size;
	g_string_append_printf(walk->text, "->%s", step->member);
	return true;
}

static bool walk_index(struct walk *walk, const struct path_step *step)
{
	const struct c_type *type = c_type_plain(walk->type);
	uint64_t scale;

	if (type->kind == C_ARRAY && walk->in_location && step->index->kind != EXPR_NUMBER && !take_memory(walk))
		return report_type(walk, step->span, "a '%s' in registers takes only numbers as indices");
	if (type->kind == C_ARRAY && (walk->in_memory || walk->in_location))
		walk->type = type->target;
	else if (type->kind != C_POINTER)
		return report_type(walk, step->span, "'[' leads nowhere from a value of type '%s'");
	else if (!follow_pointer(walk, step->span))
		return false;
	complete_type(walk);
	scale = c_type_size(walk->type);
	if (!scale)
		return report_type(walk, step->span, "there is no element of type '%s'");
	if (step->index->kind == EXPR_NUMBER) {
		g_string_append_printf(walk->text, "[%" G_GINT64_FORMAT "]", step->index->number);
		walk->bit_offset += (uint64_t)step->index->number * scale * 8;
	} else {
		g_string_append(walk->text, "[...]");
		add_step(walk, step->index, scale);
	}
	return true;
}

/* ---- The end ---- */

/* The smallest aligned number that holds all of a bit-field; else eight bytes from its first on. */
static void choose_bits(struct access *access, uint64_t bit_offset, uint32_t bits)
{
	access->bits = bits;
	for (unsigned int size = 1; size <= 8; size *= 2) {
		access->size = size;
		access->offset = bit_offset / (8 * size) * size;
		access->first_bit = (unsigned int)(bit_offset - access->offset * 8);
		if (access->first_bit + bits <= 8 * size)
			return;
	}
	access->offset = bit_offset / 8;
	access->first_bit = bit_offset % 8;
}

static bool end_with_address(struct walk *walk, const struct expr *expr)
{
	if (walk->in_location)
		take_memory(walk);
	if (!walk->in_memory || walk->bit_size)
		return report_type(walk, expr->span, "a '%s' that is no memory has no address");
	walk->access->offset = walk->bit_offset / 8;
	walk->access->result = ACCESS_ADDRESS;
	return true;
}

static bool end_with_number(struct walk *walk, const struct expr *expr, const struct c_type *type)
{
	struct access *access = walk->access;

	if (type->size != 1 && type->size != 2 && type->size != 4 && type->size != 8)
		return report_type(walk, expr->span, "a '%s' is no number of 64 bits");
	if (walk->in_location &&
	    !take_number(walk, expr->span, walk->bit_size ? walk->bit_size : 8 * (unsigned int)type->size, type->is_signed))
		return false;
	access->result = walk->in_memory ? ACCESS_NUMBER : ACCESS_BASE;
	access->is_signed = type->is_signed;
	access->size = (unsigned int)type->size;
	if (walk->bit_size)
		choose_bits(access, walk->bit_offset, walk->bit_size);
	return true;
}

static bool end_walk(struct walk *walk, const struct expr *expr)
{
	const struct c_type *type = c_type_plain(walk->type);

	walk->access->offset = walk->bit_offset / 8;
	if (expr->target.address_of)
		return end_with_address(walk, expr);
	switch (type->kind) {
	case C_INTEGER:
	case C_ENUMERATION:
	case C_POINTER:
		return end_with_number(walk, expr, type);
	case C_ARRAY:
		return end_with_address(walk, expr);
	case C_STRUCTURE:
	case C_UNION:
		return report_type(walk, expr->span, "a whole '%s' is no value: name one of its members, or take its "
				   "address with '&'");
	default:
		return report_type(walk, expr->span, "a '%s' is no number of 64 bits");
	}
}

bool resolve_path(struct scope *scope, struct expr *expr, struct access *access, bool whole)
{
	struct arena *arena = scope->analysis->arena;
	g_autoptr(GString) text = g_string_new(NULL);
	struct walk walk = { .scope = scope, .access = access, .type = access->type, .text = text };
	bool ok = true;

	access->is_typed = true;
	access->steps = arena_array(arena);
	if (access->location)
		begin_with_location(&walk);
	for (unsigned int i = 0; ok && i < expr->target.path->len; i++) {
		const struct path_step *step = g_ptr_array_index(expr->target.path, i);

		ok = step->kind == PATH_MEMBER ? walk_member(&walk, step) : walk_index(&walk, step);
	}
	if (!ok || (!whole && !end_walk(&walk, expr)))
		return false;
	access->type = walk.type;
	access->text = arena_printf(arena, "%s: %s", text->len ? text->str : "it", text_of(&walk));
	return true;
}
