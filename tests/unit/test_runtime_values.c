/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings, arithmetic, errors and their bounds, reads that fault, registers.
 */
#include "runtime_fixture.h"
#include "runtime/arith.h"
#include "runtime/regs.h"
#include "runtime/location.h"
#include "runtime/words.h"
#include "runtime/line.h"

static char buffer[MAXSTRINGLEN];

static const char *long_text(char letter)
{
	static char text[4 * MAXSTRINGLEN];

	memset(text, letter, sizeof(text) - 1);
	return text;
}

static void strings_are_copied_and_cut(void **state)
{
	rt_string_copy(buffer, "");
	assert_string_equal(buffer, "");
	rt_string_copy(buffer, "abc");
	assert_string_equal(buffer, "abc");
	rt_string_copy(buffer, buffer);
	assert_string_equal(buffer, "abc");
	rt_string_copy(buffer, buffer + 1);
	assert_string_equal(buffer, "bc");
	rt_string_copy(buffer, long_text('x'));
	assert_int_equal(strlen(buffer), MAXSTRINGLEN - 1);
	assert_int_equal(rt_string_length(long_text('x')), MAXSTRINGLEN - 1);
	(void)state;
}

#define SIXTEEN "0123456789abcdef"
#define LITERAL SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN

static void literals_are_measured(void **state)
{
	assert_int_equal(rt_string_length(""), 0);
	assert_int_equal(rt_string_length("hello"), 5);
	assert_int_equal(rt_string_length("a\0b"), 1);
	assert_int_equal(sizeof(LITERAL) - 1, MAXSTRINGLEN);
	assert_int_equal(rt_string_length(LITERAL), MAXSTRINGLEN - 1);
	rt_bytes_copy(buffer, "hello", sizeof("hello"));
	assert_string_equal(buffer, "hello");
	(void)state;
}

/* All lengths, at all distances from a word's start, with something else behind the NUL. */
static void strings_of_words_are_as_others(void **state)
{
	char text[MAXSTRINGLEN + 16] __aligned(8), bytes[MAXSTRINGLEN + 16] __aligned(8);
	char copy[MAXSTRINGLEN + 1];
	u32 start, length;

	copy[MAXSTRINGLEN] = '!';
	for (start = 0; start < 8; start++) {
		for (length = 0; length < MAXSTRINGLEN + 2; length++) {
			u32 cut = min(length, MAXSTRINGLEN - 1U);

			memset(text, 'x', sizeof(text));
			text[start + length] = 0;
			assert_int_equal(rt_string_length(text + start), cut);
			rt_string_copy(copy, text + start);
			assert_int_equal(strlen(copy), cut);
			assert_memory_equal(copy, text + start, cut);
			assert_int_equal(copy[MAXSTRINGLEN], '!');
			rt_bytes_copy(bytes, text + start, cut);
			assert_memory_equal(bytes, text + start, cut);
		}
	}
	(void)state;
}

static void strings_of_words_compare_as_others(void **state)
{
	char a[MAXSTRINGLEN + 8] __aligned(8), b[MAXSTRINGLEN + 8] __aligned(8);
	u32 at;

	for (at = 0; at < MAXSTRINGLEN + 2; at++) {
		bool is_seen = at < MAXSTRINGLEN - 1;

		memset(a, 'x', sizeof(a));
		memset(b, 'x', sizeof(b));
		b[at] = (char)0xff;
		assert_int_equal(rt_string_compare(a, b) < 0, is_seen);
		assert_int_equal(rt_string_compare(b, a) > 0, is_seen);
		a[at] = 0;
		assert_int_equal(rt_string_compare(a, b) < 0, is_seen);
		b[at] = 0;
		b[at + 1] = 'y';
		assert_int_equal(rt_string_compare(a, b), 0);
	}
	(void)state;
}

static void strings_are_joined(void **state)
{
	rt_string_concat(buffer, "ab", "cde");
	assert_string_equal(buffer, "abcde");
	rt_string_append(buffer, "f");
	assert_string_equal(buffer, "abcdef");
	rt_string_concat(buffer, "x", buffer);
	assert_string_equal(buffer, "xabcdef");
	rt_string_concat(buffer, buffer, buffer);
	assert_string_equal(buffer, "xabcdefxabcdef");
	rt_string_concat(buffer, buffer, "");
	assert_string_equal(buffer, "xabcdefxabcdef");
	rt_string_append(buffer, long_text('y'));
	assert_int_equal(strlen(buffer), MAXSTRINGLEN - 1);
	rt_string_append(buffer, "z");
	assert_int_equal(buffer[MAXSTRINGLEN - 2], 'y');
	rt_string_concat(buffer, "q", buffer);
	assert_int_equal(strlen(buffer), MAXSTRINGLEN - 1);
	assert_int_equal(buffer[1], 'x');
	(void)state;
}

static void strings_are_compared_by_bytes(void **state)
{
	assert_int_equal(rt_string_compare("", ""), 0);
	assert_int_equal(rt_string_compare("a", "a"), 0);
	assert_true(rt_string_compare("a", "b") < 0);
	assert_true(rt_string_compare("ab", "a") > 0);
	assert_true(rt_string_compare("\xff", "a") > 0);
	assert_true(rt_string_equal("same", "same"));
	assert_false(rt_string_equal("same", "sam"));
	(void)state;
}

static void division(void **state)
{
	struct rt_context *c = fixture_context();

	assert_int_equal(rt_divide(c, 7, 2, WHERE), 3);
	assert_int_equal(rt_divide(c, -7, 2, WHERE), -3);
	assert_int_equal(rt_modulo(c, -7, 2, WHERE), -1);
	assert_int_equal(rt_divide(c, RT_S64_MIN, -1, WHERE), RT_S64_MIN);
	assert_int_equal(rt_modulo(c, RT_S64_MIN, -1, WHERE), 0);
	assert_int_equal(rt_divide(c, 5, -1, WHERE), -5);
	assert_false(rt_failed(c));
	assert_int_equal(rt_divide(c, 1, 0, WHERE), 0);
	assert_true(rt_failed(c));
	assert_string_equal(c->error, "division by 0");
	c = fixture_context();
	assert_int_equal(rt_modulo(c, 1, 0, WHERE), 0);
	assert_true(rt_failed(c));
	(void)state;
}

static void shifts_take_six_bits(void **state)
{
	assert_int_equal(rt_shift_left(1, 63), RT_S64_MIN);
	assert_int_equal(rt_shift_left(-1, 1), -2);
	assert_int_equal(rt_shift_left(5, 64), 5);
	assert_int_equal(rt_shift_left(1, -1), RT_S64_MIN);
	assert_int_equal(rt_shift_right(-8, 1), -4);
	assert_int_equal(rt_shift_right(RT_S64_MIN, 63), -1);
	assert_int_equal(rt_shift_right(8, 67), 1);
	(void)state;
}

static void first_error_stays_until_taken(void **state)
{
	struct rt_context *c = fixture_context();

	rt_error(c, "number %d", 1);
	rt_error_at(c, WHERE, "number %d", 2);
	assert_string_equal(c->error, "number 1");
	rt_error_take(c, buffer);
	assert_string_equal(buffer, "number 1");
	assert_false(rt_failed(c));
	rt_error_take(c, buffer);
	assert_string_equal(buffer, "");
	rt_error(c, "%s", long_text('e'));
	rt_error_take(c, buffer);
	assert_int_equal(strlen(buffer), MAXSTRINGLEN - 1);
	rt_error_take(c, NULL);
	(void)state;
}

static void loops_are_bounded(void **state)
{
	struct rt_context *c = fixture_context();
	s64 rounds = 0;

	while (rt_loop(c, 3, WHERE))
		rounds++;
	assert_int_equal(rounds, MAXACTION / 3);
	assert_string_equal(c->error, "MAXACTION exceeded");
	rt_error_take(c, NULL);
	assert_false(rt_loop(c, 1, WHERE));
	(void)state;
}

static void calls_are_bounded(void **state)
{
	struct rt_context *c = fixture_context();
	int depth = 0;

	while (rt_call_enter(c, WHERE))
		depth++;
	assert_int_equal(depth, MAXNESTING);
	assert_string_equal(c->error, "MAXNESTING exceeded");
	while (depth--)
		rt_call_leave(c);
	rt_error_take(c, NULL);
	assert_true(rt_call_enter(c, WHERE));
	(void)state;
}

static void frames_are_a_stack(void **state)
{
	struct rt_context *c = fixture_context();
	char *first = rt_frame_first(c, FRAME_SIZE - 5);
	char *second = rt_frame_push(c, 3);

	assert_non_null(first);
	assert_int_equal((unsigned long)second % 8, 0);
	assert_true(second >= first + FRAME_SIZE - 5);
	assert_null(rt_frame_push(c, RT_FRAME_BYTES));
	assert_true(rt_failed(c));
	rt_frame_pop(c, NULL, RT_FRAME_BYTES);
	rt_frame_pop(c, second, 3);
	assert_ptr_equal(rt_frame_push(c, 3), second);
	(void)state;
}

static struct everything {
	s8 small;
	u8 byte;
	s16 half;
	u16 unsigned_half;
	s32 word;
	u32 unsigned_word;
	s64 whole;
	bool flag;
	char text[16];
	struct { int inner; } nested;
	struct everything *next;
	enum { THIRD = 3 } kind;
	const volatile s16 fixed;
} everything = {
	-1, 255, -300, 65535, -70000, 4000000000U, RT_S64_MIN, true, "text", { 5 }, &everything,
	THIRD, -2,
};

static void loads_extend_by_type(void **state)
{
	struct rt_context *c = fixture_context();

	assert_int_equal(RT_LOAD(c, &everything.small, PLACE), -1);
	assert_int_equal(RT_LOAD(c, &everything.byte, PLACE), 255);
	assert_int_equal(RT_LOAD(c, &everything.half, PLACE), -300);
	assert_int_equal(RT_LOAD(c, &everything.unsigned_half, PLACE), 65535);
	assert_int_equal(RT_LOAD(c, &everything.word, PLACE), -70000);
	assert_int_equal(RT_LOAD(c, &everything.unsigned_word, PLACE), 4000000000LL);
	assert_int_equal(RT_LOAD(c, &everything.whole, PLACE), RT_S64_MIN);
	assert_int_equal(RT_LOAD(c, &everything.flag, PLACE), 1);
	assert_int_equal(RT_LOAD(c, &everything.kind, PLACE), 3);
	assert_int_equal(RT_LOAD(c, &everything.fixed, PLACE), -2);
	assert_int_equal(RT_LOAD(c, &everything.next, PLACE), (s64)(unsigned long)&everything);
	assert_int_equal(RT_LOAD(c, &everything.text, PLACE),
			 (s64)(unsigned long)everything.text);
	assert_int_equal(RT_LOAD(c, &everything.nested, PLACE),
			 (s64)(unsigned long)&everything.nested);
	assert_ptr_equal(RT_STEP(c, &everything.next, PLACE)->next, &everything);
	assert_ptr_equal(RT_STEP(c, &everything.nested, PLACE), &everything.nested);
	assert_ptr_equal(RT_STEP(c, &everything.text, PLACE), everything.text);
	assert_false(rt_failed(c));
	(void)state;
}

static void loads_that_fault_are_soft_errors(void **state)
{
	struct rt_context *c = fixture_context();

	shim_fault.address = (unsigned long)&everything.word;
	shim_fault.size = sizeof(everything.word);
	assert_int_equal(RT_LOAD(c, &everything.half, PLACE), -300);
	assert_false(rt_failed(c));
	assert_int_equal(RT_LOAD(c, &everything.word, PLACE), 0);
	assert_true(rt_failed(c));
	assert_int_equal(c->failed, RT_FAILED_SOFT);
	assert_string_equal(c->error_where, WHERE);
	assert_string_equal(c->error_place->where, WHERE);
	c = fixture_context();
	shim_fault.address = (unsigned long)&everything.next;
	shim_fault.size = sizeof(everything.next);
	assert_null(RT_STEP(c, &everything.next, PLACE));
	assert_true(rt_failed(c));
	shim_fault.size = 0;
	(void)state;
}

static void memory_is_read_for_printing(void **state)
{
	static const char memory[2 * MAXSTRINGLEN] = "a\0b";
	struct rt_context *c = fixture_context();
	char to[MAXSTRINGLEN];

	assert_int_equal(rt_read_memory(c, to, (s64)memory, 3, false, PLACE), 3);
	assert_memory_equal(to, "a\0b", 3);
	assert_int_equal(rt_read_memory(c, to, (s64)memory, -1, true, PLACE), 1);
	assert_int_equal(rt_read_memory(c, to, (s64)memory, 1LL << 40, false, PLACE), MAXSTRINGLEN);
	assert_int_equal(rt_read_memory(c, to, 16, 0, false, PLACE), 0);
	assert_false(rt_failed(c));
	shim_fault.address = (unsigned long)memory + 2;
	shim_fault.size = 1;
	assert_int_equal(rt_read_memory(c, to, (s64)memory, 2, false, PLACE), 2);
	assert_int_equal(rt_read_memory(c, to, (s64)memory, 3, false, PLACE), 0);
	assert_int_equal(c->failed, RT_FAILED_SOFT);
	shim_fault.size = 0;
	(void)state;
}

/* As embedded C has it. */
static void fail_softly(struct rt_context *c)
{
	RT_FAULT("cannot read %d", 5);
out:
	return;
}

/* A process that was started with these words. */
static void start_process(struct mm_struct *mm, const char *words, size_t size, const char *variables, size_t room)
{
	*mm = (struct mm_struct){
		(unsigned long)words, (unsigned long)words + size, (unsigned long)variables, (unsigned long)variables + room,
	};
	shim_task.mm = mm;
}

static void expect_words(s64 first, s64 last, const char *delimiter, const char *expected)
{
	rt_command_words(buffer, first, last, delimiter);
	assert_string_equal(buffer, expected);
}

static const unsigned long module_start = 0x7000;
const struct rt_line rt_lines[] = { { NULL, 0x1000, "fs/a.c", 12 }, { &module_start, 0x10, "b.c", 7 } };
const u32 rt_line_count = ARRAY_SIZE(rt_lines);

static void expect_line(unsigned long address, enum rt_line_form form, const char *expected)
{
	rt_line_describe(buffer, address, form);
	assert_string_equal(buffer, expected);
}

static void lines_of_addresses(void **state)
{
	expect_line(0x1000, RT_LINE_BOTH, "fs/a.c:12");
	expect_line(0x1000, RT_LINE_FILE, "fs/a.c");
	expect_line(0x7010, RT_LINE_NUMBER, "7");
	expect_line(0x1001, RT_LINE_BOTH, "0x1001");
	expect_line(0x10, RT_LINE_NUMBER, "0x10");
	(void)state;
}

static void command_lines(void **state)
{
	static const char words[] = "ls\0-l\0\0a b", variables[] = "NAMES=1\0NAME\0NAME=\0AME=2\0X=a=b";
	static char long_word[3 * MAXSTRINGLEN];
	struct mm_struct mm;

	start_process(&mm, words, sizeof(words), variables, sizeof(variables));
	expect_words(0, -1, " ", "ls -l  a b");
	expect_words(1, 1, " ", "-l");
	expect_words(1, 2, "<>", "-l<>");
	expect_words(2, 2, " ", "");
	expect_words(3, 9, " ", "a b");
	expect_words(4, -1, " ", "");
	expect_words(-1, -1, " ", "");
	rt_environment_value(buffer, "NAMES");
	assert_string_equal(buffer, "1");
	rt_environment_value(buffer, "NAME");
	assert_string_equal(buffer, "");
	rt_environment_value(buffer, "X");
	assert_string_equal(buffer, "a=b");
	rt_environment_value(buffer, "ME");
	assert_string_equal(buffer, "");
	memset(long_word, 'x', sizeof(long_word) - 1);
	start_process(&mm, long_word, sizeof(long_word), variables, 5);
	expect_words(0, -1, " ", long_text('x') + 3 * MAXSTRINGLEN);
	rt_environment_value(buffer, "NAMES");
	assert_string_equal(buffer, "");
	shim_fault.address = (unsigned long)words;
	shim_fault.size = 1;
	start_process(&mm, words, sizeof(words), variables, sizeof(variables));
	expect_words(0, -1, " ", "");
	shim_fault.size = 0;
	shim_task.mm = NULL;
	expect_words(0, -1, " ", "");
	rt_environment_value(buffer, "X");
	assert_string_equal(buffer, "");
	(void)state;
}

static void faults_have_the_place_of_the_call(void **state)
{
	struct rt_context *c = fixture_context();

	fail_softly(c);
	assert_int_equal(c->failed, RT_FAILED_SOFT);
	assert_null(c->error_place);
	c = fixture_context();
	c->where = PLACE;
	fail_softly(c);
	assert_string_equal(c->error, "cannot read 5");
	assert_ptr_equal(c->error_place, c->where);
	rt_error(c, "a hard one comes too late");
	assert_int_equal(c->failed, RT_FAILED_SOFT);
	(void)state;
}

static void strings_are_read_to_their_end(void **state)
{
	static char page[512] __aligned(64);
	char to[MAXSTRINGLEN];
	int length, offset;

	for (length = 0; length < MAXSTRINGLEN - 1; length += 7) {
		for (offset = 0; offset < 64; offset += 5) {
			memset(page, 'p', sizeof(page));
			page[offset + length] = 0;
			assert_int_equal(rt_read_kernel_string(to, (unsigned long)page + offset,
							       sizeof(to)), length);
			assert_string_equal(to, page + offset);
		}
	}
	memset(page, 'p', sizeof(page));
	assert_int_equal(rt_read_user_string(to, (unsigned long)page, sizeof(to)), sizeof(to) - 1);
	assert_int_equal(rt_read_user_string(to, (unsigned long)page, 1), 0);
	assert_string_equal(to, "");
	(void)state;
}

/* What lies behind a string's NUL may be unreadable: only in the NUL's own piece is it touched. */
static void strings_stop_before_a_fault(void **state)
{
	static char page[256] __aligned(64) = "short";
	char to[MAXSTRINGLEN];

	shim_fault.address = (unsigned long)page + 64;
	shim_fault.size = 64;
	assert_int_equal(rt_read_kernel_string(to, (unsigned long)page, sizeof(to)), 5);
	memset(page, 'x', 64);
	strcpy(to, "old");
	assert_int_equal(rt_read_kernel_string(to, (unsigned long)page, sizeof(to)), -EFAULT);
	assert_string_equal(to, "");
	shim_fault.size = 0;
	(void)state;
}

static void arguments_follow_the_convention(void **state)
{
	u64 stack[3] = { 0xdead, 7, 8 };
	struct pt_regs regs = {
		.di = 1, .si = 2, .dx = 3, .cx = 4, .r8 = 5, .r9 = 6, .ax = 100,
	};
	u32 n;

	regs.sp = (unsigned long)stack;
	for (n = 1; n <= 8; n++)
		assert_int_equal(rt_argument(&regs, n), n);
	assert_int_equal(rt_return_value(&regs), 100);
	shim_fault.address = (unsigned long)&stack[2];
	shim_fault.size = 8;
	assert_int_equal(rt_argument(&regs, 8), 0);
	shim_fault.size = 0;
	assert_int_equal(rt_argument(&regs, 0), 0);
	(void)state;
}

static void arguments_and_results_are_replaced(void **state)
{
	struct rt_context *c = fixture_context();
	u64 stack[3] = { 0xdead, 7, 8 };
	struct pt_regs regs = { .sp = (unsigned long)stack };
	u32 n;

	(void)state;
	c->regs = &regs;
	for (n = 1; n <= 8; n++)
		rt_set_argument(c, n, 100 + n, RT_PLACE("here"));
	for (n = 1; n <= 8; n++)
		assert_int_equal(rt_argument(&regs, n), 100 + n);
	assert_int_equal(stack[0], 0xdead);
	rt_set_return_value(c, -5, RT_PLACE("here"));
	assert_int_equal(rt_return_value(&regs), -5);
	shim_fault.address = (unsigned long)&stack[1];
	shim_fault.size = 8;
	rt_set_argument(c, 7, 9, RT_PLACE("here"));
	shim_fault.size = 0;
	assert_true(rt_failed(c));
	assert_int_equal(stack[1], 107);
	rt_error_take(c, NULL);
}

static void bit_fields_are_replaced(void **state)
{
	(void)state;
	assert_int_equal(rt_replace_bits(0xff, 0, 3, 2), 0xe7);
	assert_int_equal(rt_replace_bits(0, -1, 3, 2), 0x18);
	assert_int_equal(rt_replace_bits(-1, 5, 0, 64), 5);
	assert_int_equal(rt_replace_bits(0, 1, 63, 1), (s64)(1ULL << 63));
}

static void registers_have_names(void **state)
{
	struct rt_context *c = fixture_context();
	struct pt_regs regs = { .ax = 0xfffffffffffffff0UL, .r10 = 0x1234567890abcdefUL };

	assert_int_equal(rt_register(c, "rax", true), 0);
	assert_true(rt_failed(c));
	c = fixture_context();
	c->regs = &regs;
	assert_int_equal(rt_register(c, "rax", false), -16);
	assert_int_equal(rt_register(c, "eax", true), -16);
	assert_int_equal(rt_register(c, "eax", false), 0xfffffff0);
	assert_int_equal(rt_register(c, "ax", false), 0xfff0);
	assert_int_equal(rt_register(c, "al", true), -16);
	assert_int_equal(rt_register(c, "r10d", false), 0x90abcdef);
	assert_int_equal(rt_register(c, "r10b", false), 0xef);
	assert_false(rt_failed(c));
	assert_int_equal(rt_register(c, "rxx", true), 0);
	assert_string_equal(c->error, "unknown register 'rxx'");
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)

/* What C leaves undefined and processors refuse has a result. */
static void locations_are_computed(void **state)
{
	const u64 lowest = 1ULL << 63, minus_seven = 0 - 7ULL;

	assert_true(rt_location_shift_left(3, 2) == 12 && rt_location_shift_left(3, 64) == 0);
	assert_true(rt_location_shift_right(lowest, 63) == 1 && rt_location_shift_right(lowest, 64) == 0);
	assert_true(rt_location_shift_right_signed(lowest, 62) == 0 - 2ULL);
	assert_true(rt_location_shift_right_signed(lowest, 1000) == 0 - 1ULL);
	assert_true(rt_location_shift_right_signed(5, 1) == 2);
	assert_true(rt_location_divide(minus_seven, 2) == minus_seven / 2 && rt_location_divide(7, 0) == 0);
	assert_true(rt_location_divide_signed(minus_seven, 2) == 0 - 3ULL);
	assert_true(rt_location_divide_signed(lowest, 0 - 1ULL) == lowest);
	assert_true(rt_location_divide_signed(lowest, 0) == 0);
	assert_true(rt_location_modulo(minus_seven, 4) == minus_seven % 4 && rt_location_modulo(7, 0) == 0);
	assert_true(rt_location_modulo_signed(minus_seven, 4) == 0 - 3ULL);
	assert_true(rt_location_modulo_signed(lowest, 0 - 1ULL) == 0 && rt_location_modulo_signed(7, 0) == 0);
	assert_true(rt_location_per_cpu((unsigned long)buffer) == (unsigned long)buffer);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(strings_are_copied_and_cut),
		TEST(strings_are_joined),
		TEST(strings_are_compared_by_bytes),
		TEST(literals_are_measured),
		TEST(strings_of_words_are_as_others),
		TEST(strings_of_words_compare_as_others),
		TEST(division),
		TEST(shifts_take_six_bits),
		TEST(first_error_stays_until_taken),
		TEST(loops_are_bounded),
		TEST(calls_are_bounded),
		TEST(frames_are_a_stack),
		TEST(loads_extend_by_type),
		TEST(loads_that_fault_are_soft_errors),
		TEST(memory_is_read_for_printing),
		TEST(command_lines),
		TEST(lines_of_addresses),
		TEST(faults_have_the_place_of_the_call),
		TEST(strings_are_read_to_their_end),
		TEST(strings_stop_before_a_fault),
		TEST(arguments_follow_the_convention),
		TEST(registers_have_names),
		TEST(locations_are_computed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
