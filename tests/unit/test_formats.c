/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/formats.c: the same text as include/format.h makes, for all formats and any payload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"

#define ARGUMENTS_MOST 8

/* A record's payload behind the format number, and the same arguments for the formatter. */
struct sample {
	__u64 words[512];
	size_t length;
	struct spile_argument arguments[ARGUMENTS_MOST];
	__u32 count;
};

static void add_number(struct sample *sample, __s64 n)
{
	memcpy((char *)sample->words + sample->length, &n, sizeof(n));
	sample->length += sizeof(n);
	sample->arguments[sample->count++] = (struct spile_argument){ n, "", 0 };
}

static void add_string(struct sample *sample, const char *s, __u32 length)
{
	char *at = (char *)sample->words + sample->length;

	memset(at, 0, (4 + (size_t)length + 7) / 8 * 8);
	memcpy(at, &length, sizeof(length));
	memcpy(at + sizeof(length), s, length);
	sample->length += (4 + (size_t)length + 7) / 8 * 8;
	sample->arguments[sample->count++] = (struct spile_argument){ 0, at + sizeof(length), length };
}

static bool print(const char *format, const struct sample *sample, struct text *out)
{
	const char *strings[] = { format };
	const struct string_list list = { strings, 1 };
	struct payload payload = { (const char *)sample->words, sample->length };
	struct formats formats;
	bool result;

	formats_init(&formats, &list);
	result = formats_print(&formats, 0, payload, out);
	formats_fini(&formats);
	return result;
}

static void expect_same(const char *format, const struct sample *sample)
{
	static char expected[1 << 20];
	__u32 length = spile_format(expected, sizeof(expected), format, sample->arguments,
				    sample->count);
	struct text out = { 0 };

	text_append_string(&out, "before ");
	assert_true(print(format, sample, &out));
	assert_int_equal(out.length, length + 7);
	assert_memory_equal(out.bytes, "before ", 7);
	assert_memory_equal(out.bytes + 7, expected, length);
	text_fini(&out);
}

static void plain_formats(void **state)
{
	static const __s64 numbers[] = { 0, 7, -1, 10, 99, 1000000007, INT64_MAX, INT64_MIN };
	struct sample sample;

	(void)state;
	memset(&sample, 0, sizeof(sample));
	expect_same("", &sample);
	expect_same("text, and 100%%\n", &sample);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		memset(&sample, 0, sizeof(sample));
		add_string(&sample, "name\0with NUL", 13);
		add_number(&sample, numbers[i]);
		add_number(&sample, numbers[i]);
		add_string(&sample, "", 0);
		expect_same("%s: %d is %u%s\n", &sample);
		expect_same("%s%lld%lu%s", &sample);
	}
}

/* A directive of random parts, with the arguments that it takes. */
static void add_directive(char *format, struct sample *sample)
{
	static const char conversions[] = "diuoxXpcsmMb%";
	char conversion = conversions[rand() % (int)strlen(conversions)];
	bool is_bare = rand() % 3 == 0;

	strcat(format, "%");
	for (int i = rand() % 3; i > 0 && !is_bare; i--)
		strncat(format, &"#0- +"[rand() % 5], 1);
	if (!is_bare && rand() % 3 == 0)
		sprintf(format + strlen(format), "%d", rand() % 40);
	else if (!is_bare && rand() % 3 == 0) {
		strcat(format, "*");
		add_number(sample, rand() % 300 - 150);
	}
	if (!is_bare && rand() % 3 == 0)
		sprintf(format + strlen(format), ".%d", rand() % 30);
	else if (!is_bare && rand() % 3 == 0) {
		strcat(format, ".*");
		add_number(sample, rand() % 60 - 20);
	}
	strncat(format, &conversion, 1);
	if (strchr("smM", conversion))
		add_string(sample, "some bytes that are a string", (__u32)(rand() % 28));
	else if (conversion != '%')
		add_number(sample, (__s64)(((__u64)rand() << 33) ^ (__u64)rand()));
}

static void random_formats(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		struct sample sample;
		char format[256] = "";

		memset(&sample, 0, sizeof(sample));
		for (int i = rand() % 3; i > 0; i--) {
			strcat(format, rand() % 2 ? "text " : "");
			add_directive(format, &sample);
		}
		strcat(format, rand() % 2 ? "\n" : "");
		expect_same(format, &sample);
	}
}

/* Nothing is appended if the payload ends too early, or there is no such format. */
static void cut_payloads(void **state)
{
	static const char *const formats[] = { "%s is %d\n", "%-9s is %*d\n" };
	struct text out = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sample sample;

		memset(&sample, 0, sizeof(sample));
		add_string(&sample, "fourteen bytes", 14);
		add_number(&sample, 8);
		if (i == 1)
			add_number(&sample, 8);
		for (; sample.length > 0; sample.length -= 8) {
			bool is_whole = sample.length == 32 + 8 * i;

			assert_int_equal(print(formats[i], &sample, &out), is_whole);
			assert_int_equal(out.length > 0, is_whole);
			text_clear(&out);
		}
	}
	assert_false(formats_print(&(struct formats){ NULL, 0 }, 0, (struct payload){ NULL, 0 }, &out));
	assert_int_equal(out.length, 0);
	text_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_formats),
		cmocka_unit_test(random_formats),
		cmocka_unit_test(cut_payloads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
