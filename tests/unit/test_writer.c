/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/writer.c: output that is slow, takes nothing, or fails; nothing is lost uncounted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "writer.h"

#define LINE "a line of twenty bytes, or rather of forty\n"
#define LINE_LENGTH (sizeof(LINE) - 1)

struct fixture {
	struct writer writer;
	struct files files;
	int ends[2];
};

static void open_pipe(struct fixture *fixture)
{
	assert_int_equal(pipe(fixture->ends), 0);
	files_init_descriptor(&fixture->files, fixture->ends[1], "the pipe");
	assert_true(writer_init(&fixture->writer));
}

static void close_pipe(struct fixture *fixture)
{
	writer_fini(&fixture->writer);
	files_fini(&fixture->files);
	close(fixture->ends[0]);
	close(fixture->ends[1]);
}

/* Appends lines until there is no room; returns how many. */
static unsigned long long fill(struct fixture *fixture)
{
	unsigned long long count = 0;

	while (writer_has_room(&fixture->writer)) {
		text_append(writer_text(&fixture->writer, &fixture->files), LINE, LINE_LENGTH);
		count++;
		assert_in_range(count, 1, 1000000);
	}
	return count;
}

static void wait_for_news(struct fixture *fixture)
{
	struct pollfd descriptor = { .fd = writer_news(&fixture->writer), .events = POLLIN };

	assert_int_equal(poll(&descriptor, 1, 10000), 1);
	writer_drain_news(&fixture->writer);
}

/* Reads everything out of the pipe until the writer is idle; returns the bytes. */
static size_t empty(struct fixture *fixture)
{
	static char bytes[65536];
	struct pollfd descriptor = { .fd = fixture->ends[0], .events = POLLIN };
	size_t sum = 0;

	for (;;) {
		writer_flush(&fixture->writer);
		if (poll(&descriptor, 1, 10) == 1)
			sum += (size_t)read(fixture->ends[0], bytes, sizeof(bytes));
		else if (writer_is_idle(&fixture->writer))
			return sum;
	}
}

static void memory_is_bounded_and_all_arrives(void **state)
{
	struct fixture fixture;
	unsigned long long count;

	(void)state;
	open_pipe(&fixture);
	count = fill(&fixture);
	assert_in_range(count * LINE_LENGTH, WRITER_PIECE * WRITER_PIECES,
			WRITER_PIECE * (WRITER_PIECES + 4));
	assert_int_equal(empty(&fixture), count * LINE_LENGTH);
	assert_true(writer_has_room(&fixture.writer));
	writer_end(&fixture.writer);
	assert_int_equal(fixture.writer.lines, 0);
	assert_null(fixture.writer.failure);
	close_pipe(&fixture);
}

/* A reader that goes away: what it has not got is counted, and so is what follows. */
static void failure_is_counted(void **state)
{
	struct fixture fixture;
	unsigned long long count;
	static char bytes[10 * LINE_LENGTH];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	open_pipe(&fixture);
	count = fill(&fixture);
	assert_int_equal(read(fixture.ends[0], bytes, sizeof(bytes)), sizeof(bytes));
	close(fixture.ends[0]);
	while (!writer_is_idle(&fixture.writer)) {
		writer_flush(&fixture.writer);
		wait_for_news(&fixture);
	}
	assert_true(writer_has_failed(&fixture.writer));
	text_append(writer_text(&fixture.writer, &fixture.files), LINE, LINE_LENGTH);
	writer_end(&fixture.writer);
	assert_string_equal(fixture.writer.failure, "writing to the pipe failed: Broken pipe");
	/* What the pipe itself held was written: that is not ours to know. */
	assert_in_range(fixture.writer.lines, count + 1 - 65536 / LINE_LENGTH - 200, count - 9);
	fixture.ends[0] = -1;
	close_pipe(&fixture);
}

/* A reader that takes nothing: giving up does not wait for it, and the sum is exact. */
static void giving_up_is_exact(void **state)
{
	struct fixture fixture;
	unsigned long long count;
	size_t taken;

	(void)state;
	open_pipe(&fixture);
	count = fill(&fixture);
	writer_abandon(&fixture.writer);
	text_append(writer_text(&fixture.writer, &fixture.files), LINE, LINE_LENGTH);
	writer_end(&fixture.writer);
	assert_false(fixture.writer.is_stuck);
	taken = empty(&fixture);
	assert_int_equal(taken + fixture.writer.bytes, (count + 1) * LINE_LENGTH);
	assert_int_equal(taken / LINE_LENGTH + fixture.writer.lines, count + 1);
	close_pipe(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_bounded_and_all_arrives),
		cmocka_unit_test(failure_is_counted),
		cmocka_unit_test(giving_up_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
