/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/merge.c: the order in which records of several streams come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "merge.h"

#define STREAMS 3	/* two CPUs and process context */
#define PROCESS 2

struct bench {
	struct stream items[STREAMS];
	struct streams streams;
	struct merge merge;
};

static void bench_init(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	for (uint32_t i = 0; i < STREAMS; i++) {
		bench->items[i].fd = -1;
		bench->items[i].number = i == PROCESS ? STREAM_PROCESS : i;
	}
	bench->streams.items = bench->items;
	bench->streams.count = STREAMS;
	merge_init(&bench->merge, &bench->streams);
}

static void bench_fini(struct bench *bench)
{
	merge_fini(&bench->merge);
	for (int i = 0; i < STREAMS; i++)
		text_fini(&bench->items[i].buffer);
}

static void put(struct bench *bench, int stream, uint64_t time, uint16_t type)
{
	struct spile_record record = { sizeof(record), type, (uint16_t)stream, time };

	stream_feed(&bench->items[stream], &record, sizeof(record));
}

static void print(struct bench *bench, int stream, uint64_t time)
{
	put(bench, stream, time, SPILE_RECORD_PRINT);
}

/* What comes out up to the horizon, as "stream:time " each. */
static void expect(struct bench *bench, uint64_t horizon, const char *expected)
{
	const struct spile_record *record;
	char result[512] = "";

	merge_begin(&bench->merge, horizon, horizon);
	while ((record = merge_next(&bench->merge)))
		snprintf(result + strlen(result), sizeof(result) - strlen(result), "%u:%llu ",
			 record->probe, (unsigned long long)record->time);
	assert_string_equal(result, expected);
}

static void by_time_then_stream(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	print(&bench, 1, 5);
	print(&bench, 1, 10);
	print(&bench, 0, 10);
	print(&bench, 0, 11);
	print(&bench, 1, 12);
	expect(&bench, MERGE_NO_HORIZON, "1:5 0:10 1:10 0:11 1:12 ");
	bench_fini(&bench);
}

static void horizon_holds_back(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	print(&bench, 0, 10);
	print(&bench, 0, 20);
	expect(&bench, 10, "");
	expect(&bench, 20, "0:10 ");
	print(&bench, 1, 15);
	expect(&bench, 21, "1:15 0:20 ");
	bench_fini(&bench);
}

static void order_within_a_stream_stays(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	print(&bench, 0, 10);
	print(&bench, 0, 9);
	print(&bench, 1, 10);
	expect(&bench, MERGE_NO_HORIZON, "0:10 0:9 1:10 ");
	bench_fini(&bench);
}

static void unread_stream_stops_the_merge(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	print(&bench, 0, 10);
	print(&bench, 1, 5);
	bench.items[1].has_more = true;
	expect(&bench, MERGE_NO_HORIZON, "1:5 ");
	print(&bench, 1, 6);
	bench.items[1].has_more = false;
	expect(&bench, MERGE_NO_HORIZON, "1:6 0:10 ");
	bench_fini(&bench);
}

static void process_handler_is_kept_together(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	print(&bench, PROCESS, 10);
	print(&bench, 0, 11);
	expect(&bench, 50, "2:10 ");
	print(&bench, PROCESS, 10);
	expect(&bench, 60, "2:10 ");
	put(&bench, PROCESS, 10, SPILE_RECORD_HANDLER_END);
	expect(&bench, 70, "0:11 ");
	bench_fini(&bench);
}

/* A handler that still runs keeps the horizon back, but not its own output. */
static void long_handler_is_not_held_back(void **state)
{
	const struct spile_record *record;
	struct bench bench;

	(void)state;
	bench_init(&bench);
	print(&bench, 0, 19);
	print(&bench, PROCESS, 20);
	print(&bench, 0, 21);
	expect(&bench, 15, "");
	/* Only CPUs could bring something older than 20, and they are beyond that. */
	merge_begin(&bench.merge, 15, 30);
	record = merge_next(&bench.merge);
	assert_int_equal(record->time, 19);
	record = merge_next(&bench.merge);
	assert_int_equal(record->time, 20);
	assert_null(merge_next(&bench.merge));
	put(&bench, PROCESS, 20, SPILE_RECORD_HANDLER_END);
	expect(&bench, 21, "");
	expect(&bench, 22, "0:21 ");
	bench_fini(&bench);
}

static void next_handler_ends_the_hold(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	print(&bench, PROCESS, 10);
	print(&bench, 0, 11);
	print(&bench, PROCESS, 12);
	expect(&bench, 50, "2:10 0:11 2:12 ");
	bench_fini(&bench);
}

static void messages_hold_nothing(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	put(&bench, PROCESS, 10, SPILE_RECORD_WARNING);
	print(&bench, 0, 11);
	expect(&bench, 50, "2:10 0:11 ");
	bench_fini(&bench);
}

static void end_of_session_ends_the_hold(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	print(&bench, PROCESS, 10);
	print(&bench, 1, 11);
	expect(&bench, 50, "2:10 ");
	expect(&bench, MERGE_NO_HORIZON, "1:11 ");
	bench_fini(&bench);
}

/* Random bursts: nothing is lost, and the times never go back. */
static void random_bursts(void **state)
{
	struct bench bench;
	uint64_t time = 0, last = 0;
	int put_count = 0, taken_count = 0;

	(void)state;
	srand(1);
	bench_init(&bench);
	for (int round = 0; round < 500; round++) {
		uint64_t horizon = time;

		for (int i = rand() % 40; i > 0; i--) {
			print(&bench, rand() % 2, ++time);
			put_count++;
		}
		horizon = round == 499 ? MERGE_NO_HORIZON : horizon;
		merge_begin(&bench.merge, horizon, horizon);
		for (const struct spile_record *record; (record = merge_next(&bench.merge));) {
			assert_true(record->time > last);
			last = record->time;
			taken_count++;
		}
	}
	assert_int_equal(taken_count, put_count);
	bench_fini(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_time_then_stream),
		cmocka_unit_test(horizon_holds_back),
		cmocka_unit_test(order_within_a_stream_stays),
		cmocka_unit_test(unread_stream_stops_the_merge),
		cmocka_unit_test(process_handler_is_kept_together),
		cmocka_unit_test(long_handler_is_not_held_back),
		cmocka_unit_test(next_handler_ends_the_hold),
		cmocka_unit_test(messages_hold_nothing),
		cmocka_unit_test(end_of_session_ends_the_hold),
		cmocka_unit_test(random_bursts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
