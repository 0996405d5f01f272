/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runtime as --suppress-handler-errors, --suppress-time-limits and --stap-errors compile it:
 * every error is hard, none ends the session, each is counted at its place.
 */
#define RT_SUPPRESS_HANDLER_ERRORS 1
#define RT_STAP_ERRORS 1
#define RT_TIME_LIMITS 0
#define RT_MAXSKIPPED 0
#include "runtime_fixture.h"
#include "runtime/element.h"

static struct rt_context *enter(void)
{
	struct rt_context *c = rt_enter(1);

	assert_non_null(c);
	return c;
}

static void fail_at(const char *where)
{
	struct rt_context *c = enter();

	rt_error_at(c, where, "division by 0");
	rt_leave(c);
}

static void errors_are_counted_at_their_place(void **state)
{
	static const char here[] = "a.stp:1:1", there[] = "a.stp:2:2";

	fail_at(here);
	fail_at(there);
	fail_at(here);
	fail_at(NULL);
	assert_int_equal(rt_session.running, 1);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].given_up, 4);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].errors, 0);
	assert_ptr_equal(rt_places, &rt_probes[1].place);
	assert_ptr_equal(rt_places->next->where, there);
	assert_int_equal(atomic_long_read(&rt_places->next->count), 1);
	assert_ptr_equal(rt_places->next->next->where, here);
	assert_int_equal(atomic_long_read(&rt_places->next->next->count), 2);
	assert_string_equal(rt_places->next->next->text, "division by 0");
	(void)state;
}

static void more_places_than_the_table_holds(void **state)
{
	static const char wheres[RT_ERROR_PLACES + 9];
	int i;

	for (i = 0; i < RT_ERROR_PLACES + 9; i++)
		fail_at(&wheres[i]);
	assert_ptr_equal(rt_places, &rt_probes[1].place);
	assert_int_equal(atomic_long_read(&rt_places->count), 9);
	(void)state;
}

static void every_error_is_hard(void **state)
{
	static struct rt_table table;
	static const struct rt_map map = {
		.table = &table, .name = "map", .key_count = 1, .value = RT_VALUE_LONG, .capacity = 1,
	};
	struct rt_context *c = enter();
	union rt_key key = { .n = 1 };

	assert_true(rt_map_init(&map));
	assert_true(rt_map_set(c, &map, &key, 1, PLACE));
	key.n = 2;
	assert_null(rt_map_slot(c, &map, &key, PLACE));
	assert_int_equal(c->failed, RT_FAILED_HARD);
	rt_error_take(c, NULL);
	rt_fault(c, "read fault");
	assert_int_equal(c->failed, RT_FAILED_HARD);
	rt_error_take(c, NULL);
	assert_null(rt_places);
	rt_leave(c);
	rt_map_fini(&map);
	(void)state;
}

static void time_has_no_limits_but_one(void **state)
{
	static struct rt_lock lock = { .holder = 3 };
	static struct rt_lock *const locks[] = { &lock };
	struct rt_context *c = enter();
	int i;

	for (i = 0; i < 10 * MAXACTION; i++)
		assert_true(rt_loop(c, 1, WHERE));
	shim_delays = 0;
	assert_false(rt_locks_take(c, locks, 1, 0, 0));
	assert_int_equal(shim_delays, 1000000);
	assert_int_equal(rt_counters_of(c)[1].skipped_lock, 1);
	rt_leave(c);
	assert_int_equal(rt_session.running, 1);
	(void)state;
}

/* Places are static: what a test has counted must not meet the next one. */
static int set_up(void **state)
{
	atomic_long_t none = { 0 };

	rt_probes[1].place.count = none;
	return fixture_set_up(state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(errors_are_counted_at_their_place),
		TEST(more_places_than_the_table_holds),
		TEST(every_error_is_hard),
		TEST(time_has_no_limits_but_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
