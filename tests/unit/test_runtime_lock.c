/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks that are shared: who shares with whom, who waits for whom and for how long, what is left
 * behind by those who give up, and counts, which need no more than that.
 */
#include "runtime_fixture.h"
#include "runtime/count.h"
#include "runtime/lock.h"

#define PATIENCE (MAXTRYLOCK * TRYLOCKDELAY)

static struct rt_lock a = { .bit = 1 }, b = { .bit = 2 }, own;
static struct rt_lock *const all[] = { &own, &a, &b };

static int set_up(void **state)
{
	fixture_set_up(state);
	own.holder = a.holder = b.holder = 0;
	shim_delays = 0;
	return 0;
}

/* The context of a handler that runs on that CPU now. */
static struct rt_context *on_cpu(u32 cpu)
{
	shim_cpu = cpu;
	return fixture_context();
}

static u64 skips(const struct rt_context *c)
{
	return rt_counters_of(c)[1].skipped_lock;
}

static void sharers_do_not_wait_for_each_other(void **state)
{
	struct rt_context *c;
	u32 cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++) {
		c = on_cpu(cpu);
		assert_true(rt_locks_take(c, all + 1, 0, 2, 3));
		assert_int_equal(c->sharing, 3);
	}
	assert_int_equal(shim_delays, 0);
	assert_int_equal(a.holder | b.holder, 0);
	for (cpu = 0; cpu < SHIM_CPUS; cpu++) {
		rt_locks_drop(rt_context_of(cpu), all + 1, 0, 3);
		assert_int_equal(rt_context_of(cpu)->sharing, 0);
	}
	(void)state;
}

static void exclusive_waits_for_sharers(void **state)
{
	struct rt_context *sharer = on_cpu(1), *c;

	assert_true(rt_locks_take(sharer, all + 1, 0, 1, 1));
	c = on_cpu(0);
	assert_true(rt_locks_take(c, all + 2, 1, 0, 0));
	rt_locks_drop(c, all + 2, 1, 0);
	assert_int_equal(shim_delays, 0);
	assert_false(rt_locks_take(c, all, 2, 0, 0));
	assert_int_equal(shim_delays, PATIENCE);
	assert_int_equal(skips(c), 1);
	assert_int_equal(own.holder | a.holder, 0);
	rt_locks_drop(sharer, all + 1, 0, 1);
	assert_true(rt_locks_take(c, all, 2, 0, 0));
	assert_int_equal(a.holder, 1);
	rt_locks_drop(c, all, 2, 0);
	(void)state;
}

/* Its bits are withdrawn while it waits, and what it holds besides is given back when it gives up. */
static void sharer_waits_for_exclusive(void **state)
{
	struct rt_context *c = on_cpu(2);

	b.holder = 4;
	assert_false(rt_locks_take(c, all, 1, 2, 3));
	assert_int_equal(shim_delays, PATIENCE);
	assert_int_equal(c->sharing, 0);
	assert_int_equal(own.holder, 0);
	assert_int_equal(skips(c), 1);
	b.holder = 0;
	assert_true(rt_locks_take(c, all, 1, 2, 3));
	assert_int_equal(own.holder, 3);
	assert_int_equal(c->sharing, 3);
	rt_locks_drop(c, all, 1, 3);
	assert_int_equal(own.holder, 0);
	assert_int_equal(c->sharing, 0);
	(void)state;
}

static void nobody_waits_for_what_he_interrupted(void **state)
{
	struct rt_context *process = rt_process_enter(&rt_probes[0]), *c;

	assert_true(rt_locks_take(process, all + 1, 1, 1, 2));
	c = on_cpu(0);
	assert_false(rt_locks_take(c, all + 1, 0, 1, 1));
	assert_false(rt_locks_take(c, all + 2, 1, 0, 0));
	assert_int_equal(shim_delays, 0);
	assert_int_equal(skips(c), 2);
	assert_true(rt_locks_take(c, all + 2, 0, 1, 2));
	rt_locks_drop(c, all + 2, 0, 2);
	rt_locks_drop(process, all + 1, 1, 2);
	rt_process_leave(process);
	(void)state;
}

static void nobody_waits_for_a_sleeping_sharer(void **state)
{
	struct rt_context *process = rt_process_enter(&rt_probes[0]), *c;

	assert_true(rt_locks_take(process, all + 2, 0, 1, 2));
	rt_locks_mark(process, RT_LOCK_SLEEPS);
	c = on_cpu(3);
	assert_false(rt_locks_take(c, all + 2, 1, 0, 0));
	assert_int_equal(shim_delays, 0);
	rt_locks_mark(process, 0);
	assert_int_equal(process->holder, 4);
	rt_locks_drop(process, all + 2, 0, 2);
	assert_true(rt_locks_take(c, all + 2, 1, 0, 0));
	rt_locks_drop(c, all + 2, 1, 0);
	shim_cpu = 0;
	rt_process_leave(process);
	(void)state;
}

static void counts_are_sums_of_parts(void **state)
{
	struct rt_context *c;
	u32 cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		rt_context_of(cpu)->counts[1] += cpu + 1;
	rt_process_context->counts[1] -= 100;
	assert_int_equal(rt_count_read(1), SHIM_CPUS * (SHIM_CPUS + 1) / 2 - 100);
	assert_int_equal(rt_count_read(0), 0);
	c = on_cpu(2);
	rt_count_set(c, 1, RT_S64_MAX);
	assert_int_equal(rt_count_read(1), RT_S64_MAX);
	assert_int_equal(c->counts[1], RT_S64_MAX);
	rt_context_of(3)->counts[1]++;
	assert_int_equal(rt_count_read(1), RT_S64_MIN);
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sharers_do_not_wait_for_each_other),
		TEST(exclusive_waits_for_sharers),
		TEST(sharer_waits_for_exclusive),
		TEST(nobody_waits_for_what_he_interrupted),
		TEST(nobody_waits_for_a_sleeping_sharer),
		TEST(counts_are_sums_of_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
