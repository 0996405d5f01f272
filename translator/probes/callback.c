/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the parameters of callbacks whose prototypes only BTF tells, as those of tracepoints in
 * modules whose headers cannot be compiled outside of them. A kernel that checks the types of
 * indirect calls compares them without typedefs, and so does this. Called by tracepoint.c.
 */
#include "probes/callback.h"

#include <string.h>

/* Behind typedefs and volatile, but not behind const; *is_const_ret: one was passed. */
static const struct c_type *behind_names(const struct c_type *type, bool *is_const_ret)
{
	*is_const_ret = false;
	while (type && (type->kind == C_TYPEDEF || type->kind == C_CONST || type->kind == C_VOLATILE ||
			type->kind == C_RESTRICT)) {
		*is_const_ret |= type->kind == C_CONST;
		type = type->target;
	}
	return type;
}

/* Once for each tag. */
static void declare_tag(const char *text, GString *tags)
{
	g_autofree char *line = g_strdup_printf("%s;\n", text);

	if (!strstr(tags->str, line))
		g_string_append(tags, line);
}

/* What a pointer leads to, as "struct file"; NULL where C has no name for it. */
static const char *pointed_to(struct arena *arena, const struct c_type *type, GString *tags)
{
	const char *keyword, *text;

	switch (type ? type->kind : C_VOID) {
	case C_INTEGER:
		return type->name;
	case C_STRUCTURE:
	case C_FORWARD:
		keyword = type->kind == C_FORWARD && type->is_union ? "union" : "struct";
		break;
	case C_UNION:
		keyword = "union";
		break;
	default:
		return NULL;
	}
	if (!type->name)
		return NULL;
	text = arena_printf(arena, "%s %s", keyword, type->name);
	declare_tag(text, tags);
	return text;
}

/* "const struct file **" and the like; "void *" for what has no name. */
static const char *pointer_text(struct arena *arena, const struct c_type *pointer, GString *tags)
{
	const struct c_type *type = pointer;
	const char *stars = "", *text;
	bool is_const = false;

	while (type && type->kind == C_POINTER) {
		stars = arena_printf(arena, "*%s%s", is_const ? "const " : "", stars);
		type = behind_names(type->target, &is_const);
	}
	text = pointed_to(arena, type, tags);
	return arena_printf(arena, "%s%s %s", is_const ? "const " : "", text ? text : "void", stars);
}

const char *callback_parameter(struct arena *arena, const struct c_type *type, const char *name, GString *tags)
{
	bool is_const;

	type = behind_names(type, &is_const);
	switch (type ? type->kind : C_VOID) {
	case C_INTEGER:
		return type->size <= 8 ? arena_printf(arena, "%s %s", type->name, name) : NULL;
	case C_ENUMERATION:
		/* Its tag stands for no type until it is defined; it is passed as the number that it is. */
		return arena_printf(arena, "%sint %s", type->is_signed ? "" : "unsigned ", name);
	case C_POINTER:
		return arena_printf(arena, "%s%s", pointer_text(arena, type, tags), name);
	default:
		return NULL;
	}
}
