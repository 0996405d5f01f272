/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics: parts of several CPUs read as one, the bounds of both kinds of histogram, and the
 * edges of the number range.
 */
#include "runtime_fixture.h"
#include "runtime/globals.h"

static struct rt_stat_global plain;
static struct rt_stat_global logarithmic = { .type = { .kind = SPILE_HISTOGRAM_LOG } };
static struct rt_stat_global linear = {
	.type = { .kind = SPILE_HISTOGRAM_LINEAR, .low = -10, .high = 20, .step = 10 },
};

static struct rt_map *const no_maps[] = { NULL };
static struct rt_foreach_order *const no_orders[] = { NULL };
static struct rt_stat_global *const stats[] = { &plain, &logarithmic, &linear, NULL };
static const struct rt_globals globals = { no_maps, stats, no_orders };

static int set_up(void **state)
{
	fixture_set_up(state);
	assert_true(rt_globals_init(&globals));
	return 0;
}

static int tear_down(void **state)
{
	rt_globals_fini(&globals);
	return fixture_tear_down(state);
}

static void parts_are_read_as_one(void **state)
{
	struct rt_context *c = fixture_context();
	const struct rt_stat *s;

	for (shim_cpu = 0; shim_cpu < SHIM_CPUS; shim_cpu++) {
		rt_stat_add(&plain, 10 * shim_cpu);
		rt_stat_add(&plain, -3);
	}
	shim_cpu = 0;
	s = rt_stat_read(c, &plain);
	assert_int_equal(rt_stat_count(s), 2 * SHIM_CPUS);
	assert_int_equal(rt_stat_sum(s), 60 - 3 * SHIM_CPUS);
	assert_int_equal(rt_stat_min(c, s, WHERE), -3);
	assert_int_equal(rt_stat_max(c, s, WHERE), 30);
	assert_int_equal(rt_stat_average(c, s, WHERE), (60 - 3 * SHIM_CPUS) / (2 * SHIM_CPUS));
	assert_false(rt_failed(c));

	rt_stat_clear(&plain);
	assert_int_equal(rt_stat_count(rt_stat_read(c, &plain)), 0);
	(void)state;
}

static void empty_has_no_minimum(void **state)
{
	s64 (*const functions[])(struct rt_context *, const struct rt_stat *, const char *) = {
		rt_stat_min, rt_stat_max, rt_stat_average,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		struct rt_context *c = fixture_context();

		assert_int_equal(functions[i](c, rt_stat_read(c, &plain), WHERE), 0);
		assert_true(rt_failed(c));
		assert_string_equal(c->error, "empty aggregate");
		assert_string_equal(c->error_where, WHERE);
	}
	(void)state;
}

static void extremes_do_not_overflow(void **state)
{
	struct rt_context *c = fixture_context();
	const struct rt_stat *s;

	rt_stat_add(&logarithmic, RT_S64_MAX);
	rt_stat_add(&logarithmic, RT_S64_MAX);
	rt_stat_add(&logarithmic, RT_S64_MIN);
	s = rt_stat_read(c, &logarithmic);
	assert_int_equal(rt_stat_min(c, s, WHERE), RT_S64_MIN);
	assert_int_equal(rt_stat_max(c, s, WHERE), RT_S64_MAX);
	assert_int_equal(rt_stat_sum(s), RT_S64_MAX - 1);
	assert_int_equal(s->buckets[64 + 63], 2);
	assert_int_equal(s->buckets[0], 1);
	(void)state;
}

static void buckets_of_powers_of_two(void **state)
{
	static const struct { s64 value; u32 bucket; } expected[] = {
		{ 0, 64 }, { 1, 65 }, { 2, 66 }, { 3, 66 }, { 4, 67 }, { 7, 67 }, { 8, 68 },
		{ 1023, 74 }, { 1024, 75 }, { -1, 63 }, { -2, 62 }, { -3, 62 }, { -4, 61 },
		{ 1LL << 62, 127 }, { -(1LL << 62), 1 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(expected); i++)
		assert_int_equal(rt_stat_bucket(&logarithmic.type, expected[i].value),
				 expected[i].bucket);
	assert_int_equal(rt_stat_bucket_count(&logarithmic.type), 129);
	(void)state;
}

static void buckets_of_equal_width(void **state)
{
	static const struct { s64 value; u32 bucket; } expected[] = {
		{ RT_S64_MIN, 0 }, { -11, 0 }, { -10, 1 }, { -1, 1 }, { 0, 2 }, { 9, 2 },
		{ 10, 3 }, { 19, 3 }, { 20, 4 }, { 21, 5 }, { RT_S64_MAX, 5 },
	};
	u32 i;

	assert_int_equal(rt_stat_bucket_count(&linear.type), 6);
	for (i = 0; i < ARRAY_SIZE(expected); i++)
		assert_int_equal(rt_stat_bucket(&linear.type, expected[i].value),
				 expected[i].bucket);
	(void)state;
}

/* Every value lands in one bucket, and the last one is inside for all bounds. */
static void any_linear_type_stays_inside(void **state)
{
	struct rt_stat_type type = { .kind = SPILE_HISTOGRAM_LINEAR };
	s64 value;

	for (type.low = -7; type.low <= 7; type.low++) {
		for (type.high = type.low; type.high <= 9; type.high++) {
			for (type.step = 1; type.step <= 5; type.step++) {
				u32 count = rt_stat_bucket_count(&type);

				for (value = -12; value <= 12; value++)
					assert_true(rt_stat_bucket(&type, value) < count);
				assert_true(rt_stat_bucket(&type, type.high) == count - 2);
			}
		}
	}
	(void)state;
}

static void impossible_types_are_refused(void **state)
{
	struct rt_stat_global s = { .type = { .kind = SPILE_HISTOGRAM_LINEAR } };

	s.type.high = 10;
	assert_false(rt_stat_init(&s));
	s.type.step = -1;
	assert_false(rt_stat_init(&s));
	s.type.step = 1;
	s.type.low = 11;
	assert_false(rt_stat_init(&s));
	s.type.low = RT_S64_MIN;
	s.type.high = RT_S64_MAX;
	assert_false(rt_stat_init(&s));
	s.type.low = 0;
	s.type.high = RT_STAT_MAX_BUCKETS - 3;
	assert_true(rt_stat_init(&s));
	rt_stat_fini(&s);
	(void)state;
}

static void memory_that_runs_out_is_given_back(void **state)
{
	int before, left = 0;

	rt_globals_fini(&globals);
	before = shim_allocations;
	do {
		shim_allocations_left = left++;
		if (rt_globals_init(&globals))
			break;
		assert_int_equal(shim_allocations, before);
	} while (left < 100);
	/* Three statistics, a scratch for each CPU and the process context. */
	assert_int_equal(left - 1, 3 + SHIM_CPUS + 1);
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts_are_read_as_one),
		TEST(empty_has_no_minimum),
		TEST(extremes_do_not_overflow),
		TEST(buckets_of_powers_of_two),
		TEST(buckets_of_equal_width),
		TEST(any_linear_type_stays_inside),
		TEST(impossible_types_are_refused),
		TEST(memory_that_runs_out_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
