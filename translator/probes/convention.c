/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calling convention, as far as the kernel makes use of it: numbers and pointers go to six
 * registers and then to the stack, structures of up to 16 bytes to one or two registers if there
 * are so many left, larger ones to the stack. The kernel passes no floating point.
 */
#include "probes/convention.h"

#define REGISTERS 6
#define WORD 8

/* What the parameters so far have used up. */
struct used {
	unsigned int registers, words;	/* words: of the stack */
};

static bool is_number(const struct c_type *type)
{
	return (type->kind == C_INTEGER || type->kind == C_ENUMERATION || type->kind == C_POINTER) &&
	       type->size <= WORD;
}

/* Takes a parameter's registers or stack words; the number of its first one. */
static unsigned int take(struct used *used, unsigned int words)
{
	unsigned int first;

	if (words <= 2 && used->registers + words <= REGISTERS) {
		first = used->registers + 1;
		used->registers += words;
	} else {
		first = REGISTERS + 1 + used->words;
		used->words += words;
	}
	return first;
}

/* Its words; false if its size is not known, so that nothing is known of those behind it. */
static bool take_type(struct used *used, const struct c_type *type, unsigned int *first_ret)
{
	if (type->kind == C_FLOAT && type->size <= WORD)
		return true;	/* a register of another kind */
	if (!type->size)
		return c_type_is_record(type);
	*first_ret = take(used, (unsigned int)((type->size + WORD - 1) / WORD));
	return true;
}

unsigned int convention_argument(const struct c_type *function, unsigned int index, const char **why_ret)
{
	const GPtrArray *parameters = c_type_parameters(function);
	const struct c_type *result = c_type_plain(function->target), *type = NULL;
	struct used used = { 0, 0 };
	unsigned int first = 0;

	/* Where to put a large result is a hidden first parameter. */
	if (c_type_is_record(result) && result->size > 2 * WORD)
		take(&used, 1);
	for (unsigned int i = 0; i <= index; i++) {
		type = c_type_plain(((struct c_parameter *)g_ptr_array_index(parameters, i))->type);
		*why_ret = "the size of a parameter before it is not known";
		if (!take_type(&used, type, &first))
			return 0;
	}
	*why_ret = c_type_is_record(type) ? "it is a structure, passed by value" :
		   type->kind == C_FLOAT ? "it is a floating point number" : "it is wider than a register";
	return is_number(type) ? first : 0;
}

const char *convention_no_result(const struct c_type *function)
{
	const struct c_type *type = c_type_plain(function->target);

	if (type->kind == C_VOID)
		return "it returns nothing";
	return is_number(type) ? NULL : "its result is no number in a register";
}

const char *convention_number(struct arena *arena, const struct c_type *type, const char *word)
{
	type = c_type_plain(type);
	if (type->is_bool)
		return arena_printf(arena, "(s64)(u8)%s", word);
	if (type->kind == C_POINTER || type->size == WORD)
		return word;
	return arena_printf(arena, "(s64)(%c%u)%s", type->is_signed ? 's' : 'u', (unsigned int)type->size * 8, word);
}
