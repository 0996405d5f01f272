/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps: filling, wrapping, deleting, nine keys, long strings, and a long random walk beside a
 * GHashTable that must agree at every step.
 */
#include <glib.h>
#include "runtime_fixture.h"
#include "runtime/map.h"

#define CAPACITY 64

static struct rt_map numbers = {
	.name = "numbers", .key_count = 1, .value = RT_VALUE_LONG, .capacity = CAPACITY,
};

static struct rt_map wrapping = {
	.name = "wrapping", .key_count = 1, .value = RT_VALUE_LONG, .capacity = CAPACITY,
	.wraps = 1,
};

static struct rt_map strings = {
	.name = "strings", .key_count = 2, .key_is_string = { 1, 0 }, .value = RT_VALUE_STRING,
	.capacity = CAPACITY, .wraps = 1,
};

static struct rt_map nine = {
	.name = "nine", .key_count = 9, .key_is_string = { 0, 1, 0, 1, 0, 1, 0, 1, 0 },
	.value = RT_VALUE_LONG, .capacity = CAPACITY,
};

static struct rt_map statistics = {
	.name = "statistics", .key_count = 1, .value = RT_VALUE_STAT, .capacity = 4,
	.stat_type = { .kind = SPILE_HISTOGRAM_LINEAR, .low = 0, .high = 10, .step = 5 },
};

static struct rt_map *const all_maps[] = { &numbers, &wrapping, &strings, &nine, &statistics };

static int set_up(void **state)
{
	u32 i;

	fixture_set_up(state);
	for (i = 0; i < ARRAY_SIZE(all_maps); i++)
		assert_true(rt_map_init(all_maps[i]));
	return 0;
}

static int tear_down(void **state)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(all_maps); i++)
		rt_map_fini(all_maps[i]);
	return fixture_tear_down(state);
}

static union rt_key number(s64 n)
{
	union rt_key key;

	key.n = n;
	return key;
}

static void set(struct rt_map *m, s64 n, s64 value)
{
	union rt_key key = number(n);

	assert_true(rt_map_set(fixture_context(), m, &key, value, WHERE));
}

static s64 get(struct rt_map *m, s64 n)
{
	union rt_key key = number(n);

	return rt_map_get(m, &key);
}

static bool has(struct rt_map *m, s64 n)
{
	union rt_key key = number(n);

	return rt_map_has(m, &key);
}

static void full_map_refuses(void **state)
{
	struct rt_context *c = fixture_context();
	union rt_key key;
	s64 i;

	for (i = 0; i < CAPACITY; i++)
		set(&numbers, i * 1000003, i);
	for (i = 0; i < CAPACITY; i++)
		assert_int_equal(get(&numbers, i * 1000003), i);
	set(&numbers, 0, 77);
	assert_int_equal(get(&numbers, 0), 77);

	key = number(-1);
	assert_null(rt_map_slot(c, &numbers, &key, WHERE));
	assert_true(rt_failed(c));
	assert_string_equal(c->error, "array 'numbers' is full (64 elements, see MAXMAPENTRIES)");
	assert_false(has(&numbers, -1));

	key = number(1000003);
	rt_map_delete(&numbers, &key);
	set(&numbers, -1, 5);
	assert_int_equal(get(&numbers, -1), 5);
	(void)state;
}

static void wrapping_map_drops_the_oldest(void **state)
{
	s64 i;

	for (i = 0; i < 3 * CAPACITY; i++)
		set(&wrapping, i, -i);
	for (i = 0; i < 2 * CAPACITY; i++)
		assert_false(has(&wrapping, i));
	for (; i < 3 * CAPACITY; i++)
		assert_int_equal(get(&wrapping, i), -i);
	assert_int_equal(wrapping.count, CAPACITY);
	(void)state;
}

static void values_are_made_and_kept(void **state)
{
	struct rt_context *c = fixture_context();
	union rt_key key = number(G_MININT64);
	s64 *slot = rt_map_slot(c, &numbers, &key, WHERE);

	assert_int_equal(*slot, 0);
	++*slot;
	assert_ptr_equal(rt_map_slot(c, &numbers, &key, WHERE), slot);
	assert_int_equal(get(&numbers, G_MININT64), 1);
	rt_map_clear(&numbers);
	assert_false(has(&numbers, G_MININT64));
	assert_int_equal(get(&numbers, G_MININT64), 0);
	assert_int_equal(numbers.count, 0);
	(void)state;
}

static void long_strings_are_cut(void **state)
{
	struct rt_context *c = fixture_context();
	char text[2 * MAXSTRINGLEN];
	union rt_key keys[2];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	keys[0].s = text;
	keys[1].n = 4;
	assert_true(rt_map_set_string(c, &strings, keys, text, WHERE));
	assert_int_equal(strlen(rt_map_get_string(&strings, keys)), MAXSTRINGLEN - 1);

	text[MAXSTRINGLEN - 1] = 0;
	assert_true(rt_map_has(&strings, keys));
	text[MAXSTRINGLEN - 2] = 'y';
	assert_false(rt_map_has(&strings, keys));
	assert_string_equal(rt_map_get_string(&strings, keys), "");
	keys[0].s = "";
	assert_true(rt_map_set_string(c, &strings, keys, "empty", WHERE));
	assert_string_equal(rt_map_get_string(&strings, keys), "empty");
	(void)state;
}

/* Key and value come from the element that has to make room for them. */
static void insertion_may_use_what_it_drops(void **state)
{
	struct rt_context *c = fixture_context();
	char name[16];
	union rt_key keys[2];
	const char *oldest;
	s64 i;

	for (i = 0; i < CAPACITY; i++) {
		snprintf(name, sizeof(name), "name %d", (int)i);
		keys[0].s = name;
		keys[1].n = i;
		assert_true(rt_map_set_string(c, &strings, keys, name, WHERE));
	}
	keys[0].s = "name 0";
	keys[1].n = 0;
	oldest = rt_map_get_string(&strings, keys);
	keys[0].s = oldest;
	keys[1].n = 1000;
	assert_true(rt_map_set_string(c, &strings, keys, oldest, WHERE));
	keys[0].s = "name 0";
	assert_string_equal(rt_map_get_string(&strings, keys), "name 0");
	keys[1].n = 0;
	assert_false(rt_map_has(&strings, keys));
	(void)state;
}

static void nine_keys_all_matter(void **state)
{
	struct rt_context *c = fixture_context();
	union rt_key keys[9];
	u32 i;

	for (i = 0; i < 9; i++) {
		if (nine.key_is_string[i])
			keys[i].s = "key";
		else
			keys[i].n = i;
	}
	assert_true(rt_map_set(c, &nine, keys, 99, WHERE));
	assert_int_equal(rt_map_get(&nine, keys), 99);
	for (i = 0; i < 9; i++) {
		union rt_key kept = keys[i];

		if (nine.key_is_string[i])
			keys[i].s = "kez";
		else
			keys[i].n++;
		assert_false(rt_map_has(&nine, keys));
		keys[i] = kept;
	}
	assert_true(rt_map_has(&nine, keys));
	(void)state;
}

static void statistics_in_a_map(void **state)
{
	struct rt_context *c = fixture_context();
	union rt_key key = number(3);
	const struct rt_stat *s = rt_map_stat_read(c, &statistics, &key);

	assert_int_equal(rt_stat_count(s), 0);
	assert_true(rt_map_stat_add(c, &statistics, &key, 5, WHERE));
	assert_true(rt_map_stat_add(c, &statistics, &key, -7, WHERE));
	s = rt_map_stat_read(c, &statistics, &key);
	assert_int_equal(rt_stat_count(s), 2);
	assert_int_equal(rt_stat_sum(s), -2);
	assert_int_equal(rt_stat_min(c, s, WHERE), -7);
	assert_int_equal(rt_stat_max(c, s, WHERE), 5);
	assert_int_equal(s->buckets[0], 1);
	assert_int_equal(s->buckets[2], 1);
	rt_map_delete(&statistics, &key);
	assert_true(rt_map_stat_add(c, &statistics, &key, 1, WHERE));
	assert_int_equal(rt_stat_count(rt_map_stat_read(c, &statistics, &key)), 1);
	(void)state;
}

static void check_same(gpointer key, gpointer value, gpointer m)
{
	assert_int_equal(get(m, GPOINTER_TO_INT(key)), GPOINTER_TO_INT(value));
	assert_true(has(m, GPOINTER_TO_INT(key)));
}

static void random_walk_agrees_with_a_hash_table(void **state)
{
	GHashTable *model = g_hash_table_new(NULL, NULL);
	GRand *random = g_rand_new_with_seed(20261121);
	int step;

	for (step = 0; step < 40000; step++) {
		int n = g_rand_int_range(random, -60, 60);
		union rt_key key = number(n);

		if (g_rand_int_range(random, 0, 1000) == 0) {
			rt_map_clear(&numbers);
			g_hash_table_remove_all(model);
		} else if (g_rand_boolean(random)) {
			rt_map_delete(&numbers, &key);
			g_hash_table_remove(model, GINT_TO_POINTER(n));
		} else if (numbers.count < CAPACITY || has(&numbers, n)) {
			set(&numbers, n, step);
			g_hash_table_insert(model, GINT_TO_POINTER(n), GINT_TO_POINTER(step));
		}
		assert_int_equal(numbers.count, g_hash_table_size(model));
		assert_int_equal(has(&numbers, n), g_hash_table_contains(model, GINT_TO_POINTER(n)));
		if (step % 100 == 0)
			g_hash_table_foreach(model, check_same, &numbers);
	}
	g_rand_free(random);
	g_hash_table_destroy(model);
	(void)state;
}

static void memory_that_runs_out_is_given_back(void **state)
{
	struct rt_map m = { .name = "m", .key_count = 1, .capacity = 10 };
	int before = shim_allocations;
	int left;

	for (left = 0; left < 2; left++) {
		shim_allocations_left = left;
		assert_false(rt_map_init(&m));
		assert_int_equal(shim_allocations, before);
	}
	m.value = RT_VALUE_STAT;
	m.stat_type.kind = SPILE_HISTOGRAM_LINEAR;
	shim_allocations_left = INT_MAX;
	assert_false(rt_map_init(&m));
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(full_map_refuses),
		TEST(wrapping_map_drops_the_oldest),
		TEST(values_are_made_and_kept),
		TEST(long_strings_are_cut),
		TEST(insertion_may_use_what_it_drops),
		TEST(nine_keys_all_matter),
		TEST(statistics_in_a_map),
		TEST(random_walk_agrees_with_a_hash_table),
		TEST(memory_that_runs_out_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
