/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locations as C: every operation, reads as statements with a way out, numbers that are needed twice
 * under a name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "emit/internal.h"

struct fixture {
	struct emitter emitter;
	struct location *location;
};

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);
	struct emitter *x = &fixture->emitter;

	x->arena = arena_new();
	x->body = g_string_new(NULL);
	x->declarations = g_string_new(NULL);
	x->fail_label = "out";
	x->anchors = arena_array(x->arena);
	x->build_ids = arena_array(x->arena);
	x->entered = arena_array(x->arena);
	x->indent = 1;
	fixture->location = location_new(x->arena, LOCATION_VALUE);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	g_string_free(fixture->emitter.body, TRUE);
	g_string_free(fixture->emitter.declarations, TRUE);
	arena_free(fixture->emitter.arena);
	g_free(fixture);
	return 0;
}

static unsigned int add_register(struct fixture *fixture, uint64_t number)
{
	const struct location_step step = { .operation = LOCATE_REGISTER, .number = number };

	return location_add(fixture->location, step);
}

static void check(struct fixture *fixture, unsigned int step, const char *statements, const char *text)
{
	g_string_truncate(fixture->emitter.body, 0);
	fixture->location->step = step;
	assert_string_equal(emit_location(&fixture->emitter, fixture->location, "P"), text);
	assert_string_equal(fixture->emitter.body->str, statements);
}

static void check_binary(struct fixture *fixture, enum location_operation operation, bool is_signed, const char *text)
{
	unsigned int left = add_register(fixture, 0), right = add_register(fixture, 16);

	check(fixture, location_add_binary(fixture->location, operation, left, right, is_signed), "", text);
}

static void every_operation(void **state)
{
	struct fixture *fixture = *state;

	check_binary(fixture, LOCATE_ADD, false, "(c->regs->ax + c->regs->ip)");
	check_binary(fixture, LOCATE_SUBTRACT, false, "(c->regs->ax - c->regs->ip)");
	check_binary(fixture, LOCATE_MULTIPLY, false, "(c->regs->ax * c->regs->ip)");
	check_binary(fixture, LOCATE_AND, false, "(c->regs->ax & c->regs->ip)");
	check_binary(fixture, LOCATE_OR, false, "(c->regs->ax | c->regs->ip)");
	check_binary(fixture, LOCATE_XOR, false, "(c->regs->ax ^ c->regs->ip)");
	check_binary(fixture, LOCATE_DIVIDE, false, "rt_location_divide(c->regs->ax, c->regs->ip)");
	check_binary(fixture, LOCATE_DIVIDE, true, "rt_location_divide_signed(c->regs->ax, c->regs->ip)");
	check_binary(fixture, LOCATE_MODULO, false, "rt_location_modulo(c->regs->ax, c->regs->ip)");
	check_binary(fixture, LOCATE_MODULO, true, "rt_location_modulo_signed(c->regs->ax, c->regs->ip)");
	check_binary(fixture, LOCATE_SHIFT_LEFT, false, "rt_location_shift_left(c->regs->ax, c->regs->ip)");
	check_binary(fixture, LOCATE_SHIFT_RIGHT, false, "rt_location_shift_right(c->regs->ax, c->regs->ip)");
	check_binary(fixture, LOCATE_SHIFT_RIGHT, true, "rt_location_shift_right_signed(c->regs->ax, c->regs->ip)");
	check_binary(fixture, LOCATE_EQUAL, false, "((u64)c->regs->ax == (u64)c->regs->ip)");
	check_binary(fixture, LOCATE_NOT_EQUAL, false, "((u64)c->regs->ax != (u64)c->regs->ip)");
	check_binary(fixture, LOCATE_LESS, true, "((s64)c->regs->ax < (s64)c->regs->ip)");
	check_binary(fixture, LOCATE_LESS_OR_EQUAL, false, "((u64)c->regs->ax <= (u64)c->regs->ip)");
}

static void constants(void **state)
{
	struct fixture *fixture = *state;
	struct location *location = fixture->location;
	unsigned int rsp = add_register(fixture, 7), three = location_add_constant(location, 3);

	check(fixture, three, "", "3");
	check(fixture, location_add_constant(location, UINT64_MAX), "", "0xffffffffffffffffUL");
	check(fixture, location_add_binary(location, LOCATE_ADD, rsp, three, false), "", "(c->regs->sp + 3)");
	check(fixture, location_add_binary(location, LOCATE_SUBTRACT, rsp, three, false), "", "(c->regs->sp - 3)");
	check(fixture, location_add_binary(location, LOCATE_SHIFT_RIGHT, rsp, three, true), "",
	      "((s64)c->regs->sp >> 3)");
	check(fixture, location_add_binary(location, LOCATE_SHIFT_LEFT, rsp, three, false), "",
	      "((u64)c->regs->sp << 3)");
	check(fixture, location_add_extend(location, rsp, 4, true), "", "(u64)(s64)(s32)c->regs->sp");
	check(fixture, location_add_extend(location, rsp, 1, false), "", "(u64)(u8)c->regs->sp");
}

static void addresses(void **state)
{
	struct fixture *fixture = *state;
	struct location_step step = { .operation = LOCATE_ADDRESS, .number = 0x20, .symbol = "jiffies" };
	struct location_step per_cpu = { .operation = LOCATE_PER_CPU };

	per_cpu.left = location_add(fixture->location, step);
	check(fixture, per_cpu.left, "", "((unsigned long)&jiffies + 0x20UL)");
	check(fixture, location_add(fixture->location, per_cpu), "",
	      "rt_location_per_cpu((unsigned long)&jiffies + 0x20UL)");
	step.number = (uint64_t)-0x10;
	check(fixture, location_add(fixture->location, step), "", "((unsigned long)&jiffies - 0x10UL)");
	per_cpu.left = location_add_constant(fixture->location, 0x1a2c0);
	check(fixture, location_add(fixture->location, per_cpu), "", "rt_location_per_cpu(0x1a2c0UL)");
}

/* Each section once, and each build: the reader looks for them when the module is loaded. */
static void addresses_of_modules(void **state)
{
	struct fixture *fixture = *state;
	struct location_step step = {
		.operation = LOCATE_ADDRESS, .number = 8, .module = "nfs", .symbol = ".data", .build_id = "12ab",
	};
	g_autoptr(GString) out = g_string_new(NULL);

	check(fixture, location_add(fixture->location, step), "", "(rt_anchors[0] + 0x8UL)");
	step.symbol = ".bss";
	check(fixture, location_add(fixture->location, step), "", "(rt_anchors[1] + 0x8UL)");
	step.symbol = ".data";
	step.number = 16;
	check(fixture, location_add(fixture->location, step), "", "(rt_anchors[0] + 0x10UL)");
	emit_anchors(&fixture->emitter, out);
	assert_string_equal(out->str,
			    "/* Where sections of modules lie; the reader knows it when this module is loaded. */\n"
			    "static unsigned long rt_anchors[2];\n"
			    "module_param_array_named(anchors, rt_anchors, ulong, NULL, 0400);\n"
			    "MODULE_INFO(spile_anchor, \"0 nfs .data\");\n"
			    "MODULE_INFO(spile_anchor, \"1 nfs .bss\");\n"
			    "MODULE_INFO(spile_build_id, \"nfs:12ab\");\n\n");
}

static void reads_are_statements(void **state)
{
	struct fixture *fixture = *state;
	struct location *location = fixture->location;
	unsigned int rsp = add_register(fixture, 7), address, read;

	address = location_add_binary(location, LOCATE_ADD, rsp, location_add_constant(location, 24), false);
	read = location_add_read(location, address, 4);
	check(fixture, location_add_extend(location, read, 4, true),
	      "\tt_1 = RT_READ_KERNEL(c, u32, c->regs->sp + 24, P);\n\tif (rt_failed(c))\n\t\tgoto out;\n",
	      "(u64)(s64)(s32)(u64)t_1");
	assert_string_equal(fixture->emitter.declarations->str, "\ts64 t_1;\n");
}

static void what_is_needed_twice_has_a_name(void **state)
{
	struct fixture *fixture = *state;
	struct location *location = fixture->location;
	unsigned int rax = add_register(fixture, 0), sum, square;

	sum = location_add_binary(location, LOCATE_ADD, rax, location_add_constant(location, 1), false);
	square = location_add_binary(location, LOCATE_MULTIPLY, sum, sum, false);
	check(fixture, location_add_binary(location, LOCATE_MULTIPLY, square, rax, false),
	      "\tt_1 = (s64)(c->regs->ax + 1);\n", "(((u64)t_1 * (u64)t_1) * c->regs->ax)");
}

/* A value is asked for, and whoever asks for one more finds it in the same slot. */
static void registers_of_entries(void **state)
{
	struct fixture *fixture = *state;
	struct location *location = fixture->location;
	const struct location_entry entry = { .function = "f" }, other = { .function = "g" };
	struct location_step step = { .operation = LOCATE_ENTERED, .number = 5, .entry = &entry };
	unsigned int rsp = add_register(fixture, 7);

	step.left = location_add_binary(location, LOCATE_ADD, rsp, location_add_constant(location, 8), false);
	check(fixture, location_add_extend(location, location_add(location, step), 4, true),
	      "\tt_1 = (s64)rt_entered_value(c, 0, c->regs->sp + 8, 0, P);\t/* rdi at the entry of f */\n"
	      "\tif (rt_failed(c))\n\t\tgoto out;\n", "(u64)(s64)(s32)(u64)t_1");
	step.number = 4;
	check(fixture, location_add(location, step),
	      "\tt_2 = (s64)rt_entered_value(c, 0, c->regs->sp + 8, 1, P);\t/* rsi at the entry of f */\n"
	      "\tif (rt_failed(c))\n\t\tgoto out;\n", "(u64)t_2");
	step.entry = &other;
	check(fixture, location_add(location, step),
	      "\tt_3 = (s64)rt_entered_value(c, 1, c->regs->sp + 8, 0, P);\t/* rsi at the entry of g */\n"
	      "\tif (rt_failed(c))\n\t\tgoto out;\n", "(u64)t_3");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_operation), TEST(constants), TEST(addresses), TEST(addresses_of_modules), TEST(reads_are_statements),
		TEST(what_is_needed_twice_has_a_name), TEST(registers_of_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
