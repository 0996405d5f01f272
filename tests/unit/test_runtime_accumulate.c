/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accumulated arrays: values that all contexts have a part of, read as one, sorted by, assigned,
 * deleted and made anew; arrays that fill; insertion beside others; and, for all arrays, how evenly
 * keys spread and what an element takes of memory.
 */
#include "runtime_fixture.h"
#include "runtime/globals.h"

#define CAPACITY 64

static struct rt_table counts_table, sizes_table, plain_table;
static const struct rt_map counts = {
	.name = "counts", .key_count = 1, .value = RT_VALUE_LONG, .capacity = CAPACITY,
	.is_accumulated = 1, .part = 0, .table = &counts_table,
};
static const struct rt_map sizes = {
	.name = "sizes", .key_count = 2, .key_is_string = { 1, 0 }, .value = RT_VALUE_STAT,
	.capacity = CAPACITY, .is_accumulated = 1, .part = 1, .table = &sizes_table,
	.stat_type = { .kind = SPILE_HISTOGRAM_LOG, .with_variance = 1 },
};
static const struct rt_map plain = {
	.name = "plain", .key_count = 1, .value = RT_VALUE_LONG, .capacity = 8192,
	.table = &plain_table,
};
static const struct rt_map *const maps[] = { &counts, &sizes, &plain, NULL };
static const struct rt_stat_global *const no_stats[] = { NULL };
static struct rt_foreach_order order = { .map = &counts }, order_of_sizes = { .map = &sizes };
static struct rt_foreach_order *const orders[] = { &order, &order_of_sizes, NULL };
static const struct rt_globals globals = { NULL, NULL, maps, no_stats, orders };

static int set_up(void **state)
{
	fixture_counts[0] = 7;
	fixture_counts[1] = -8;
	fixture_set_up(state);
	assert_true(rt_globals_init(&globals));
	return 0;
}

static int tear_down(void **state)
{
	rt_globals_fini(&globals);
	return fixture_tear_down(state);
}

/* The context of a handler that runs on that CPU now. */
static struct rt_context *on_cpu(u32 cpu)
{
	shim_cpu = cpu;
	return fixture_context();
}

static void count(u32 cpu, s64 n, s64 value)
{
	assert_true(rt_map_add(on_cpu(cpu), &counts, &(union rt_key){ .n = n }, value, PLACE));
}

static s64 count_of(s64 n)
{
	return rt_map_get(&counts, &(union rt_key){ .n = n });
}

static void parts_are_read_as_one(void **state)
{
	u32 cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++) {
		count(cpu, 5, 10);
		count(cpu, cpu, -1);
	}
	assert_true(rt_map_add(rt_process_context, &counts, &(union rt_key){ .n = 5 }, 2, PLACE));
	assert_int_equal(count_of(5), 10 * SHIM_CPUS + 2);
	assert_int_equal(count_of(0), -1);
	assert_int_equal(count_of(6), 0);
	assert_int_equal(counts_table.count, 1 + SHIM_CPUS);
	assert_int_equal(counts_table.has_inserter, 0);
	assert_true(rt_map_set(on_cpu(1), &counts, &(union rt_key){ .n = 5 }, 3, PLACE));
	count(2, 5, 1);
	assert_int_equal(count_of(5), 4);
	assert_int_equal(rt_count_read(0), 7);
	assert_int_equal(rt_count_read(1), -8);
	(void)state;
}

/* A slot that is used anew has nothing left of what it held, on any CPU. */
static void deleted_elements_leave_nothing(void **state)
{
	u32 round, cpu;
	s64 n;

	for (round = 1; round < 4; round++) {
		for (n = 0; n < CAPACITY; n++)
			for (cpu = 0; cpu < SHIM_CPUS; cpu++)
				count(cpu, round * 1000 + n, n);
		for (n = 0; n < CAPACITY; n++)
			assert_int_equal(count_of(round * 1000 + n), n * SHIM_CPUS);
		if (round == 2)
			rt_map_clear(&counts);
		for (n = 0; n < CAPACITY; n++)
			rt_map_delete(&counts, &(union rt_key){ .n = round * 1000 + n });
		assert_int_equal(counts_table.count, 0);
	}
	(void)state;
}

static void statistics_are_merged(void **state)
{
	struct rt_context *c = on_cpu(0);
	union rt_key keys[2] = { { .s = "bash" }, { .n = 9 } };
	const struct rt_stat *s;
	u32 cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		assert_true(rt_map_stat_add(on_cpu(cpu), &sizes, keys, 1LL << cpu, PLACE));
	s = rt_map_stat_read(c, &sizes, keys, true);
	assert_int_equal(rt_stat_count(s), SHIM_CPUS);
	assert_int_equal(rt_stat_sum(s), 15);
	assert_int_equal(rt_stat_min(c, s, WHERE), 1);
	assert_int_equal(rt_stat_max(c, s, WHERE), 8);
	assert_int_equal(rt_stat_variance(s), 9);
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		assert_int_equal(s->buckets[65 + cpu], 1);
	keys[1].n = 8;
	assert_int_equal(rt_stat_count(rt_map_stat_read(c, &sizes, keys, true)), 0);
	keys[1].n = 9;
	rt_map_delete(&sizes, keys);
	assert_true(rt_map_stat_add(on_cpu(3), &sizes, keys, -4, PLACE));
	s = rt_map_stat_read(c, &sizes, keys, true);
	assert_int_equal(rt_stat_count(s), 1);
	assert_int_equal(rt_stat_max(c, s, WHERE), -4);
	assert_int_equal(s->buckets[65], 0);
	(void)state;
}

static void iteration_sorts_by_sums(void **state)
{
	struct rt_context *c = on_cpu(0);
	struct rt_foreach i;
	s64 n;

	for (n = 1; n <= 10; n++) {
		count(0, n, 100 - n);
		count(3, n, 2 * n);
	}
	assert_true(rt_foreach_begin(c, &i, &order, RT_SORT_DESCENDING, 0, RT_STAT_COUNT,
				     RT_NO_LIMIT, NULL, 0, WHERE));
	for (n = 10; n >= 1; n--) {
		assert_true(rt_foreach_next(&i));
		assert_int_equal(rt_foreach_key(&i, 0), n);
		assert_int_equal(rt_foreach_value(&i), 100 + n);
	}
	assert_false(rt_foreach_next(&i));
	rt_foreach_end(&i);
	(void)state;
}

static void iteration_sorts_by_merged_statistics(void **state)
{
	struct rt_context *c = on_cpu(0);
	static const char *const names[] = { "a", "b", "c" };
	struct rt_foreach i;
	u32 n, cpu;

	for (n = 0; n < 3; n++) {
		union rt_key keys[2] = { { .s = names[n] }, { .n = n } };

		for (cpu = 0; cpu < 2; cpu++)
			assert_true(rt_map_stat_add(on_cpu(cpu), &sizes, keys,
						    n == 1 ? -5 : (s64)(n * cpu), PLACE));
	}
	assert_true(rt_foreach_begin(c, &i, &order_of_sizes, RT_SORT_ASCENDING, 0, RT_STAT_SUM,
				     RT_NO_LIMIT, NULL, 0, WHERE));
	assert_true(rt_foreach_next(&i));
	assert_string_equal(rt_foreach_key_string(&i, 0), "b");
	assert_true(rt_foreach_next(&i));
	assert_string_equal(rt_foreach_key_string(&i, 0), "a");
	assert_true(rt_foreach_next(&i));
	assert_string_equal(rt_foreach_key_string(&i, 0), "c");
	rt_foreach_end(&i);
	(void)state;
}

static void full_array_gives_up_insertions(void **state)
{
	s64 n;

	for (n = 0; n < CAPACITY + 3; n++)
		count(n % SHIM_CPUS, n, 1);
	count(1, CAPACITY - 1, 4);
	assert_int_equal(count_of(CAPACITY - 1), 5);
	assert_int_equal(count_of(CAPACITY), 0);
	assert_int_equal(counts_table.count, CAPACITY);
	assert_int_equal(atomic_long_read(&rt_places->count), 3);
	assert_string_equal(rt_places->text,
			    "array 'counts' is full (64 elements, see MAXMAPENTRIES)");
	(void)state;
}

/* The bound for an inserter that does not get done, which is not to happen. */
static void insertion_waits_with_a_bound(void **state)
{
	struct rt_context *c;

	count(0, 1, 1);
	counts_table.has_inserter = 1;
	shim_delays = 0;
	count(1, 1, 1);
	assert_int_equal(shim_delays, 0);
	assert_true(rt_map_add(on_cpu(1), &counts, &(union rt_key){ .n = 2 }, 1, PLACE));
	assert_int_equal(shim_delays, RT_INSERTION_PATIENCE);
	assert_string_equal(rt_places->text,
			    "array 'counts' is being added to by another CPU all the time");
	c = on_cpu(2);
	c->catching = 1;
	assert_false(rt_map_add(c, &counts, &(union rt_key){ .n = 3 }, 1, PLACE));
	assert_string_equal(c->error, rt_places->text);
	c->catching = 0;
	(void)state;
}

/* ---- Keys and memory ---- */

/* Elements that finding all of them looks at. */
static u64 looks(const struct rt_map *m)
{
	u64 total = 0;
	u32 i, number, depth;

	for (i = 0; i <= m->table->bucket_mask; i++)
		for (number = m->table->buckets[i], depth = 1; number;
		     number = rt_map_at(m, number)->chain, depth++)
			total += depth;
	return total;
}

/*
 * Keys from `first` on, `step` apart, into as many buckets: spread at random they take 1.5 looks
 * each, the worst of these sequences 1.83.
 */
static void assert_spreads(s64 first, s64 step, u32 count_of_keys)
{
	u32 i;

	rt_map_clear(&plain);
	for (i = 0; i < count_of_keys; i++) {
		union rt_key key = { .n = first + i * step };

		assert_true(rt_map_set(on_cpu(0), &plain, &key, i, PLACE));
	}
	assert_in_range(looks(&plain), count_of_keys, count_of_keys * 19 / 10);
}

static void numbers_spread(void **state)
{
	static const s64 steps[] = {
		1, 2, 3, 7, 8, 10, 16, 24, 64, 100, 192, 576, 1000, 1024, 4096, 9792, 65536,
		1 << 20, 1000000, 1LL << 32, 1LL << 40,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		assert_spreads(0, steps[i], 8192);
		assert_spreads(300000, steps[i], 8192);
		assert_spreads((s64)0xffff888100000000ULL, steps[i], 8192);
	}
	(void)state;
}

static void strings_spread(void **state)
{
	static u32 depths[8192];
	u64 total = 0;
	char name[32];
	u32 i;

	memset(depths, 0, sizeof(depths));
	for (i = 0; i < 8192; i++) {
		snprintf(name, sizeof(name), i % 2 ? "kworker/%u:1" : "/usr/lib/lib%u.so", i);
		total += ++depths[(u32)rt_hash_string(0, name) % ARRAY_SIZE(depths)];
	}
	assert_in_range(total, 8192, 8192 * 17 / 10);
	(void)state;
}

/* The same text has the same hash wherever it lies, and what lies behind its NUL does not count. */
static void strings_hash_alike(void **state)
{
	static char text[MAXSTRINGLEN + 24] __aligned(8);
	u32 length, shift;

	for (length = 0; length < MAXSTRINGLEN + 8; length++) {
		u32 cut = min(length, (u32)MAXSTRINGLEN - 1);
		u64 hash = 0;

		for (shift = 0; shift < 9; shift++) {
			memset(text, 'y', sizeof(text));
			memset(text + shift, 'x', length);
			text[shift + length] = 0;
			if (shift == 0)
				hash = rt_hash_string(7, text);
			assert_int_equal(rt_hash_string(7, text + shift), hash);
			if (cut)
				text[shift + cut - 1] = 'z';
			assert_int_equal(rt_hash_string(7, text + shift) == hash, !cut);
		}
	}
	(void)state;
}

/* What docs/GLOBALS.md says: in the table, and for each context besides. */
static void memory_of_an_element(void **state)
{
	assert_int_equal(plain_table.slot_size, 24 + 8 + 8);
	assert_int_equal(counts_table.slot_size, 24 + 8);
	assert_int_equal(rt_map_value_size(&counts), 8);
	assert_int_equal(sizes_table.slot_size, 24 + MAXSTRINGLEN + 8);
	assert_int_equal(rt_map_value_size(&sizes), 72 + 129 * 8);
	assert_int_equal(plain_table.bucket_mask + 1, plain.capacity);
	(void)state;
}

static void memory_that_runs_out_is_given_back(void **state)
{
	int before, left = 0;

	rt_globals_fini(&globals);
	before = shim_allocations;
	for (;;) {
		shim_allocations_left = left++;
		if (rt_globals_init(&globals))
			break;
		assert_int_equal(shim_allocations, before);
	}
	/* Two for each array, one for each order, parts and scratch space for each context. */
	assert_int_equal(left - 1, 2 * 3 + 2 + 2 * (SHIM_CPUS + 1));
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts_are_read_as_one),
		TEST(deleted_elements_leave_nothing),
		TEST(statistics_are_merged),
		TEST(iteration_sorts_by_sums),
		TEST(iteration_sorts_by_merged_statistics),
		TEST(full_array_gives_up_insertions),
		TEST(insertion_waits_with_a_bound),
		TEST(numbers_spread),
		TEST(strings_spread),
		TEST(strings_hash_alike),
		TEST(memory_of_an_element),
		TEST(memory_that_runs_out_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
