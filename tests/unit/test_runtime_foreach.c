/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Iteration: every order, limits, slices, equal weights, elements deleted and made anew meanwhile,
 * and statements that are entered again while they run.
 */
#include "runtime_fixture.h"
#include "runtime/foreach.h"

#define CAPACITY 200

static struct rt_table map_table;
static const struct rt_map map = {
	.table = &map_table, .name = "map", .key_count = 2, .key_is_string = { 0, 1 }, .value = RT_VALUE_LONG,
	.capacity = CAPACITY,
};
static struct rt_table texts_table;
static const struct rt_map texts = {
	.table = &texts_table, .name = "texts", .key_count = 1, .value = RT_VALUE_STRING, .capacity = CAPACITY,
};
static struct rt_table statistics_table;
static const struct rt_map statistics = {
	.table = &statistics_table, .name = "statistics", .key_count = 1, .value = RT_VALUE_STAT, .capacity = CAPACITY,
	.stat_type = { .with_variance = 1 },
};
static struct rt_foreach_order order = { .map = &map };
static struct rt_foreach_order order_of_texts = { .map = &texts };
static struct rt_foreach_order order_of_statistics = { .map = &statistics };

static int set_up(void **state)
{
	fixture_set_up(state);
	assert_true(rt_map_init(&map) && rt_map_init(&texts) && rt_map_init(&statistics));
	assert_true(rt_order_init(&order) && rt_order_init(&order_of_texts) &&
		    rt_order_init(&order_of_statistics));
	order.busy = 0;
	return 0;
}

static int tear_down(void **state)
{
	rt_order_fini(&order);
	rt_order_fini(&order_of_texts);
	rt_order_fini(&order_of_statistics);
	rt_map_fini(&map);
	rt_map_fini(&texts);
	rt_map_fini(&statistics);
	return fixture_tear_down(state);
}

static void put(s64 n, const char *s, s64 value)
{
	union rt_key keys[2];

	keys[0].n = n;
	keys[1].s = s;
	assert_true(rt_map_set(fixture_context(), &map, keys, value, PLACE));
}

/* Values in some scattered order, with repetitions. */
static void fill(int count)
{
	char text[16];
	int i;

	for (i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "s%03d", (i * 37) % 101);
		put(i, text, (i * 7919) % 53 - 20);
	}
}

static void begin(struct rt_foreach *i, enum rt_sort direction, u32 column, s64 limit)
{
	assert_true(rt_foreach_begin(fixture_context(), i, &order, direction, column,
				     RT_STAT_COUNT, limit, NULL, 0, WHERE));
}

static void unsorted_is_by_insertion(void **state)
{
	struct rt_foreach i;
	s64 expected = 0;

	fill(CAPACITY);
	begin(&i, RT_SORT_NONE, 0, RT_NO_LIMIT);
	while (rt_foreach_next(&i))
		assert_int_equal(rt_foreach_key(&i, 0), expected++);
	rt_foreach_end(&i);
	assert_int_equal(expected, CAPACITY);
	(void)state;
}

static void check_sorted_by_value(enum rt_sort direction, int count, s64 limit)
{
	s64 wanted = limit < 0 ? 0 : limit > count ? count : limit;
	s64 last = 0, last_key = 0, seen = 0;
	struct rt_foreach i;

	begin(&i, direction, 0, limit);
	while (rt_foreach_next(&i)) {
		s64 value = rt_foreach_value(&i);
		s64 key = rt_foreach_key(&i, 0);

		if (seen) {
			assert_true(direction * value >= direction * last);
			assert_true(value != last || key > last_key);
		}
		last = value;
		last_key = key;
		seen++;
	}
	rt_foreach_end(&i);
	assert_int_equal(seen, wanted);
}

static void sorted_by_value(void **state)
{
	int count;

	for (count = 0; count <= CAPACITY; count += 1 + count / 3) {
		rt_map_clear(&map);
		fill(count);
		check_sorted_by_value(RT_SORT_ASCENDING, count, RT_NO_LIMIT);
		check_sorted_by_value(RT_SORT_DESCENDING, count, RT_NO_LIMIT);
		check_sorted_by_value(RT_SORT_DESCENDING, count, 5);
		check_sorted_by_value(RT_SORT_ASCENDING, count, 1);
		check_sorted_by_value(RT_SORT_ASCENDING, count, 0);
		check_sorted_by_value(RT_SORT_DESCENDING, count, -7);
		check_sorted_by_value(RT_SORT_ASCENDING, count, 1LL << 40);
	}
	(void)state;
}

/* The few that a limit asks for are the same as the first of all. */
static void limit_takes_the_first(void **state)
{
	struct rt_foreach i;
	s64 smallest[3] = { 0, 0, 0 };
	int n = 0;

	put(1, "a", 50);
	put(2, "b", -9);
	put(3, "c", 7);
	put(4, "d", -10);
	begin(&i, RT_SORT_ASCENDING, 0, 3);
	while (rt_foreach_next(&i))
		smallest[n++] = rt_foreach_key(&i, 0);
	rt_foreach_end(&i);
	assert_int_equal(n, 3);
	assert_int_equal(smallest[0], 4);
	assert_int_equal(smallest[1], 2);
	assert_int_equal(smallest[2], 3);
	(void)state;
}

static void sorted_by_keys(void **state)
{
	struct rt_foreach i;
	char last[MAXSTRINGLEN] = "";
	s64 expected = CAPACITY;
	u32 seen = 0;

	fill(CAPACITY);
	begin(&i, RT_SORT_DESCENDING, 1, RT_NO_LIMIT);
	while (rt_foreach_next(&i))
		assert_int_equal(rt_foreach_key(&i, 0), --expected);
	rt_foreach_end(&i);
	begin(&i, RT_SORT_ASCENDING, 2, RT_NO_LIMIT);
	while (rt_foreach_next(&i)) {
		assert_true(strcmp(last, rt_foreach_key_string(&i, 1)) <= 0);
		strcpy(last, rt_foreach_key_string(&i, 1));
		seen++;
	}
	rt_foreach_end(&i);
	assert_int_equal(seen, CAPACITY);
	(void)state;
}

static void sorted_by_string_value(void **state)
{
	static const char *const words[] = { "pear", "apple", "fig", "apple" };
	static const s64 expected[] = { 0, 2, 1, 3 };
	struct rt_context *c = fixture_context();
	struct rt_foreach i;
	u32 n;

	for (n = 0; n < 4; n++) {
		union rt_key key;

		key.n = n;
		assert_true(rt_map_set_string(c, &texts, &key, words[n], PLACE));
	}
	assert_true(rt_foreach_begin(c, &i, &order_of_texts, RT_SORT_DESCENDING, 0, RT_STAT_COUNT,
				     RT_NO_LIMIT, NULL, 0, WHERE));
	for (n = 0; rt_foreach_next(&i); n++) {
		assert_int_equal(rt_foreach_key(&i, 0), expected[n]);
		assert_string_equal(rt_foreach_value_string(&i), words[expected[n]]);
	}
	rt_foreach_end(&i);
	assert_int_equal(n, 4);
	(void)state;
}

static s64 first_by(enum rt_stat_field field)
{
	struct rt_foreach i;
	s64 key;

	assert_true(rt_foreach_begin(fixture_context(), &i, &order_of_statistics,
				     RT_SORT_DESCENDING, 0, field, RT_NO_LIMIT, NULL, 0, WHERE));
	assert_true(rt_foreach_next(&i));
	key = rt_foreach_key(&i, 0);
	rt_foreach_end(&i);
	return key;
}

static void sorted_by_statistic(void **state)
{
	static const s64 values[][2] = {
		{ 1, 1 }, { 1, 1 }, { 1, 1 }, { 2, 50 }, { 2, -60 }, { 3, 20 }, { 4, 30 }, { 4, 4 },
	};
	struct rt_context *c = fixture_context();
	u32 n;

	for (n = 0; n < ARRAY_SIZE(values); n++) {
		union rt_key key;

		key.n = values[n][0];
		assert_true(rt_map_stat_add(c, &statistics, &key, values[n][1], PLACE));
	}
	assert_int_equal(first_by(RT_STAT_COUNT), 1);
	assert_int_equal(first_by(RT_STAT_SUM), 4);
	assert_int_equal(first_by(RT_STAT_MIN), 3);
	assert_int_equal(first_by(RT_STAT_MAX), 2);
	assert_int_equal(first_by(RT_STAT_AVERAGE), 3);
	assert_int_equal(first_by(RT_STAT_VARIANCE), 2);
	(void)state;
}

static void deleted_elements_are_passed_over(void **state)
{
	struct rt_foreach i;
	union rt_key keys[2];
	s64 n, seen = 0;

	for (n = 0; n < 10; n++)
		put(n, "x", n);
	keys[1].s = "x";
	begin(&i, RT_SORT_ASCENDING, 0, RT_NO_LIMIT);
	while (rt_foreach_next(&i)) {
		n = rt_foreach_key(&i, 0);
		assert_int_equal(n % 2, 0);
		seen++;
		/* The next one goes; a new element takes its slot and must not be met. */
		keys[0].n = n + 1;
		rt_map_delete(&map, keys);
		put(1001 + 2 * n, "x", 1001);
	}
	rt_foreach_end(&i);
	assert_int_equal(seen, 5);
	assert_int_equal(map_table.count, 10);
	(void)state;
}

static void clearing_ends_the_iteration(void **state)
{
	struct rt_foreach i;

	fill(20);
	begin(&i, RT_SORT_NONE, 0, RT_NO_LIMIT);
	assert_true(rt_foreach_next(&i));
	rt_map_clear(&map);
	assert_false(rt_foreach_next(&i));
	rt_foreach_end(&i);
	(void)state;
}

/* Every third element, biggest first, no more than asked for. */
static void slices_are_sorted_and_limited(void **state)
{
	struct rt_context *c = fixture_context();
	union rt_key keys[2];
	struct rt_foreach i;
	s64 n, seen = 0;

	for (n = 0; n < 30; n++)
		put(n, n % 3 ? "other" : "third", n * 7 % 30);
	keys[0].n = -1;
	keys[1].s = "third";
	assert_true(rt_foreach_begin(c, &i, &order, RT_SORT_DESCENDING, 0, RT_STAT_COUNT, 4, keys,
				     1 << 1, WHERE));
	keys[1].s = NULL;
	while (rt_foreach_next(&i)) {
		assert_string_equal(rt_foreach_key_string(&i, 1), "third");
		assert_int_equal(rt_foreach_value(&i), 27 - 3 * seen++);
	}
	rt_foreach_end(&i);
	assert_int_equal(seen, 4);

	keys[0].n = 5;
	keys[1].s = "third";
	assert_true(rt_foreach_begin(c, &i, &order, RT_SORT_NONE, 0, RT_STAT_COUNT, RT_NO_LIMIT,
				     keys, 3, WHERE));
	assert_false(rt_foreach_next(&i));
	rt_foreach_end(&i);
	(void)state;
}

static void entering_again_is_an_error(void **state)
{
	struct rt_context *c = fixture_context();
	struct rt_foreach outer, inner;

	fill(3);
	begin(&outer, RT_SORT_NONE, 0, RT_NO_LIMIT);
	assert_false(rt_foreach_begin(c, &inner, &order, RT_SORT_NONE, 0, RT_STAT_COUNT,
				      RT_NO_LIMIT, NULL, 0, WHERE));
	assert_true(rt_failed(c));
	rt_foreach_end(&inner);
	assert_true(rt_foreach_next(&outer));
	rt_foreach_end(&outer);
	rt_foreach_end(&outer);
	begin(&outer, RT_SORT_NONE, 0, RT_NO_LIMIT);
	rt_foreach_end(&outer);
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unsorted_is_by_insertion),
		TEST(sorted_by_value),
		TEST(limit_takes_the_first),
		TEST(sorted_by_keys),
		TEST(sorted_by_string_value),
		TEST(sorted_by_statistic),
		TEST(deleted_elements_are_passed_over),
		TEST(clearing_ends_the_iteration),
		TEST(slices_are_sorted_and_limited),
		TEST(entering_again_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
