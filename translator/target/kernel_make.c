/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place that starts `make` on a kernel tree: called to learn the compiler's flags and
 * to build a module. BTF for modules is always switched off: it needs pahole and a vmlinux, and
 * nothing of ours reads it.
 */
#include "target/kernel_make.h"

#include <string.h>

#include "target/distribution.h"

/* Variables through which a surrounding make, shell or cross-build would change the result. */
static const char *const unwanted_variables[] = {
	"MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MAKEFILES", "GNUMAKEFLAGS",
	"KBUILD_OUTPUT", "KBUILD_EXTMOD", "KBUILD_VERBOSE", "KBUILD_EXTRA_SYMBOLS",
	"KBUILD_MODPOST_WARN", "KCFLAGS", "KCPPFLAGS", "KAFLAGS", "ARCH", "SUBARCH",
	"CROSS_COMPILE", "CC", "LD", "LLVM", "O", "M", "C", "V", "W",
	"CPATH", "C_INCLUDE_PATH", "CFLAGS", "CPPFLAGS", "LDFLAGS",
};

static void add_word(GPtrArray *argv, const char *word)
{
	g_ptr_array_add(argv, (char *)word);
}

void kernel_make_environment(GPtrArray *argv)
{
	add_word(argv, "env");
	for (size_t i = 0; i < G_N_ELEMENTS(unwanted_variables); i++) {
		add_word(argv, "-u");
		add_word(argv, unwanted_variables[i]);
	}
	add_word(argv, "LC_ALL=C");
}

void kernel_make(const struct kernel_tree *tree, const char *module_dir,
		 const char *const arguments[], struct process_result *ret)
{
	g_autofree char *folder = g_strconcat("M=", module_dir, NULL);
	GPtrArray *argv = g_ptr_array_new();

	kernel_make_environment(argv);
	add_word(argv, "make");
	add_word(argv, "--no-print-directory");
	add_word(argv, "-C");
	add_word(argv, tree->build_dir);
	add_word(argv, folder);
	add_word(argv, "CONFIG_DEBUG_INFO_BTF_MODULES=");
	for (; *arguments; arguments++)
		add_word(argv, *arguments);
	add_word(argv, NULL);
	process_run((const char *const *)argv->pdata, NULL, ret);
	g_ptr_array_free(argv, TRUE);
}

static const char *first_group(struct arena *arena, const char *pattern, const char *text)
{
	GRegex *regex = g_regex_new(pattern, G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);
	GMatchInfo *match = NULL;
	const char *group = NULL;

	if (g_regex_match(regex, text, 0, &match)) {
		g_autofree char *word = g_match_info_fetch(match, 1);

		group = arena_printf(arena, "%s", word);
	}
	g_match_info_free(match);
	g_regex_unref(regex);
	return group;
}

/*
 * A shell says `/bin/sh: 1: gcc-12: not found` or `...: command not found`, make names the
 * program itself: `make[1]: gcc-12: No such file or directory`. env speaks the user's language
 * and quotes, and only when it cannot start something: `env: 'make': No such file or directory`.
 */
const char *kernel_make_missing_program(struct arena *arena, const char *errors)
{
	static const char *const patterns[] = {
		"(?:^|[ /])([A-Za-z0-9_.+-]+): (?:command )?not found$",
		"^make(?:\\[\\d+\\])?: ([A-Za-z0-9_.+-]+): No such file or directory$",
		"^(?:/usr/bin/)?env: [^A-Za-z0-9/]*([A-Za-z0-9_.+-]+)[^A-Za-z0-9:]*: ",
	};
	const char *program = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(patterns) && !program; i++)
		program = first_group(arena, patterns[i], errors);
	return program;
}

bool kernel_make_report_missing(struct arena *arena, struct diag *diag,
				const struct process_result *result)
{
	const char *program = kernel_make_missing_program(arena, result->errors);

	if (!program)
		return false;
	diag_error(diag, no_span, "E-no-program",
		   "building for this kernel needs the program '%s', which is not installed", program);
	diag_note(diag, no_span, "install it with: %s", distribution_tool_command(arena, "", program));
	return true;
}
