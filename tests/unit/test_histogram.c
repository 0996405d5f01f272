/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/histogram.c: the layout, line by line, and payloads that are no histogram. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "histogram.h"

#define BUCKETS_MOST SPILE_HISTOGRAM_LOG_BUCKETS
#define LOG_ZERO 64

struct sample {
	struct spile_histogram histogram;
	__u64 buckets[BUCKETS_MOST];
};

static void add(struct sample *sample, size_t bucket, __u64 count)
{
	sample->buckets[bucket] += count;
	sample->histogram.count += count;
}

static struct sample log_sample(void)
{
	struct sample sample;

	memset(&sample, 0, sizeof(sample));
	sample.histogram.kind = SPILE_HISTOGRAM_LOG;
	sample.histogram.bucket_count = SPILE_HISTOGRAM_LOG_BUCKETS;
	return sample;
}

/* Rows 0, 10, ... 100, one bucket below and one above. */
static struct sample linear_sample(void)
{
	struct sample sample;

	memset(&sample, 0, sizeof(sample));
	sample.histogram.kind = SPILE_HISTOGRAM_LINEAR;
	sample.histogram.low = 0;
	sample.histogram.high = 100;
	sample.histogram.step = 10;
	sample.histogram.bucket_count = 13;
	return sample;
}

static void expect(const struct sample *sample, const char *expected)
{
	struct text text = { 0 };
	size_t size = sizeof(sample->histogram) +
		      sample->histogram.bucket_count * sizeof(sample->buckets[0]);

	assert_true(histogram_draw(sample, size, &text));
	assert_string_equal(text.bytes ? text.bytes : "", expected);
	text_fini(&text);
}

#define HEADER "value |-------------------------------------------------- count\n"

static void log_rows_and_gap(void **state)
{
	struct sample sample = log_sample();

	(void)state;
	add(&sample, LOG_ZERO + 1, 13);
	add(&sample, LOG_ZERO + 2, 7);
	add(&sample, LOG_ZERO + 12, 1);
	expect(&sample, HEADER
	       "    0 |                                                    0\n"
	       "    1 |@@@@@@@@@@@@@                                      13\n"
	       "    2 |@@@@@@@                                             7\n"
	       "    4 |                                                    0\n"
	       "    8 |                                                    0\n"
	       "      ~\n"
	       "  512 |                                                    0\n"
	       " 1024 |                                                    0\n"
	       " 2048 |@                                                   1\n"
	       " 4096 |                                                    0\n"
	       " 8192 |                                                    0\n"
	       "\n");
}

static void short_gap_is_shown(void **state)
{
	struct sample sample = log_sample();

	(void)state;
	add(&sample, LOG_ZERO, 1);
	add(&sample, LOG_ZERO + 5, 1);
	expect(&sample, HEADER
	       "    0 |@                                                  1\n"
	       "    1 |                                                   0\n"
	       "    2 |                                                   0\n"
	       "    4 |                                                   0\n"
	       "    8 |                                                   0\n"
	       "   16 |@                                                  1\n"
	       "   32 |                                                   0\n"
	       "   64 |                                                   0\n"
	       "\n");
}

static void negative_rows(void **state)
{
	struct sample sample = log_sample();

	(void)state;
	add(&sample, LOG_ZERO - 2, 2);
	expect(&sample, HEADER
	       "   -8 |                                                   0\n"
	       "   -4 |                                                   0\n"
	       "   -2 |@@                                                 2\n"
	       "   -1 |                                                   0\n"
	       "    0 |                                                   0\n"
	       "\n");
}

static void extreme_values(void **state)
{
	struct sample sample = log_sample();
	struct text text = { 0 };

	(void)state;
	sample.buckets[0] = UINT64_MAX;
	sample.buckets[128] = UINT64_MAX;
	sample.histogram.count = 1;
	assert_true(histogram_draw(&sample, sizeof(sample), &text));
	assert_non_null(strstr(text.bytes, "-9223372036854775808 |@@@@"));
	assert_non_null(strstr(text.bytes, " 18446744073709551615\n"));
	text_fini(&text);
}

static void bar_is_scaled(void **state)
{
	struct sample sample = linear_sample();

	(void)state;
	add(&sample, 1, 500);
	add(&sample, 2, 50);
	add(&sample, 3, 9);
	expect(&sample, HEADER
	       "    0 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@ 500\n"
	       "   10 |@@@@@                                               50\n"
	       "   20 |                                                     9\n"
	       "   30 |                                                     0\n"
	       "   40 |                                                     0\n"
	       "\n");
}

static void linear_ends(void **state)
{
	struct sample sample = linear_sample();

	(void)state;
	add(&sample, 0, 1);
	add(&sample, 12, 3);
	expect(&sample, HEADER
	       "   <0 |@                                                  1\n"
	       "    0 |                                                   0\n"
	       "   10 |                                                   0\n"
	       "      ~\n"
	       "   90 |                                                   0\n"
	       "  100 |                                                   0\n"
	       " >100 |@@@                                                3\n"
	       "\n");
}

static void no_values_no_drawing(void **state)
{
	struct sample sample = log_sample();

	(void)state;
	expect(&sample, "");
}

static void broken_payloads(void **state)
{
	struct sample sample = linear_sample();
	struct text text = { 0 };

	(void)state;
	for (size_t size = 0; size < sizeof(sample.histogram) + 13 * sizeof(__u64); size++)
		assert_false(histogram_draw(&sample, size, &text));
	sample.histogram.step = 0;
	assert_false(histogram_draw(&sample, sizeof(sample), &text));
	sample = linear_sample();
	sample.histogram.kind = 9;
	assert_false(histogram_draw(&sample, sizeof(sample), &text));
	sample = log_sample();
	sample.histogram.bucket_count = 128;
	assert_false(histogram_draw(&sample, sizeof(sample), &text));
	sample.histogram.bucket_count = UINT32_MAX;
	assert_false(histogram_draw(&sample, sizeof(sample), &text));
	assert_int_equal(text.length, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_rows_and_gap),
		cmocka_unit_test(short_gap_is_shown),
		cmocka_unit_test(negative_rows),
		cmocka_unit_test(extreme_values),
		cmocka_unit_test(bar_is_scaled),
		cmocka_unit_test(linear_ends),
		cmocka_unit_test(no_values_no_drawing),
		cmocka_unit_test(broken_payloads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
