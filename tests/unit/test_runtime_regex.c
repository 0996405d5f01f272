/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What matched() and ngroups() say, and when they are errors. How tables are made, and that the
 * C written for them finds the right groups, is tests/unit/test_regex.c's business.
 */
#include "runtime_fixture.h"
#include "runtime/regex.h"

/* "k(e+)|(b)" as spile writes it. */
static bool matches(struct rt_context *c, const char *text)
{
	static const u8 classes[256] = {
		[0] = 1, ['b'] = 2, ['e'] = 3, ['k'] = 4,
	};
	static const u16 next[][5] = {
		{ 0, 0, 3, 4, 0 },
		{ 5, 1, 6, 5, 7 },
		{ 5, 2, 5, 8, 5 },
		{ 0, 3, 3, 4, 0 },
		{ 0, 4, 3, 4, 3 },
		{ 5, 5, 5, 5, 5 },
		{ 5, 6, 5, 5, 5 },
		{ 5, 7, 5, 9, 5 },
		{ 5, 8, 5, 8, 10 },
		{ 5, 9, 5, 9, 5 },
		{ 5, 10, 5, 5, 5 },
	};
	static const u8 bits[][1] = {
		{ 0 }, { 0 }, { 0 }, { 1 }, { 0 }, { 0 }, { 1 }, { 0 }, { 4 }, { 1 }, { 2 },
	};
	static const struct rt_regex_step steps[] = {
		{ RT_STEP_FAIL, 0, 0, 0 },
		{ RT_STEP_MATCH, 1, 0, 0 },
		{ RT_STEP_BYTE, 10, 0, 0 },
		{ RT_STEP_BYTE, 8, 0, 0 },
		{ RT_STEP_MARK, 3, 0, 4 },
		{ RT_STEP_CHOICE, 2, 4, 1 },
		{ RT_STEP_MARK, 5, 0, 0 },
		{ RT_STEP_MARK, 1, 0, 1 },
		{ RT_STEP_MARK, 7, 0, 5 },
		{ RT_STEP_BYTE, 13, 0, 0 },
		{ RT_STEP_MARK, 9, 0, 2 },
		{ RT_STEP_BYTE, 13, 0, 0 },
		{ RT_STEP_MARK, 7, 0, 3 },
		{ RT_STEP_CHOICE, 11, 12, 2 },
	};
	static const struct rt_regex regex = {
		.classes = classes, .next = next[0], .bits = bits[0], .steps = steps,
		.class_count = 5, .bit_bytes = 1, .begin_start = 0,
		.end_start = { 1, 1 }, .path_start = { 2, 2 },
		.first_step = 6, .group_count = 2,
	};

	return rt_regex_match(c, &regex, text);
}

static u64 memory[RT_MATCH_SIZE(3) / sizeof(u64) + 1];
static struct rt_match *const match = (struct rt_match *)memory;

/* A context at the beginning of a handler that has never matched anything. */
static struct rt_context *fresh_context(void)
{
	struct rt_context *c = fixture_context();

	memset(memory, 0x5a, sizeof(memory));
	c->match = match;
	rt_match_start(c);
	return c;
}

static const char *matched(struct rt_context *c, s64 group)
{
	static char text[MAXSTRINGLEN];

	memset(text, '!', sizeof(text));
	rt_matched(c, group, text);
	return text;
}

static void groups_are_those_of_the_last_match(void **state)
{
	struct rt_context *c = fresh_context();

	assert_true(matches(c, "a keeper"));
	assert_string_equal(matched(c, 0), "kee");
	assert_string_equal(matched(c, 1), "ee");
	assert_string_equal(matched(c, 2), "");
	assert_int_equal(rt_ngroups(c), 2);
	assert_true(matches(c, "ab"));
	assert_string_equal(matched(c, 0), "b");
	assert_string_equal(matched(c, 1), "");
	assert_string_equal(matched(c, 2), "b");
	assert_false(rt_failed(c));
	c->match = NULL;
	(void)state;
}

static void the_subject_may_change_afterwards(void **state)
{
	struct rt_context *c = fresh_context();
	char subject[] = "keeper";

	assert_true(matches(c, subject));
	memset(subject, 'x', sizeof(subject) - 1);
	assert_string_equal(matched(c, 1), "ee");
	assert_true(matches(c, matched(c, 0)));
	assert_string_equal(matched(c, 0), "kee");
	c->match = NULL;
	(void)state;
}

static void long_texts_are_cut(void **state)
{
	struct rt_context *c = fresh_context();
	char text[2 * MAXSTRINGLEN];

	memset(text, 'e', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	text[0] = 'k';
	assert_true(matches(c, text));
	assert_int_equal(strlen(matched(c, 0)), MAXSTRINGLEN - 1);
	assert_int_equal(strlen(matched(c, 1)), MAXSTRINGLEN - 2);
	text[0] = 'e';
	text[MAXSTRINGLEN - 1] = 'b';
	assert_false(matches(c, text));
	c->match = NULL;
	(void)state;
}

static void no_match_is_an_error(void **state)
{
	struct rt_context *c = fresh_context();

	assert_string_equal(matched(c, 0), "");
	assert_true(rt_failed(c));
	assert_string_equal(c->error, "no regular expression has matched");
	c = fresh_context();
	assert_int_equal(rt_ngroups(c), 0);
	assert_true(rt_failed(c));
	c = fresh_context();
	assert_true(matches(c, "b"));
	assert_false(matches(c, "x"));
	assert_string_equal(matched(c, 0), "");
	assert_true(rt_failed(c));
	c->match = NULL;
	(void)state;
}

static void no_such_group_is_an_error(void **state)
{
	static const s64 groups[] = { -1, 3, 1LL << 33 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		struct rt_context *c = fresh_context();

		assert_true(matches(c, "b"));
		assert_string_equal(matched(c, groups[i]), "");
		assert_true(rt_failed(c));
		assert_non_null(strstr(c->error, "does not exist: the regular expression has 2"));
		c->match = NULL;
	}
	(void)state;
}

static void a_handler_begins_without_a_match(void **state)
{
	struct rt_context *c = fresh_context();

	assert_true(matches(c, "b"));
	rt_match_start(c);
	assert_string_equal(matched(c, 0), "");
	assert_true(rt_failed(c));
	c->match = NULL;
	rt_match_start(c);
	(void)state;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(groups_are_those_of_the_last_match),
		TEST(the_subject_may_change_afterwards),
		TEST(long_texts_are_cut),
		TEST(no_match_is_an_error),
		TEST(no_such_group_is_an_error),
		TEST(a_handler_begins_without_a_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
