/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular expressions: the tables that regex_compile makes, read here as the kernel reads them.
 *
 * Held against three others: a table of cases, the C library (whether and where there is a match),
 * and tests/unit/regex_oracle.h, which tries all ways of matching in the documented order (groups).
 * Last, the C that emit_regex writes is compiled and run on the table of cases.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "base/process.h"
#include "emit/internal.h"
#include "regex/regex.h"
#include "regex_oracle.h"

#define RANDOM_PATTERNS 4000
#define RANDOM_SUBJECTS 12

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

/* ---- Reading the tables ---- */

static struct regex *compile(struct arena *arena, const char *pattern, bool with_groups)
{
	const char *error = NULL;
	size_t at = 0;
	struct regex *regex = regex_compile(arena, pattern, with_groups, &error, &at);

	if (!regex)
		fail_msg("\"%s\": %s, at %zu", pattern, error, at);
	return regex;
}

/* *read_ret: bytes looked at. */
static bool search(const struct regex *regex, const char *text, size_t *read_ret)
{
	const char *at = text;
	int state = regex->start;

	while (state > REGEX_YES)
		state = regex->next[state * regex->class_count +
				    regex->classes[(unsigned char)*at++]];
	*read_ret = at - text;
	assert_true(*read_ret <= strlen(text) + 1);
	return state == REGEX_YES;
}

static bool bit_of(const struct regex *regex, int state, int bit)
{
	return regex->bits[state * regex->bit_bytes + bit / 8] >> bit % 8 & 1;
}

static int follow(const struct regex *regex, const int *states, int at, int marks[ORACLE_MARKS])
{
	int index = regex->first_step, count = 0;

	for (int i = 0; i < ORACLE_MARKS; i++)
		marks[i] = -1;
	while (regex->steps[index].kind != REGEX_STEP_MATCH) {
		const struct regex_step *step = &regex->steps[index];

		assert_int_not_equal(step->kind, REGEX_STEP_FAIL);
		if (step->kind == REGEX_STEP_BYTE)
			at++;
		if (step->kind == REGEX_STEP_MARK && step->number < ORACLE_MARKS)
			marks[step->number] = at;
		index = step->kind == REGEX_STEP_CHOICE &&
					!bit_of(regex, states[at], step->number) ?
				step->other :
				step->next;
		count++;
	}
	return count;
}

static int past(const struct regex *regex, int state, char byte)
{
	return regex->next[state * regex->class_count + regex->classes[(unsigned char)byte]];
}

/* Past the text's beginning, or its end. */
static int past_edge(const struct regex *regex, int state)
{
	return regex->next[state * regex->class_count + REGEX_EDGE_CLASS];
}

/* -1: no match. */
static int begin_of(const struct regex *regex, const char *text, int length)
{
	int state = regex->start, begin = -1;

	for (int i = length; i > 0; i--) {
		if (bit_of(regex, state, 0))
			begin = i;
		state = past(regex, state, text[i - 1]);
	}
	return bit_of(regex, past_edge(regex, state), 0) ? 0 : begin;
}

/* There must be an end. */
static int end_of(const struct regex *regex, const char *text, int length, int begin)
{
	int state = regex->end_start[begin == 0], end = -1;

	for (int i = begin; i < length; i++) {
		if (bit_of(regex, state, 0))
			end = i;
		state = past(regex, state, text[i]);
	}
	end = bit_of(regex, past_edge(regex, state), 0) ? length : end;
	assert_int_not_equal(end, -1);
	return end;
}

/* Marks as in struct regex_step, -1 for none; *steps_ret: steps followed. */
static bool locate(const struct regex *regex, const char *text, int marks[ORACLE_MARKS],
		   int *steps_ret)
{
	int length = strlen(text), begin = begin_of(regex, text, length), end;
	g_autofree int *states = g_new(int, length + 1);

	if (begin < 0)
		return false;
	end = end_of(regex, text, length, begin);
	states[end] = regex->path_start[end == length];
	for (int i = end; i > begin; i--)
		states[i - 1] = past(regex, states[i], text[i - 1]);
	if (begin == 0)
		states[0] = past_edge(regex, states[0]);
	*steps_ret = follow(regex, states, begin, marks);
	assert_int_equal(marks[1], end);
	return true;
}

/* ---- A table of cases ---- */

static const struct {
	const char *pattern, *text;
	const char *groups; /* "match,group 1,..." with "-" for no part taken; NULL: no match */
} cases[] = {
	{ "", "", "" },
	{ "", "x", "" },
	{ "a", "xay", "a" },
	{ "a", "", NULL },
	{ "abc", "ab", NULL },
	{ "a|ab", "ab", "ab" },
	{ "foo|foobar", "foobar", "foobar" },
	{ "(foo|foobar)(.*)", "foobar", "foobar,foo,bar" },
	{ "a*", "xaa", "" },
	{ "a+", "xaaay", "aaa" },
	{ "a?b", "aab", "ab" },
	{ "(a|ab)(c|bcd)(d*)", "abcd", "abcd,a,bcd," },
	{ "(.*)/(.*)", "/usr/lib/x", "/usr/lib/x,/usr/lib,x" },
	{ "([^=]*)=(.*)", "key=v=z", "key=v=z,key,v=z" },
	{ "a|(b)", "a", "a,-" },
	{ "a|(b)", "b", "b,b" },
	{ "(a*)*", "b", "," },
	{ "(a*)*b", "aab", "aab,aa" },
	{ "(a*)+", "b", "," },
	{ "((a)|b)*", "ab", "ab,b,a" },
	{ "(a|b){2}", "abab", "ab,b" },
	{ "a{2}", "aaa", "aa" },
	{ "a{1,}", "xaaa", "aaa" },
	{ "^a{2,3}$", "aaaa", NULL },
	{ "(a{1,2})(a*)", "aaa", "aaa,aa,a" },
	{ "^a{0}b", "ab", NULL },
	{ "(x{0})b", "xb", "b," },
	{ "(x){0}b", "xb", "b,-" },
	{ "^b", "ab", NULL },
	{ "^a", "ab", "a" },
	{ "b$", "ab", "b" },
	{ "a$", "ab", NULL },
	{ "^$", "", "" },
	{ "^$", "x", NULL },
	{ "$^", "", "" },
	{ "a^b", "a^b", NULL },
	{ "a\\^b", "a^b", "a^b" },
	{ "x|b$", "ab", "b" },
	{ "(^a|b$)", "xb", "b,b" },
	{ "(^|:)x", "a:x", ":x,:" },
	{ "^b", "a\nb", NULL },
	{ "a.b", "a\nb", "a\nb" },
	{ "(^)*a", "a", "a," },
	{ "(|a)(b)", "ab", "ab,a,b" },
	{ "(|a)b", "b", "b," },
	{ "a||b", "b", "b" },
	{ "()", "x", "," },
	{ "(?:a|b)(c)", "bc", "bc,c" },
	{ "a\\.c", "abc", NULL },
	{ "a\\.c", "a.c", "a.c" },
	{ "\\(\\)\\[\\{\\*\\+\\?\\|\\\\", "()[{*+?|\\", "()[{*+?|\\" },
	{ "a)", "a)", "a)" },
	{ "a}]", "a}]", "a}]" },
	{ "[abc]+", "xcabd", "cab" },
	{ "[^abc]+", "abxyc", "xy" },
	{ "[]a]+", "x]a]", "]a]" },
	{ "[^]a]", "]ab", "b" },
	{ "[a-]+", "x-a-", "-a-" },
	{ "[-a]+", "x-a-", "-a-" },
	{ "[a-c-]+", "b-d", "b-" },
	{ "[\\]]", "\\]", "]" },
	{ "[\\^a]", "^", "^" },
	{ "[[.-.]a]+", "x-a", "-a" },
	{ "[[=a=]b]+", "ab", "ab" },
	{ "[[.a.]-c]+", "xabcd", "abc" },
	{ "[[:alpha:]_][[:alnum:]_]*", "1a_2 b", "a_2" },
	{ "[[:space:]]+", "a \t\nb", " \t\n" },
	{ "[[:xdigit:]]+", "xyF0g", "F0" },
	{ "[[:upper:][:digit:]]+", "aB1c", "B1" },
	{ "[^[:print:]]", "a\001", "\001" },
	{ "[[:punct:]]+", "a!/:@[`{~b", "!/:@[`{~" },
	{ "[[:blank:]]", "a\n", NULL },
	{ "[[:graph:]]+", " a~ ", "a~" },
	{ "[[:cntrl:]]", "a\177", "\177" },
	{ "[[:lower:]]", "A", NULL },
	{ "^..$", "\303\251", "\303\251" },
	{ "a**", "aa", "aa" },
	{ "a+?", "b", "" },
	{ "(a{2}){2}", "aaaaa", "aaaa,aa" },
	{ "(a|b|cd)*e", "xacdbe", "acdbe,b" },
	{ "ab[a-z]c|abc|ab", "xabyabc", "ab" },
	{ "x*", "", "" },
	{ "(a?)(ab)?", "ab", "ab,,ab" },
	{ "(([a-z]+)[0-9]*)+", "ab1cd", "ab1cd,cd,cd" },
	{ "\001", "\001", "\001" },
	{ "(a)[\001]", "a\001", "a\001,a" },
};

/* What a match took, as `cases` writes it; NULL for no match. Owned by the arena. */
static const char *groups_text(struct arena *arena, const struct regex *regex, const char *text)
{
	g_autoptr(GString) out = g_string_new(NULL);
	int marks[ORACLE_MARKS], steps;

	if (!locate(regex, text, marks, &steps))
		return NULL;
	for (int i = 0; i <= regex_group_count(regex); i++) {
		if (i)
			g_string_append_c(out, ',');
		if (marks[2 * i + 1] < 0)
			g_string_append_c(out, '-');
		else
			g_string_append_len(out, text + marks[2 * i],
					    marks[2 * i + 1] - marks[2 * i]);
	}
	return arena_strndup(arena, out->str, out->len);
}

static void cases_match_as_documented(void **state)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct regex *plain = compile(*state, cases[i].pattern, false);
		const struct regex *grouped = compile(*state, cases[i].pattern, true);
		const char *groups = groups_text(*state, grouped, cases[i].text);
		size_t read;

		if (search(plain, cases[i].text, &read) != (cases[i].groups != NULL))
			fail_msg("\"%s\" on \"%s\": wrong answer", cases[i].pattern, cases[i].text);
		if (g_strcmp0(groups, cases[i].groups))
			fail_msg("\"%s\" on \"%s\": (%s), not (%s)", cases[i].pattern,
				 cases[i].text, groups, cases[i].groups);
	}
}

/* ---- The C library ---- */

/* Compares one pattern and subject; fails with both named. */
static void compare_with_library(const regex_t *library, const struct regex *plain,
				 const struct regex *grouped, const char *pattern, const char *text)
{
	int marks[ORACLE_MARKS] = { 0 }, steps;
	regmatch_t match;
	size_t read;
	bool expected = regexec(library, text, 1, &match, 0) == 0;

	if (search(plain, text, &read) != expected ||
	    locate(grouped, text, marks, &steps) != expected)
		fail_msg("\"%s\" on \"%s\": the library says %d", pattern, text, expected);
	if (expected && (marks[0] != match.rm_so || marks[1] != match.rm_eo))
		fail_msg("\"%s\" on \"%s\": at %d to %d, the library says %d to %d", pattern, text,
			 marks[0], marks[1], (int)match.rm_so, (int)match.rm_eo);
}

static void compare_with_oracle(const struct regex *grouped, const struct oracle *oracle,
				const char *text)
{
	int marks[ORACLE_MARKS], expected[ORACLE_MARKS], steps;
	bool found = locate(grouped, text, marks, &steps);

	if (oracle_match(oracle, text, expected) != found)
		fail_msg("\"%s\" on \"%s\": the oracle says %d", oracle->pattern, text, !found);
	if (!found)
		return;
	for (int i = 0; i < ORACLE_MARKS; i++)
		if (marks[i] != expected[i])
			fail_msg("\"%s\" on \"%s\": mark %d is %d, the oracle says %d",
				 oracle->pattern, text, i, marks[i], expected[i]);
}

static void random_text(GRand *random, char text[12])
{
	memset(text, 0, 12);
	for (int i = g_rand_int_range(random, 0, 9); i-- > 0;)
		text[i] = "abc"[g_rand_int_range(random, 0, 3)];
}

static void compare_on_texts(struct arena *arena, const struct oracle *oracle, GRand *random)
{
	const struct regex *plain = compile(arena, oracle->pattern, false);
	const struct regex *grouped = compile(arena, oracle->pattern, true);
	regex_t library;

	assert_int_equal(regex_group_count(grouped), oracle->group_count);
	assert_int_equal(regcomp(&library, oracle->pattern, REG_EXTENDED), 0);
	for (int i = 0; i < RANDOM_SUBJECTS; i++) {
		char text[12];

		random_text(random, text);
		if (!oracle->has_repeated_anchor)
			compare_with_library(&library, plain, grouped, oracle->pattern, text);
		compare_with_oracle(grouped, oracle, text);
	}
	regfree(&library);
}

static void random_patterns_match_as_by_others(void **state)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(20241);

	(void)state;
	for (int i = 0; i < RANDOM_PATTERNS; i++) {
		struct arena *arena = arena_new();
		struct oracle oracle;

		oracle_random(&oracle, random);
		compare_on_texts(arena, &oracle, random);
		arena_free(arena);
	}
}

/* ---- Time and space ---- */

static void hard_patterns_stay_linear(void **state)
{
	static const char *const patterns[] = {
		"(a*)*b",           "(a|aa)+$",
		"(a|a)*b",          "^(a+)+$",
		".{0,200}x",        "(.*)(.*)(.*)(.*)(.*)b",
		"((a*)*)*",         "(a?){60}a{60}",
		"(((a?b?)*c?)*)*d", "^(([a-z])+.)+[A-Z]([a-z])+$",
	};
	g_autofree char *text = g_strnfill(20000, 'a');
	int marks[ORACLE_MARKS], steps = 0;
	size_t read;

	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		const struct regex *plain = compile(*state, patterns[i], false);
		const struct regex *grouped = compile(*state, patterns[i], true);

		assert_int_equal(search(plain, text, &read), locate(grouped, text, marks, &steps));
		assert_true(steps <= 20001 * 30);
		assert_true(plain->state_count < 300 && grouped->state_count < 1000);
	}
}

static void the_answer_ends_the_search(void **state)
{
	size_t read;

	assert_true(search(compile(*state, "b+c*", false), "aabcaaaaaaaa", &read));
	assert_int_equal(read, 3);
	assert_false(search(compile(*state, "^b", false), "aabcaaaaaaaa", &read));
	assert_int_equal(read, 1);
	assert_true(search(compile(*state, "x*", false), "aaa", &read));
	assert_int_equal(read, 0);
	assert_int_equal(compile(*state, ".{0,200}x", false)->state_count,
			 compile(*state, "x", false)->state_count);
}

/* ---- Errors ---- */

static void errors_say_what_and_where(void **state)
{
	static const struct {
		const char *pattern;
		size_t at;
		const char *error; /* a part of it */
	} errors[] = {
		{ "ab(c", 2, "the ')' that ends this '(' is missing" },
		{ "a[b", 1, "the ']' that ends this '[' is missing" },
		{ "[]", 0, "the ']' that ends" },
		{ "[^]", 0, "the ']' that ends" },
		{ "x[b-a]", 2, "the range 'b-a' is backwards" },
		{ "[[:foo:]]", 1, "unknown class '[:foo:]'" },
		{ "[[:alpha", 1, "the ':]' that ends" },
		{ "[[.ab.]]", 1, "only a single byte" },
		{ "[[=", 1, "only a single byte" },
		{ "[a-[:alpha:]]", 3, "a class cannot be" },
		{ "[\\d]", 1, "write [0-9]" },
		{ "*a", 0, "nothing to repeat stands before '*'" },
		{ "a|+", 2, "nothing to repeat" },
		{ "(?a)", 1, "nothing to repeat" },
		{ "({1})", 1, "nothing to repeat" },
		{ "^*", 1, "'^' cannot be repeated" },
		{ "a${2}", 2, "'$' cannot be repeated" },
		{ "a{", 2, "a number is missing" },
		{ "a{,3}", 2, "a number is missing" },
		{ "a{x}", 2, "a number is missing" },
		{ "a{1,x}", 4, "a number is missing" },
		{ "a{1", 1, "the '}' that ends" },
		{ "a{1,2", 1, "the '}' that ends" },
		{ "a{2,1}", 1, "the wrong way round" },
		{ "a{99999}", 2, "more than 5000" },
		{ "a{99999999999999999999}", 2, "more than 5000" },
		{ "a\\", 1, "nothing follows the backslash" },
		{ "(a)\\1", 3, "no back-references" },
		{ "(a)\001", 3, "no back-references such as '\\1'" },
		{ "\\w", 0, "write [_[:alnum:]]" },
		{ "\\S", 0, "write [^[:space:]]" },
		{ "x(a|b)*a(a|b){20}c", 13, "needs more than 4096 states" },
		{ "(a{100}){100}", 2, "is too long when" },
		{ "((((((((((((()*)*)*)*)*)*)*)*)*)*)*)*)*", 0, "is too long when" },
		{ "(((((((){9}){9}){9}){9}){9}){9}){9}", 8, "too many repetitions" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		const char *error = NULL;
		size_t at = 999;

		if (regex_compile(*state, errors[i].pattern, false, &error, &at))
			fail_msg("\"%s\" is no error", errors[i].pattern);
		if (!strstr(error, errors[i].error) || at != errors[i].at)
			fail_msg("\"%s\": %s, at %zu", errors[i].pattern, error, at);
	}
}

/* Parentheses in parentheses, and groups beside groups. */
static void limits_are_told(void **state)
{
	g_autofree char *open = g_strnfill(300, '(');
	g_autoptr(GString) groups = g_string_new(NULL);
	const char *error = NULL;
	size_t at;

	assert_null(regex_compile(*state, open, false, &error, &at));
	assert_non_null(strstr(error, "more than 63 groups"));
	assert_int_equal(at, REGEX_GROUP_LIMIT);
	for (int i = 0; i < 300; i++)
		g_string_append(groups, "(?:");
	assert_null(regex_compile(*state, groups->str, false, &error, &at));
	assert_non_null(strstr(error, "parentheses in each other"));
	g_string_truncate(groups, 0);
	for (int i = 0; i < REGEX_GROUP_LIMIT; i++)
		g_string_append(groups, "(a)");
	assert_int_equal(regex_group_count(compile(*state, groups->str, true)), REGEX_GROUP_LIMIT);
}

/* Any bytes at all give a regex or an error inside of the pattern, in reasonable time. */
static void rubbish_is_survived(void **state)
{
	static const char bytes[] = "ab.^$*+?{}()[]|\\-:,=0123\n\001\377";
	g_autoptr(GRand) random = g_rand_new_with_seed(7);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct arena *arena = arena_new();
		const char *error = NULL;
		char pattern[16] = "";
		size_t at = 999;

		for (int k = g_rand_int_range(random, 1, 16); k-- > 0;)
			pattern[k] = bytes[g_rand_int_range(random, 0, sizeof(bytes) - 1)];
		if (!regex_compile(arena, pattern, i % 2, &error, &at))
			assert_true(error && at <= strlen(pattern));
		arena_free(arena);
	}
}

/* ---- The C that is written ---- */

static void write_program(struct arena *arena, GString *out)
{
	g_string_append(
		out,
		"#include \"runtime_fixture.h\"\n#include \"runtime/regex.h\"\n"
		"#include <stdio.h>\n\n"
		"static void show(struct rt_context *c, bool plain, bool grouped)\n{\n\tchar text[MAXSTRINGLEN];\n"
		"\ts64 i;\n\n\tprintf(\"%d %d\", plain, grouped);\n"
		"\tfor (i = 0; grouped && i <= rt_ngroups(c); i++) {\n\t\trt_matched(c, i, text);\n"
		"\t\tprintf(\" [%s]\", text);\n\t}\n\tprintf(\"\\n\");\n}\n\n");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		emit_regex(arena, compile(arena, cases[i].pattern, false),
			   arena_printf(arena, "plain_%zu", i), out);
		emit_regex(arena, compile(arena, cases[i].pattern, true),
			   arena_printf(arena, "grouped_%zu", i), out);
	}
	g_string_append(
		out,
		"\nint main(void)\n{\n\tstatic u64 memory[RT_MATCH_SIZE(4) / sizeof(u64) + 1];\n\tstatic struct rt_context context;\n"
		"\tstruct rt_context *c = &context;\n\n\tc->match = (struct rt_match *)memory;\n");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *text = c_string(arena, cases[i].text);

		g_string_append_printf(out, "\tshow(c, plain_%zu(c, %s), grouped_%zu(c, %s));\n", i,
				       text, i, text);
	}
	g_string_append(out, "\treturn c->failed;\n}\n");
}

/* What the program has to print. */
static void write_expected(GString *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) groups = NULL;

		g_string_append(out, cases[i].groups ? "1 1" : "0 0");
		groups = cases[i].groups ? g_strsplit(cases[i].groups, ",", -1) : NULL;
		if (cases[i].groups && !cases[i].groups[0])
			g_string_append(out, " []");
		for (char **group = groups; group && *group; group++)
			g_string_append_printf(out, " [%s]", strcmp(*group, "-") ? *group : "");
		g_string_append_c(out, '\n');
	}
}

static void run(const char *const argv[], const char *directory, GString *out)
{
	struct process_result result;

	process_run(argv, directory, &result);
	if (result.status)
		fail_msg("%s: status %d\n%s%s", argv[0], result.status, result.output,
			 result.errors);
	g_string_assign(out, result.output);
	process_result_clear(&result);
}

static void emitted_c_compiles_and_matches(void **state)
{
	g_autofree char *directory = g_dir_make_tmp("spile-regex-XXXXXX", NULL);
	g_autofree char *source = g_build_filename(directory, "program.c", NULL);
	g_autofree char *program = g_build_filename(directory, "program", NULL);
	const char *compile_argv[] = {
		"cc",
		"-std=gnu89",
		"-Wall",
		"-Wdeclaration-after-statement",
		"-Wno-unused-function",
		"-Werror",
		"-O1",
		"-fsanitize=address,undefined",
		"-fno-sanitize-recover=all",
		"-Iinclude",
		"-Iruntime",
		"-I.",
		"-Itests/unit",
		"-include",
		"tests/shim/kernel.h",
		"-o",
		program,
		source,
		"-lcmocka",
		NULL,
	};
	const char *run_argv[] = { program, NULL };
	g_autoptr(GString) text = g_string_new(NULL), expected = g_string_new(NULL);

	write_program(*state, text);
	assert_true(g_file_set_contents(source, text->str, text->len, NULL));
	run(compile_argv, paths_data_dir(), text);
	run(run_argv, NULL, text);
	write_expected(expected);
	assert_string_equal(text->str, expected->str);
	g_remove(source);
	g_remove(program);
	g_rmdir(directory);
}

/* The generated C does not change from one run to the next, nor without notice. */
static void emitted_c_is_as_documented(void **state)
{
	g_autoptr(GString) out = g_string_new(NULL);

	emit_regex(*state, compile(*state, "^[a-z]+=", false), "regex_1", out);
	assert_string_equal(
		out->str,
		"/* \"^[a-z]+=\" as a table of 4 states and 4 classes of bytes */\n"
		"static RT_HANDLER bool regex_1(struct rt_context *c, const char *text)\n{\n"
		"\tstatic const u8 classes[256] = {\n\t\t[0] = 1, ['='] = 2, ['a' ... 'z'] = 3,\n\t};\n"
		"\tstatic const u8 next[][4] = {\n"
		"\t\t{ 0, 0, 0, 0 },\n\t\t{ 1, 1, 1, 1 },\n\t\t{ 0, 0, 0, 3 },\n\t\t{ 0, 0, 1, 3 },\n\t};\n"
		"\tu32 state = 2;\n\n\twhile (state > 1)\n\t\tstate = next[state][classes[(u8)*text++]];\n"
		"\treturn state;\n}\n");
	g_string_truncate(out, 0);
	emit_regex(*state, compile(*state, "x*/", false), "regex_2", out);
	assert_non_null(strstr(out->str, "/* an expression that no comment can hold, as a table"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cases_match_as_documented),  TEST(random_patterns_match_as_by_others),
		TEST(hard_patterns_stay_linear),  TEST(the_answer_ends_the_search),
		TEST(errors_say_what_and_where),  TEST(limits_are_told),
		TEST(rubbish_is_survived),        TEST(emitted_c_compiles_and_matches),
		TEST(emitted_c_is_as_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
