/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs that are threads: what handlers on all of them do to the same globals at the same time is
 * right to the last unit. Hits that a lock kept from running are counted; the rest has run whole.
 *
 * Built twice: under the sanitizers of all tests, and under the one for threads, which finds what
 * two CPUs touch without an order between them, even where the totals happen to be right.
 */
#include <pthread.h>
#include <sched.h>
#include "runtime_fixture.h"
#include "runtime/globals.h"

#ifdef __SANITIZE_THREAD__
#define ROUNDS 50000
#else
#define ROUNDS 300000
#endif

/* All wait for each other every so many rounds, lest one is done before the next begins. */
#define MEET_EVERY (ROUNDS / 10)

/* The last CPU runs the session thread: its handlers have the process context. */
#define SESSION (SHIM_CPUS - 1)
#define PROBE 1

#define KEYS 97
#define CAPACITY 64

static struct rt_lock first_lock, second_lock, third_lock;
static struct rt_lock shared_lock = { .bit = 1 }, other_shared_lock = { .bit = 2 };

static struct rt_table numbers_table, small_table, names_table, shares_table, sizes_table;

static const struct rt_map numbers = {
	.name = "numbers", .key_count = 1, .value = RT_VALUE_LONG, .capacity = KEYS,
	.table = &numbers_table,
};

static const struct rt_map small = {
	.name = "small", .key_count = 1, .value = RT_VALUE_LONG, .capacity = CAPACITY,
	.table = &small_table,
};

static const struct rt_map names = {
	.name = "names", .key_count = 1, .key_is_string = { 1 }, .value = RT_VALUE_STRING,
	.capacity = KEYS, .table = &names_table,
};

static const struct rt_map shares = {
	.name = "shares", .key_count = 1, .value = RT_VALUE_LONG, .capacity = ROUNDS,
	.is_accumulated = 1, .part = 0, .table = &shares_table,
};

static const struct rt_map sizes = {
	.name = "sizes", .key_count = 2, .key_is_string = { 1 }, .value = RT_VALUE_STAT,
	.capacity = CAPACITY, .is_accumulated = 1, .part = 1, .table = &sizes_table,
};

static const struct rt_stat_global statistic = {
	.type = { .kind = SPILE_HISTOGRAM_LOG, .with_variance = 1 }, .part = 2,
};

static const struct rt_map *const maps[] = {
	&numbers, &small, &names, &shares, &sizes, NULL,
};
static struct rt_foreach_order order_of_shares = { .map = &shares };
static struct rt_foreach_order *const orders[] = { &order_of_shares, NULL };
static const struct rt_stat_global *const stats[] = { &statistic, NULL };
static const struct rt_globals globals = { NULL, NULL, maps, stats, orders };

static void give_way(void)
{
	sched_yield();
}

static int set_up(void **state)
{
	fixture_set_up(state);
	assert_true(rt_globals_init(&globals));
	shim_while_delayed = give_way;
	return 0;
}

static int tear_down(void **state)
{
	shim_while_delayed = NULL;
	rt_globals_fini(&globals);
	return fixture_tear_down(state);
}

/* ---- CPUs ---- */

typedef void (*work_function)(struct rt_context *c, u32 round);

struct worker {
	pthread_t thread;
	unsigned int cpu;
	work_function work;
	pthread_barrier_t *meeting;
};

/* Instead of cmocka's assertions, which only the first thread may use. */
static void must(bool is_so)
{
	if (!is_so)
		abort();
}

/* One hit, or one tick of a timer in the session thread. */
static void hit(unsigned int cpu, work_function work, u32 round)
{
	struct rt_context *c;

	if (cpu == SESSION) {
		c = rt_process_enter(&rt_probes[PROBE]);
		work(c, round);
		rt_process_leave(c);
		return;
	}
	c = rt_enter(PROBE);
	must(c != NULL);
	work(c, round);
	rt_leave(c);
}

static void *worker_run(void *data)
{
	struct worker *worker = data;
	u32 round;

	shim_cpu = worker->cpu;
	for (round = 0; round < ROUNDS; round++) {
		if (round % MEET_EVERY == 0)
			pthread_barrier_wait(worker->meeting);
		hit(worker->cpu, worker->work, round);
	}
	return NULL;
}

/* `work` on each CPU, ROUNDS times, all at once; `session_work` in the session thread. */
static void run(work_function work, work_function session_work)
{
	struct worker workers[SHIM_CPUS];
	pthread_barrier_t meeting;
	unsigned int cpu;

	pthread_barrier_init(&meeting, NULL, SHIM_CPUS);
	for_each_possible_cpu(cpu) {
		workers[cpu].cpu = cpu;
		workers[cpu].work = cpu == SESSION ? session_work : work;
		workers[cpu].meeting = &meeting;
		assert_int_equal(pthread_create(&workers[cpu].thread, NULL, worker_run,
						&workers[cpu]), 0);
	}
	for_each_possible_cpu(cpu)
		pthread_join(workers[cpu].thread, NULL);
	pthread_barrier_destroy(&meeting);
}

static u64 skipped_by(const struct rt_context *c)
{
	assert_int_equal(rt_counters_of(c)[PROBE].skipped_reentry, 0);
	return rt_counters_of(c)[PROBE].skipped_lock;
}

/* Hits of probes that ran. */
static u64 hits_run(void)
{
	u64 skipped = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < SESSION; cpu++)
		skipped += skipped_by(rt_context_of(cpu));
	return (u64)ROUNDS * SESSION - skipped;
}

/* Ticks of the session thread that ran. */
static u64 ticks_run(void)
{
	return ROUNDS - skipped_by(rt_process_context);
}

/* ---- Locks ---- */

static struct rt_lock *const one_lock[] = { &first_lock };
static s64 x, y;

static void count_both(struct rt_context *c, u32 round)
{
	(void)round;
	if (!rt_locks_take(c, one_lock, 1, 0, 0))
		return;
	must(x == y);
	x = x + 1;
	y = y + 1;
	rt_locks_drop(c, one_lock, 1, 0);
}

static void a_lock_keeps_others_out(void **state)
{
	(void)state;
	x = y = 0;
	run(count_both, count_both);
	assert_int_equal(x, hits_run() + ticks_run());
	assert_int_equal(y, x);
	assert_true(hits_run() > 0);
	assert_true(ticks_run() > 0);
}

static struct rt_lock *const lock_sets[][2] = {
	{ &first_lock, &second_lock }, { &first_lock, &third_lock }, { &second_lock, &third_lock },
};

/* What is counted under each lock, and by how many hits in all. */
static s64 under_first, under_second, under_third;

static void count_two_of_three(struct rt_context *c, u32 round)
{
	struct rt_lock *const *set = lock_sets[(round + shim_cpu) % ARRAY_SIZE(lock_sets)];
	u32 i;

	if (!rt_locks_take(c, set, 2, 0, 0))
		return;
	for (i = 0; i < 2; i++) {
		if (set[i] == &first_lock)
			under_first++;
		else if (set[i] == &second_lock)
			under_second++;
		else
			under_third++;
	}
	rt_locks_drop(c, set, 2, 0);
}

static void several_locks_are_taken_all_or_none(void **state)
{
	(void)state;
	under_first = under_second = under_third = 0;
	run(count_two_of_three, count_two_of_three);
	assert_int_equal(under_first + under_second + under_third,
			 2 * (hits_run() + ticks_run()));
	assert_int_equal(first_lock.holder | second_lock.holder | third_lock.holder, 0);
}

/* ---- Arrays ---- */

static s64 taken;

static void add_to_numbers(struct rt_context *c, u32 round)
{
	union rt_key key;
	s64 *slot;

	if (!rt_locks_take(c, one_lock, 1, 0, 0))
		return;
	key.n = (round * 7 + shim_cpu) % KEYS;
	slot = rt_map_slot(c, &numbers, &key, PLACE);
	*slot = *slot + 1;
	rt_locks_drop(c, one_lock, 1, 0);
}

/* Takes one element out, and now and then all of them. */
static void take_from_numbers(struct rt_context *c, u32 round)
{
	union rt_key key;

	if (!rt_locks_take(c, one_lock, 1, 0, 0))
		return;
	for (key.n = 0; key.n < KEYS; key.n++) {
		if (round % 100 && key.n != round % KEYS)
			continue;
		taken += rt_map_get(&numbers, &key);
		rt_map_delete(&numbers, &key);
	}
	rt_locks_drop(c, one_lock, 1, 0);
}

static s64 sum_of(const struct rt_map *m, s64 keys)
{
	union rt_key key;
	s64 sum = 0;

	for (key.n = 0; key.n < keys; key.n++)
		sum += rt_map_get(m, &key);
	return sum;
}

static void what_is_taken_and_what_is_left_are_all(void **state)
{
	(void)state;
	taken = 0;
	run(add_to_numbers, take_from_numbers);
	assert_int_equal(taken + sum_of(&numbers, KEYS), hits_run());
	assert_true(taken > 0);
}

static struct rt_place small_place = { .where = WHERE };

static void add_to_small(struct rt_context *c, u32 round)
{
	union rt_key key;

	if (!rt_locks_take(c, one_lock, 1, 0, 0))
		return;
	key.n = (round * 7 + shim_cpu) % (2 * CAPACITY);
	(*rt_map_slot(c, &small, &key, &small_place))++;
	rt_locks_drop(c, one_lock, 1, 0);
}

static void a_full_array_counts_what_it_gives_up(void **state)
{
	u64 given_up;
	unsigned int cpu;

	(void)state;
	run(add_to_small, add_to_small);
	given_up = rt_counters_of(rt_process_context)[PROBE].given_up_insertions;
	for (cpu = 0; cpu < SESSION; cpu++)
		given_up += rt_counters_of(rt_context_of(cpu))[PROBE].given_up_insertions;
	assert_int_equal(sum_of(&small, 2 * CAPACITY) + given_up, hits_run() + ticks_run());
	assert_int_equal(small_table.count, CAPACITY);
	assert_int_equal(atomic_long_read(&small_place.count), given_up);
	assert_ptr_equal(rt_places, &small_place);
	assert_null(small_place.next);
}

/* A text of one letter, repeated: a torn one has two. */
static void change_names(struct rt_context *c, u32 round)
{
	char text[MAXSTRINGLEN], letter = 'a' + round % 26;
	union rt_key key = { .s = "the name" };
	char accept[2] = "";
	const char *old;

	memset(text, letter, sizeof(text) - 1);
	text[1 + round % (sizeof(text) - 1)] = 0;
	if (!rt_locks_take(c, one_lock, 1, 0, 0))
		return;
	old = rt_map_get_string(&names, &key);
	accept[0] = old[0];
	must(strspn(old, accept) == strlen(old));
	must(rt_map_set_string(c, &names, &key, text, PLACE));
	rt_locks_drop(c, one_lock, 1, 0);
}

static void strings_are_never_torn(void **state)
{
	(void)state;
	run(change_names, change_names);
	assert_int_equal(names_table.count, 1);
}

/* ---- What is accumulated: those who add share a lock, who reads has it for himself ---- */

#define COUNT 0
#define COUNT_AGAIN 1

static struct rt_lock *const a_shared_lock[] = { &shared_lock };

static void accumulate(struct rt_context *c, u32 round)
{
	union rt_key key;

	if (!rt_locks_take(c, a_shared_lock, 0, 1, shared_lock.bit))
		return;
	c->counts[COUNT]++;
	key.n = (round * 7 + shim_cpu) % KEYS;
	must(rt_map_add(c, &shares, &key, 1, PLACE));
	rt_stat_add(c, &statistic, 1);
	c->counts[COUNT_AGAIN]++;
	rt_locks_drop(c, a_shared_lock, 0, shared_lock.bit);
}

static s64 sum_of_shares(struct rt_context *c)
{
	struct rt_foreach i;
	s64 sum = 0;

	if (!rt_foreach_begin(c, &i, &order_of_shares, RT_SORT_NONE, 0, RT_STAT_COUNT,
			      RT_NO_LIMIT, NULL, 0, WHERE))
		return -1;
	while (rt_foreach_next(&i))
		sum += rt_foreach_value(&i);
	rt_foreach_end(&i);
	return sum;
}

/* Everything that one handler adds together is there, or nothing of it; then it is taken away. */
static void take_accumulated(struct rt_context *c, u32 round)
{
	s64 count;

	if (!rt_locks_take(c, a_shared_lock, 1, 0, 0))
		return;
	count = rt_count_read(COUNT);
	must(rt_count_read(COUNT_AGAIN) == count);
	must(sum_of_shares(c) == count);
	must(rt_stat_count(rt_stat_read(c, &statistic, false)) == count);
	if (round % 4 == 0) {
		taken += count;
		rt_count_set(c, COUNT, 0);
		rt_count_set(c, COUNT_AGAIN, 0);
		rt_map_clear(&shares);
		rt_stat_clear(&statistic);
	}
	rt_locks_drop(c, a_shared_lock, 1, 0);
}

static void who_reads_sees_all_that_was_added_together(void **state)
{
	(void)state;
	taken = 0;
	run(accumulate, take_accumulated);
	assert_int_equal(taken + rt_count_read(COUNT), hits_run());
	assert_int_equal(sum_of_shares(rt_process_context), rt_count_read(COUNT));
	assert_true(taken > 0);
	assert_true(ticks_run() > 0);
	assert_int_equal(shared_lock.holder, 0);
}

static struct rt_lock *const exclusive_and_shared[] = {
	&first_lock, &shared_lock, &other_shared_lock,
};

/* By turns: shares both behind an exclusive one, shares one of them, has all for itself. */
static void mix_locks(struct rt_context *c, u32 round)
{
	struct rt_lock *const *locks = exclusive_and_shared;

	if (round % 16 == 0) {
		if (!rt_locks_take(c, locks, 3, 0, 0))
			return;
		must(rt_count_read(COUNT) == x && x == y);
		rt_count_set(c, COUNT, rt_count_read(COUNT) + 1);
		y = ++x;
		rt_locks_drop(c, locks, 3, 0);
	} else if (round % 2) {
		if (!rt_locks_take(c, locks, 1, 2, shared_lock.bit | other_shared_lock.bit))
			return;
		must(x == y);
		c->counts[COUNT]++;
		y = ++x;
		rt_locks_drop(c, locks, 1, shared_lock.bit | other_shared_lock.bit);
	} else {
		if (!rt_locks_take(c, locks + 2, 0, 1, other_shared_lock.bit))
			return;
		c->counts[COUNT_AGAIN]++;
		rt_locks_drop(c, locks + 2, 0, other_shared_lock.bit);
	}
}

static void locks_of_both_kinds_go_together(void **state)
{
	(void)state;
	x = y = 0;
	run(mix_locks, mix_locks);
	assert_int_equal(rt_count_read(COUNT), x);
	assert_int_equal(x + rt_count_read(COUNT_AGAIN), hits_run() + ticks_run());
	assert_int_equal(first_lock.holder | shared_lock.holder | other_shared_lock.holder, 0);
}

/* ---- Insertion without a lock, by all at once ---- */

static void insert(struct rt_context *c, u32 round)
{
	union rt_key keys[2];

	keys[0].n = round;
	must(rt_map_add(c, &shares, keys, 1, PLACE));
	keys[0].s = round % 2 ? "odd" : "even";
	keys[1].n = round % (CAPACITY / 2);
	must(rt_map_stat_add(c, &sizes, keys, round, PLACE));
}

/* Inserts as a timer does, that interrupts nobody: with the same keys, but in the other order. */
static void insert_backwards(struct rt_context *c, u32 round)
{
	insert(c, ROUNDS - 1 - round);
}

static void all_find_what_one_inserts(void **state)
{
	struct rt_context *c = rt_context_of(0);
	union rt_key keys[2];
	s64 count = 0;
	u32 i;

	(void)state;
	run(insert, insert_backwards);
	assert_int_equal(shares_table.count, ROUNDS);
	for (keys[0].n = 0; keys[0].n < ROUNDS; keys[0].n++)
		assert_int_equal(rt_map_get(&shares, keys), SHIM_CPUS);
	assert_int_equal(sizes_table.count, CAPACITY / 2);
	for (i = 0; i < CAPACITY / 2; i++) {
		keys[0].s = i % 2 ? "odd" : "even";
		keys[1].n = i;
		count += rt_stat_count(rt_map_stat_read(c, &sizes, keys, false));
	}
	assert_int_equal(count, (u64)ROUNDS * SHIM_CPUS);
	assert_int_equal(shares_table.has_inserter | sizes_table.has_inserter, 0);
}

/* ---- Statistics ---- */

static void add_to_statistic(struct rt_context *c, u32 round)
{
	rt_stat_add(c, &statistic, (s64)round - shim_cpu);
}

static void a_statistic_has_every_value(void **state)
{
	const s64 n = ROUNDS;
	const struct rt_stat *s;
	s64 cpu, sum = 0, buckets = 0;
	u32 i;

	(void)state;
	run(add_to_statistic, add_to_statistic);
	s = rt_stat_read(rt_context_of(0), &statistic, true);
	for_each_possible_cpu(cpu)
		sum += n * (n - 1) / 2 - n * cpu;
	for (i = 0; i < rt_stat_bucket_count(&statistic.type); i++)
		buckets += s->buckets[i];
	assert_int_equal(rt_stat_count(s), n * SHIM_CPUS);
	assert_int_equal(rt_stat_sum(s), sum);
	assert_int_equal(s->min, -SESSION);
	assert_int_equal(s->max, n - 1);
	assert_int_equal(buckets, n * SHIM_CPUS);
}

/* ---- Places ---- */

static struct rt_place places[8];

static void count_at_places(struct rt_context *c, u32 round)
{
	if (rt_place_count(&places[round % ARRAY_SIZE(places)], c->probe))
		places[round % ARRAY_SIZE(places)].text[0] = 'a';
}

static void places_are_listed_once_and_count_all(void **state)
{
	const struct rt_place *place;
	u64 count = 0, listed = 0;

	(void)state;
	run(count_at_places, count_at_places);
	for (place = rt_places; place; place = place->next, listed++) {
		count += atomic_long_read(&place->count);
		assert_int_equal(place->text[0], 'a');
		assert_false(place->has_others);
	}
	assert_int_equal(listed, ARRAY_SIZE(places));
	assert_int_equal(count, (u64)ROUNDS * SHIM_CPUS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_lock_keeps_others_out),
		TEST(several_locks_are_taken_all_or_none),
		TEST(what_is_taken_and_what_is_left_are_all),
		TEST(a_full_array_counts_what_it_gives_up),
		TEST(strings_are_never_torn),
		TEST(who_reads_sees_all_that_was_added_together),
		TEST(locks_of_both_kinds_go_together),
		TEST(all_find_what_one_inserts),
		TEST(a_statistic_has_every_value),
		TEST(places_are_listed_once_and_count_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
