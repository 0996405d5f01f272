/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/bulk.c and merge_files.c: what was written comes out again; damaged files are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bulk.h"
#include "merge_files.h"

#define STREAMS 3
#define RECORDS 3000	/* more than a buffer of a stream holds */

static const char *formats[] = { "%d on stream %d\n", "" };
static const char *information[] = { "license=GPL", "spile_probe=0 begin", "spile_probe=1 end" };
static const struct module_file module = {
	.fd = -1,
	.formats = { formats, 2 },
	.information = { information, 3 },
};

static char folder[] = "/tmp/spile-bulk-XXXXXX";
static char paths[STREAMS][64], output_path[64], errors_path[64];

static int make_names(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(paths[0], sizeof(paths[0]), "%s/b_cpu0", folder);
	snprintf(paths[1], sizeof(paths[1]), "%s/b_cpu7", folder);
	snprintf(paths[2], sizeof(paths[2]), "%s/b_cpuP", folder);
	snprintf(output_path, sizeof(output_path), "%s/out", folder);
	snprintf(errors_path, sizeof(errors_path), "%s/errors", folder);
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	for (int i = 0; i < STREAMS; i++)
		unlink(paths[i]);
	unlink(output_path);
	unlink(errors_path);
	return rmdir(folder);
}

/* Record number `n`, of stream n % STREAMS. */
static void feed(struct streams *streams, __s64 n)
{
	struct {
		struct spile_record record;
		__u32 numbers[2];
		__s64 arguments[2];
	} print = {
		{ sizeof(print), SPILE_RECORD_PRINT, 0, (__u64)n }, { 0, 0 }, { n, n % STREAMS },
	};
	struct spile_record end = { sizeof(end), SPILE_RECORD_HANDLER_END, 0, (__u64)n };

	stream_feed(&streams->items[n % STREAMS], &print, sizeof(print));
	if (n % STREAMS == 2)
		stream_feed(&streams->items[2], &end, sizeof(end));
}

/* A status with one probe that lost two records, as `control` would have given it. */
static void make_control(struct control *ret)
{
	struct {
		struct spile_status status;
		struct spile_probe_counters counters;
		struct spile_cpu_counters cpus;
	} bytes;

	memset(ret, 0, sizeof(*ret));
	memset(&bytes, 0, sizeof(bytes));
	bytes.status.length = sizeof(bytes);
	bytes.status.probe_count = bytes.status.cpu_count = 1;
	bytes.status.records_lost = bytes.counters.lost_records = bytes.cpus.records_lost = 2;
	ret->fd = -1;
	ret->buffer = memory_alloc(sizeof(bytes));
	memcpy(ret->buffer, &bytes, sizeof(bytes));
	assert_true(control_take(ret, &bytes, sizeof(bytes)));
}

/* Writes all records; of stream 7 they are to be dropped if a folder is in its file's place. */
static void write_files(bool is_whole)
{
	char name[64];
	struct options options = { .output = name, .is_bulk = true };
	struct streams streams = { 0 };
	struct control control;
	struct output output;
	struct bulk bulk;
	unsigned long long count = 0;
	bool success;

	snprintf(name, sizeof(name), "%s/b", folder);
	streams_add(&streams, -1, STREAM_PROCESS);
	streams_add(&streams, -1, 7);
	streams_add(&streams, -1, 0);
	streams_add(&streams, -1, 1);	/* has no records, and so no file */
	streams_complete(&streams);
	/* Streams 0, 7 and P by their order. */
	streams.items[1].number = 7;
	streams.items[2].number = STREAM_PROCESS;
	streams.items[3].number = 9;
	make_control(&control);
	assert_true(output_open(&output, &options, &module));
	assert_true(bulk_open(&bulk, &options, &module, &streams));
	for (__s64 n = 0; n < RECORDS; n++) {
		feed(&streams, n);
		count += bulk_take(&bulk, &output, &success);
		assert_int_equal(success, is_whole || n != 1);
		for (; bulk.is_blocked; count += bulk_take(&bulk, &output, &success)) {
			output_wait(&output);
			bulk.is_blocked = false;
		}
	}
	assert_int_equal(count, RECORDS + RECORDS / STREAMS);
	bulk_complete(&bulk, &output, &control);
	assert_true(output_close(&output));
	assert_int_equal(bulk_close(&bulk), is_whole);
	assert_int_equal(bulk.dropped_count, is_whole ? 0 : RECORDS / STREAMS);
	control_fini(&control);
	streams_fini(&streams);
}

/* Merges the files of the given paths; what it says goes to errors_path. */
static int merge(char **names, int count)
{
	struct options options = {
		.is_merge = true,
		.output = output_path,
		.module = names[0],
		.parameters = names + 1,
		.parameter_count = count - 1,
	};
	int saved = dup(STDERR_FILENO), status;
	int fd = open(errors_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(saved >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	status = merge_files_run(&options);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	close(fd);
	return status;
}

static void expect_errors(const char *expected)
{
	struct text text = { 0 };

	assert_true(text_read_file(&text, errors_path));
	assert_string_equal(text.bytes, expected);
	text_fini(&text);
}

static void all_comes_out_in_order(void **state)
{
	char *names[] = { paths[2], paths[0], paths[1] };
	struct text expected = { 0 }, text = { 0 };

	(void)state;
	write_files(true);
	assert_int_equal(merge(names, 3), 0);
	for (int n = 0; n < RECORDS; n++)
		text_printf(&expected, "%d on stream %d\n", n, n % STREAMS);
	assert_true(text_read_file(&text, output_path));
	assert_string_equal(text.bytes, expected.bytes);
	expect_errors("WARNING: 2 records lost: 2 by probe begin; 2 on CPU 0\n");
	text_fini(&text);
	text_fini(&expected);
}

/* Records without a file are taken all the same, counted, and told. */
static void missing_files_are_told(void **state)
{
	char *names[] = { paths[0], paths[2] };
	struct text text = { 0 };

	(void)state;
	unlink(paths[1]);
	assert_int_equal(mkdir(paths[1], 0700), 0);
	write_files(false);
	assert_int_equal(rmdir(paths[1]), 0);
	assert_int_equal(merge(names, 2), 1);
	expect_errors("spilerun: error: 1000 records of the session are in no file: one could not be "
		      "made\nWARNING: 2 records lost: 2 by probe begin; 2 on CPU 0\n");
	assert_true(text_read_file(&text, output_path));
	assert_non_null(strstr(text.bytes, "\n2997 on stream 0\n2999 on stream 2\n"));
	text_fini(&text);
}

static void write_bytes(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* However short a file is cut, it is refused before anything is printed. */
static void cut_files_are_refused(void **state)
{
	char *names[] = { paths[0], paths[1], paths[2] };
	struct text text = { 0 };

	(void)state;
	write_files(true);
	assert_true(text_read_file(&text, paths[2]));
	unlink(output_path);
	for (size_t length = 0; length < text.length; length += length < 1000 ? 1 : 4001) {
		write_bytes(paths[2], text.bytes, length);
		assert_int_equal(merge(names, 3), 1);
		assert_int_not_equal(access(output_path, F_OK), 0);
	}
	text_fini(&text);
}

/* Bytes changed anywhere do no harm. */
static void changed_files_do_no_harm(void **state)
{
	char *names[] = { paths[0], paths[1], paths[2] };
	struct text text = { 0 };

	(void)state;
	write_files(true);
	assert_true(text_read_file(&text, paths[2]));
	srand(1);
	for (int round = 0; round < 200; round++) {
		size_t at = (size_t)rand() % (round % 2 ? 200 : text.length);
		char before = text.bytes[at];

		text.bytes[at] = (char)rand();
		write_bytes(paths[2], text.bytes, text.length);
		merge(names, 3);
		text.bytes[at] = before;
	}
	text_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_comes_out_in_order),
		cmocka_unit_test(missing_files_are_told),
		cmocka_unit_test(cut_files_are_refused),
		cmocka_unit_test(changed_files_do_no_harm),
	};

	return cmocka_run_group_tests(tests, make_names, remove_files);
}
