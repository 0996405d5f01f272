/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the launcher and the translator both know of a record: keys, inputs, and a module's own name. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/naming.h"
#include "launcher/record.h"

/* Whether both command lines have one key. */
static bool have_one_key(const char *const *left, const char *const *right)
{
	struct record_key first, second;
	bool same;

	assert_true(record_key_make(&first, left));
	assert_true(record_key_make(&second, right));
	same = first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0;
	free(first.bytes);
	free(second.bytes);
	return same;
}

static void test_words(void **state)
{
	const char *const plain[] = { "spile", "a", "b", NULL }, *const same[] = { "spile", "a", "b", NULL };
	const char *const joined[] = { "spile", "a b", NULL }, *const empty[] = { "spile", "a", "b", "", NULL };
	const char *const other[] = { "spile", "a", "c", NULL };

	(void)state;
	assert_true(have_one_key(plain, same));
	assert_false(have_one_key(plain, joined));
	assert_false(have_one_key(plain, empty));
	assert_false(have_one_key(plain, other));
}

/* The key with `name` set to `value`, as a number. */
static uint64_t hash_with(const char *name, const char *value)
{
	const char *const words[] = { "spile", "here.stp", NULL };
	struct record_key key;
	uint64_t hash;

	setenv(name, value, 1);
	assert_true(record_key_make(&key, words));
	hash = record_hash(key.bytes, key.length);
	free(key.bytes);
	return hash;
}

static void test_environment(void **state)
{
	(void)state;
	assert_true(hash_with("SPILE_TEST_COLOUR", "blue") != hash_with("SPILE_TEST_COLOUR", "red"));
	unsetenv("SPILE_TEST_COLOUR");
	assert_true(hash_with("OLDPWD", "/a") == hash_with("OLDPWD", "/b"));
	assert_true(hash_with("SHLVL", "1") == hash_with("SHLVL", "2"));
	assert_true(hash_with("SHLVLS", "1") != hash_with("SHLVLS", "2"));
	unsetenv("SHLVLS");
}

static void test_command(void **state)
{
	const char *const words[] = { "spile", "-e", "probe begin {}", "", NULL };
	struct record_key key;
	char *text;

	(void)state;
	assert_true(record_key_make(&key, words));
	text = record_command(key.bytes, key.length);
	assert_string_equal(text, "spile -e probe begin {} ");
	free(text);
	for (size_t length = 0; length < key.length; length++)
		free(record_command(key.bytes, length));
	free(key.bytes);
	assert_null(record_command("", 0));
	assert_null(record_command("no record", 10));
}

/* A file of one byte; its times are of `age` seconds ago. */
static void write_file(const char *path, char byte, long age)
{
	struct timespec times[2];
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputc(byte, file);
	fclose(file);
	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= age;
	times[1] = times[0];
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_inputs(void **state)
{
	char path[] = "/tmp/spile-test-XXXXXX", before[RECORD_TEXT_MOST], after[RECORD_TEXT_MOST];
	bool is_fresh;
	int handle = mkstemp(path);

	(void)state;
	assert_true(handle >= 0);
	close(handle);
	write_file(path, 'a', 3600);
	record_input(path, before, sizeof(before), &is_fresh);
	assert_true(is_fresh);			/* written just now, whatever time it was given */
	do {
		record_input(path, after, sizeof(after), &is_fresh);
	} while (is_fresh);
	assert_string_equal(before, after);
	write_file(path, 'b', 3600);
	record_input(path, after, sizeof(after), NULL);
	assert_string_not_equal(before, after);
	unlink(path);
	record_input(path, after, sizeof(after), &is_fresh);
	assert_string_equal(after, "absent");
	assert_false(is_fresh);
}

static void test_system(void **state)
{
	char first[RECORD_TEXT_MOST], second[RECORD_TEXT_MOST];

	(void)state;
	/* A kernel without modules has no list of them. */
	assert_int_equal(record_system(first, sizeof(first)), access("/proc/modules", R_OK) == 0);
	if (access("/proc/modules", R_OK) != 0)
		return;
	assert_true(record_system(second, sizeof(second)));
	assert_string_equal(first, second);
	/* A boot's number and a hash. */
	assert_int_equal(strlen(first), 36 + 1 + 16);
}

static void test_naming(void **state)
{
	char bytes[] = "x\0spile_0123abcd_0000000\0-spile_0123abcd_0000000-\0spile_0123abcd_000000";
	char name[] = "spile_0123abcd_0000000", kept[] = "hello", wanted[64], twice[sizeof(bytes)];

	(void)state;
	memcpy(twice, bytes, sizeof(bytes));
	naming_make_own(kept, bytes, sizeof(bytes));
	assert_string_equal(kept, "hello");
	assert_memory_equal(bytes, twice, sizeof(bytes));
	naming_make_own(name, bytes, sizeof(bytes));
	snprintf(wanted, sizeof(wanted), "spile_0123abcd_%07d", (int)getpid());
	assert_string_equal(name, wanted);
	assert_string_equal(bytes + 2, wanted);
	assert_memory_equal(bytes + 2 + sizeof(name) + 1, wanted, strlen(wanted));
	assert_string_equal(bytes + 2 + 2 * sizeof(name) + 2, "spile_0123abcd_000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_naming),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
