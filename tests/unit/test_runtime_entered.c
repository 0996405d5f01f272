/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of functions' entries (runtime/entered.h): each call has its own, and what cannot be the
 * call's own is not believed.
 */
#include "runtime_fixture.h"
#include "runtime/entered.c"

#define STACK 0xffffc90000004000UL

static struct rt_entered_function functions[] = { { .name = "f", .is_seen = 1 }, { .name = "g", .is_seen = 1 } };

struct rt_entered rt_entered = { .functions = functions, .calls = 64, .values = 2 };

static int set_up(void **state)
{
	fixture_set_up(state);
	rt_entered.calls = 64;
	rt_entered.has_forgotten = 0;
	functions[0].is_seen = 1;
	functions[0].missed = NULL;
	shim_current = &shim_task;
	assert_true(rt_entered_init());
	return 0;
}

static int tear_down(void **state)
{
	rt_entered_fini();
	return fixture_tear_down(state);
}

/* A call of `function` that is entered with two values. */
static void enter(u32 function, unsigned long frame, u64 first, u64 second)
{
	struct rt_entered_slot *e = rt_entered_open(function, frame);

	assert_non_null(e);
	e->values[0] = first;
	e->values[1] = second;
	rt_entered_close(e);
	shim_jiffies++;
}

static void check(u32 function, unsigned long frame, u64 first, u64 second)
{
	struct rt_context *c = fixture_context();

	assert_int_equal(rt_entered_value(c, function, frame, 0, PLACE), first);
	assert_int_equal(rt_entered_value(c, function, frame, 1, PLACE), second);
	assert_false(rt_failed(c));
}

static void check_unknown(u32 function, unsigned long frame, const char *text)
{
	struct rt_context *c = fixture_context();

	assert_int_equal(rt_entered_value(c, function, frame, 0, PLACE), 0);
	assert_int_equal(c->failed, RT_FAILED_SOFT);
	assert_string_equal(c->error, text);
	c->failed = 0;
}

static void each_call_has_its_own(void **state)
{
	unsigned long i;

	for (i = 0; i < 5; i++)
		enter(0, STACK - 96 * i, i, ~i);
	enter(1, STACK, 100, 200);
	for (i = 0; i < 5; i++)
		check(0, STACK - 96 * i, i, ~i);
	check(1, STACK, 100, 200);
	enter(0, STACK, 7, 8);
	check(0, STACK, 7, 8);
	check(1, STACK, 100, 200);
	(void)state;
}

static void calls_from_before_are_unknown(void **state)
{
	enter(0, STACK, 1, 2);
	check_unknown(0, STACK + 8, "unknown call of f: it began before the session");
	check_unknown(1, STACK, "unknown call of g: it began before the session");
	(void)state;
}

static void another_task_has_left_it(void **state)
{
	struct task_struct other;

	enter(0, STACK, 1, 2);
	shim_current = &other;
	check_unknown(0, STACK, "unknown call of f: it began before the session");
	(void)state;
}

/* What was written before an entry went by unseen may be of the call before this one. */
static void a_missed_entry_is_noticed(void **state)
{
	unsigned long missed = 0;

	functions[0].missed = &missed;
	enter(0, STACK, 1, 2);
	enter(1, STACK, 3, 4);
	missed++;
	check_unknown(0, STACK, "unknown call of f: the kernel missed a call of it");
	check(1, STACK, 3, 4);
	enter(0, STACK, 5, 6);
	check(0, STACK, 5, 6);
	(void)state;
}

static void an_entry_without_a_probe_is_named(void **state)
{
	functions[0].is_seen = 0;
	check_unknown(0, STACK, "unknown call of f: its entry could not be probed");
	(void)state;
}

/* More calls than there is room for: those that are known are right, the newest always is. */
static void the_oldest_make_room(void **state)
{
	unsigned long i, known = 0;

	for (i = 0; i < 1000; i++) {
		enter(0, STACK + 4096 * i, i, ~i);
		check(0, STACK + 4096 * i, i, ~i);
	}
	for (i = 0; i < 1000; i++) {
		struct rt_context *c = fixture_context();
		u64 value = rt_entered_value(c, 0, STACK + 4096 * i, 0, PLACE);

		if (rt_failed(c)) {
			assert_non_null(strstr(c->error, "forgotten for others (see MAXENTERED)"));
			c->failed = 0;
			continue;
		}
		assert_int_equal(value, i);
		known++;
	}
	assert_true(known > 32 && known <= 64);
	(void)state;
}

/* An entry that interrupts others while they write takes another slot, or none, and spoils nothing. */
static void entries_interrupt_entries(void **state)
{
	struct rt_entered_slot *open[RT_ENTERED_WAYS];
	unsigned long frame = STACK, frames[RT_ENTERED_WAYS];
	u32 i;

	for (i = 0; i < RT_ENTERED_WAYS; frame += 8) {
		if (rt_entered_set(frame) != rt_entered_set(STACK))
			continue;
		frames[i] = frame;
		open[i] = rt_entered_open(0, frame);
		assert_non_null(open[i]);
		check_unknown(0, frame, "unknown call of f: it began before the session");
		open[i++]->values[0] = frame;
	}
	while (rt_entered_set(frame) != rt_entered_set(STACK))
		frame += 8;
	assert_null(rt_entered_open(0, frame));
	for (i = 0; i < RT_ENTERED_WAYS; i++) {
		open[i]->values[1] = i;
		rt_entered_close(open[i]);
	}
	for (i = 0; i < RT_ENTERED_WAYS; i++)
		check(0, frames[i], frames[i], i);
	enter(0, frame, 1, 2);
	check(0, frame, 1, 2);
	(void)state;
}

static void memory_may_be_short(void **state)
{
	rt_entered_fini();
	shim_allocations_left = 0;
	assert_false(rt_entered_init());
	rt_entered_fini();
	shim_allocations_left = INT_MAX;
	rt_entered.calls = 1;
	assert_true(rt_entered_init());
	enter(0, STACK, 1, 2);
	check(0, STACK, 1, 2);
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_call_has_its_own), TEST(calls_from_before_are_unknown), TEST(another_task_has_left_it),
		TEST(a_missed_entry_is_noticed), TEST(an_entry_without_a_probe_is_named), TEST(the_oldest_make_room),
		TEST(entries_interrupt_entries), TEST(memory_may_be_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
