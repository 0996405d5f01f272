/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge/modules.c: the modules under a made-up root folder, and what is in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "base/process.h"
#include "knowledge/modules.h"
#include "tree_fixture.h"

static void write_text(struct fixture *fixture, const char *name, const char *text)
{
	const char *path = arena_printf(fixture->arena, "%s/%s", fixture->root, name);
	g_autofree char *folder = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* A module's file as the compiler makes it: functions that stay, one that does not, a tracepoint. */
static void compile_module(struct fixture *fixture, const char *name)
{
	const char *source = arena_printf(fixture->arena, "%s/source.c", fixture->root);
	const char *object = arena_printf(fixture->arena, "%s/%s", fixture->root, name);
	const char *const command[] = { "gcc", "-O0", "-c", "-o", object, source, NULL };
	struct process_result result;

	write_text(fixture, "source.c", "int other(void);\n"
		   "int __tracepoint_first, data;\n"
		   "static int hidden(void) { return other(); }\n"
		   "int visible(void) { return hidden(); }\n"
		   "int __attribute__((section(\".init.text\"))) starts(void) { return 0; }\n");
	process_run(command, NULL, &result);
	assert_int_equal(result.status, 0);
	process_result_clear(&result);
}

static int set_up(void **state)
{
	struct fixture *fixture;

	if (fixture_set_up(state) != 0)
		return -1;
	fixture = *state;
	write_text(fixture, "lib/modules/" RELEASE "/modules.dep",
		   "kernel/fs/a-module.ko: kernel/fs/base.ko\nkernel/fs/base.ko:\nextra/damaged.ko.xz:\n");
	write_text(fixture, "lib/modules/" RELEASE "/extra/damaged.ko.xz", "nothing");
	write_text(fixture, "proc/modules", "loaded 16384 1 - Live 0x0\nbase 16384 2 - Live 0x0 (E)\n");
	write_text(fixture, "proc/kallsyms", "ffffffff81000000 T vfs_read\nffffffffc0000000 t on_load\t[loaded]\n"
		   "ffffffffc0000010 t another\t[loaded_too]\nffffffffc0000020 d data\t[loaded]\n");
	write_text(fixture, "build/Module.symvers", "0x1\tvfs_read\tvmlinux\tEXPORT_SYMBOL\t\n"
		   "0x2\tvisible\tfs/a-module\tEXPORT_SYMBOL_GPL\t\n0x3\n\n0x4\tother\tfs/a-module2\tEXPORT_SYMBOL\t\n");
	return 0;
}

/* "a b c" */
static void expect_names(struct fixture *fixture, const GPtrArray *names, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned int i = 0; i < names->len; i++)
		g_string_append_printf(text, "%s%s", i ? " " : "", (char *)g_ptr_array_index(names, i));
	(void)fixture;
	assert_string_equal(text->str, expected);
}

static void installed_and_loaded(void **state)
{
	struct fixture *fixture = *state;
	struct modules *modules = modules_new(fixture->arena, fixture->root, &fixture->tree);

	expect_names(fixture, modules_installed(modules), "a_module base damaged");
	expect_names(fixture, modules_matching(modules, "*a*e"), "a_module base");
	expect_names(fixture, modules_matching(modules, "none*"), "");
	fixture->tree.is_running = true;
	expect_names(fixture, modules_matching(modules, "*"), "base loaded");
}

static void functions_of_a_file(void **state)
{
	struct fixture *fixture = *state;
	struct modules *modules = modules_new(fixture->arena, fixture->root, &fixture->tree);
	const struct symbol_table *symbols;

	write_text(fixture, "lib/modules/" RELEASE "/kernel/fs/x", "");
	compile_module(fixture, "lib/modules/" RELEASE "/kernel/fs/a-module.ko");
	symbols = modules_symbols(modules, "a_module");
	assert_non_null(symbols);
	expect_names(fixture, symbols_names(fixture->arena, symbols, NULL), "hidden visible");
	assert_ptr_equal(modules_symbols(modules, "a_module"), symbols);
	expect_names(fixture, symbols_names(fixture->arena, modules_tracepoints(modules, "a_module"), NULL), "first");
	assert_null(modules_symbols(modules, "damaged"));
	assert_null(modules_symbols(modules, "base"));
	assert_null(modules_symbols(modules, "not_there"));
}

/* One that was loaded from elsewhere, as those are that are being written. */
static void functions_of_a_loaded_one(void **state)
{
	struct fixture *fixture = *state;
	struct modules *modules = modules_new(fixture->arena, fixture->root, &fixture->tree);

	assert_null(modules_symbols(modules, "loaded"));
	fixture->tree.is_running = true;
	modules = modules_new(fixture->arena, fixture->root, &fixture->tree);
	expect_names(fixture, symbols_names(fixture->arena, modules_symbols(modules, "loaded"), NULL), "on_load");
}

static void exports(void **state)
{
	struct fixture *fixture = *state;
	struct modules *modules = modules_new(fixture->arena, fixture->root, &fixture->tree);

	expect_names(fixture, symbols_names(fixture->arena, modules_exports(modules, NULL), NULL), "vfs_read");
	expect_names(fixture, symbols_names(fixture->arena, modules_exports(modules, "a_module"), NULL), "visible");
	assert_null(modules_exports(modules, "base"));
	fixture->tree.build_dir = "";
	assert_null(modules_exports(modules_new(fixture->arena, fixture->root, &fixture->tree), NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(installed_and_loaded, set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(functions_of_a_file, set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(functions_of_a_loaded_one, set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(exports, set_up, fixture_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
