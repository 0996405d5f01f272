/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way around kbuild, in pieces: compile commands taken apart for a precompiled header, registers
 * that such a header loses, object files compared and asked for what they leave undefined. Works on
 * texts, and on objects made by the assembler; needs no kernel tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "base/process.h"
#include "build/compile_step.h"
#include "build/object.h"
#include "build/steps.h"
#include "build/symvers.h"
#include "tree_fixture.h"

static void commands_are_taken_apart(void **state)
{
	static const char text[] =
		" gcc -Wp,-MMD,/w/.script.o.d -nostdinc -include /k/a.h -include ./b.h -DMODULE "
		"-DKBUILD_BASENAME='\"script\"' -D__KBUILD_MODNAME=kmod_x -c -o /w/script.o /w/script.c "
		"  ; objtool --orc /w/script.o";
	struct fixture *fixture = *state;
	struct compile_step step;

	assert_true(compile_step_parse(fixture->arena, text, &step));
	assert_string_equal(step.input, "/w/script.c");
	assert_string_equal(step.output, "/w/script.o");
	assert_string_equal(step.rest, " ; objtool --orc /w/script.o");
	assert_string_equal(step.definitions, "#define KBUILD_BASENAME \"script\"\n"
			    "#define __KBUILD_MODNAME kmod_x\n");
	assert_string_equal(compile_step_header(fixture->arena, &step, "/tree", "#include <c.h>\n"),
			    "#include \"/k/a.h\"\n#include \"/tree/./b.h\"\n#include <c.h>\n");
	assert_string_equal(compile_step_text(fixture->arena, &step, "/p/script.h", "/w/names.h"),
			    "'gcc' '-nostdinc' '-DMODULE' -include /p/script.h -include /w/names.h "
			    "-c -o /w/script.o /w/script.c ; objtool --orc /w/script.o");
	assert_string_equal(compile_step_precompile(fixture->arena, &step, "/p/script.h"),
			    "'gcc' '-nostdinc' '-DMODULE' -x c-header -o /p/script.h.gch /p/script.h");
}

static void unknown_commands_are_left_to_kbuild(void **state)
{
	struct fixture *fixture = *state;
	struct compile_step step;

	assert_false(compile_step_parse(fixture->arena, "gcc -c -o a.o a.c && touch b", &step));
	assert_false(compile_step_parse(fixture->arena, "gcc -c a.c", &step));
	assert_false(compile_step_parse(fixture->arena, "gcc -c -o a.o a.s", &step));
	assert_false(compile_step_parse(fixture->arena, "gcc 'a", &step));
	assert_false(compile_step_parse(fixture->arena, "", &step));
}

static void registers_are_said_once_more(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(compile_step_registers(fixture->arena,
			"int a;\nregister unsigned long current_stack_pointer asm(\"rsp\");\n"
			"register struct t *current_of __asm__ (\"r2\");\n"
			"static int f(void)\n{\n\tregister long x asm(\"r10\");\n}\n"),
		"register unsigned long spile_current_stack_pointer asm(\"rsp\");\n"
		"register struct t *spile_current_of asm(\"r2\");\n");
	assert_string_equal(compile_step_registers(fixture->arena, "int a;\n"), "");
}

/* Compiles a text to NAME.o of the folder; its path. */
static const char *compiled(struct fixture *fixture, const char *name, const char *text)
{
	const char *source = arena_printf(fixture->arena, "%s.c", name);
	const char *object = arena_printf(fixture->arena, "%s/%s.o", fixture->root, name);
	const char *compiler = g_getenv("CC") ? g_getenv("CC") : "cc";
	const char *const command[] = { compiler, "-c", "-O1", "-fno-pic", "-o", object, source, NULL };
	struct process_result result;

	assert_true(scratch_write(&fixture->diag, fixture->root, source, text));
	process_run(command, fixture->root, &result);
	if (result.status)
		fail_msg("%s", result.errors);
	process_result_clear(&result);
	return object;
}

static void symvers_keep_what_is_undefined(void **state)
{
	struct fixture *fixture = *state;
	const char *object = compiled(fixture, "a", "void kfree(void *); int local(void);\n"
				      "int local(void) { kfree(0); return 0; }\n");
	const char *path = arena_printf(fixture->arena, "%s/short", fixture->root);
	g_autofree char *text = NULL;

	assert_true(scratch_write(&fixture->diag, fixture->root, "Module.symvers",
				  "0x1\tkfre\tvmlinux\tEXPORT_SYMBOL\t\n0x2\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n"
				  "0x3\tkfree_more\tvmlinux\tEXPORT_SYMBOL\t\n0x4\tlocal\tother\tEXPORT_SYMBOL\t\n"
				  "no tab\n0x5\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t"));
	assert_true(symvers_reduce(fixture->root, object, path));
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "0x2\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n"
			    "0x5\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t");
	assert_false(symvers_reduce("/nowhere", object, path));
	assert_false(symvers_reduce(fixture->root, path, path));
}

static bool same(const char *path, const char *other_path)
{
	struct object a, b;
	bool result;

	assert_true(object_open(path, &a));
	assert_true(object_open(other_path, &b));
	result = object_same(&a, &b);
	object_close(&a);
	object_close(&b);
	return result;
}

static void objects_are_compared_by_what_is_loaded(void **state)
{
	struct fixture *fixture = *state;
	const char *a = compiled(fixture, "a", "int f(void); int f(void) { return 5; }\n");

	assert_true(same(a, compiled(fixture, "b", "int g(void); int g(void) { return 5; }\n")));
	assert_false(same(a, compiled(fixture, "c", "int f(void); int f(void) { return 6; }\n")));
	assert_false(same(a, compiled(fixture, "d", "int x = 1; int f(void); int f(void) { return 5; }\n")));
	assert_false(same(a, compiled(fixture, "e", "int y[3]; int f(void); int f(void) { return 5; }\n")));
}

/* Any cut of the file, and any value of its offsets, is refused or read within bounds. */
static void broken_objects_are_harmless(void **state)
{
	struct fixture *fixture = *state;
	const char *path = compiled(fixture, "a", "void kfree(void *); void f(void); void f(void) { kfree(0); }\n");
	const char *cut = arena_printf(fixture->arena, "%s/cut.o", fixture->root);
	g_autofree char *bytes = NULL;
	struct object object;
	gsize size;

	assert_true(g_file_get_contents(path, &bytes, &size, NULL));
	for (gsize length = 0; length < size; length += 7) {
		assert_true(g_file_set_contents(cut, bytes, (gssize)length, NULL));
		if (object_open(cut, &object)) {
			g_hash_table_destroy(object_undefined(&object));
			object_close(&object);
		}
	}
	for (gsize at = sizeof(Elf64_Ehdr) - 24; at < size; at += 4) {
		char kept[4];

		memcpy(kept, bytes + at, MIN(4, size - at));
		memset(bytes + at, 0x7f, MIN(4, size - at));
		assert_true(g_file_set_contents(cut, bytes, (gssize)size, NULL));
		memcpy(bytes + at, kept, MIN(4, size - at));
		if (object_open(cut, &object)) {
			g_hash_table_destroy(object_undefined(&object));
			(void)object_same(&object, &object);
			object_close(&object);
		}
	}
}

/* ---- All steps ---- */

/* A tree's steps that want no kernel; those from modpost on make the module of a list and its symbols. */
static const struct kernel_recipe recipe = {
	.directory = "@{folder}", .environment = "export LISTS=@{folder}/.lists\n", .module_head = "", .command_file = "none\n",
	.steps = {
		[RECIPE_COMPILE] = "cc -O1 -DKBUILD_BASENAME='KBUILD_STR(script)' -c -o @{folder}/script.o @{folder}/script.c",
		[RECIPE_LINK] = "ld -r -o @{folder}/@{module}.o @{folder}/script.o @{parts}",
		[RECIPE_MODPOST] = "set -- -i ./Module.symvers -T - ; cat $LISTS/@{module}.mod \"$2\" >all ; "
				   "echo 'int x;' >@{folder}/@{module}.mod.c",
		[RECIPE_COMPILE_MODULE] = "cc -O1 -c -o @{folder}/@{module}.mod.o @{folder}/@{module}.mod.c",
		[RECIPE_LINK_MODULE] = "cp all @{folder}/@{module}.ko",
	},
};

/* A module of script.c and two parts, by `recipe` with a list of the form `list`; what it then is. */
static char *made_by_steps(struct fixture *fixture, const char *list)
{
	const char *root = fixture->root;
	struct kernel_recipe own = recipe;
	const struct kernel_flags flags = { .recipe = &own };
	const struct steps_prepared prepared = {
		.header = "head.h", .module_header = "head.h", .registers = "", .folder = root,
	};
	struct steps_request request = {
		.tree = &fixture->tree, .flags = &flags, .prepared = &prepared,
		.names = {
			.folder = root, .module = "mine", .top = "", .kconf = "", .common = "",
			.parts = arena_printf(fixture->arena, "%s %s", compiled(fixture, "a", "int a;\n"),
					      compiled(fixture, "b", "int b;\n")),
		},
	};
	g_autoptr(GString) log = g_string_new(NULL);
	char *text = NULL;

	fixture->tree.build_dir = root;
	own.files = arena_array(fixture->arena);
	g_ptr_array_add(own.files, (char *)".lists/@{module}.mod");
	g_ptr_array_add(own.files, (char *)list);
	assert_true(scratch_write(&fixture->diag, root, "head.h", ""));
	assert_true(scratch_write(&fixture->diag, root, "script.c",
				  "void kfree(void *); void f(void); void f(void) { kfree(0); }\n"));
	assert_true(scratch_write(&fixture->diag, root, "Module.symvers", "0x1\tkfree\tvmlinux\tX\n"
				  "0x2\tother\tvmlinux\tX\n"));
	if (!steps_run(fixture->arena, &request, log))
		fail_msg("%s", log->str);
	assert_true(g_file_get_contents(arena_printf(fixture->arena, "%s/mine.ko", root), &text, NULL, NULL));
	return text;
}

/* Parts stand in a line, or in lines of their own, as the sample's did; modpost reads few symbols. */
static void lists_have_the_form_of_the_tree(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *line = made_by_steps(fixture, "@{folder}/@{module}.ko\nscript.o @{parts}\n");
	g_autofree char *lines = made_by_steps(fixture, "script.o\n@{parts}\n");

	assert_string_equal(line, arena_printf(fixture->arena, "%s/mine.ko\nscript.o %s/a.o %s/b.o\n"
					       "0x1\tkfree\tvmlinux\tX\n", fixture->root, fixture->root,
					       fixture->root));
	assert_string_equal(lines, arena_printf(fixture->arena, "script.o\n%s/a.o\n%s/b.o\n"
						"0x1\tkfree\tvmlinux\tX\n", fixture->root, fixture->root));
}

/* The object's name in a part's command, by the older form of that definition. */
static void parts_are_compiled_by_their_names(void **state)
{
	struct fixture *fixture = *state;
	const struct kernel_flags flags = { .recipe = (struct kernel_recipe *)&recipe };
	const struct steps_prepared prepared = { .header = "/p/head.h", .registers = "" };
	const struct steps_request request = {
		.tree = &fixture->tree, .flags = &flags, .prepared = &prepared,
		.names = { .folder = fixture->root, .module = "mine", .parts = "" },
	};
	g_autofree char *names = NULL;

	assert_string_equal(steps_compile_text(fixture->arena, &request, "part-main"),
			    arena_printf(fixture->arena, "cc -O1 -DKBUILD_BASENAME='KBUILD_STR(part-main)' "
					 "-Os -fno-omit-frame-pointer -c -o %s/part-main.o %s/part-main.c",
					 fixture->root, fixture->root));
	assert_string_equal(steps_compile_text(fixture->arena, &request, "part-hits"),
			    arena_printf(fixture->arena, "'cc' '-O1' -include /p/head.h -include "
					 "%s/part-hits.names.h -c -o %s/part-hits.o %s/part-hits.c",
					 fixture->root, fixture->root, fixture->root));
	assert_true(g_file_get_contents(arena_printf(fixture->arena, "%s/part-hits.names.h", fixture->root),
					&names, NULL, NULL));
	assert_string_equal(names, "#define KBUILD_BASENAME KBUILD_STR(part-hits)\n");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_set_up, fixture_tear_down)
	static const struct CMUnitTest tests[] = {
		TEST(commands_are_taken_apart),
		TEST(unknown_commands_are_left_to_kbuild),
		TEST(registers_are_said_once_more),
		TEST(symvers_keep_what_is_undefined),
		TEST(objects_are_compared_by_what_is_loaded),
		TEST(broken_objects_are_harmless),
		TEST(lists_have_the_form_of_the_tree),
		TEST(parts_are_compiled_by_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
