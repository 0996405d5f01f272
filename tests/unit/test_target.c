/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The target room against made-up kernel trees in a temporary folder: finding a tree and
 * explaining why not, package names, prototypes, compiler flags and symbol tables. Nothing
 * here runs a compiler; the installed kernel's headers are tested in test_target_headers.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "target/distribution.h"
#include "target/kernel_flags.h"
#include "target/kernel_make.h"
#include "target/kernel_tree.h"
#include "target/prototype.h"
#include "target/scratch.h"
#include "target/symbols.h"
#include "target/tracepoint.h"

#define RELEASE "4.18.0-80.el8.x86_64"

struct fixture {
	struct arena *arena;
	struct diag diag;
	const char *root;	/* stands for / */
	char *messages;
	size_t length;
};

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->arena = arena_new();
	diag_init(&fixture->diag);
	fixture->diag.colour = false;
	fixture->root = scratch_new(fixture->arena, &fixture->diag);
	fixture->diag.out = open_memstream(&fixture->messages, &fixture->length);
	*state = fixture;
	return fixture->root ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	fclose(fixture->diag.out);
	free(fixture->messages);
	scratch_remove(fixture->root);
	arena_free(fixture->arena);
	g_free(fixture);
	return 0;
}

static void assert_message(struct fixture *fixture, const char *words)
{
	fflush(fixture->diag.out);
	if (!strstr(fixture->messages, words))
		fail_msg("no '%s' in: %s", words, fixture->messages);
}

static void put(struct fixture *fixture, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(fixture->root, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void put_link(struct fixture *fixture, const char *name, const char *goal)
{
	g_autofree char *path = g_build_filename(fixture->root, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
	assert_int_equal(symlink(goal, path), 0);
}

/* A complete tree in usr/src/kernels/RELEASE, reached by the link in lib/modules. */
static void put_tree(struct fixture *fixture)
{
	put(fixture, "usr/src/kernels/" RELEASE "/Makefile", "VERSION = 4\n");
	put(fixture, "usr/src/kernels/" RELEASE "/Module.symvers", "0x0\tkfree\tvmlinux\tEXPORT_SYMBOL\n");
	put(fixture, "usr/src/kernels/" RELEASE "/include/generated/autoconf.h", "\n");
	put(fixture, "usr/src/kernels/" RELEASE "/include/config/kernel.release", RELEASE "\n");
	put_link(fixture, "lib/modules/" RELEASE "/build", "../../../usr/src/kernels/" RELEASE);
}

static bool find(struct fixture *fixture, const char *request, struct kernel_tree *ret)
{
	return kernel_tree_find_in(fixture->arena, &fixture->diag, fixture->root, request, ret);
}

/* ---- trees ---- */

static void finds_a_tree_by_release(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	put_tree(fixture);
	assert_true(find(fixture, RELEASE, &tree));
	assert_string_equal(tree.release, RELEASE);
	assert_true(g_str_has_suffix(tree.build_dir, "/usr/src/kernels/" RELEASE));
	assert_string_equal(tree.source_dir, tree.build_dir);
	assert_int_equal(strlen(tree.key), 32);
	assert_false(tree.is_running);
	assert_int_equal(fixture->diag.error_count, 0);
}

static void finds_a_tree_by_path(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	put_tree(fixture);
	assert_true(find(fixture, arena_printf(fixture->arena, "%s/usr/src/kernels/" RELEASE,
					       fixture->root), &tree));
	assert_string_equal(tree.release, RELEASE);
	assert_false(find(fixture, arena_printf(fixture->arena, "%s/nowhere", fixture->root), &tree));
	assert_message(fixture, "no such folder [E-no-build-tree]");
}

static void finds_the_running_kernel(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;
	struct utsname name;

	put_tree(fixture);
	assert_int_equal(uname(&name), 0);
	put(fixture, "usr/src/kernels/" RELEASE "/include/config/kernel.release", name.release);
	put_link(fixture, arena_printf(fixture->arena, "lib/modules/%s/build", name.release),
		 "../../../usr/src/kernels/" RELEASE);
	assert_true(find(fixture, NULL, &tree));
	assert_true(tree.is_running);
	assert_string_equal(tree.release, name.release);
}

/* As Debian has it: modules are stamped with what the header says. */
static void the_header_tells_the_release(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	put_tree(fixture);
	put(fixture, "usr/src/kernels/" RELEASE "/include/config/kernel.release", "4.18.99\n");
	put(fixture, "usr/src/kernels/" RELEASE "/include/generated/utsrelease.h",
	    "#define UTS_RELEASE \"" RELEASE "\"\n");
	assert_true(find(fixture, RELEASE, &tree));
	assert_string_equal(tree.release, RELEASE);
}

static void follows_the_makefile_to_common_headers(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	put_tree(fixture);
	put(fixture, "usr/src/common/include/linux/kernel.h", "\n");
	put(fixture, "usr/src/kernels/" RELEASE "/Makefile",
	    arena_printf(fixture->arena, "include %s/usr/src/common/Makefile\n", fixture->root));
	assert_true(find(fixture, RELEASE, &tree));
	assert_true(g_str_has_suffix(tree.source_dir, "/usr/src/common"));
}

static void follows_the_source_link(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	put_tree(fixture);
	put(fixture, "usr/src/common/include/linux/kernel.h", "\n");
	put_link(fixture, "usr/src/kernels/" RELEASE "/source", "../../common");
	assert_true(find(fixture, RELEASE, &tree));
	assert_true(g_str_has_suffix(tree.source_dir, "/usr/src/common"));
}

static void key_changes_with_the_tree(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree before, same, after;

	put_tree(fixture);
	assert_true(find(fixture, RELEASE, &before));
	assert_true(find(fixture, RELEASE, &same));
	put(fixture, "usr/src/kernels/" RELEASE "/include/generated/autoconf.h", "#define X 1\n");
	assert_true(find(fixture, RELEASE, &after));
	assert_string_equal(before.key, same.key);
	assert_string_not_equal(before.key, after.key);
}

static void a_missing_tree_names_the_package(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	put(fixture, "etc/os-release", "NAME=x\nID=debian\n");
	assert_false(find(fixture, "6.1.0-13-amd64", &tree));
	assert_message(fixture, "no build tree for kernel 6.1.0-13-amd64 [E-no-build-tree]");
	assert_message(fixture, "note: install it with: apt-get install linux-headers-6.1.0-13-amd64");
}

static void a_dangling_link_is_recognised(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	put_link(fixture, "lib/modules/" RELEASE "/build", "/usr/src/kernels/gone-" RELEASE);
	assert_false(find(fixture, RELEASE, &tree));
	assert_message(fixture, "is a link to /usr/src/kernels/gone-" RELEASE ", which does not exist");
	assert_message(fixture, "dnf install kernel-devel-" RELEASE);
}

static void an_unprepared_tree_is_recognised(void **state)
{
	static const char *const needed[][2] = {
		{ "Module.symvers", "it has no Module.symvers" },
		{ "include/generated/autoconf.h", "it is not configured" },
		{ "Makefile", "it has no Makefile" },
	};
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	for (size_t i = 0; i < G_N_ELEMENTS(needed); i++) {
		put_tree(fixture);
		g_unlink(arena_printf(fixture->arena, "%s/usr/src/kernels/" RELEASE "/%s",
				      fixture->root, needed[i][0]));
		assert_false(find(fixture, RELEASE, &tree));
		assert_message(fixture, needed[i][1]);
		g_unlink(arena_printf(fixture->arena, "%s/lib/modules/" RELEASE "/build",
				      fixture->root));
	}
	assert_message(fixture, "[E-build-tree-unprepared]");
}

static void a_tree_of_another_release_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;

	put_tree(fixture);
	put_link(fixture, "lib/modules/5.0.0/build", "../../../usr/src/kernels/" RELEASE);
	assert_false(find(fixture, "5.0.0", &tree));
	assert_message(fixture, "is the build tree of kernel " RELEASE ", not of 5.0.0 [E-build-tree-mismatch]");
}

static void a_search_tells_what_it_found(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree_finding finding;
	struct kernel_tree tree;
	GPtrArray *releases;

	put_tree(fixture);
	put_link(fixture, "lib/modules/5.0.0/build", "/usr/src/kernels/" RELEASE);
	assert_false(kernel_tree_examine(fixture->arena, fixture->root, "5.0.0", &finding, &tree));
	assert_int_equal(finding.state, KERNEL_TREE_OF_OTHER);
	assert_string_equal(finding.other, RELEASE);
	assert_true(kernel_tree_examine(fixture->arena, fixture->root, RELEASE, &finding, &tree));
	assert_false(kernel_tree_examine(fixture->arena, fixture->root, "5.1.0", &finding, &tree));
	assert_int_equal(finding.state, KERNEL_TREE_ABSENT);
	releases = kernel_tree_releases(fixture->arena, fixture->root);
	assert_int_equal(releases->len, 1);
	assert_string_equal(g_ptr_array_index(releases, 0), RELEASE);
}

/* ---- packages ---- */

static void packages_by_distribution(void **state)
{
	static const char *const cases[][3] = {
		{ "ID=ubuntu\nID_LIKE=debian\n", "5.4.0-26-generic",
		  "apt-get install linux-headers-5.4.0-26-generic" },
		{ "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "5.14.0-70.el9.x86_64",
		  "dnf install kernel-devel-5.14.0-70.el9.x86_64" },
		{ "ID=fedora\n", "6.5.6-300.fc39.x86_64",
		  "dnf install kernel-devel-6.5.6-300.fc39.x86_64" },
		{ "ID=rhel\n", "3.10.0-1160.rt56.1131.el7.x86_64",
		  "yum install kernel-rt-devel-3.10.0-1160.rt56.1131.el7.x86_64" },
		{ "ID=rhel\n", "5.14.0-362.el9.x86_64+rt",
		  "dnf install kernel-rt-devel-5.14.0-362.el9.x86_64" },
		{ "ID=rhel\n", "5.14.0-362.el9.x86_64+debug",
		  "dnf install kernel-debug-devel-5.14.0-362.el9.x86_64" },
		{ "ID=debian\n", "5.14.0-70.el9.x86_64",
		  "dnf install kernel-devel-5.14.0-70.el9.x86_64" },
		{ "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", "5.14.21-150500.53-default",
		  "zypper install kernel-default-devel=5.14.21-150500.53" },
		{ "ID=arch\n", "6.6.1-arch1-1", "pacman -S linux-headers" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		put(fixture, "etc/os-release", cases[i][0]);
		assert_string_equal(distribution_kernel_command(fixture->arena, fixture->root,
								cases[i][1]), cases[i][2]);
	}
}

static void packages_of_debuginfo(void **state)
{
	static const char *const cases[][3] = {
		{ "ID=debian\n", "6.1.0-56-amd64", "apt-get install linux-image-6.1.0-56-amd64-dbg" },
		{ "ID=ubuntu\nID_LIKE=debian\n", "5.4.0-26-generic",
		  "apt-get install linux-image-5.4.0-26-generic-dbgsym" },
		{ "ID=\"rhel\"\n", "3.10.0-1160.el7.x86_64", "debuginfo-install kernel-3.10.0-1160.el7.x86_64" },
		{ "ID=\"rhel\"\n", "4.18.0-553.el8_10.x86_64", "dnf debuginfo-install kernel-4.18.0-553.el8_10.x86_64" },
		{ "ID=\"rhel\"\n", "3.10.0-1160.rt56.1131.el7.x86_64",
		  "debuginfo-install kernel-rt-3.10.0-1160.rt56.1131.el7.x86_64" },
		{ "ID=\"almalinux\"\nID_LIKE=\"rhel centos fedora\"\n", "5.14.0-362.el9.x86_64+rt",
		  "dnf debuginfo-install kernel-rt-5.14.0-362.el9.x86_64" },
		{ "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "5.4.0-26-generic",
		  "apt-get install linux-image-5.4.0-26-generic-dbgsym" },
		{ "ID=\"ol\"\nID_LIKE=\"fedora\"\n", "5.15.0-1.el9uek.x86_64",
		  "dnf debuginfo-install kernel-uek-5.15.0-1.el9uek.x86_64" },
		{ "ID=fedora\n", "6.5.6-300.fc39.x86_64", "dnf debuginfo-install kernel-6.5.6-300.fc39.x86_64" },
		{ "ID=\"sles\"\n", "5.14.21-150500.53-default",
		  "zypper --plus-content debug install kernel-default-debuginfo=5.14.21-150500.53" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		put(fixture, "etc/os-release", cases[i][0]);
		assert_string_equal(distribution_debuginfo_command(fixture->arena, fixture->root,
								   cases[i][1]), cases[i][2]);
	}
}

static void a_damaged_package_is_installed_again(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(distribution_again(fixture->arena, "apt-get install make"), "apt-get install --reinstall make");
	assert_string_equal(distribution_again(fixture->arena, "dnf install make"), "dnf reinstall make");
	assert_string_equal(distribution_again(fixture->arena, "zypper install make"), "zypper install --force make");
	assert_string_equal(distribution_again(fixture->arena, "pacman -S make"), "pacman -S make");
}

static void packages_of_tools(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "etc/os-release", "ID=debian\n");
	assert_string_equal(distribution_tool_command(fixture->arena, fixture->root, "gcc-12"),
			    "apt-get install gcc-12");
	assert_string_equal(distribution_tool_command(fixture->arena, fixture->root,
						      "x86_64-linux-gnu-gcc-14"),
			    "apt-get install gcc-14");
	put(fixture, "etc/os-release", "ID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"7\"\n");
	assert_string_equal(distribution_tool_command(fixture->arena, fixture->root, "make"),
			    "yum install make");
	put(fixture, "etc/os-release", "ID=fedora\n");
	assert_string_equal(distribution_tool_command(fixture->arena, fixture->root, "gcc-12"),
			    "dnf install gcc");
	assert_string_equal(distribution_tool_command(fixture->arena, fixture->root, "ld"),
			    "dnf install binutils");
}

static void recognises_missing_programs(void **state)
{
	static const char *const cases[][2] = {
		{ "/bin/sh: 1: gcc-12: not found\nmake[1]: *** [x] Error 127\n", "gcc-12" },
		{ "/bin/sh: line 1: gcc: command not found\n", "gcc" },
		{ "make[2]: gcc-14: No such file or directory\n", "gcc-14" },
		{ "env: 'make': No such file or directory\n", "make" },
		{ "env: \xe2\x80\x98make\xe2\x80\x99: Datei oder Verzeichnis nicht gefunden\n", "make" },
		{ "/usr/bin/env: 'python3': No such file or directory\n", "python3" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_string_equal(kernel_make_missing_program(fixture->arena, cases[i][0]),
				    cases[i][1]);
	assert_null(kernel_make_missing_program(fixture->arena,
		"x.c:1:10: fatal error: linux/nothing.h: No such file or directory\n"
		"make[1]: scripts/Makefile.build: No such file or directory\n"));
}

/* With a PATH where only `env` is found, starting make fails the way it does without make. */
static void a_missing_make_is_reported(void **state)
{
	static const char *const arguments[] = { "modules", NULL };
	struct fixture *fixture = *state;
	const struct kernel_tree tree = { .build_dir = fixture->root };
	g_autofree char *env = g_find_program_in_path("env");
	g_autofree char *path = g_strdup(g_getenv("PATH"));
	struct process_result result;

	assert_non_null(env);
	put_link(fixture, "bin/env", env);
	g_setenv("PATH", arena_printf(fixture->arena, "%s/bin", fixture->root), TRUE);
	kernel_make(&tree, fixture->root, arguments, &result);
	g_setenv("PATH", path, TRUE);
	assert_int_not_equal(result.status, 0);
	assert_true(kernel_make_report_missing(fixture->arena, &fixture->diag, &result));
	assert_message(fixture, "needs the program 'make', which is not installed [E-no-program]");
	assert_message(fixture, "install it with: ");
	process_result_clear(&result);
}

/* ---- compiler flags ---- */

static bool has_word(const GPtrArray *words, const char *word)
{
	for (guint i = 0; i < words->len; i++)
		if (strcmp(words->pdata[i], word) == 0)
			return true;
	return false;
}

static void parses_command_files(void **state)
{
	static const char text[] =
		"savedcmd_/t/script.o := gcc-12 -Wp,-MMD,/t/.script.o.d -nostdinc -I./include "
		"-D\"KBUILD_STR(s)=\\#s\" -DCOST=$$5 -DMODULE -DKBUILD_BASENAME='\"spile_flags\"' "
		"-D__KBUILD_MODNAME=kmod_spile_flags -c -o /t/script.o /t/script.c  ; "
		"./tools/objtool/objtool --orc /t/script.o\n\nsource_x := /t/script.c\n";
	static const char *const gone[] = {
		"-c", "-o", "/t/script.o", "/t/script.c", ";", "--orc",
		"-Wp,-MMD,/t/.script.o.d", "-DKBUILD_BASENAME=\"spile_flags\"",
	};
	static const char *const kept[] = {
		"-nostdinc", "-I./include", "-DKBUILD_STR(s)=#s", "-DCOST=$5", "-DMODULE",
		"-DKBUILD_MODNAME=\"spile\"", "-D__KBUILD_MODNAME=kmod_spile",
	};
	struct fixture *fixture = *state;
	struct kernel_flags flags = { .command = NULL };

	assert_true(kernel_flags_parse(fixture->arena, text, &flags));
	assert_string_equal(flags.command->pdata[0], "gcc-12");
	for (size_t i = 0; i < G_N_ELEMENTS(gone); i++)
		assert_false(has_word(flags.command, gone[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
		assert_true(has_word(flags.command, kept[i]));
	assert_true(kernel_flags_parse(fixture->arena, "cmd_a.o := cc -O2\n", &flags));
	assert_false(kernel_flags_parse(fixture->arena, "deps_a.o := x.h\ncmd_a.o := cc\n", &flags));
	assert_false(kernel_flags_parse(fixture->arena, "", &flags));
}

/* ---- recipes ---- */

/* `text` with the folder for each @/; the arena's. */
static const char *in_folder(struct fixture *fixture, const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "@/", -1);
	g_autofree char *folder = g_strconcat(fixture->root, "/", NULL);
	g_autofree char *joined = g_strjoinv(folder, parts);

	return arena_printf(fixture->arena, "%s", joined);
}

static void put_sample_file(struct fixture *fixture, const char *name, const char *text)
{
	assert_true(scratch_write(&fixture->diag, fixture->root, name, in_folder(fixture, text)));
}

/* What kbuild of 6.1 leaves in a folder, shortened; @/ stands for the folder. */
static void put_sample(struct fixture *fixture)
{
	static const char *const files[][2] = {
		{ ".script.o.cmd", "cmd_@/script.o := gcc -I/top -c -o @/script.o @/script.c ; objtool @/script.o\n\n"
				   "source_@/script.o := @/script.c\n\ndeps_@/script.o := \\\n  linux/a.h \\\n" },
		{ ".spile_flags.o.cmd", "cmd_x := ld -r -o @/spile_flags.o --list @/spile_flags.mod\n" },
		{ ".spile_flags.mod.o.cmd", "cmd_x := gcc -c -o @/spile_flags.mod.o @/spile_flags.mod.c\n" },
		{ ".spile_flags.ko.cmd", "cmd_x := ld -r -o @/spile_flags.ko @/spile_flags.o @/spile_flags.mod.o\n" },
		{ "spile_flags.mod", "@/script.o\n@/spile_part.o\n" },
		{ "spile_flags.mod.c", "#include <linux/module.h>\n\n#define A\nBUILD_SALT;\n#include <b.h>\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		put_sample_file(fixture, files[i][0], files[i][1]);
}

static void assert_fills(const char *text, const struct kernel_recipe_names *names, const char *expected)
{
	g_autofree char *filled = kernel_recipe_fill(text, names);

	assert_string_equal(filled, expected);
}

static void recipes_are_learnt_and_kept(void **state)
{
	static const char said[] = "spile-environment SRCARCH=x86\nmake -f scripts/Makefile.modpost\n"
		"  sed 's/ko$/o/' modules.order | scripts/mod/modpost -m -i Module.symvers -T -\n";
	struct fixture *fixture = *state;
	struct kernel_recipe_names names = { .folder = fixture->root, .top = "/top", .kconf = "/no/kconf" };
	struct kernel_recipe_names other = {
		.folder = "/w", .module = "mine", .parts = "/p/a.o /p/b.o", .top = "/other", .kconf = "/k",
	};
	struct kernel_recipe recipe = { .directory = NULL }, again = { .directory = NULL };
	GKeyFile *file = g_key_file_new();

	put_sample(fixture);
	assert_false(kernel_recipe_learn(fixture->arena, &names, "/tree", "nothing of modpost", &recipe));
	assert_true(kernel_recipe_learn(fixture->arena, &names, "/tree", said, &recipe));
	kernel_recipe_save(&recipe, file);
	assert_true(kernel_recipe_load(fixture->arena, file, &again));
	assert_fills(again.steps[RECIPE_COMPILE], &other,
		     " gcc -I/other -c -o /w/script.o /w/script.c ; objtool /w/script.o");
	assert_fills(again.steps[RECIPE_LINK], &other, " ld -r -o /w/mine.o --list /w/mine.mod");
	assert_string_equal(again.steps[RECIPE_MODPOST],
			    "sed 's/ko$/o/' modules.order | scripts/mod/modpost -m -i Module.symvers -T -");
	assert_string_equal(again.module_head, "#include <linux/module.h>\n\n#define A\n");
	assert_string_equal(again.directory, "/tree");
	assert_string_equal(again.environment, "export SRCARCH=x86\n");
	assert_fills(again.command_file, &other, "source_/w/script.o := /w/script.c\n\ndeps_/w/script.o := \\\n\n");
	assert_int_equal(again.files->len, 2);
	assert_fills(again.files->pdata[1], &other, "/w/script.o\n/p/a.o /p/b.o\n");
	assert_true(g_key_file_remove_key(file, "steps", "modpost", NULL));
	assert_false(kernel_recipe_load(fixture->arena, file, &again));
	g_key_file_free(file);
	/* The folder may have the top's path in its own. */
	names.top = strrchr(fixture->root, '/');
	assert_true(kernel_recipe_learn(fixture->arena, &names, fixture->root, said, &recipe));
	assert_fills(recipe.directory, &other, "/w");
	names.top = "/spile";
	assert_true(kernel_recipe_learn(fixture->arena, &names, "/tree", said, &recipe));
	assert_fills(recipe.files->pdata[1], &other, "/w/script.o\n/p/a.o /p/b.o\n");
}

/* Of 4.18: the object has another name at first, make alone says what objtool does, lists have a folder. */
static void recipes_of_older_kbuild_are_learnt(void **state)
{
	static const char said[] = "  gcc -c -o @/.tmp_script.o @/script.c\n"
		"  ./tools/objtool/objtool orc generate --module \"@/.tmp_script.o\";\n"
		"  ./tools/objtool/objtool orc generate --module \"@/.tmp_spile_part.o\";\n"
		"spile-environment MODVERDIR=@/.tmp_versions\n"
		"  find @/.tmp_versions -name '*.mod' | scripts/mod/modpost -m -i ./Module.symvers -s -T -\n";
	struct fixture *fixture = *state;
	struct kernel_recipe_names names = { .folder = fixture->root, .top = "/top", .kconf = "/no/kconf" };
	struct kernel_recipe_names other = {
		.folder = "/w", .module = "mine", .parts = "/p/a.o", .top = "/other", .kconf = "/k",
	};
	struct kernel_recipe recipe = { .directory = NULL };

	put_sample(fixture);
	put_sample_file(fixture, ".script.o.cmd", "cmd_@/script.o := gcc -c -o @/.tmp_script.o @/script.c\n");
	assert_int_equal(g_mkdir(in_folder(fixture, "@/.tmp_versions"), 0700), 0);
	put_sample_file(fixture, ".tmp_versions/spile_flags.mod",
			"@/spile_flags.ko\n@/script.o @/spile_part.o\n");
	assert_true(kernel_recipe_learn(fixture->arena, &names, "/tree", in_folder(fixture, said), &recipe));
	assert_fills(recipe.steps[RECIPE_COMPILE], &other, " gcc -c -o /w/script.o /w/script.c ; "
		     "./tools/objtool/objtool orc generate --module \"/w/script.o\"");
	assert_fills(recipe.steps[RECIPE_MODPOST], &other, "find /w/.tmp_versions -name '*.mod' | "
		     "scripts/mod/modpost -m -i ./Module.symvers -s -T -");
	assert_fills(recipe.environment, &other, "export MODVERDIR=/w/.tmp_versions\n");
	assert_int_equal(recipe.files->len, 4);
	assert_fills(recipe.files->pdata[2], &other, ".tmp_versions/mine.mod");
	assert_fills(recipe.files->pdata[3], &other, "/w/mine.ko\n/w/script.o /p/a.o\n");
}

/* ---- prototypes ---- */

static const struct tracepoint *one_point(struct fixture *fixture, const char *parameters)
{
	GPtrArray *points = prototype_parse(fixture->arena, arena_printf(fixture->arena,
		"x " PROTOTYPE_MARKER " { \"/usr/src/linux/include/trace/events/a.h\" } { sys } "
		"{ name } { %s } y", parameters));

	assert_int_equal(points->len, 1);
	return points->pdata[0];
}

static void parses_a_marker(void **state)
{
	struct fixture *fixture = *state;
	const struct tracepoint *point = one_point(fixture, "bool preempt,\n\tstruct task_struct *prev");
	const struct tracepoint_parameter *parameter;

	assert_string_equal(point->name, "name");
	assert_string_equal(point->system, "sys");
	assert_string_equal(point->header, "trace/events/a.h");
	assert_int_equal(point->parameters->len, 2);
	parameter = point->parameters->pdata[0];
	assert_string_equal(parameter->type, "bool");
	assert_string_equal(parameter->name, "preempt");
	parameter = point->parameters->pdata[1];
	assert_string_equal(parameter->type, "struct task_struct *");
	assert_string_equal(parameter->name, "prev");
	assert_string_equal(parameter->declaration, "struct task_struct *prev");
	assert_int_equal(one_point(fixture, "void")->parameters->len, 0);
	assert_int_equal(one_point(fixture, "")->parameters->len, 0);
}

static void parses_declarators(void **state)
{
	static const char *const cases[][4] = {
		/* text, type, name, declaration */
		{ "unsigned  long  x", "unsigned long", "x", "unsigned long x" },
		{ "char **argv", "char **", "argv", "char **argv" },
		{ "struct a * b", "struct a *", "b", "struct a *b" },
		{ "const char *const name", "const char *", "name", "const char *name" },
		{ "const int x", "int", "x", "int x" },
		{ "const struct sock *sk", "const struct sock *", "sk", "const struct sock *sk" },
		{ "u8 mac[6]", "u8 *", "mac", "u8 *mac" },
		{ "const u8 *list[]", "const u8 **", "list", "const u8 **list" },
		{ "int grid[2][3]", "int (*)[3]", "grid", "int (*grid)[3]" },
		{ "void (*action)(void *, int)", "void (*)(void *, int)", "action",
		  "void (*action)(void *, int)" },
		{ "unsigned int", "unsigned int", "argument_1", "unsigned int argument_1" },
		{ "pid_t", "pid_t", "argument_1", "pid_t argument_1" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct tracepoint *point = one_point(fixture, cases[i][0]);
		const struct tracepoint_parameter *parameter;

		assert_int_equal(point->parameters->len, 1);
		parameter = point->parameters->pdata[0];
		assert_string_equal(parameter->type, cases[i][1]);
		assert_string_equal(parameter->name, cases[i][2]);
		assert_string_equal(parameter->declaration, cases[i][3]);
	}
}

static void passes_over_broken_markers(void **state)
{
	struct fixture *fixture = *state;
	GPtrArray *points = prototype_parse(fixture->arena,
		PROTOTYPE_MARKER " { \"a.h\" } { TRACE_SYSTEM } { one } { void } "
		PROTOTYPE_MARKER " { \"a.h\" } { s } two "
		PROTOTYPE_MARKER " { \"b.h\" } { s } { one } { int again } "
		PROTOTYPE_MARKER " { \"a.h\" } { s } { three } { int x");

	assert_int_equal(points->len, 1);
	assert_string_equal(((struct tracepoint *)points->pdata[0])->name, "one");
	assert_string_equal(((struct tracepoint *)points->pdata[0])->system, "");
}

static void extracts_what_it_can_parse_again(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *lines = prototype_extract("int f(void) { return 1; }\n"
		PROTOTYPE_MARKER " { \"include/ras/r.h\" } { ras }\n { mc } { int\n a, long b }; x\n");
	GPtrArray *points = prototype_parse(fixture->arena, lines);

	assert_string_equal(lines, PROTOTYPE_MARKER
			    " { \"include/ras/r.h\" } { ras } { mc } { int a, long b }\n");
	assert_int_equal(points->len, 1);
	assert_string_equal(((struct tracepoint *)points->pdata[0])->header, "ras/r.h");
}

/* ---- symbols ---- */

static const char map_text[] =
	"ffffffff81000000 T _text\n"
	"ffffffff81000010 T vfs_read\n"
	"ffffffff81000020 t vfs_write\n"
	"ffffffff81000030 t vfs_write.cold\n"
	"ffffffff81000040 W vfs_weak\n"
	"ffffffff81000050 D vfs_data\n"
	"ffffffff81000060 t __pfx_vfs_read\n"
	"ffffffff81000070 t vfs_read\n"
	"ffffffffc0000000 t vfs_module\t[ext4]\n"
	"ffffffff81000080 T vfs_last";

static void knows_functions_by_name(void **state)
{
	struct fixture *fixture = *state;
	struct symbol_table *table = symbols_from_text(fixture->arena, map_text);

	assert_non_null(table);
	assert_true(symbols_have(table, "vfs_read"));
	assert_true(symbols_have(table, "vfs_weak"));
	assert_true(symbols_have(table, "vfs_last"));
	assert_true(symbols_have(table, "vfs_write.cold"));
	assert_false(symbols_have(table, "vfs_data"));
	assert_false(symbols_have(table, "vfs_module"));
	assert_false(symbols_have(table, "vfs_rea"));
	assert_false(symbols_have(table, "__pfx_vfs_read"));
}

static void matches_patterns(void **state)
{
	struct fixture *fixture = *state;
	struct symbol_table *table = symbols_from_text(fixture->arena, map_text);
	GPtrArray *names = symbols_names(fixture->arena, table, "vfs_w*");

	assert_int_equal(symbols_match(table, "vfs_*"), 4);
	assert_int_equal(symbols_match(table, "vfs_*.cold"), 1);
	assert_int_equal(symbols_match(table, "vfs_[rw]?[ia]*"), 3);
	assert_int_equal(symbols_match(table, "nothing*"), 0);
	assert_int_equal(names->len, 2);
	assert_string_equal(names->pdata[0], "vfs_weak");
	assert_string_equal(names->pdata[1], "vfs_write");
	assert_int_equal(symbols_names(fixture->arena, table, NULL)->len, 6);
}

static void finds_the_right_system_map(void **state)
{
	struct fixture *fixture = *state;
	struct kernel_tree tree;
	const char *origin;

	put_tree(fixture);
	assert_true(find(fixture, RELEASE, &tree));
	assert_null(symbols_load_in(fixture->arena, fixture->root, &tree, &origin));
	put(fixture, "boot/System.map-" RELEASE,
	    "ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n");
	assert_null(symbols_load_in(fixture->arena, fixture->root, &tree, &origin));
	put(fixture, "usr/lib/debug/boot/System.map-" RELEASE, map_text);
	assert_non_null(symbols_load_in(fixture->arena, fixture->root, &tree, &origin));
	put(fixture, "proc/kallsyms", "0000000000000000 T only_running\n");
	assert_false(symbols_have(symbols_load_in(fixture->arena, fixture->root, &tree, &origin),
				  "only_running"));
	tree.is_running = true;
	assert_true(symbols_have(symbols_load_in(fixture->arena, fixture->root, &tree, &origin),
				 "only_running"));
	assert_true(g_str_has_suffix(origin, "/proc/kallsyms"));
}

/* The one file in the tree's cache that keeps the functions; to be freed. */
static char *kept_functions(struct fixture *fixture, const struct kernel_tree *tree)
{
	const char *folder = kernel_tree_cache(fixture->arena, tree), *name;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

	while ((name = g_dir_read_name(dir)))
		if (g_str_has_prefix(name, "functions-"))
			return g_build_filename(folder, name, NULL);
	return NULL;
}

static bool runs_with(struct fixture *fixture, const struct kernel_tree *tree, const char *name)
{
	const char *origin;

	return symbols_have(symbols_load_in(fixture->arena, fixture->root, tree, &origin), name);
}

static void keeps_the_functions_of_a_build(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *kept = NULL, *bytes = NULL;
	struct kernel_tree tree;
	gsize size;

	put_tree(fixture);
	assert_true(find(fixture, RELEASE, &tree));
	tree.is_running = true;
	put(fixture, "sys/kernel/notes", "of one build");
	put(fixture, "proc/kallsyms", "0000000000000000 T first\n0000000000000000 t after_it\n");
	assert_true(runs_with(fixture, &tree, "first"));
	put(fixture, "proc/kallsyms", "0000000000000000 T second\n");
	assert_true(runs_with(fixture, &tree, "first"));
	assert_true(runs_with(fixture, &tree, "after_it"));
	assert_false(runs_with(fixture, &tree, "second"));

	kept = kept_functions(fixture, &tree);
	assert_true(g_file_get_contents(kept, &bytes, &size, NULL));
	for (gsize length = 0; length < size; length++) {
		assert_true(g_file_set_contents(kept, bytes, (gssize)length, NULL));
		assert_true(runs_with(fixture, &tree, "second"));
	}
	/* A name that begins beyond the end. */
	bytes[24] = 100;
	assert_true(g_file_set_contents(kept, bytes, (gssize)size, NULL));
	assert_true(runs_with(fixture, &tree, "second"));

	put(fixture, "sys/kernel/notes", "of another build");
	put(fixture, "proc/kallsyms", "0000000000000000 T third\n");
	assert_true(runs_with(fixture, &tree, "third"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(finds_a_tree_by_release),
		TEST(finds_a_tree_by_path),
		TEST(finds_the_running_kernel),
		TEST(the_header_tells_the_release),
		TEST(follows_the_makefile_to_common_headers),
		TEST(follows_the_source_link),
		TEST(key_changes_with_the_tree),
		TEST(a_missing_tree_names_the_package),
		TEST(a_dangling_link_is_recognised),
		TEST(an_unprepared_tree_is_recognised),
		/* Its message's test: no program's option leads to a /lib/modules of ours. */
		{ "E-build-tree-mismatch: a tree of another release is refused",
		  a_tree_of_another_release_is_refused, set_up, tear_down, NULL },
		TEST(a_search_tells_what_it_found),
		TEST(packages_by_distribution),
		TEST(packages_of_debuginfo),
		TEST(a_damaged_package_is_installed_again),
		TEST(packages_of_tools),
		TEST(recognises_missing_programs),
		TEST(a_missing_make_is_reported),
		TEST(parses_command_files),
		TEST(recipes_are_learnt_and_kept),
		TEST(recipes_of_older_kbuild_are_learnt),
		TEST(parses_a_marker),
		TEST(parses_declarators),
		TEST(passes_over_broken_markers),
		TEST(extracts_what_it_can_parse_again),
		TEST(knows_functions_by_name),
		TEST(matches_patterns),
		TEST(finds_the_right_system_map),
		TEST(keeps_the_functions_of_a_build),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
