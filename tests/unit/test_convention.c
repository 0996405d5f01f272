/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the calling convention puts parameters, for functions made here. What is expected is what
 * gcc does with the same prototypes on x86-64.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/convention.h"

static struct c_type number = { .kind = C_INTEGER, .name = "int", .size = 4, .is_signed = true };
static struct c_type wide = { .kind = C_INTEGER, .name = "__int128", .size = 16 };
static struct c_type flag = { .kind = C_INTEGER, .name = "_Bool", .size = 1, .is_bool = true };
static struct c_type real = { .kind = C_FLOAT, .name = "double", .size = 8 };
static struct c_type pointer = { .kind = C_POINTER, .size = 8, .target = &number };
static struct c_type small = { .kind = C_STRUCTURE, .name = "small", .size = 12 };
static struct c_type large = { .kind = C_STRUCTURE, .name = "large", .size = 24 };
static struct c_type empty = { .kind = C_STRUCTURE, .name = "empty", .size = 0 };
static struct c_type unknown = { .kind = C_FORWARD, .name = "unknown" };
static struct c_type nothing = { .kind = C_VOID };
static struct c_type named = { .kind = C_TYPEDEF, .name = "named", .target = &number };

struct function {
	struct c_type type;
	struct c_parameter parameters[12];
};

/* A function of the types up to NULL. */
static struct c_type *function(struct function *storage, struct c_type *result, ...)
{
	struct c_type *type;
	unsigned int count = 0;
	va_list types;

	storage->type = (struct c_type){ .kind = C_FUNCTION, .target = result, .parts = g_ptr_array_new() };
	va_start(types, result);
	while ((type = va_arg(types, struct c_type *))) {
		storage->parameters[count].type = type;
		g_ptr_array_add(storage->type.parts, &storage->parameters[count++]);
	}
	va_end(types);
	return &storage->type;
}

static void release(struct function *storage)
{
	g_ptr_array_free(storage->type.parts, TRUE);
}

static void six_registers_and_then_the_stack(void **state)
{
	struct function f;
	const struct c_type *type = function(&f, &nothing, &number, &pointer, &named, &flag, &number, &number, &number,
					     &pointer, NULL);
	const char *why;

	(void)state;
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(convention_argument(type, i, &why), i + 1);
	release(&f);
}

static void structures_take_two_registers_or_the_stack(void **state)
{
	struct function f;
	const struct c_type *type = function(&f, &nothing, &number, &small, &number, &large, &number, &number, &number,
					     &number, NULL);
	const char *why = NULL;

	(void)state;
	assert_int_equal(convention_argument(type, 1, &why), 0);
	assert_string_equal(why, "it is a structure, passed by value");
	assert_int_equal(convention_argument(type, 2, &why), 4);
	assert_int_equal(convention_argument(type, 3, &why), 0);
	assert_int_equal(convention_argument(type, 4, &why), 5);
	assert_int_equal(convention_argument(type, 5, &why), 6);
	/* Behind the three words of the large one. */
	assert_int_equal(convention_argument(type, 6, &why), 10);
	release(&f);
}

static void one_register_left_is_not_enough_for_two_words(void **state)
{
	struct function f;
	const struct c_type *type = function(&f, &nothing, &number, &number, &number, &number, &number, &wide, &number,
					     &number, NULL);
	const char *why;

	(void)state;
	assert_int_equal(convention_argument(type, 5, &why), 0);
	assert_int_equal(convention_argument(type, 6, &why), 6);
	assert_int_equal(convention_argument(type, 7, &why), 9);
	release(&f);
}

static void others_are_refused_in_words(void **state)
{
	struct function f;
	const struct c_type *type = function(&f, &nothing, &empty, &real, &number, &unknown, &number, NULL);
	const char *why = NULL;

	(void)state;
	assert_int_equal(convention_argument(type, 1, &why), 0);
	assert_string_equal(why, "it is a floating point number");
	assert_int_equal(convention_argument(type, 2, &why), 1);
	assert_int_equal(convention_argument(type, 4, &why), 0);
	assert_string_equal(why, "the size of a parameter before it is not known");
	release(&f);
}

static void results(void **state)
{
	struct function f;
	const char *why;

	(void)state;
	assert_null(convention_no_result(function(&f, &named, NULL)));
	release(&f);
	assert_string_equal(convention_no_result(function(&f, &nothing, NULL)), "it returns nothing");
	release(&f);
	/* A large result is written to where a hidden first parameter says. */
	assert_int_equal(convention_argument(function(&f, &large, &number, NULL), 0, &why), 2);
	assert_non_null(convention_no_result(&f.type));
	release(&f);
}

static void numbers_are_read_by_their_types(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(convention_number(arena, &named, "w"), "(s64)(s32)w");
	assert_string_equal(convention_number(arena, &flag, "w"), "(s64)(u8)w");
	assert_string_equal(convention_number(arena, &pointer, "w"), "w");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_registers_and_then_the_stack),
		cmocka_unit_test(structures_take_two_registers_or_the_stack),
		cmocka_unit_test(one_register_left_is_not_enough_for_two_words),
		cmocka_unit_test(others_are_refused_in_words),
		cmocka_unit_test(results),
		cmocka_unit_test(numbers_are_read_by_their_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
