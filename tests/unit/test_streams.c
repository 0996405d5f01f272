/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/streams.c: records cut out of bytes that come in any pieces, sound or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "streams.h"

static struct stream empty_stream(void)
{
	struct stream stream;

	memset(&stream, 0, sizeof(stream));
	stream.fd = -1;
	return stream;
}

/* A record of `length` bytes whose payload is filled with its number. */
static size_t make_record(unsigned char *at, uint32_t length, uint64_t time)
{
	struct spile_record record = { length, SPILE_RECORD_PRINT, 0, time };

	memset(at, (int)time, length);
	memcpy(at, &record, sizeof(record));
	return length;
}

static void records_come_out_whole(void **state)
{
	unsigned char bytes[4096];
	size_t size = 0;

	(void)state;
	for (uint64_t time = 0; time < 40; time++)
		size += make_record(bytes + size, 16 + 8 * (uint32_t)(time % 7), time);
	/* Fed in pieces of every size, the same records come out. */
	for (size_t piece = 1; piece < 100; piece++) {
		struct stream stream = empty_stream();
		uint64_t time = 0;

		for (size_t at = 0; at < size; at += piece) {
			const struct spile_record *record;

			stream_feed(&stream, bytes + at, size - at < piece ? size - at : piece);
			while ((record = stream_head(&stream))) {
				assert_int_equal((uintptr_t)record % 8, 0);
				assert_int_equal(record->time, time);
				assert_int_equal(record->length, 16 + 8 * (time % 7));
				time++;
				stream_take(&stream);
			}
		}
		assert_int_equal(time, 40);
		stream_end(&stream);
		assert_null(stream.damage);
		text_fini(&stream.buffer);
	}
}

static void expect_damage(uint32_t length)
{
	unsigned char bytes[64];
	struct stream stream = empty_stream();

	make_record(bytes, 64, 1);
	memcpy(bytes, &length, sizeof(length));
	stream_feed(&stream, bytes, sizeof(bytes));
	assert_null(stream_head(&stream));
	assert_non_null(stream.damage);
	/* From now on nothing is taken. */
	make_record(bytes, 16, 2);
	stream_feed(&stream, bytes, 16);
	assert_null(stream_head(&stream));
	stream_take(&stream);
	stream_end(&stream);
	text_fini(&stream.buffer);
}

static void impossible_lengths(void **state)
{
	(void)state;
	expect_damage(0);
	expect_damage(8);
	expect_damage(15);
	expect_damage(17);
	expect_damage(UINT32_MAX);
	expect_damage(UINT32_MAX - 7);
}

static void cut_off_record(void **state)
{
	unsigned char bytes[64];

	(void)state;
	make_record(bytes, 64, 1);
	for (size_t size = 0; size < 64; size++) {
		struct stream stream = empty_stream();

		stream_feed(&stream, bytes, size);
		assert_null(stream_head(&stream));
		assert_null(stream.damage);
		stream_end(&stream);
		assert_int_equal(stream.damage != NULL, size > 0);
		text_fini(&stream.buffer);
	}
}

static void random_bytes_never_crash(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 2000; round++) {
		struct stream stream = empty_stream();
		unsigned char bytes[256];

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)(rand() % 3 ? 0 : rand() % 64);
		for (int piece = 0; piece < 8; piece++) {
			const struct spile_record *record;
			unsigned int sum = 0;

			stream_feed(&stream, bytes, (size_t)(rand() % (int)sizeof(bytes)));
			while ((record = stream_head(&stream))) {
				for (size_t i = 0; i < record->length; i++)
					sum += ((const unsigned char *)record)[i];
				stream_take(&stream);
			}
			assert_true(stream.start <= stream.buffer.length);
			assert_true(sum <= 255u * 8 * sizeof(bytes));
		}
		stream_end(&stream);
		text_fini(&stream.buffer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_out_whole),
		cmocka_unit_test(impossible_lengths),
		cmocka_unit_test(cut_off_record),
		cmocka_unit_test(random_bytes_never_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
