/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The target and build rooms against the kernel headers installed here, the first tree found in
 * /lib/modules: real prototypes, real feature tests, a real module. Skipped, with the reason,
 * where no tree is installed. The cache is a folder of the test's own, so every run starts cold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "build/features.h"
#include "build/kbuild.h"
#include "target/kernel_flags.h"
#include "target/scratch.h"
#include "target/tracepoint.h"

static struct {
	struct arena *arena;
	struct diag diag;
	struct kernel_tree tree;
	const char *release;	/* NULL: none is installed */
	const char *cache;
	char *messages;
	size_t length;
} room;

/* The release of the first installed tree, or NULL. */
static const char *installed_release(void)
{
	GDir *dir = g_dir_open("/lib/modules", 0, NULL);
	const char *name, *release = NULL;

	while (dir && !release && (name = g_dir_read_name(dir))) {
		g_autofree char *build = g_build_filename("/lib/modules", name, "build", NULL);

		if (g_file_test(build, G_FILE_TEST_IS_DIR))
			release = arena_printf(room.arena, "%s", name);
	}
	if (dir)
		g_dir_close(dir);
	return release;
}

static int set_up_group(void **state)
{
	(void)state;
	room.arena = arena_new();
	diag_init(&room.diag);
	room.diag.colour = false;
	room.cache = scratch_new(room.arena, &room.diag);
	if (!room.cache)
		return -1;
	g_setenv("XDG_CACHE_HOME", room.cache, TRUE);
	room.diag.out = open_memstream(&room.messages, &room.length);
	room.release = installed_release();
	return 0;
}

static int tear_down_group(void **state)
{
	(void)state;
	fclose(room.diag.out);
	free(room.messages);
	scratch_remove(room.cache);
	arena_free(room.arena);
	return 0;
}

static void need_tree(void)
{
	if (!room.release) {
		print_message("no kernel headers are installed in /lib/modules\n");
		skip();
	}
	if (room.tree.release)
		return;
	if (!kernel_tree_find(room.arena, &room.diag, room.release, &room.tree)) {
		fflush(room.diag.out);
		fail_msg("%s", room.messages);
	}
}

/* Starts a test with no messages and the whole budget of errors. */
static void forget_messages(void)
{
	fclose(room.diag.out);
	free(room.messages);
	room.diag.out = open_memstream(&room.messages, &room.length);
	room.diag.error_count = 0;
}

static void assert_message(const char *words)
{
	fflush(room.diag.out);
	if (!strstr(room.messages, words))
		fail_msg("no '%s' in: %s", words, room.messages);
}

static const struct tracepoint_parameter *parameter_named(const struct tracepoint *point,
							  const char *name)
{
	for (guint i = 0; i < point->parameters->len; i++) {
		const struct tracepoint_parameter *parameter = point->parameters->pdata[i];

		if (strcmp(parameter->name, name) == 0)
			return parameter;
	}
	fail_msg("%s has no parameter %s", point->name, name);
	return NULL;
}

static const struct tracepoint *find(const char *name)
{
	const struct tracepoint *point;

	forget_messages();
	point = tracepoint_find(room.arena, &room.diag, &room.tree, name, no_span);
	if (!point) {
		fflush(room.diag.out);
		fail_msg("%s not found: %s", name, room.messages);
	}
	return point;
}

static void flags_compile_a_module(void **state)
{
	const struct kernel_flags *flags, *again;
	const char *const extra[] = { "-Werror", "-fsyntax-only", "-x", "c", "/dev/null", NULL };
	struct process_result result;

	(void)state;
	need_tree();
	flags = kernel_flags_get(room.arena, &room.diag, &room.tree);
	assert_non_null(flags);
	kernel_compile(flags, extra, &result);
	if (result.status != 0)
		fail_msg("%s", result.errors);
	process_result_clear(&result);
	again = kernel_flags_get(room.arena, &room.diag, &room.tree);
	assert_non_null(again);
	assert_int_equal(again->command->len, flags->command->len);
	assert_string_equal(again->directory, flags->directory);
}

static void sched_switch(void **state)
{
	const struct tracepoint *point;

	(void)state;
	need_tree();
	point = find("sched_switch");
	assert_string_equal(point->header, "trace/events/sched.h");
	assert_string_equal(point->system, "sched");
	assert_string_equal(parameter_named(point, "prev")->type, "struct task_struct *");
	assert_string_equal(parameter_named(point, "next")->declaration, "struct task_struct *next");
	assert_string_equal(find("sched:sched_switch")->name, "sched_switch");
}

static void raw_system_calls(void **state)
{
	const struct tracepoint *point;

	(void)state;
	need_tree();
	point = find("sys_enter");
	assert_string_equal(point->header, "trace/events/syscalls.h");
	assert_string_equal(point->system, "raw_syscalls");
	assert_int_equal(point->parameters->len, 2);
	assert_string_equal(parameter_named(point, "regs")->type, "struct pt_regs *");
	assert_string_equal(parameter_named(point, "id")->type, "long");
}

static void interrupts_and_disks(void **state)
{
	const struct tracepoint *point;

	(void)state;
	need_tree();
	point = find("irq_handler_entry");
	assert_string_equal(point->header, "trace/events/irq.h");
	assert_string_equal(parameter_named(point, "irq")->type, "int");
	assert_string_equal(parameter_named(point, "action")->type, "struct irqaction *");
	point = find("block_rq_complete");
	assert_string_equal(point->header, "trace/events/block.h");
	assert_string_equal(parameter_named(point, "rq")->type, "struct request *");
	assert_string_equal(parameter_named(point, "nr_bytes")->type, "unsigned int");
}

static void architecture_headers_count(void **state)
{
	(void)state;
	need_tree();
	assert_string_equal(find("local_timer_entry")->header, "asm/trace/irq_vectors.h");
}

static void unknown_names_get_advice(void **state)
{
	(void)state;
	need_tree();
	forget_messages();
	assert_null(tracepoint_find(room.arena, &room.diag, &room.tree, "sched_swich", no_span));
	assert_message("this kernel has no tracepoint 'sched_swich' [E-unknown-tracepoint]");
	assert_message("did you mean 'sched_switch'?");
	assert_null(tracepoint_find(room.arena, &room.diag, &room.tree, "irq:sched_switch", no_span));
	assert_message("'sched_switch' is in the system 'sched'");
}

static void all_names_are_listed(void **state)
{
	GPtrArray *names;
	bool found = false;

	(void)state;
	need_tree();
	names = tracepoint_names(room.arena, &room.diag, &room.tree);
	assert_non_null(names);
	assert_true(names->len > 500);
	for (guint i = 0; i < names->len; i++) {
		found |= strcmp(names->pdata[i], "sched_switch") == 0;
		if (i > 0)
			assert_true(strcmp(names->pdata[i - 1], names->pdata[i]) < 0);
	}
	assert_true(found);
}

/* A folder of feature tests, two that must hold and two that cannot. */
static const char *feature_folder(const char *sanity)
{
	const char *folder = scratch_new(room.arena, &room.diag);

	assert_non_null(folder);
	assert_true(scratch_write(&room.diag, folder, "0sanity.c", sanity));
	assert_true(scratch_write(&room.diag, folder, "kfree.c",
				  "#include <linux/slab.h>\nvoid t(void *p);\nvoid t(void *p) { kfree(p); }\n"));
	assert_true(scratch_write(&room.diag, folder, "no_such_call.c",
				  "#include <linux/slab.h>\nvoid t(void);\nvoid t(void) { no_such_call(); }\n"));
	assert_true(scratch_write(&room.diag, folder, "true_size.c",
				  "#include <linux/bug.h>\nvoid t(void);\n"
				  "void t(void) { BUILD_BUG_ON(sizeof(char) != 1); }\n"));
	assert_true(scratch_write(&room.diag, folder, "false_size.c",
				  "#include <linux/bug.h>\nvoid t(void);\n"
				  "void t(void) { BUILD_BUG_ON(sizeof(char) == 1); }\n"));
	assert_true(scratch_write(&room.diag, folder, "exports.list",
				  "# one that is and one that is not\nkfree\nno_such_symbol\n"));
	return folder;
}

static void features_are_found(void **state)
{
	const char *tests, *folder;
	g_autofree char *path = NULL;
	g_autofree char *text = NULL;

	(void)state;
	need_tree();
	tests = feature_folder("#include <linux/module.h>\n");
	folder = features_prepare_from(room.arena, &room.diag, &room.tree, NULL, tests, false);
	assert_non_null(folder);
	path = g_build_filename(folder, "kconf.h", NULL);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_non_null(strstr(text, "#define HAVE_KFREE 1\n"));
	assert_non_null(strstr(text, "#define HAVE_TRUE_SIZE 1\n"));
	assert_non_null(strstr(text, "#define EXPORTED_kfree 1\n"));
	assert_null(strstr(text, "NO_SUCH_CALL"));
	assert_null(strstr(text, "FALSE_SIZE"));
	assert_null(strstr(text, "SANITY"));
	assert_null(strstr(text, "no_such_symbol"));
	/* From the cache the second time, of another name when a test changed. */
	assert_string_equal(features_prepare_from(room.arena, &room.diag, &room.tree, NULL, tests, false),
			    folder);
	assert_true(scratch_write(&room.diag, tests, "kfree.c", "#error not any more\n"));
	assert_string_not_equal(features_prepare_from(room.arena, &room.diag, &room.tree, NULL, tests,
						      false), folder);
	scratch_remove(tests);
}

/*
 * Feature tests that would answer for each other in one compilation, and behind them those that would
 * spoil it.
 */
static const struct {
	const char *name, *text;
	bool works;
} neighbours[] = {
	{ "a_call", "#include <linux/slab.h>\nint spile_test(void);\nint spile_test(void) { return never(); }\n", false },
	{ "b_prototype", "#include <linux/slab.h>\nint never(void);\n"
			 "int spile_test(void);\nint spile_test(void) { return never(); }\n", true },
	{ "c_call_again", "#include <linux/slab.h>\nint spile_test(void);\nint spile_test(void) { return never(); }\n", false },
	{ "d_definition", "#include <linux/slab.h>\n#define sometimes 1\nint spile_test(void);\n"
			  "int spile_test(void) { return sometimes; }\n", true },
	{ "e_use", "#include <linux/slab.h>\nint spile_test(void);\nint spile_test(void) { return sometimes; }\n", false },
	{ "f_header", "#include <linux/fb.h>\nint spile_test(void);\nint spile_test(void) { return FB_TYPE_TEXT; }\n", true },
	{ "g_no_header", "#include <linux/slab.h>\nint spile_test(void);\nint spile_test(void) { return FB_TYPE_TEXT; }\n", false },
	{ "i_warning", "#include <linux/slab.h>\nint spile_test(void);\nint spile_test(void) { int i; return 0; }\n", false },
	{ "j_last", "#include <linux/slab.h>\nvoid spile_test(void *p);\nvoid spile_test(void *p) { kfree(p); }\n", true },
	{ "k_unended", "#include <linux/slab.h>\nvoid spile_test(void *p);\nvoid spile_test(void *p) { kfree(p);\n", false },
	{ "l_lost", "#include <linux/no_such_header.h>\nint spile_test(void);\nint spile_test(void) { return 0; }\n", false },
	{ "m_after", "#include <linux/slab.h>\nvoid spile_test(void *p);\nvoid spile_test(void *p) { kfree(p); }\n", true },
};

/* The first `count` of them, each answered as it would be by itself. */
static void neighbours_do_not_matter(size_t count)
{
	const char *tests = feature_folder("#include <linux/module.h>\n"), *folder;
	g_autofree char *text = NULL;

	for (size_t i = 0; i < count; i++)
		assert_true(scratch_write(&room.diag, tests, arena_printf(room.arena, "%s.c", neighbours[i].name),
					  neighbours[i].text));
	folder = features_prepare_from(room.arena, &room.diag, &room.tree, NULL, tests, false);
	assert_non_null(folder);
	assert_true(g_file_get_contents(arena_printf(room.arena, "%s/kconf.h", folder), &text, NULL, NULL));
	for (size_t i = 0; i < count; i++) {
		g_autofree char *name = g_ascii_strup(neighbours[i].name, -1);
		g_autofree char *line = g_strdup_printf("#define HAVE_%s 1\n", name);

		if ((strstr(text, line) != NULL) != neighbours[i].works)
			fail_msg("%s", neighbours[i].name);
	}
	scratch_remove(tests);
}

static void features_are_no_matter_of_others(void **state)
{
	(void)state;
	need_tree();
	neighbours_do_not_matter(G_N_ELEMENTS(neighbours) - 3);
	neighbours_do_not_matter(G_N_ELEMENTS(neighbours));
}

static void insane_trees_are_reported(void **state)
{
	const char *tests;

	(void)state;
	need_tree();
	forget_messages();
	tests = feature_folder("#include <linux/no_such_header.h>\n");
	assert_null(features_prepare_from(room.arena, &room.diag, &room.tree, NULL, tests, false));
	assert_message("[E-sanity]");
	assert_message("linux/no_such_header.h");
	scratch_remove(tests);
}

/* Builds `c_text` with a plain top Kbuild in a folder of its own; whether that worked. */
static bool build_module(const char *c_text)
{
	const char *folder = scratch_new(room.arena, &room.diag);
	struct kbuild_request request = { .name = "spile_test" };
	const char *module;

	assert_non_null(folder);
	assert_true(scratch_write(&room.diag, folder, "Kbuild", "obj-m := $(SPILE_MODULE).o\n$(SPILE_MODULE)-y := script.o\n"));
	request.c_text = c_text;
	request.data_dir = folder;
	request.kconf_dir = folder;
	request.work_dir = arena_printf(room.arena, "%s/work", folder);
	module = kbuild_module(room.arena, &room.diag, &room.tree, &request);
	if (module)
		assert_true(g_file_test(module, G_FILE_TEST_IS_REGULAR));
	scratch_remove(folder);
	return module != NULL;
}

static void modules_are_built(void **state)
{
	(void)state;
	need_tree();
	forget_messages();
	if (!build_module("#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n")) {
		fflush(room.diag.out);
		fail_msg("%s", room.messages);
	}
}

static void build_errors_lead_to_the_script(void **state)
{
	(void)state;
	need_tree();
	forget_messages();
	assert_false(build_module("#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n"
				  "/* hello.stp:2:1 probe begin */\nvoid p(void);\nvoid p(void)\n{\n"
				  "\t/* :4 */\n\tnothing_like_it();\n}\n"));
	assert_message("[E-kernel-build]");
	assert_message("note: hello.stp:4: ");
	assert_message("(script.c:8)");
	assert_message("build.log");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_compile_a_module),
		cmocka_unit_test(sched_switch),
		cmocka_unit_test(raw_system_calls),
		cmocka_unit_test(interrupts_and_disks),
		cmocka_unit_test(architecture_headers_count),
		cmocka_unit_test(unknown_names_get_advice),
		cmocka_unit_test(all_names_are_listed),
		cmocka_unit_test(features_are_found),
		cmocka_unit_test(features_are_no_matter_of_others),
		cmocka_unit_test(insane_trees_are_reported),
		cmocka_unit_test(modules_are_built),
		cmocka_unit_test(build_errors_lead_to_the_script),
	};

	return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
