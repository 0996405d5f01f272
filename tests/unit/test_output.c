/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/output.c and report.c: records into a file, damaged ones, a full disk, the report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "output.h"
#include "report.h"

static const char *formats[] = { "%s is %d%%\n", "%*d|%.*s|\n", "end\n" };
static struct probe_name probes[] = { { 0, "begin" }, { 1, "timer.s(1)" } };
static const struct module_file module = {
	.fd = -1,
	.formats = { formats, 3 },
	.probes = probes,
	.probe_count = 2,
};

/* A record under construction; built of u64 words to be aligned as a stream's are. */
struct sample {
	union {
		struct spile_record record;
		__u64 words[64];
	} u;
	size_t length;
};

static void begin(struct sample *sample, uint16_t type)
{
	memset(sample, 0, sizeof(*sample));
	sample->u.record.type = type;
	sample->length = sizeof(struct spile_record);
}

static void add_number(struct sample *sample, int64_t n)
{
	memcpy((char *)&sample->u + sample->length, &n, sizeof(n));
	sample->length += sizeof(n);
}

static void add_string(struct sample *sample, const char *s)
{
	__u32 length = (__u32)strlen(s);

	memcpy((char *)&sample->u + sample->length, &length, sizeof(length));
	memcpy((char *)&sample->u + sample->length + sizeof(length), s, length);
	sample->length += (sizeof(length) + length + 7) / 8 * 8;
}

static void print(struct output *output, struct sample *sample)
{
	sample->u.record.length = (__u32)sample->length;
	output_record(output, &sample->u.record);
}

static void expect_file(const char *path, const char *expected)
{
	struct text text = { 0 };

	assert_true(text_read_file(&text, path));
	assert_string_equal(text.bytes, expected);
	text_fini(&text);
}

static void open_sample(struct output *output, char path[32])
{
	struct options options = { 0 };
	int fd;

	strcpy(path, "/tmp/spile-output-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	options.output = path;
	assert_true(output_open(output, &options, &module));
}

static void records_are_formatted(void **state)
{
	struct output output;
	struct sample sample;
	char path[32];

	(void)state;
	open_sample(&output, path);
	begin(&sample, SPILE_RECORD_PRINT);
	add_number(&sample, 0);
	add_string(&sample, "eleven chars");
	add_number(&sample, 42);
	print(&output, &sample);
	begin(&sample, SPILE_RECORD_PRINT);
	add_number(&sample, 1);
	add_number(&sample, -4);
	add_number(&sample, 7);
	add_number(&sample, 2);
	add_string(&sample, "long");
	print(&output, &sample);
	begin(&sample, SPILE_RECORD_PRINT);
	add_number(&sample, 2);
	print(&output, &sample);
	assert_int_equal(output.damaged_count, 0);
	assert_true(output_close(&output));
	expect_file(path, "eleven chars is 42%\n7   |lo|\nend\n");
	unlink(path);
}

static void long_strings_are_whole(void **state)
{
	static __u64 words[4096];
	struct spile_record *record = (struct spile_record *)words;
	__u32 length = 30000;
	struct output output;
	struct text text = { 0 };
	char path[32];

	(void)state;
	open_sample(&output, path);
	memset(words, 'a', sizeof(words));
	record->length = sizeof(*record) + 8 + (4 + length + 7) / 8 * 8 + 8;
	record->type = SPILE_RECORD_PRINT;
	words[2] = 0;
	memcpy(&words[3], &length, sizeof(length));
	output_record(&output, record);
	assert_true(output_close(&output));
	assert_true(text_read_file(&text, path));
	assert_true(text.length > length);
	assert_int_equal(text.bytes[length - 1], 'a');
	assert_int_equal(text.bytes[text.length - 1], '\n');
	text_fini(&text);
	unlink(path);
}

/* Every record cut at every length is left out, told, and harms nothing. */
static void damaged_records(void **state)
{
	struct sample sample;
	struct output output;
	char path[32];

	(void)state;
	for (size_t cut = 0; cut < 32; cut += 8) {
		open_sample(&output, path);
		begin(&sample, SPILE_RECORD_PRINT);
		add_number(&sample, 0);
		add_string(&sample, "eleven chars");
		add_number(&sample, 42);
		sample.length = sizeof(struct spile_record) + cut;
		print(&output, &sample);
		assert_int_equal(output.damaged_count, 1);
		assert_true(output_close(&output));
		expect_file(path, "");
		unlink(path);
	}
	open_sample(&output, path);
	begin(&sample, SPILE_RECORD_PRINT);
	add_number(&sample, 3);
	print(&output, &sample);
	assert_int_equal(output.damaged_count, 1);
	begin(&sample, 77);
	print(&output, &sample);
	assert_int_equal(output.damaged_count, 2);
	begin(&sample, SPILE_RECORD_WARNING);
	add_number(&sample, 0xffffffff);
	print(&output, &sample);
	assert_int_equal(output.damaged_count, 3);
	assert_true(output_close(&output));
	unlink(path);
}

static void messages_are_no_damage(void **state)
{
	struct sample sample;
	struct output output;
	char path[32];

	(void)state;
	open_sample(&output, path);
	begin(&sample, SPILE_RECORD_WARNING);
	add_string(&sample, "a warning");
	print(&output, &sample);
	begin(&sample, SPILE_RECORD_GAP);
	add_number(&sample, 5);
	print(&output, &sample);
	assert_int_equal(output.damaged_count, 0);
	begin(&sample, SPILE_RECORD_ERROR);
	add_string(&sample, "an error");
	print(&output, &sample);
	assert_int_equal(output.damaged_count, 0);
	assert_true(output_close(&output));
	unlink(path);
}

/* What standard error gets while `inner` runs, instead of the test's log. */
static void with_errors_in(const char *path, void (*inner)(void))
{
	int saved = dup(STDERR_FILENO), fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(saved >= 0 && fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	inner();
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	close(fd);
}

static void print_lines(struct output *output, int count)
{
	struct sample sample;

	begin(&sample, SPILE_RECORD_PRINT);
	add_number(&sample, 2);
	for (int i = 0; i < count; i++) {
		while (!output_has_room(output))
			output_wait(output);
		print(output, &sample);
	}
}

static void fill_disk(void)
{
	struct options options = { .output = "/dev/full" };
	struct output output;

	assert_true(output_open(&output, &options, &module));
	print_lines(&output, 1000);
	output_flush(&output);
	while (!output_has_failed(&output))
		output_wait(&output);
	/* What comes after the failure counts as well. */
	print_lines(&output, 234);
	assert_false(output_close(&output));
}

static void full_disk(void **state)
{
	char path[] = "/tmp/spile-errors-XXXXXX";

	(void)state;
	close(mkstemp(path));
	with_errors_in(path, fill_disk);
	expect_file(path, "spilerun: error: writing to /dev/full failed: No space left on device; "
			  "not written: 1234 lines, 4936 bytes\n");
	unlink(path);
}

/* Files are full at line ends, and only the newest are kept. */
static void files_are_switched_between_lines(void **state)
{
	struct options options = { .file_size = 1000, .file_count = 2 };
	char folder[] = "/tmp/spile-files-XXXXXX", path[64];
	struct output output;
	struct text text = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/out", folder);
	options.output = path;
	assert_true(output_open(&output, &options, &module));
	for (int i = 0; i < 600; i++) {
		print_lines(&output, 1);
		/* Each file's worth is a piece of its own: a piece has one cut at most. */
		while (!writer_hand_over(output.text))
			output_wait(&output);
	}
	assert_true(output_close(&output));
	snprintf(path, sizeof(path), "%s/out.0", folder);
	assert_int_not_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s/out.1", folder);
	assert_true(text_read_file(&text, path));
	assert_int_equal(text.length, 1000);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/out.2", folder);
	assert_true(text_read_file(&text, path));
	assert_int_equal(text.length, 1400);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	text_fini(&text);
}

static void names_of_files(void **state)
{
	struct text name = { 0 };

	(void)state;
	setenv("TZ", "UTC", 1);
	files_make_name(&name, "plain", 0, false, 0);
	files_make_name(&name, " %F-%H%M.out", 86400 + 3660, false, 0);
	files_make_name(&name, " %Y", 0, true, 12);
	assert_string_equal(name.bytes, "plain 1970-01-02-0101.out 1970.12");
	text_fini(&name);
}

static void report_tells_what_was_lost(void **state)
{
	struct spile_probe_counters counters[2] = {
		{ .hits = 100, .lost_records = 10 },
		{ .hits = 1, .lost_records = 2, .skipped_reentry = 3, .skipped_lock = 1 },
	};
	struct spile_cpu_counters cpus[3] = {
		{ .cpu = 0, .records_lost = 9 },
		{ .cpu = 3 },
		{ .cpu = SPILE_CPU_PROCESS, .records_lost = 3 },
	};
	struct control control = {
		.fd = -1,
		.status = { .length = 1, .probe_count = 2, .cpu_count = 3, .records_lost = 12 },
		.counters = counters,
		.cpus = cpus,
	};
	struct options options = { .quiet = true };
	struct text text = { 0 };

	(void)state;
	report_write(&text, &control, &module, &options);
	assert_string_equal(text.bytes,
			    "WARNING: 12 records lost: 10 by probe begin, 2 by probe timer.s(1); "
			    "9 on CPU 0, 3 in process context\n");
	text_clear(&text);
	options.quiet = false;
	control.status.records_lost = 0;
	report_write(&text, &control, &module, &options);
	assert_string_equal(text.bytes,
			    "WARNING: 4 probe hits skipped: 3 by probe timer.s(1) (another handler "
			    "was running), 1 by probe timer.s(1) (a global was locked too long)\n");
	text_clear(&text);
	memset(counters, 0, sizeof(counters));
	memset(cpus, 0, sizeof(cpus));
	report_write(&text, &control, &module, &options);
	assert_int_equal(text.length, 0);
	options.verbose = true;
	counters[0].hits = 1;
	counters[1].hits = 7;
	counters[1].given_up = 2;
	counters[1].given_up_insertions = 1;
	report_write(&text, &control, &module, &options);
	assert_non_null(strstr(text.bytes, "1 hit of probe begin\n"
			       "7 hits of probe timer.s(1), 2 of them given up, 1 insertion given up\n"));
	text_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_formatted),
		cmocka_unit_test(long_strings_are_whole),
		cmocka_unit_test(damaged_records),
		cmocka_unit_test(messages_are_no_damage),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(files_are_switched_between_lines),
		cmocka_unit_test(names_of_files),
		cmocka_unit_test(report_tells_what_was_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
