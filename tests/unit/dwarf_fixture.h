/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of what is read out of DWARF: a small program, compiled as a kernel or as a module below
 * the made-up root of tree_fixture.h, where debuginfo would be; and questions to it. Functions that
 * a test does not need are inline so that compilers do not mind.
 */
#ifndef SPILE_TESTS_DWARF_FIXTURE_H
#define SPILE_TESTS_DWARF_FIXTURE_H

#include <cmocka.h>

#include "base/process.h"
#include "knowledge/code.h"
#include "knowledge/files/debuginfo.h"
#include "tree_fixture.h"

/* What is common to units: a header. */
static const char types[] =
	"enum colour { RED = -1, GREEN = 200, BLUE = 70000 };\n"
	"enum wide { HUGE_VALUE = 0xf0000000u };\n"
	"struct later;\n"
	"typedef int (*handler_t)(struct later *, const char *, ...);\n"
	"struct record {\n"
	"	unsigned int low : 3, middle : 13;\n"
	"	long signed_bits : 20;\n"
	"	union { long number; char text[256]; };\n"
	"	short table[2][3];\n"
	"	handler_t handler;\n"
	"	enum colour colour;\n"
	"	_Bool yes;\n"
	"	unsigned char open_end[];\n"
	"};\n"
	"int formats(const char *format, ...);\n";

/* Lines that are asked for carry a mark. */
static const char program[] =
	"#include \"record.h\"\n"
	"volatile int sink;\n"
	"struct record global_record __attribute__((used));\n"
	"enum wide global_wide;\n"
	"static inline __attribute__((always_inline)) int twice(int number)\n"
	"{\n"
	"	sink = number; /* inner */\n"
	"	return number + number;\n"
	"}\n"
	"__attribute__((noinline)) int callee(int number)\n"
	"{\n"
	"	sink = number * 3; /* in callee */\n"
	"	return sink;\n"
	"}\n"
	"__attribute__((used)) int exported(struct record *record, int count) /* exported */\n"
	"{\n"
	"	int sum = twice(count); /* outer */\n"
	"	if (count > 100)\n"
	"		goto out;\n"
	"	sum += callee(sum); /* call */\n"
	"	sink = sum;\n"
	"out:\n"
	"	sink = record->colour; /* at label */\n"
	"	return twice(sum) + sink;\n"
	"}\n"
	"static volatile long hidden __attribute__((used)) = 42;\n"
	"__attribute__((used)) int formats(const char *format, ...)\n"
	"{\n"
	"	hidden += *format; /* in formats */\n"
	"	return sink;\n"
	"}\n"
	"__attribute__((section(\".init.text\"), used)) int starts(void)\n"
	"{\n"
	"	return callee(1);\n"
	"}\n"
	"__attribute__((used)) int other(int number)\n"
	"{\n"
	"	enum local_choice { LOCAL_NO = 7, LOCAL_YES };\n"
	"	struct local_pair { char first; enum local_choice second; } pair = { 1, LOCAL_YES };\n"
	"	__asm__ volatile (\"\" : : \"r\" (&pair) : \"memory\");\n"
	"	return twice(number) + pair.second;\n"
	"}\n"
	"#ifndef IS_SECOND\n"
	"__asm__(\".globl __ksymtab_exported\\n.set __ksymtab_exported, exported\\n\");\n"
	"#endif\n"
	"void _start(void) { }\n";

/* ---- Making files ---- */

static inline bool run_shell(struct fixture *fixture, const char *command)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	struct process_result result;
	bool ok;

	process_run(argv, fixture->root, &result);
	ok = result.status == 0;
	process_result_clear(&result);
	return ok;
}

static inline int set_up(void **state)
{
	struct fixture *fixture;

	if (fixture_set_up(state) != 0)
		return -1;
	fixture = *state;
	g_setenv("XDG_CACHE_HOME", arena_printf(fixture->arena, "%s/cache", fixture->root), TRUE);
	g_unsetenv("SPILE_DEBUGINFO");
	g_unsetenv("DEBUGINFOD_URLS");
	return run_shell(fixture, "mkdir etc && echo ID=debian >etc/os-release") &&
	       scratch_write(&fixture->diag, fixture->root, "record.h", types) &&
	       scratch_write(&fixture->diag, fixture->root, "program.c", program) ? 0 : -1;
}

static inline const char *path_of(struct fixture *fixture, const char *name)
{
	return arena_printf(fixture->arena, "%s/%s", fixture->root, name);
}

/* A kernel at the address where kernels are, with a build-id; false: no such compiler, or not such options. */
static inline bool make_kernel(struct fixture *fixture, const char *compiler, const char *options, const char *name)
{
	return run_shell(fixture, arena_printf(fixture->arena, "mkdir -p \"$(dirname %s)\" && %s -O2 -fno-pie -mcmodel=kernel "
			 "-fno-asynchronous-unwind-tables -ffreestanding -nostdlib -static -no-pie %s -Wl,--build-id "
			 "-Wl,--defsym=jiffies=0xffffffff81000000 "
			 "-Wl,-Ttext=0xffffffff81000000 -o %s program.c", name, compiler, options, name));
}

static inline bool make_module(struct fixture *fixture, const char *compiler, const char *options, const char *name)
{
	return run_shell(fixture, arena_printf(fixture->arena, "mkdir -p \"$(dirname %s)\" && %s -O2 -fno-pie -ffreestanding "
			 "%s -c -o %s program.c", name, compiler, options, name));
}

#define IN_PLACE "usr/lib/debug/boot/vmlinux-" RELEASE

static inline void need_kernel(struct fixture *fixture)
{
	if (!make_kernel(fixture, "gcc", "-g", IN_PLACE))
		skip();
}

static inline unsigned int line_of(const char *mark)
{
	const char *found = strstr(program, mark);
	unsigned int line = 1;

	assert_non_null(found);
	for (const char *at = program; at < found; at++)
		line += *at == '\n';
	return line;
}

static inline struct knowledge *know(struct fixture *fixture)
{
	struct knowledge_options options = { .sources = SOURCE_DWARF, .root = fixture->root };

	return knowledge_new(fixture->arena, &fixture->tree, &options);
}

/* ---- Places in the code ---- */

static const struct code_query no_query = { .function = "*", .wants_calls = true, .wants_inlined = true };

static inline GPtrArray *sites_of(struct fixture *fixture, const char *module, const struct code_query *query)
{
	const char *why = NULL;
	GPtrArray *sites = knowledge_sites(know(fixture), module, query, &why);

	if (!sites)
		fail_msg("%s", why);
	return sites;
}

static inline const struct code_site *site_at(const GPtrArray *sites, unsigned int index)
{
	assert_true(index < sites->len);
	return g_ptr_array_index(sites, index);
}

static inline GArray *lines(struct fixture *fixture, unsigned int first, unsigned int last)
{
	struct line_range *range = arena_new0(fixture->arena, struct line_range);
	GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct line_range));

	*range = (struct line_range){ first, last };
	g_array_append_val(ranges, *range);
	arena_defer(fixture->arena, (GDestroyNotify)g_array_unref, ranges);
	return ranges;
}

#endif
