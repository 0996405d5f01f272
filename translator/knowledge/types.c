/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions about the types of types.h that any source answers alike: what lies behind typedefs,
 * where a member is, how a type is written. Sources see to it that chains of targets end.
 */
#include "knowledge/types.h"

#include <string.h>

/* Anonymous records within anonymous records; deeper ones are of no use to anybody. */
#define DEEPEST_NESTING 32

static const struct c_type nothing = { .kind = C_VOID };

const struct c_type *c_type_plain(const struct c_type *type)
{
	while (type && type->kind >= C_TYPEDEF)
		type = type->target;
	return type ? type : &nothing;
}

bool c_type_is_record(const struct c_type *type)
{
	type = c_type_plain(type);
	return type->kind == C_STRUCTURE || type->kind == C_UNION;
}

/* ---- Parts ---- */

/* The parts, once for all who ask: a type is constant but for this. */
static const GPtrArray *parts_of(const struct c_type *type)
{
	if (!type->parts)
		type->complete((struct c_type *)type);
	return type->parts;
}

const GPtrArray *c_type_members(const struct c_type *record)
{
	return parts_of(record);
}

const GPtrArray *c_type_enumerators(const struct c_type *enumeration)
{
	return parts_of(enumeration);
}

const GPtrArray *c_type_parameters(const struct c_type *function)
{
	return parts_of(function);
}

static bool find_member(const struct c_type *record, const char *name, unsigned int depth,
			struct c_member *ret)
{
	const GPtrArray *members = c_type_members(c_type_plain(record));

	for (unsigned int i = 0; i < members->len; i++) {
		const struct c_member *member = g_ptr_array_index(members, i);

		if (member->name && strcmp(member->name, name) == 0) {
			*ret = *member;
			return true;
		}
		if (!member->name && c_type_is_record(member->type) && depth < DEEPEST_NESTING &&
		    find_member(member->type, name, depth + 1, ret)) {
			ret->bit_offset += member->bit_offset;
			return true;
		}
	}
	return false;
}

bool c_type_find_member(const struct c_type *record, const char *name, struct c_member *ret)
{
	return find_member(record, name, 0, ret);
}

static void add_member_names(const struct c_type *record, unsigned int depth, GPtrArray *names)
{
	const GPtrArray *members = c_type_members(c_type_plain(record));

	for (unsigned int i = 0; i < members->len; i++) {
		const struct c_member *member = g_ptr_array_index(members, i);

		if (member->name)
			g_ptr_array_add(names, (char *)member->name);
		else if (c_type_is_record(member->type) && depth < DEEPEST_NESTING)
			add_member_names(member->type, depth + 1, names);
	}
}

void c_type_member_names(const struct c_type *record, GPtrArray *names)
{
	add_member_names(record, 0, names);
}

uint64_t c_type_size(const struct c_type *type)
{
	uint64_t count = 1, size;

	for (type = c_type_plain(type); type->kind == C_ARRAY; type = c_type_plain(type->target)) {
		if (type->count && count > UINT64_MAX / type->count)
			return 0;
		count *= type->count;
	}
	size = type->size;
	return size && count > UINT64_MAX / size ? 0 : count * size;
}

/* ---- Text ---- */

/* Pointers to functions that take pointers to functions: so deep that only damage can be meant. */
#define DEEPEST_TEXT 16

static void print_type(const struct c_type *type, unsigned int depth, GString *out);

static void print_tag(const char *keyword, const struct c_type *type, GString *out)
{
	g_string_append_printf(out, "%s %s", keyword, type->name ? type->name : "{...}");
}

/* int (*) (int, char*), or without the star the function itself */
static void print_function(const struct c_type *function, const char *star, unsigned int depth,
			   GString *out)
{
	const GPtrArray *parameters = c_type_parameters(function);

	print_type(function->target, depth, out);
	g_string_append_printf(out, " (%s) (", star);
	for (unsigned int i = 0; i < parameters->len; i++) {
		const struct c_parameter *parameter = g_ptr_array_index(parameters, i);

		g_string_append(out, i ? ", " : "");
		if (parameter->type)
			print_type(parameter->type, depth, out);
		else
			g_string_append(out, "...");
	}
	g_string_append_c(out, ')');
}

static void print_behind(const struct c_type *type, const char *what, unsigned int depth, GString *out)
{
	print_type(type->target, depth, out);
	g_string_append(out, what);
}

static void print_pointer(const struct c_type *type, unsigned int depth, GString *out)
{
	if (type->target && type->target->kind == C_FUNCTION)
		print_function(type->target, "*", depth, out);
	else
		print_behind(type, "*", depth, out);
}

/* short[2][3], an array of two arrays: the outer one's count goes first. */
static void print_array(const struct c_type *type, unsigned int depth, GString *out)
{
	g_autoptr(GString) brackets = g_string_new(NULL);

	for (; type && type->kind == C_ARRAY; type = type->target)
		g_string_append_printf(brackets, "[%" G_GUINT64_FORMAT "]", type->count);
	print_type(type, depth, out);
	g_string_append(out, brackets->str);
}

static void print_type(const struct c_type *type, unsigned int depth, GString *out)
{
	switch (type && depth < DEEPEST_TEXT ? type->kind : C_VOID) {
	case C_VOID:
		g_string_append(out, "void");
		break;
	case C_INTEGER:
	case C_FLOAT:
	case C_TYPEDEF:
		g_string_append(out, type->name ? type->name : "{...}");
		break;
	case C_POINTER:
		print_pointer(type, depth + 1, out);
		break;
	case C_ARRAY:
		print_array(type, depth + 1, out);
		break;
	case C_STRUCTURE:
		print_tag("struct", type, out);
		break;
	case C_UNION:
		print_tag("union", type, out);
		break;
	case C_FORWARD:
		print_tag(type->is_union ? "union" : "struct", type, out);
		break;
	case C_ENUMERATION:
		print_tag("enum", type, out);
		break;
	case C_FUNCTION:
		print_function(type, "", depth + 1, out);
		break;
	case C_CONST:
		print_behind(type, " const", depth + 1, out);
		break;
	case C_VOLATILE:
		print_behind(type, " volatile", depth + 1, out);
		break;
	case C_RESTRICT:
		print_behind(type, " restrict", depth + 1, out);
		break;
	}
}

void c_type_print(const struct c_type *type, GString *out)
{
	print_type(type, 0, out);
}

const char *c_type_text(struct arena *arena, const struct c_type *type)
{
	g_autoptr(GString) text = g_string_new(NULL);

	c_type_print(type, text);
	return arena_strndup(arena, text->str, text->len);
}
