/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics: parts of several CPUs read as one, the bounds of both kinds of histogram, the
 * variance, and the edges of the number range.
 */
#include "runtime_fixture.h"
#include "runtime/globals.h"

static const struct rt_stat_global plain = { .part = 0 };
static const struct rt_stat_global logarithmic = {
	.type = { .kind = SPILE_HISTOGRAM_LOG }, .part = 1,
};
static const struct rt_stat_global linear = {
	.type = { .kind = SPILE_HISTOGRAM_LINEAR, .low = -10, .high = 20, .step = 10 },
	.part = 2,
};

static const struct rt_stat_global varying = { .type = { .with_variance = 1 }, .part = 3 };

static const struct rt_map *const no_maps[] = { NULL };
static struct rt_foreach_order *const no_orders[] = { NULL };
static const struct rt_stat_global *const stats[] = {
	&plain, &logarithmic, &linear, &varying, NULL,
};
static const struct rt_globals globals = { NULL, NULL, no_maps, stats, no_orders };

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
		rt_stat_add(rt_context_of(shim_cpu), &plain, 10 * shim_cpu);
		rt_stat_add(rt_context_of(shim_cpu), &plain, -3);
	}
	shim_cpu = 0;
	s = rt_stat_read(c, &plain, true);
	assert_int_equal(rt_stat_count(s), 2 * SHIM_CPUS);
	assert_int_equal(rt_stat_sum(s), 60 - 3 * SHIM_CPUS);
	assert_int_equal(rt_stat_min(c, s, WHERE), -3);
	assert_int_equal(rt_stat_max(c, s, WHERE), 30);
	assert_int_equal(rt_stat_average(c, s, WHERE), (60 - 3 * SHIM_CPUS) / (2 * SHIM_CPUS));
	assert_false(rt_failed(c));

	rt_stat_clear(&plain);
	assert_int_equal(rt_stat_count(rt_stat_read(c, &plain, true)), 0);
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

		assert_int_equal(functions[i](c, rt_stat_read(c, &plain, true), WHERE), 0);
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

	rt_stat_add(rt_context_of(shim_cpu), &logarithmic, RT_S64_MAX);
	rt_stat_add(rt_context_of(shim_cpu), &logarithmic, RT_S64_MAX);
	rt_stat_add(rt_context_of(shim_cpu), &logarithmic, RT_S64_MIN);
	s = rt_stat_read(c, &logarithmic, true);
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

static s64 variance_of(const s64 *values, u32 count)
{
	u32 i;

	rt_stat_clear(&varying);
	for (i = 0; i < count; i++) {
		shim_cpu = i % SHIM_CPUS;
		rt_stat_add(rt_context_of(shim_cpu), &varying, values[i]);
	}
	shim_cpu = 0;
	return rt_stat_variance(rt_stat_read(fixture_context(), &varying, true));
}

static void variances_by_hand(void **state)
{
	static const struct { s64 values[5]; u32 count; s64 variance; } expected[] = {
		{ { 0 }, 0, 0 }, { { 5 }, 1, 0 }, { { 5, 5 }, 2, 0 },
		{ { 1, 2, 3, 4, 5 }, 5, 2 }, { { -1, -2, -3, -4, -5 }, 5, 2 },
		{ { -10, 10 }, 2, 200 }, { { 0, 0, 0, 0, 10 }, 5, 20 },
		{ { RT_S64_MAX, RT_S64_MAX }, 2, 0 }, { { RT_S64_MIN, RT_S64_MIN }, 2, 0 },
		{ { RT_S64_MAX, RT_S64_MAX - 2 }, 2, 2 }, { { RT_S64_MIN, RT_S64_MIN + 3 }, 2, 4 },
		{ { RT_S64_MAX, RT_S64_MIN }, 2, RT_S64_MAX },
		{ { 1LL << 32, -(1LL << 32) + 1 }, 2, RT_S64_MAX },
		{ { 1LL << 31, -(1LL << 31) }, 2, RT_S64_MAX },
		{ { 1LL << 31, -(1LL << 31) + 1 }, 2, RT_S64_MAX - (1LL << 32) + 1 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(expected); i++)
		assert_int_equal(variance_of(expected[i].values, expected[i].count),
				 expected[i].variance);
	(void)state;
}

/* As a whole, in a map's slot, and by the definition in 128 bits. */
static void variances_at_random(void **state)
{
	static s64 values[500];
	u64 random = 88172645463325252ULL;
	u32 round, i;

	for (round = 1; round < 60; round++) {
		u32 count = 2 + round * 8;
		struct rt_stat one;
		__int128 sum = 0, squares = 0;

		rt_stat_reset(&one, &varying.type);
		for (i = 0; i < count; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			values[i] = (s64)random >> (64 - round % 40 - 1);
			sum += values[i];
			squares += (__int128)values[i] * values[i];
			rt_stat_include(&one, &varying.type, values[i]);
		}
		squares = (count * squares - sum * sum) / ((__int128)count * (count - 1));
		squares = squares > RT_S64_MAX ? RT_S64_MAX : squares;
		assert_int_equal(variance_of(values, count), (s64)squares);
		assert_int_equal(rt_stat_variance(&one), (s64)squares);
	}
	(void)state;
}

static void buckets_have_numbers(void **state)
{
	struct rt_context *c = fixture_context();
	const struct rt_stat *s;
	s64 i;

	for (i = -100; i <= 100; i++)
		rt_stat_add(rt_context_of(shim_cpu), &linear, i);
	s = rt_stat_read(c, &linear, true);
	assert_int_equal(rt_stat_bucket_at(c, &linear.type, s, 0, WHERE), 90);
	for (i = 1; i <= 3; i++)
		assert_int_equal(rt_stat_bucket_at(c, &linear.type, s, i, WHERE), 10);
	assert_int_equal(rt_stat_bucket_at(c, &linear.type, s, 4, WHERE), 1);
	assert_int_equal(rt_stat_bucket_at(c, &linear.type, s, 5, WHERE), 80);
	assert_int_equal(rt_stat_bucket_at(c, &linear.type, &rt_stat_none, 5, WHERE), 0);
	assert_false(rt_failed(c));
	assert_int_equal(rt_stat_bucket_at(c, &linear.type, s, 6, WHERE), 0);
	assert_string_equal(c->error, "histogram has no bucket 6, only 0 to 5");
	c = fixture_context();
	assert_int_equal(rt_stat_bucket_at(c, &linear.type, s, -1, WHERE), 0);
	assert_true(rt_failed(c));
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
	const struct rt_stat_global *const list[] = { &s, NULL };
	struct rt_globals one = globals;

	s.type.high = 10;
	assert_false(rt_stat_type_is_valid(&s.type));
	s.type.step = -1;
	assert_false(rt_stat_type_is_valid(&s.type));
	s.type.step = 1;
	s.type.low = 11;
	assert_false(rt_stat_type_is_valid(&s.type));
	s.type.low = RT_S64_MIN;
	s.type.high = RT_S64_MAX;
	rt_globals_fini(&globals);
	one.stats = list;
	assert_false(rt_globals_init(&one));
	s.type.low = 0;
	s.type.high = RT_STAT_MAX_BUCKETS - 3;
	assert_true(rt_globals_init(&one));
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
	/* Parts of statistics and scratch space, for each CPU and the process context. */
	assert_int_equal(left - 1, 2 * (SHIM_CPUS + 1));
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
		TEST(variances_by_hand),
		TEST(variances_at_random),
		TEST(buckets_have_numbers),
		TEST(buckets_of_equal_width),
		TEST(any_linear_type_stays_inside),
		TEST(impossible_types_are_refused),
		TEST(memory_that_runs_out_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
