/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/anchors.c: addresses of sections out of a made-up /sys, and what is said where there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "anchors.h"
#include "message.h"

static char root[] = "/tmp/spile-anchors-XXXXXX";
static char said[1024];

static void hear(void *context, const char *bytes, size_t length)
{
	size_t there = strlen(said);

	(void)context;
	snprintf(said + there, sizeof(said) - there, "%.*s", (int)length, bytes);
}

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static const char *const folders[] = { "proc", "sys", "sys/module", "sys/module/nfs", "sys/module/nfs/sections" };
static const char *const sections[] = { "sys/module/nfs/sections/.data", "sys/module/nfs/sections/.bss" };

static bool write_symbols(void)
{
	FILE *file = fopen(path_of("proc/kallsyms"), "w");

	if (!file)
		return false;
	fputs("ffffffff81000000 T _stext\nffffffff81900000 D nfs_count\n0000000000035060 d nfs_count\t[lockd]\n"
	      "0000000000035080 d nfs_count\t[nfs]\n0000000000000000 d nfs_hidden\t[nfs]\n", file);
	return fclose(file) == 0;
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		mkdir(path_of(folders[i]), 0700);
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		FILE *file = fopen(path_of(sections[i]), "w");

		if (!file)
			return -1;
		fprintf(file, "0xffffffffc000%zu000\n", i + 1);
		fclose(file);
	}
	message_set_sink(hear, NULL);
	return write_symbols() ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	message_set_sink(NULL, NULL);
	remove(path_of("proc/kallsyms"));
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		remove(path_of(sections[i]));
	for (size_t i = sizeof(folders) / sizeof(*folders); i > 0; i--)
		remove(path_of(folders[i - 1]));
	return remove(root);
}

/* What becomes of a module with those lines in its .modinfo, up to NULL; `line` begins with "stats=1". */
static bool ask(const char *first, const char *second, const char *expected)
{
	const char *items[] = { first, second };
	const struct module_file file = { .path = "x.ko", .information = { items, second ? 2 : 1 } };
	struct text line = { 0 };
	bool ok;

	*said = '\0';
	text_append_string(&line, "stats=1");
	ok = anchors_add_parameter_in(&line, &file, root);
	if (ok)
		assert_string_equal(line.bytes, expected);
	text_fini(&line);
	return ok;
}

static void addresses_in_order(void **state)
{
	(void)state;
	assert_true(ask("license=GPL", NULL, "stats=1"));
	assert_true(ask("spile_anchor=0 nfs .data", NULL, "stats=1 anchors=0xffffffffc0001000"));
	assert_true(ask("spile_anchor=0 nfs .bss", "spile_anchor=1 nfs .data",
			"stats=1 anchors=0xffffffffc0002000,0xffffffffc0001000"));
	assert_true(ask("spile_anchor=1 nfs .bss", "spile_anchor=0 nfs .data",
			"stats=1 anchors=0xffffffffc0001000,0xffffffffc0002000"));
	assert_true(ask("spile_anchor=0 nfs =nfs_count", "spile_anchor=1 nfs .data", "stats=1 anchors=0x35080,0xffffffffc0001000"));
	assert_string_equal(said, "");
}

static void what_is_missing(void **state)
{
	(void)state;
	assert_false(ask("spile_anchor=0 ext9 .data", NULL, NULL));
	assert_non_null(strstr(said, "module 'ext9' is not loaded"));
	assert_false(ask("spile_anchor=0 nfs .data", "spile_anchor=1 nfs .rodata", NULL));
	assert_non_null(strstr(said, "module 'nfs' has no section '.rodata'"));
	assert_false(ask("spile_anchor=0 nfs =nfs_other", NULL, NULL));
	assert_non_null(strstr(said, "module 'nfs' has no variable 'nfs_other'"));
	assert_false(ask("spile_anchor=0 nfs =nfs_hidden", NULL, NULL));
}

static void damage(void **state)
{
	(void)state;
	assert_false(ask("spile_anchor=1 nfs .data", NULL, NULL));
	assert_non_null(strstr(said, "is damaged"));
	assert_false(ask("spile_anchor=0 nfs .data", "spile_anchor=0 nfs .bss", NULL));
	assert_non_null(strstr(said, "is damaged"));
	assert_false(ask("spile_anchor=0 nfs", NULL, NULL));
	assert_non_null(strstr(said, "is damaged"));
	assert_false(ask("spile_anchor=0 nfs ../refcnt", NULL, NULL));
	assert_non_null(strstr(said, "is damaged"));
	assert_false(ask("spile_anchor=0 .. .data", NULL, NULL));
	assert_non_null(strstr(said, "is damaged"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_in_order), cmocka_unit_test(what_is_missing), cmocka_unit_test(damage),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
