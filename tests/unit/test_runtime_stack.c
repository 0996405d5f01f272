/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that lead to a probe, out of a walk that the shim makes: one of them, several as text,
 * a caller that the kernel missed.
 */
#include "runtime_fixture.h"
#include "runtime/stack.h"

static char text[MAXSTRINGLEN];
static struct pt_regs registers;

/* A hit at the entry of a function, with so many calls below it. */
static struct rt_context *hit(u32 calls)
{
	struct rt_context *c = rt_process_context;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(shim_stack); i++)
		shim_stack[i] = i < calls ? 0xffffffff81000100UL + i : 0;
	shim_module_begin = shim_module_end = 0;
	registers.ip = 0xffffffff81000001UL;
	registers.cs = 0x10;
	c->probe = &rt_probes[0];
	c->function = "probed";
	c->regs = &registers;
	return c;
}

static void calls_have_numbers(void **state)
{
	struct rt_context *c = hit(3);

	assert_int_equal(rt_stack_address(c, 0), 0xffffffff81000000UL);
	assert_int_equal(rt_stack_address(c, 1), 0xffffffff81000100UL);
	assert_int_equal(rt_stack_address(c, 3), 0xffffffff81000102UL);
	assert_int_equal(rt_stack_address(c, 4), 0);
	assert_int_equal(rt_stack_address(c, -1), 0);
	assert_int_equal(registers.ip, 0xffffffff81000001UL);
	(void)state;
}

static void a_program_has_none(void **state)
{
	struct rt_context *c = hit(3);

	registers.cs = 0x33;
	assert_int_equal(rt_stack_address(c, 0), 0);
	(void)state;
}

static void without_registers_our_own_are_left_out(void **state)
{
	struct rt_context *c = hit(4);

	c->regs = NULL;
	shim_module_begin = shim_stack[0];
	shim_module_end = shim_stack[2];
	assert_int_equal(rt_stack_address(c, 0), shim_stack[2]);
	assert_int_equal(rt_stack_address(c, 1), shim_stack[3]);
	assert_int_equal(rt_stack_address(c, 2), 0);
	(void)state;
}

static void addresses_are_text(void **state)
{
	struct rt_context *c = hit(2);

	rt_stack_addresses(c, text, 0, -1);
	assert_string_equal(text, "0xffffffff81000000 0xffffffff81000100 0xffffffff81000101");
	assert_int_equal(rt_stack_word(text, 0), 0xffffffff81000000UL);
	assert_int_equal(rt_stack_word(text, 2), 0xffffffff81000101UL);
	assert_int_equal(rt_stack_word(text, 3), 0);
	assert_int_equal(rt_stack_word("", 0), 0);
	rt_stack_addresses(c, text, 1, 1);
	assert_string_equal(text, "0xffffffff81000100");
	rt_stack_addresses(c, text, 0, 0);
	assert_string_equal(text, "");
	rt_stack_addresses(c, text, 3, -1);
	assert_string_equal(text, "");
	(void)state;
}

/* Six of 19 bytes each, the last blank being the final zero: what does not fit is left out whole. */
static void a_text_has_what_fits(void **state)
{
	struct rt_context *c = hit(8);

	rt_stack_addresses(c, text, 0, -1);
	assert_int_equal(strlen(text), MAXSTRINGLEN / RT_STACK_WORD * RT_STACK_WORD - 1);
	assert_int_equal(rt_stack_word(text, 5), 0xffffffff81000104UL);
	assert_int_equal(rt_stack_word(text, 6), 0);
	(void)state;
}

static bool append(void *data, unsigned long address)
{
	static const char *const names[] = { "zero ", "one ", "two ", "three " };

	rt_string_append(data, names[address]);
	return true;
}

static void a_missed_caller_comes_second(void **state)
{
	struct rt_stack_walk walk = { .visit = append, .data = text, .missed = 2 };
	struct rt_stack_walk known = walk;

	text[0] = 0;
	assert_true(rt_stack_visit(&walk, 1) && rt_stack_visit(&walk, 3) && rt_stack_visit(&walk, 3));
	assert_string_equal(text, "one two three three ");
	text[0] = 0;
	assert_true(rt_stack_visit(&known, 1) && rt_stack_visit(&known, 2) && rt_stack_visit(&known, 3));
	assert_string_equal(text, "one two three ");
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(calls_have_numbers),
		TEST(a_program_has_none),
		TEST(without_registers_our_own_are_left_out),
		TEST(addresses_are_text),
		TEST(a_text_has_what_fits),
		TEST(a_missed_caller_comes_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
