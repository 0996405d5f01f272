/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/options.c: what the words mean, and what is said about those that make no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <getopt.h>
#include <string.h>

#include <cmocka.h>

#include "message.h"
#include "options.h"
#include "text.h"

#define WORDS_MOST 16

static struct text told;

static void take_message(void *context, const char *bytes, size_t length)
{
	(void)context;
	text_append(&told, bytes, length);
}

/* Parses a line of blank-separated words; the strings in *ret live until the next call. */
static enum options_result parse(const char *line, struct options *ret)
{
	static char copy[512];
	static char *words[WORDS_MOST];
	int count = 0;

	text_clear(&told);
	text_append_string(&told, "");
	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
	optind = 0;	/* glibc's way of starting anew */
	return options_parse(count, words, ret);
}

static void files_of_output(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(parse("spilerun -o out m.ko", &options), OPTIONS_RUN);
	assert_string_equal(options.output, "out");
	assert_int_equal(options.file_size, 0);
	assert_int_equal(parse("spilerun -o out -S 3 m.ko", &options), OPTIONS_RUN);
	assert_int_equal(options.file_size, 3 * 1024 * 1024);
	assert_int_equal(options.file_count, 0);
	assert_int_equal(parse("spilerun -S 1048576,7 -o out m.ko", &options), OPTIONS_RUN);
	assert_true(options.file_size == (1ULL << 40));
	assert_int_equal(options.file_count, 7);
	assert_int_equal(parse("spilerun -b -o out m.ko buffer_kb=32", &options), OPTIONS_RUN);
	assert_true(options.is_bulk);
	assert_int_equal(options.parameter_count, 1);
	assert_int_equal(parse("spilerun --check m.ko", &options), OPTIONS_RUN);
	assert_true(options.is_check);
	assert_int_equal(parse("spilerun --merge a b c", &options), OPTIONS_RUN);
	assert_true(options.is_merge);
	assert_string_equal(options.module, "a");
	assert_string_equal(options.parameters[1], "c");
}

static void senseless_words(void **state)
{
	static const char *const cases[][2] = {
		{ "-S 1 m.ko", "-S is about the file of -o: name it" },
		{ "-b m.ko", "-b writes files: -o says what their names begin with" },
		{ "-b -o x -S 1 m.ko", "-S and -b exclude each other: files are merged whole" },
		{ "-o x -S 0 m.ko",
		  "-S wants megabytes, and perhaps a number of files behind a comma, not '0'" },
		{ "-o x -S 1, m.ko",
		  "-S wants megabytes, and perhaps a number of files behind a comma, not '1,'" },
		{ "-o x -S 1,2,3 m.ko",
		  "-S wants megabytes, and perhaps a number of files behind a comma, not '1,2,3'" },
		{ "-o x -S 99999999999999999999 m.ko",
		  "-S wants megabytes, and perhaps a number of files behind a comma, "
		  "not '99999999999999999999'" },
		{ "--check -d m m.ko", "--check loads nothing: -c, -d and --merge have no meaning for it" },
		{ "--merge", "--merge wants the files of a session with -b" },
		{ "--merge -b -o x a",
		  "--merge reads files: -b, -c, -d and -x have no meaning for it" },
		{ "--merge -d m a",
		  "--merge reads files: -b, -c, -d and -x have no meaning for it" },
		{ "-s 0 m.ko", "-s wants megabytes, 1 to 1024, not '0'" },
		{ "-c true -x 1 m.ko", "-c and -x both set target(): give one of them" },
		{ "m.ko buffer_kb",
		  "'buffer_kb' is no module parameter: they are written name=value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options options;
		struct text line = { 0 }, expected = { 0 };

		text_printf(&line, "spilerun %s", cases[i][0]);
		text_printf(&expected, "spilerun: error: %s\n", cases[i][1]);
		assert_int_equal(parse(line.bytes, &options), OPTIONS_WRONG);
		assert_string_equal(told.bytes, expected.bytes);
		text_fini(&expected);
		text_fini(&line);
	}
}

static int take_messages_over(void **state)
{
	(void)state;
	message_set_sink(take_message, NULL);
	return 0;
}

static int forget_messages(void **state)
{
	(void)state;
	message_set_sink(NULL, NULL);
	text_fini(&told);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_output),
		cmocka_unit_test(senseless_words),
	};

	return cmocka_run_group_tests(tests, take_messages_over, forget_messages);
}
