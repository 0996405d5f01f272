/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record costs the reader: cuts, merges and formats a stream of its own making, as in a
 * session but without the kernel and the disk. Built by bench/reader with the reader's sources.
 *
 *     reader-loop KIND CPUS RECORDS
 *
 * KIND is "plain" (the 39 bytes of cases/print.stp: a name and two numbers), "wide" (padded
 * numbers in hexadecimal, for which the general formatter is needed) or "copy" (a text and
 * nothing to fill in). Records of CPUS streams alternate, as if all CPUs were hit in turn. Prints
 * the records for each second of processor time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats.h"
#include "merge.h"

#define BATCH 1000	/* records that a stream is fed at once */

static const char *formats_of_kinds[] = {
	"%s %d asked for its parent %d\n",
	"%-16s %08x asked for %#18x\n",
	"a process asked for its parent, again\n",
};

static const char *const kinds[] = { "plain", "wide", "copy" };

/* A record of printf number `format`, as rt_record_begin() and its like make it. */
static size_t make_record(char *at, __u32 format, __u64 time)
{
	struct spile_record record = { .type = SPILE_RECORD_PRINT, .time = time };
	__u32 numbers[2] = { format, 0 };
	__s64 pid = 4711, parent = 815;
	char name[16] = "\7\0\0\0process";	/* its length before it */
	size_t length = sizeof(record);

	memcpy(at + length, numbers, sizeof(numbers));
	length += sizeof(numbers);
	if (format != 2) {
		memcpy(at + length, name, sizeof(name));
		memcpy(at + length + 16, &pid, sizeof(pid));
		memcpy(at + length + 24, &parent, sizeof(parent));
		length += 32;
	}
	record.length = (__u32)length;
	memcpy(at, &record, sizeof(record));
	return length;
}

/* The bytes of one batch for stream number `cpu` of `cpus`. */
static void feed(struct stream *stream, __u32 format, __u64 first, __u64 cpus)
{
	static char bytes[BATCH * 64];
	size_t length = 0;

	for (__u64 i = 0; i < BATCH; i++)
		length += make_record(bytes + length, format, first + i * cpus + stream->number);
	stream_feed(stream, bytes, length);
}

static double processor_seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Takes all records of the streams; returns how many there were. */
static unsigned long take_all(struct merge *merge, const struct formats *formats, struct text *out)
{
	const struct spile_record *record;
	unsigned long count = 0;

	merge_begin(merge, MERGE_NO_HORIZON, MERGE_NO_HORIZON);
	for (; (record = merge_next(merge)); count++) {
		struct payload payload = payload_of(record);
		__u32 numbers[2];

		if (out->length > 65536)
			text_clear(out);
		if (!payload_take(&payload, numbers, sizeof(numbers)) ||
		    !formats_print(formats, numbers[0], payload, out))
			abort();
	}
	return count;
}

static double measure(__u32 format, __u32 cpus, unsigned long wanted)
{
	const struct string_list strings = { formats_of_kinds, 3 };
	struct streams streams = { 0 };
	struct text out = { 0 };
	struct formats formats;
	struct merge merge;
	unsigned long count = 0;
	double seconds = 0, begin;

	formats_init(&formats, &strings);
	for (__u32 cpu = 0; cpu < cpus; cpu++)
		streams_add(&streams, -1, cpu);
	merge_init(&merge, &streams);
	while (count < wanted) {
		for (__u32 cpu = 0; cpu < cpus; cpu++)
			feed(&streams.items[cpu], format, count, cpus);
		begin = processor_seconds();
		count += take_all(&merge, &formats, &out);
		seconds += processor_seconds() - begin;
	}
	merge_fini(&merge);
	streams_fini(&streams);
	formats_fini(&formats);
	text_fini(&out);
	return (double)count / seconds;
}

int main(int argc, char **argv)
{
	for (__u32 kind = 0; argc == 4 && kind < 3; kind++) {
		if (strcmp(argv[1], kinds[kind]) != 0)
			continue;
		printf("%.0f\n", measure(kind, (__u32)atoi(argv[2]), strtoul(argv[3], NULL, 10)));
		return 0;
	}
	fprintf(stderr, "usage: reader-loop plain|wide|copy CPUS RECORDS\n");
	return 2;
}
