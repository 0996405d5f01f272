/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws a histogram in the layout that people's scripts parse:
 *
 *     value |-------------------------------------------------- count
 *         1 |@@@@@@@@@@@@@                                      13
 *
 * Called by output.c for each histogram record. A row is one bucket. Empty rows are shown only
 * next to filled ones; a longer run of them between two filled rows becomes a `~`.
 */
#include "histogram.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 50
#define EMPTY_ROWS_SHOWN 2	/* on each side of a filled row */
#define LABEL_SIZE 24		/* "<-9223372036854775808" and its NUL fit */
#define LOG_ZERO 64		/* the logarithmic bucket of the value 0 */

/* The rows [first, end) are buckets that may be shown. */
struct drawing {
	const struct spile_histogram *histogram;
	const __u64 *buckets;
	size_t first, end;
	int label_width, count_width;
	__u64 scale;	/* values that one '@' stands for */
};

static int64_t log_label(size_t bucket)
{
	if (bucket == LOG_ZERO)
		return 0;
	if (bucket > LOG_ZERO)
		return (int64_t)(UINT64_C(1) << (bucket - LOG_ZERO - 1));
	return (int64_t)(0 - (UINT64_C(1) << (LOG_ZERO - bucket - 1)));
}

static void make_label(const struct drawing *drawing, size_t bucket, char ret[LABEL_SIZE])
{
	const struct spile_histogram *histogram = drawing->histogram;
	uint64_t low = (uint64_t)histogram->low + (bucket - 1) * (uint64_t)histogram->step;

	if (histogram->kind == SPILE_HISTOGRAM_LOG)
		snprintf(ret, LABEL_SIZE, "%" PRId64, log_label(bucket));
	else if (bucket == 0)
		snprintf(ret, LABEL_SIZE, "<%lld", (long long)histogram->low);
	else if (bucket == histogram->bucket_count - 1)
		snprintf(ret, LABEL_SIZE, ">%lld", (long long)histogram->high);
	else
		snprintf(ret, LABEL_SIZE, "%" PRId64, (int64_t)low);
}

/* The first bucket that may be shown when `filled` is the first one with a count. */
static size_t lowest_row(const struct drawing *drawing, size_t filled)
{
	if (drawing->histogram->kind == SPILE_HISTOGRAM_LINEAR)
		return filled ? 1 : 0;
	/* Negative rows only where there are negative values. */
	return filled < LOG_ZERO ? 0 : LOG_ZERO;
}

/* From two rows before the first filled one to two rows after the last; false if none is. */
static bool find_rows(struct drawing *drawing)
{
	size_t count = drawing->histogram->bucket_count;
	/* The last one is for what lies above all others: nothing, as a rule. */
	size_t highest = drawing->buckets[count - 1] ? count : count - 1;
	size_t first = 0, end = highest;
	size_t lowest;

	while (first < end && !drawing->buckets[first])
		first++;
	while (end > first && !drawing->buckets[end - 1])
		end--;
	if (first == end)
		return false;
	lowest = lowest_row(drawing, first);
	drawing->first = first - lowest > EMPTY_ROWS_SHOWN ? first - EMPTY_ROWS_SHOWN : lowest;
	drawing->end = highest - end > EMPTY_ROWS_SHOWN ? end + EMPTY_ROWS_SHOWN : highest;
	return true;
}

/* An empty row is shown if a filled one is at most two rows away. */
static bool is_shown(const struct drawing *drawing, size_t bucket)
{
	size_t from = bucket > EMPTY_ROWS_SHOWN ? bucket - EMPTY_ROWS_SHOWN : 0;

	for (size_t i = from; i <= bucket + EMPTY_ROWS_SHOWN; i++)
		if (i >= drawing->first && i < drawing->end && drawing->buckets[i])
			return true;
	return false;
}

/* Sets the widths of both columns and the scale of the bar. */
static void measure(struct drawing *drawing)
{
	__u64 most = 0;
	char label[LABEL_SIZE];

	drawing->label_width = (int)strlen("value");
	for (size_t i = drawing->first; i < drawing->end; i++) {
		if (!is_shown(drawing, i))
			continue;
		make_label(drawing, i, label);
		if ((int)strlen(label) > drawing->label_width)
			drawing->label_width = (int)strlen(label);
		if (drawing->buckets[i] > most)
			most = drawing->buckets[i];
	}
	drawing->count_width = snprintf(label, sizeof(label), "%llu", (unsigned long long)most);
	drawing->scale = most / (BAR_WIDTH + 1) + 1;
}

static void draw_row(const struct drawing *drawing, size_t bucket, struct text *out)
{
	__u64 value = drawing->buckets[bucket];
	size_t bar = (size_t)(value / drawing->scale);
	char label[LABEL_SIZE];

	make_label(drawing, bucket, label);
	text_printf(out, "%*s |", drawing->label_width, label);
	text_fill(out, '@', bar);
	text_fill(out, ' ', BAR_WIDTH - bar);
	text_printf(out, " %*llu\n", drawing->count_width, (unsigned long long)value);
}

static void draw(struct drawing *drawing, struct text *out)
{
	bool in_gap = false;

	measure(drawing);
	text_printf(out, "%*s |", drawing->label_width, "value");
	text_fill(out, '-', BAR_WIDTH);
	text_append_string(out, " count\n");
	for (size_t i = drawing->first; i < drawing->end; i++) {
		bool shown = is_shown(drawing, i);

		if (shown)
			draw_row(drawing, i, out);
		else if (!in_gap)
			text_printf(out, "%*s ~\n", drawing->label_width, "");
		in_gap = !shown;
	}
	text_append_string(out, "\n");
}

static bool is_sound(const struct spile_histogram *histogram, size_t size)
{
	if (histogram->bucket_count > (size - sizeof(*histogram)) / sizeof(__u64))
		return false;
	switch (histogram->kind) {
	case SPILE_HISTOGRAM_LOG:
		return histogram->bucket_count == SPILE_HISTOGRAM_LOG_BUCKETS;
	case SPILE_HISTOGRAM_LINEAR:
		return histogram->bucket_count >= 3 && histogram->step > 0;
	default:
		return false;
	}
}

bool histogram_draw(const void *payload, size_t size, struct text *out)
{
	struct drawing drawing = { .histogram = payload };

	if (size < sizeof(*drawing.histogram) || !is_sound(drawing.histogram, size))
		return false;
	drawing.buckets = (const __u64 *)(drawing.histogram + 1);
	if (drawing.histogram->count && find_rows(&drawing))
		draw(&drawing, out);
	return true;
}
