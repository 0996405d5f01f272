/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * include/format.h against libc's snprintf on random directives, and against tables where the
 * two differ or libc has no such directive. The random numbers are the same in every run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"

#define RANDOM_ROUNDS 200000

static uint64_t random_state = 88172645463325252ULL;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Small, large and extreme numbers alike. */
static int64_t random_number(void)
{
	static const int64_t special[] = { 0, 1, -1, 7, 8, 10, INT64_MAX, INT64_MIN, INT32_MIN };
	uint64_t random = next_random();

	if (random % 4 == 0)
		return special[(random >> 8) % (sizeof(special) / sizeof(special[0]))];
	return (int64_t)(next_random() >> (random % 64));
}

static struct spile_argument number(int64_t n)
{
	struct spile_argument argument = { n, NULL, 0 };

	return argument;
}

static struct spile_argument string(const char *s)
{
	struct spile_argument argument = { 0, s, (__u32)strlen(s) };

	return argument;
}

static void append_size(char *format, const char *prefix)
{
	char size[16];

	snprintf(size, sizeof(size), "%s%d", prefix, (int)(next_random() % 40));
	if (next_random() % 2)
		strcat(format, size);
}

/* "%" with random flags out of `flags`, width and precision, then the conversion. */
static void random_format(char *format, const char *flags, char conversion, const char *modifier)
{
	char end[2] = { conversion, '\0' };

	strcpy(format, "%");
	for (const char *flag = flags; *flag; flag++)
		if (next_random() % 3 == 0)
			strncat(format, flag, 1);
	append_size(format, "1");
	append_size(format, ".");
	strcat(format, modifier);
	strcat(format, end);
}

static void numbers_are_as_in_libc(void **state)
{
	static const char conversions[] = "diuoxX";

	(void)state;
	for (int i = 0; i < RANDOM_ROUNDS; i++) {
		struct spile_argument argument = number(random_number());
		char format[64], expected[512], result[512];
		int length;

		random_format(format, "#0- +", conversions[next_random() % 6], "ll");
		length = snprintf(expected, sizeof(expected), format, (long long)argument.n);
		assert_int_equal(spile_format(result, sizeof(result), format, &argument, 1),
				 length);
		assert_string_equal(result, expected);
	}
}

static void strings_are_as_in_libc(void **state)
{
	static const char *const words[] = { "", "a", "word", "two words",
					     "0123456789abcdefghijklmnop" };

	(void)state;
	for (int i = 0; i < RANDOM_ROUNDS / 10; i++) {
		const char *word = words[next_random() % 5];
		struct spile_argument argument = string(word);
		char format[64], expected[512], result[512];

		random_format(format, "-", 's', "");
		snprintf(expected, sizeof(expected), format, word);
		spile_format(result, sizeof(result), format, &argument, 1);
		assert_string_equal(result, expected);
	}
}

static void stars_are_as_in_libc(void **state)
{
	(void)state;
	for (int i = 0; i < RANDOM_ROUNDS / 10; i++) {
		int width = (int)(next_random() % 60) - 30;
		int precision = (int)(next_random() % 40) - 10;
		struct spile_argument arguments[] = {
			number(width), number(precision), number(random_number()),
		};
		char expected[512], result[512];

		snprintf(expected, sizeof(expected), "<%*.*llx>", width, precision,
			 (long long)arguments[2].n);
		spile_format(result, sizeof(result), "<%*.*x>", arguments, 3);
		assert_string_equal(result, expected);
	}
}

struct number_case {
	const char *format;
	int64_t n;
	const char *expected;
};

static void numbers_of_our_own(void **state)
{
	static const struct number_case cases[] = {
		{ "%p", 0, "0x0" },
		{ "%p", 0xABCD, "0xabcd" },
		{ "%p", -1, "0xffffffffffffffff" },
		{ "%10p|", 0xab, "      0xab|" },
		{ "%-10p|", 0xab, "0xab      |" },
		{ "%010p", 0xab, "0x000000ab" },
		{ "%hd", 70000, "70000" },
		{ "%hhu", 300, "300" },
		{ "%ld", INT64_MIN, "-9223372036854775808" },
		{ "%u", -1, "18446744073709551615" },
		{ "%c", 'x', "x" },
		{ "%3c|", 'x', "  x|" },
		{ "%-3c|", 'x', "x  |" },
		{ "%#c", 'x', "x" },
		{ "%#c", '\n', "\\n" },
		{ "%#c", '\a', "\\a" },
		{ "%#c", '\r', "\\r" },
		{ "%#5c|", '\t', "   \\t|" },
		{ "%-#5c|", 0, "\\000 |" },
		{ "%#c", 200, "\\310" },
		{ "%#c", 127, "\\177" },
		{ "100%%", 0, "100%" },
		{ "%.0d|", 0, "|" },
		{ "%#.0o|", 0, "0|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct spile_argument argument = number(cases[i].n);
		char result[64];

		spile_format(result, sizeof(result), cases[i].format, &argument, 1);
		assert_string_equal(result, cases[i].expected);
	}
}

struct memory_case {
	const char *format;
	const char *expected;
};

static void memory_is_dumped(void **state)
{
	static const struct memory_case cases[] = {
		{ "%M", "00ff7a" },	  { "%.2M", "00ff" },   { "%8M|", "  00ff7a|" },
		{ "%-8M|", "00ff7a  |" }, { "%.0M|", "|" },	{ "%#M", "00ff7a" },
	};
	static const char bytes[] = { 0x00, (char)0xff, 'z' };
	struct spile_argument argument = { 0, bytes, sizeof(bytes) };
	char result[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		spile_format(result, sizeof(result), cases[i].format, &argument, 1);
		assert_string_equal(result, cases[i].expected);
	}
	assert_int_equal(spile_format(result, sizeof(result), "%m", &argument, 1), 3);
	assert_memory_equal(result, bytes, 3);
	assert_int_equal(spile_format(result, sizeof(result), "%4.1m", &argument, 1), 4);
	assert_memory_equal(result, "   \0", 4);
}

static void binary_has_its_width(void **state)
{
	struct spile_argument argument = number(0x1122334455667788LL);
	static const char *const formats[] = { "%1b", "%2b", "%4b", "%8b", "%b", "%3b" };
	static const __u32 lengths[] = { 1, 2, 4, 8, 8, 8 };
	char result[16];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(spile_format(result, sizeof(result), formats[i], &argument, 1),
				 lengths[i]);
		assert_memory_equal(result, "\x88\x77\x66\x55\x44\x33\x22\x11", lengths[i]);
	}
}

static void output_is_cut_not_overrun(void **state)
{
	struct spile_argument arguments[] = {
		number(-12345), string("some words"), number(1 << 30),
	};

	(void)state;
	for (__u32 size = 0; size <= 64; size++) {
		/* From the heap, so that the sanitizer sees a byte too many. */
		char *out = malloc(size ? size : 1);
		char whole[128];
		__u32 length;

		spile_format(whole, sizeof(whole), "<%9d %s %40x>", arguments, 3);
		length = spile_format(out, size, "<%9d %s %40x>", arguments, 3);
		if (size) {
			assert_int_equal(length, strlen(whole) < size ? strlen(whole) : size - 1);
			assert_int_equal(out[length], '\0');
			assert_memory_equal(out, whole, length);
		} else {
			assert_int_equal(length, 0);
		}
		free(out);
	}
}

static void huge_widths_are_bounded(void **state)
{
	struct spile_argument arguments[] = { number(INT64_MIN), number(5) };
	char result[32];

	(void)state;
	assert_int_equal(spile_format(result, sizeof(result), "%99999999999999999999d",
				      arguments, 1), 31);
	assert_int_equal(spile_format(result, sizeof(result), "%*d", arguments, 2), 31);
	assert_int_equal(result[0], '5');
	assert_int_equal(spile_format(result, sizeof(result), "%.99999999999999999999x",
				      arguments, 1), 31);
}

static void missing_arguments_are_empty(void **state)
{
	char result[32];

	(void)state;
	spile_format(result, sizeof(result), "[%d][%s][%*c%M]", NULL, 0);
	assert_memory_equal(result, "[0][][\0]", 8);
}

static void malformed_directives_stay_text(void **state)
{
	struct spile_argument argument = number(5);
	char result[32];

	(void)state;
	spile_format(result, sizeof(result), "%y %d %-", &argument, 1);
	assert_string_equal(result, "%y 5 %-");
}

static void pieces_are_told_apart(void **state)
{
	const char *at = "ab%-08.*llx%%%s%*m%q";
	struct spile_directive piece;

	(void)state;
	assert_int_equal(spile_format_next(&at, &piece), 1);
	assert_int_equal(piece.conversion, 0);
	assert_int_equal(piece.length, 2);
	assert_int_equal(spile_directive_arguments(&piece), 0);

	assert_int_equal(spile_format_next(&at, &piece), 1);
	assert_int_equal(piece.conversion, 'x');
	assert_int_equal(piece.length, strlen("%-08.*llx"));
	assert_int_equal(piece.flags, SPILE_FLAG_LEFT | SPILE_FLAG_ZERO);
	assert_int_equal(piece.width, 8);
	assert_int_equal(piece.precision, SPILE_FORMAT_NONE);
	assert_true(piece.precision_is_argument && !piece.width_is_argument);
	assert_int_equal(spile_directive_arguments(&piece), 2);
	assert_false(spile_directive_is_string(&piece));

	assert_int_equal(spile_format_next(&at, &piece), 1);
	assert_int_equal(piece.conversion, '%');
	assert_int_equal(spile_directive_arguments(&piece), 0);

	assert_int_equal(spile_format_next(&at, &piece), 1);
	assert_int_equal(piece.conversion, 's');
	assert_true(spile_directive_is_string(&piece));
	assert_int_equal(spile_directive_arguments(&piece), 1);

	assert_int_equal(spile_format_next(&at, &piece), 1);
	assert_int_equal(piece.conversion, 'm');
	assert_int_equal(spile_directive_arguments(&piece), 2);

	assert_int_equal(spile_format_next(&at, &piece), -1);
	assert_int_equal(piece.conversion, 0);
	assert_int_equal(piece.length, 2);
	assert_int_equal(spile_format_next(&at, &piece), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_in_libc),
		cmocka_unit_test(strings_are_as_in_libc),
		cmocka_unit_test(stars_are_as_in_libc),
		cmocka_unit_test(numbers_of_our_own),
		cmocka_unit_test(memory_is_dumped),
		cmocka_unit_test(binary_has_its_width),
		cmocka_unit_test(output_is_cut_not_overrun),
		cmocka_unit_test(huge_widths_are_bounded),
		cmocka_unit_test(missing_arguments_are_empty),
		cmocka_unit_test(malformed_directives_stay_text),
		cmocka_unit_test(pieces_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
