/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps: filling, wrapping, deleting, slices, nine keys, long strings, and a long random walk
 * beside a GHashTable that must agree at every step.
 */
#include <glib.h>
#include "runtime_fixture.h"
#include "runtime/element.h"

#define CAPACITY 64

static struct rt_table numbers_table;
static const struct rt_map numbers = {
	.table = &numbers_table, .name = "numbers", .key_count = 1, .value = RT_VALUE_LONG, .capacity = CAPACITY,
};

static struct rt_table wrapping_table;
static const struct rt_map wrapping = {
	.table = &wrapping_table, .name = "wrapping", .key_count = 1, .value = RT_VALUE_LONG, .capacity = CAPACITY,
	.wraps = 1,
};

static struct rt_table unlisted_table;
static const struct rt_map unlisted = {
	.table = &unlisted_table, .name = "unlisted", .key_count = 1, .value = RT_VALUE_LONG, .capacity = CAPACITY,
	.is_unlisted = 1,
};

static struct rt_table names_table;
static const struct rt_map names = {
	.table = &names_table, .name = "names", .key_count = 1, .key_is_string = { 1 }, .value = RT_VALUE_LONG,
	.capacity = CAPACITY, .is_unlisted = 1,
};

static struct rt_table strings_table;
static const struct rt_map strings = {
	.table = &strings_table, .name = "strings", .key_count = 2, .key_is_string = { 1, 0 }, .value = RT_VALUE_STRING,
	.capacity = CAPACITY, .wraps = 1,
};

static struct rt_table nine_table;
static const struct rt_map nine = {
	.table = &nine_table, .name = "nine", .key_count = 9, .key_is_string = { 0, 1, 0, 1, 0, 1, 0, 1, 0 },
	.value = RT_VALUE_LONG, .capacity = CAPACITY,
};

static struct rt_table three_table;
static const struct rt_map three = {
	.table = &three_table, .name = "three", .key_count = 3, .key_is_string = { 0, 1, 0 }, .value = RT_VALUE_LONG,
	.capacity = CAPACITY,
};

static struct rt_table statistics_table;
static const struct rt_map statistics = {
	.table = &statistics_table, .name = "statistics", .key_count = 1, .value = RT_VALUE_STAT, .capacity = 4,
	.stat_type = { .kind = SPILE_HISTOGRAM_LINEAR, .low = 0, .high = 10, .step = 5 },
};

static const struct rt_map *const all_maps[] = {
	&numbers, &wrapping, &unlisted, &names, &strings, &nine, &three, &statistics,
};

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

static void set(const struct rt_map *m, s64 n, s64 value)
{
	union rt_key key = number(n);

	assert_true(rt_map_set(fixture_context(), m, &key, value, PLACE));
}

static s64 get(const struct rt_map *m, s64 n)
{
	union rt_key key = number(n);

	return rt_map_get(m, &key);
}

static bool has(const struct rt_map *m, s64 n)
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
	c->catching = 1;
	assert_null(rt_map_slot(c, &numbers, &key, PLACE));
	assert_true(rt_failed(c));
	assert_string_equal(c->error, "array 'numbers' is full (64 elements, see MAXMAPENTRIES)");
	assert_false(rt_map_set(c, &numbers, &key, 1, PLACE));
	assert_false(has(&numbers, -1));
	assert_null(rt_places);

	key = number(1000003);
	rt_map_delete(&numbers, &key);
	set(&numbers, -1, 5);
	assert_int_equal(get(&numbers, -1), 5);
	(void)state;
}

/* The handler goes on, and what was given up is counted once per place. */
static void full_map_gives_up_insertions(void **state)
{
	struct rt_context *c = fixture_context();
	union rt_key key = number(-1);
	s64 i;

	for (i = 0; i < CAPACITY; i++)
		set(&numbers, i, i);
	for (i = 0; i < 3; i++) {
		s64 *slot = rt_map_slot(c, &numbers, &key, PLACE);

		assert_int_equal(*slot, 0);
		*slot = 99;
	}
	assert_false(has(&numbers, -1));
	assert_int_equal(atomic_long_read(&rt_places->count), 3);
	assert_true(rt_places->is_insertion);
	assert_string_equal(rt_places->where, WHERE);
	assert_string_equal(rt_places->text,
			    "array 'numbers' is full (64 elements, see MAXMAPENTRIES)");
	assert_null(rt_places->next);
	assert_int_equal(rt_counters_of(c)[1].given_up_insertions, 3);

	assert_true(rt_map_set(c, &numbers, &key, 1, PLACE));
	assert_int_equal(atomic_long_read(&rt_places->count), 1);
	assert_non_null(rt_places->next);
	assert_false(rt_failed(c));
	assert_true(rt_map_set(c, &numbers, &(union rt_key){ .n = 5 }, 55, PLACE));
	assert_int_equal(get(&numbers, 5), 55);
	(void)state;
}

/* Three keys, the middle one a string; by each set of keys that a slice can fix. */
static void slices_are_found_and_deleted(void **state)
{
	struct rt_context *c = fixture_context();
	union rt_key keys[3];
	u32 mask;
	int n;

	for (mask = 0; mask < 8; mask++) {
		int left = 0;

		for (n = 0; n < 27; n++) {
			keys[0].n = n % 3;
			keys[1].s = n / 3 % 3 == 0 ? "a" : n / 3 % 3 == 1 ? "b" : "c";
			keys[2].n = n / 9;
			assert_true(rt_map_set(c, &three, keys, n, PLACE));
		}
		keys[0].n = 1;
		keys[1].s = "b";
		keys[2].n = 2;
		assert_true(rt_map_has_slice(&three, keys, mask));
		rt_map_delete_slice(&three, keys, mask);
		assert_false(rt_map_has_slice(&three, keys, mask));
		for (n = 0; n < 27; n++)
			left += ((mask & 1) && n % 3 != 1) || ((mask & 2) && n / 3 % 3 != 1) ||
				((mask & 4) && n / 9 != 2);
		assert_int_equal(three_table.count, left);
		keys[1].s = "d";
		assert_false(rt_map_has_slice(&three, keys, mask | 2));
	}
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
	assert_int_equal(wrapping_table.count, CAPACITY);
	(void)state;
}

static void values_are_made_and_kept(void **state)
{
	struct rt_context *c = fixture_context();
	union rt_key key = number(G_MININT64);
	s64 *slot = rt_map_slot(c, &numbers, &key, PLACE);

	assert_int_equal(*slot, 0);
	++*slot;
	assert_ptr_equal(rt_map_slot(c, &numbers, &key, PLACE), slot);
	assert_int_equal(get(&numbers, G_MININT64), 1);
	rt_map_clear(&numbers);
	assert_false(has(&numbers, G_MININT64));
	assert_int_equal(get(&numbers, G_MININT64), 0);
	assert_int_equal(numbers_table.count, 0);
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
	assert_true(rt_map_set_string(c, &strings, keys, text, PLACE));
	assert_int_equal(strlen(rt_map_get_string(&strings, keys)), MAXSTRINGLEN - 1);

	text[MAXSTRINGLEN - 1] = 0;
	assert_true(rt_map_has(&strings, keys));
	text[MAXSTRINGLEN - 2] = 'y';
	assert_false(rt_map_has(&strings, keys));
	assert_string_equal(rt_map_get_string(&strings, keys), "");
	keys[0].s = "";
	assert_true(rt_map_set_string(c, &strings, keys, "empty", PLACE));
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
		assert_true(rt_map_set_string(c, &strings, keys, name, PLACE));
	}
	keys[0].s = "name 0";
	keys[1].n = 0;
	oldest = rt_map_get_string(&strings, keys);
	keys[0].s = oldest;
	keys[1].n = 1000;
	assert_true(rt_map_set_string(c, &strings, keys, oldest, PLACE));
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
	assert_true(rt_map_set(c, &nine, keys, 99, PLACE));
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
	const struct rt_stat *s = rt_map_stat_read(c, &statistics, &key, true);

	assert_int_equal(rt_stat_count(s), 0);
	assert_true(rt_map_stat_add(c, &statistics, &key, 5, PLACE));
	assert_true(rt_map_stat_add(c, &statistics, &key, -7, PLACE));
	s = rt_map_stat_read(c, &statistics, &key, true);
	assert_int_equal(rt_stat_count(s), 2);
	assert_int_equal(rt_stat_sum(s), -2);
	assert_int_equal(rt_stat_min(c, s, WHERE), -7);
	assert_int_equal(rt_stat_max(c, s, WHERE), 5);
	assert_int_equal(s->buckets[0], 1);
	assert_int_equal(s->buckets[2], 1);
	rt_map_delete(&statistics, &key);
	assert_true(rt_map_stat_add(c, &statistics, &key, 1, PLACE));
	assert_int_equal(rt_stat_count(rt_map_stat_read(c, &statistics, &key, true)), 1);
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
		} else if (numbers_table.count < CAPACITY || has(&numbers, n)) {
			set(&numbers, n, step);
			g_hash_table_insert(model, GINT_TO_POINTER(n), GINT_TO_POINTER(step));
		}
		assert_int_equal(numbers_table.count, g_hash_table_size(model));
		assert_int_equal(has(&numbers, n), g_hash_table_contains(model, GINT_TO_POINTER(n)));
		if (step % 100 == 0)
			g_hash_table_foreach(model, check_same, (gpointer)&numbers);
	}
	g_rand_free(random);
	g_hash_table_destroy(model);
	(void)state;
}

/* Filled, every third one deleted, and those put back: all chains lose members at each place. */
static void unlisted_maps_keep_their_chains(void **state)
{
	s64 round, i;

	for (round = 1; round <= 20; round++) {
		for (i = 0; i < CAPACITY; i++)
			set(&unlisted, i * round, i + round);
		for (i = 0; i < CAPACITY; i += 3)
			rt_map_delete(&unlisted, &(union rt_key){ .n = i * round });
		assert_int_equal(unlisted_table.count, CAPACITY - (CAPACITY + 2) / 3);
		for (i = 0; i < CAPACITY; i++)
			assert_int_equal(get(&unlisted, i * round), i % 3 ? i + round : 0);
		for (i = 0; i < CAPACITY; i += 3)
			set(&unlisted, i * round, -i);
		for (i = 0; i < CAPACITY; i++) {
			assert_int_equal(get(&unlisted, i * round), i % 3 ? i + round : -i);
			rt_map_delete(&unlisted, &(union rt_key){ .n = i * round });
		}
		assert_int_equal(unlisted_table.count, 0);
	}
	(void)state;
}

/* What was found before is used while it has the key, and only then. */
static void known_elements_are_found_without_a_search(void **state)
{
	union rt_key five = number(5), six = number(6);
	u32 known;

	set(&unlisted, 5, 50);
	set(&unlisted, 6, 60);
	known = rt_map_find(&unlisted, &five);
	assert_int_equal(rt_map_get_known(&unlisted, &five, known), 50);
	assert_int_equal(rt_map_get_known(&unlisted, &six, known), 60);
	assert_int_equal(rt_map_get_known(&unlisted, &six, 0), 60);

	rt_map_delete_known(&unlisted, &five, known);
	assert_false(has(&unlisted, 5));
	assert_int_equal(rt_map_get_known(&unlisted, &five, known), 0);
	rt_map_delete_known(&unlisted, &five, known);
	assert_int_equal(unlisted_table.count, 1);

	set(&unlisted, 7, 70);
	assert_int_equal(rt_map_find(&unlisted, &(union rt_key){ .n = 7 }), known);
	assert_int_equal(rt_map_get_known(&unlisted, &five, known), 0);
	set(&unlisted, 5, 51);
	assert_int_equal(rt_map_get_known(&unlisted, &five, known), 51);
	rt_map_delete_known(&unlisted, &five, known);
	assert_false(has(&unlisted, 5));
	assert_true(has(&unlisted, 7));
	(void)state;
}

/* `length` letters `letter` at the beginning of a buffer that is full of `behind`. */
static union rt_key name_key(char *buffer, int length, char letter, char behind)
{
	memset(buffer, behind, MAXSTRINGLEN);
	memset(buffer, letter, length);
	buffer[length] = 0;
	return (union rt_key){ .s = buffer };
}

/* What lies behind a key's NUL means nothing, where it is from, and in the slot that it gets. */
static void names_end_at_their_nul(void **state)
{
	char buffer[MAXSTRINGLEN + 8] __attribute__((aligned(8)));
	struct rt_context *c = fixture_context();
	union rt_key key;
	int round, length;

	for (round = 0; round < 3; round++) {
		for (length = 0; length < 20; length++) {
			key = name_key(buffer, length, 'n', '!' + round);
			assert_false(rt_map_has(&names, &key));
			assert_true(rt_map_set(c, &names, &key, length + 1, PLACE));
		}
		for (length = 19; length >= 0; length--) {
			key = name_key(buffer, length, 'n', 'z');
			assert_int_equal(rt_map_get(&names, &key), length + 1);
			key = name_key(buffer + 3, length, 'n', 'y');
			assert_int_equal(rt_map_get(&names, &key), length + 1);
			key = name_key(buffer, length, 'm', 0);
			assert_int_equal(rt_map_has(&names, &key), length == 0 ? 1 : 0);
		}
		for (length = 0; length < 20; length++) {
			key = name_key(buffer, length, 'n', 'x');
			rt_map_delete(&names, &key);
		}
		assert_int_equal(names_table.count, 0);
	}
	(void)state;
}

static void names_are_copied_to_their_nul(void **state)
{
	char from[MAXSTRINGLEN + 8] __attribute__((aligned(8))), to[MAXSTRINGLEN] __attribute__((aligned(8)));
	int length, shift;

	for (shift = 0; shift < 2; shift++) {
		for (length = 0; length < 20; length++) {
			memset(to, '?', sizeof(to));
			name_key(from + shift, length, 'n', '!');
			rt_name_copy(to, from + shift);
			assert_string_equal(to, from + shift);
		}
	}
	(void)state;
}

static void memory_that_runs_out_is_given_back(void **state)
{
	struct rt_table table = { NULL };
	struct rt_map m = { .name = "m", .key_count = 1, .capacity = 10, .table = &table };
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
		TEST(full_map_gives_up_insertions),
		TEST(slices_are_found_and_deleted),
		TEST(wrapping_map_drops_the_oldest),
		TEST(values_are_made_and_kept),
		TEST(long_strings_are_cut),
		TEST(insertion_may_use_what_it_drops),
		TEST(nine_keys_all_matter),
		TEST(statistics_in_a_map),
		TEST(random_walk_agrees_with_a_hash_table),
		TEST(unlisted_maps_keep_their_chains),
		TEST(known_elements_are_found_without_a_search),
		TEST(names_end_at_their_nul),
		TEST(names_are_copied_to_their_nul),
		TEST(memory_that_runs_out_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
