/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What DWARF tells of a small kernel and a small module that the test itself compiles, by whatever
 * compilers there are and in the formats they can write: types, functions, copies, lines, labels and
 * calls; where such files are looked for, and which are refused; and an index that is cut off,
 * damaged, or made by two at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "base/process.h"
#include "knowledge/files/build_id.h"
#include "knowledge/code.h"
#include "knowledge/files/debuginfo.h"
#include "knowledge/dwarf/types.h"
#include "knowledge/index/build.h"
#include "tree_fixture.h"

#ifdef HAVE_LIBDW

/* Lines that are asked for carry a mark. */
static const char program[] =
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
	"int exported(struct record *record, int count) /* exported */\n"
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
	"__attribute__((section(\".init.text\"), used)) int starts(void)\n"
	"{\n"
	"	return callee(1);\n"
	"}\n"
	"int other(int number)\n"
	"{\n"
	"	return twice(number) + 1;\n"
	"}\n"
	"__asm__(\".globl __ksymtab_exported\\n.set __ksymtab_exported, exported\\n\");\n"
	"void _start(void) { }\n";

static int set_up(void **state)
{
	struct fixture *fixture;

	if (fixture_set_up(state) != 0)
		return -1;
	fixture = *state;
	g_setenv("XDG_CACHE_HOME", arena_printf(fixture->arena, "%s/cache", fixture->root), TRUE);
	g_unsetenv("SPILE_DEBUGINFO");
	g_unsetenv("DEBUGINFOD_URLS");
	return scratch_write(&fixture->diag, fixture->root, "program.c", program) ? 0 : -1;
}

/* ---- Making files ---- */

static bool run_shell(struct fixture *fixture, const char *command)
{
	const char *const argv[] = { "sh", "-c", command, NULL };
	struct process_result result;
	bool ok;

	process_run(argv, fixture->root, &result);
	ok = result.status == 0;
	process_result_clear(&result);
	return ok;
}

static const char *path_of(struct fixture *fixture, const char *name)
{
	return arena_printf(fixture->arena, "%s/%s", fixture->root, name);
}

/* A kernel at the address where kernels are, with a build-id; false: no such compiler, or not such options. */
static bool make_kernel(struct fixture *fixture, const char *compiler, const char *options, const char *name)
{
	return run_shell(fixture, arena_printf(fixture->arena, "mkdir -p \"$(dirname %s)\" && %s -O2 -fno-pie -mcmodel=kernel "
			 "-fno-asynchronous-unwind-tables -ffreestanding -nostdlib -static -no-pie %s -Wl,--build-id "
			 "-Wl,-Ttext=0xffffffff81000000 -o %s program.c", name, compiler, options, name));
}

static bool make_module(struct fixture *fixture, const char *compiler, const char *options, const char *name)
{
	return run_shell(fixture, arena_printf(fixture->arena, "mkdir -p \"$(dirname %s)\" && %s -O2 -fno-pie -ffreestanding "
			 "%s -c -o %s program.c", name, compiler, options, name));
}

#define IN_PLACE "usr/lib/debug/boot/vmlinux-" RELEASE

static void need_kernel(struct fixture *fixture)
{
	if (!make_kernel(fixture, "gcc", "-g", IN_PLACE))
		skip();
}

static unsigned int line_of(const char *mark)
{
	const char *found = strstr(program, mark);
	unsigned int line = 1;

	assert_non_null(found);
	for (const char *at = program; at < found; at++)
		line += *at == '\n';
	return line;
}

static struct knowledge *know(struct fixture *fixture)
{
	struct knowledge_options options = { .sources = SOURCE_DWARF, .root = fixture->root };

	return knowledge_new(fixture->arena, &fixture->tree, &options);
}

/* Compilers and formats; what a compiler cannot do is passed over, but one has to be there. */
static const struct {
	const char *compiler, *options;
} variants[] = {
	{ "gcc", "-gdwarf-2 -gstrict-dwarf" }, { "gcc", "-gdwarf-4" }, { "gcc", "-gdwarf-5" },
	{ "gcc", "-gdwarf-5 -gz=zlib" }, { "gcc", "-gdwarf-4 -gz=zlib-gnu" }, { "gcc", "-g -flto -ffat-lto-objects" },
	{ "clang", "-gdwarf-4" }, { "clang", "-gdwarf-5" },
};

/* ---- Types ---- */

/* What gcc calls "long int" is "long" for clang. */
static void drop_int(GString *text)
{
	char *found = strstr(text->str, "long int");

	found = found ? found : strstr(text->str, "short int");
	if (found)
		g_string_erase(text, strstr(found, " int") - text->str, strlen(" int"));
}

static void expect_member(const struct c_type *record, const char *name, uint64_t bit_offset, uint32_t bits,
			  const char *text)
{
	g_autoptr(GString) printed = g_string_new(NULL);
	struct c_member member;

	assert_true(c_type_find_member(record, name, &member));
	assert_int_equal(member.bit_offset, bit_offset);
	assert_int_equal(member.bit_size, bits);
	c_type_print(member.type, printed);
	drop_int(printed);
	assert_string_equal(printed->str, text);
}

static void expect_types(struct fixture *fixture, struct knowledge *knowledge)
{
	const struct c_type *record = knowledge_type(knowledge, NULL, "struct record");
	int64_t value = 0;

	assert_non_null(record);
	assert_int_equal(record->kind, C_STRUCTURE);
	expect_member(record, "low", 0, 3, "unsigned int");
	expect_member(record, "middle", 3, 13, "unsigned int");
	expect_member(record, "signed_bits", 16, 20, "long");
	expect_member(record, "number", 64, 0, "long");
	expect_member(record, "text", 64, 0, "char[256]");
	expect_member(record, "table", 64 + 256 * 8, 0, "short[2][3]");
	expect_member(record, "handler", 64 + 256 * 8 + 128, 0, "handler_t");
	expect_member(record, "open_end", 64 + 256 * 8 + 128 + 64 + 40, 0, "unsigned char[0]");
	assert_string_equal(c_type_text(fixture->arena, knowledge_type(knowledge, NULL, "handler_t")->target),
			    "int (*) (struct later*, char const*, ...)");
	assert_true(knowledge_type(knowledge, NULL, "enum colour")->is_signed);
	assert_true(knowledge_enumerator(knowledge, NULL, "RED", &value) && value == -1);
	assert_true(knowledge_enumerator(knowledge, NULL, "GREEN", &value) && value == 200);
	assert_true(knowledge_enumerator(knowledge, NULL, "HUGE_VALUE", &value) && value == 0xf0000000u);
	assert_false(knowledge_enumerator(knowledge, NULL, "YELLOW", &value));
	assert_int_equal(c_type_size(knowledge_variable(knowledge, NULL, "global_record")), record->size);
}

static void types_of_all_formats(void **state)
{
	struct fixture *fixture = *state;
	unsigned int made = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(variants); i++) {
		if (!make_kernel(fixture, variants[i].compiler, variants[i].options, IN_PLACE))
			continue;
		print_message("%s %s\n", variants[i].compiler, variants[i].options);
		expect_types(fixture, know(fixture));
		made++;
	}
	if (!made)
		skip();
}

static void functions_have_types(void **state)
{
	struct fixture *fixture = *state;
	struct knowledge *knowledge = know(fixture);
	const GPtrArray *parameters, *names;

	need_kernel(fixture);
	assert_string_equal(c_type_text(fixture->arena, knowledge_function(knowledge, NULL, "exported")),
			    "int () (struct record*, int)");
	parameters = c_type_parameters(knowledge_function(knowledge, NULL, "exported"));
	assert_string_equal(((struct c_parameter *)g_ptr_array_index(parameters, 1))->name, "count");
	/* It has no code of its own. */
	assert_null(knowledge_function(knowledge, NULL, "twice"));
	names = knowledge_functions(knowledge, NULL, "*e*");
	assert_int_equal(names->len, 3);
	assert_string_equal(g_ptr_array_index(names, 0), "callee");
	assert_string_equal(g_ptr_array_index(names, 1), "exported");
	assert_string_equal(g_ptr_array_index(names, 2), "other");
}

/* ---- Places in the code ---- */

static const struct code_query no_query = { .function = "*", .wants_calls = true, .wants_inlined = true };

static GPtrArray *sites_of(struct fixture *fixture, const char *module, const struct code_query *query)
{
	const char *why = NULL;
	GPtrArray *sites = knowledge_sites(know(fixture), module, query, &why);

	if (!sites)
		fail_msg("%s", why);
	return sites;
}

static const struct code_site *site_at(const GPtrArray *sites, unsigned int index)
{
	assert_true(index < sites->len);
	return g_ptr_array_index(sites, index);
}

static GArray *lines(struct fixture *fixture, unsigned int first, unsigned int last)
{
	struct line_range *range = arena_new0(fixture->arena, struct line_range);
	GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct line_range));

	*range = (struct line_range){ first, last };
	g_array_append_val(ranges, *range);
	arena_defer(fixture->arena, (GDestroyNotify)g_array_unref, ranges);
	return ranges;
}

static void functions_and_copies(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	const struct code_site *site;
	GPtrArray *sites;

	need_kernel(fixture);
	query.function = "exported";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	site = site_at(sites, 0);
	assert_string_equal(site->file, "program.c");
	assert_int_equal(site->line, line_of("/* exported */"));
	assert_string_equal(site->symbol, "exported");
	assert_int_equal(site->offset, 0);
	assert_true(site->is_entry && !site->caller && site->build_id);

	query.function = "twice";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 3);
	for (unsigned int i = 0; i < sites->len; i++)
		assert_true(site_at(sites, i)->caller && !site_at(sites, i)->is_entry);
	query.wants_inlined = false;
	assert_int_equal(sites_of(fixture, NULL, &query)->len, 0);

	query = no_query;
	query.wants_exported = true;
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->function, "exported");
}

static void functions_by_file_and_line(void **state)
{
	static const char *const matching[] = { "program.c", "*.c", "prog*", NULL };
	static const char *const others[] = { "gram.c", "other.c", "program", NULL };
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	GPtrArray *sites;

	need_kernel(fixture);
	query.function = "callee";
	for (unsigned int i = 0; matching[i]; i++) {
		query.file = matching[i];
		assert_int_equal(sites_of(fixture, NULL, &query)->len, 1);
	}
	for (unsigned int i = 0; others[i]; i++) {
		query.file = others[i];
		assert_int_equal(sites_of(fixture, NULL, &query)->len, 0);
	}
	query = no_query;
	query.file = "program.c";
	query.lines = LINES_ABSOLUTE;
	query.ranges = lines(fixture, line_of("/* in callee */"), line_of("/* in callee */"));
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->function, "callee");
}

/* What a kernel ran only at its start is gone; of a module it can be meant by its name. */
static void initial_code_is_left_out(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;

	need_kernel(fixture);
	query.function = "starts";
	assert_int_equal(sites_of(fixture, NULL, &query)->len, 0);
	assert_true(make_module(fixture, "gcc", "-g", "usr/lib/debug/mine.ko"));
	assert_int_equal(sites_of(fixture, "mine", &query)->len, 1);
	query.function = "start*";
	assert_int_equal(sites_of(fixture, "mine", &query)->len, 0);
}

static void statements_by_line(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "*", .file = "program.c", .is_statement = true, .lines = LINES_ABSOLUTE };
	GPtrArray *sites;

	need_kernel(fixture);
	query.ranges = lines(fixture, line_of("/* call */"), line_of("/* call */"));
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->function, "exported");
	assert_int_equal(site_at(sites, 0)->line, line_of("/* call */"));
	assert_string_equal(site_at(sites, 0)->symbol, "exported");

	/* A line that was inlined is in every copy; by the outer function's name in that one alone. */
	query.ranges = lines(fixture, line_of("/* inner */"), line_of("/* inner */"));
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 3);
	assert_string_equal(site_at(sites, 0)->function, "twice");
	query.function = "other";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->symbol, "other");

	query.function = "callee";
	query.lines = LINES_RELATIVE;
	query.ranges = lines(fixture, 2, 2);
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_int_equal(site_at(sites, 0)->line, line_of("/* in callee */"));
}

static void statements_of_a_function(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "exported", .is_statement = true, .lines = LINES_ALL };
	unsigned int last = 0;
	bool has_call = false;
	GPtrArray *sites;

	need_kernel(fixture);
	sites = sites_of(fixture, NULL, &query);
	assert_true(sites->len > 4);
	for (unsigned int i = 0; i < sites->len; i++) {
		const struct code_site *site = site_at(sites, i);

		assert_string_equal(site->function, "exported");
		assert_true(site->line >= line_of("/* exported */") && site->line < line_of("__attribute__((section"));
		assert_true(site->line > last);
		last = site->line;
		has_call |= site->line == line_of("/* call */");
	}
	assert_true(has_call);
}

static void nearest_statement(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = {
		.function = "callee", .is_statement = true, .is_nearest = true, .lines = LINES_ABSOLUTE,
	};
	GPtrArray *sites;

	need_kernel(fixture);
	query.ranges = lines(fixture, 1, 1);
	sites = sites_of(fixture, NULL, &query);
	assert_true(sites->len >= 1);
	assert_true(site_at(sites, 0)->line >= line_of("__attribute__((noinline))"));
	assert_true(site_at(sites, 0)->line <= line_of("/* in callee */"));
	query.is_nearest = false;
	assert_int_equal(sites_of(fixture, NULL, &query)->len, 0);
}

static void labels_and_calls(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	GPtrArray *sites;

	need_kernel(fixture);
	query.label = "o*";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 1);
	assert_string_equal(site_at(sites, 0)->label, "out");
	assert_string_equal(site_at(sites, 0)->function, "exported");
	assert_int_equal(site_at(sites, 0)->line, line_of("/* at label */") - 1);

	query = no_query;
	query.function = "exported";
	query.callee = "*";
	sites = sites_of(fixture, NULL, &query);
	assert_int_equal(sites->len, 3);
	for (unsigned int i = 0; i < sites->len; i++) {
		const struct code_site *site = site_at(sites, i);
		bool is_called = strcmp(site->function, "callee") == 0;

		assert_string_equal(site->function, is_called ? "callee" : "twice");
		assert_int_equal(site->returns_to ? site->returns_to->len : 0, is_called ? 1 : 0);
		assert_int_equal(site->is_entry, is_called);
	}
	query.callee = "call*";
	assert_int_equal(sites_of(fixture, NULL, &query)->len, 1);
}

/* Of a module only distances from symbols mean anything. */
static void modules_by_symbol(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "exported", .is_statement = true, .lines = LINES_ALL };
	GPtrArray *sites;

	if (!make_module(fixture, "gcc", "-g", "usr/lib/debug/mine.ko"))
		skip();
	sites = sites_of(fixture, "mine", &query);
	assert_true(sites->len > 4);
	for (unsigned int i = 0; i < sites->len; i++) {
		assert_string_equal(site_at(sites, i)->symbol, "exported");
		assert_string_equal(site_at(sites, i)->module, "mine");
		assert_true(site_at(sites, i)->offset < 1000);
	}
}

/* ---- Which file ---- */

static const char *opened_path(struct fixture *fixture, const char *module, const char **why_ret)
{
	struct dwarf_file *file = debuginfo_open(fixture->arena, fixture->root, &fixture->tree, module, why_ret);

	return file ? file->path + strlen(fixture->root) : NULL;
}

static const char *build_id_of(struct fixture *fixture, const char *name)
{
	const char *why;
	struct dwarf_file *file = dwarf_file_open(fixture->arena, path_of(fixture, name), NULL, &why);

	assert_non_null(file);
	assert_non_null(file->build_id);
	return file->build_id;
}

static void places_of_debuginfo(void **state)
{
	static const char *const places[] = {
		"boot/vmlinux-" RELEASE, "build/vmlinux", "usr/lib/debug/usr/lib/modules/" RELEASE "/vmlinux",
		"usr/lib/debug/lib/modules/" RELEASE "/vmlinux.debug", "usr/lib/debug/boot/vmlinux-" RELEASE,
	};
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_kernel(fixture, "gcc", "-g", "made"))
		skip();
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, "there is no debuginfo (DWARF) of kernel " RELEASE " here; it comes with: "));
	/* Each goes before those above it. */
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		assert_true(run_shell(fixture, arena_printf(fixture->arena, "mkdir -p \"$(dirname %s)\" && cp made %s",
							    places[i], places[i])));
		assert_string_equal(opened_path(fixture, NULL, &why) + 1, places[i]);
	}
	g_setenv("SPILE_DEBUGINFO", path_of(fixture, "made"), TRUE);
	assert_string_equal(opened_path(fixture, NULL, &why), "/made");
	/* A file without DWARF is passed over in silence. */
	assert_true(run_shell(fixture, "strip --strip-debug -o stripped made"));
	g_setenv("SPILE_DEBUGINFO", path_of(fixture, "stripped"), TRUE);
	assert_string_equal(opened_path(fixture, NULL, &why) + 1, places[G_N_ELEMENTS(places) - 1]);
}

/* What the running kernel shows of itself: it is the one that was made last as `made`. */
#define SHOW_NOTES "mkdir -p sys/kernel && objcopy -O binary --only-section=.note.gnu.build-id made sys/kernel/notes"

static void links_and_build_ids(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL, *id;

	if (!make_kernel(fixture, "gcc", "-g", "made"))
		skip();
	assert_true(run_shell(fixture, "mkdir -p boot usr/lib/debug/boot && "
			      "objcopy --only-keep-debug made usr/lib/debug/boot/far.debug && "
			      "objcopy --strip-debug --add-gnu-debuglink=usr/lib/debug/boot/far.debug made boot/vmlinux-" RELEASE));
	assert_string_equal(opened_path(fixture, NULL, &why), "/usr/lib/debug/boot/far.debug");
	id = build_id_of(fixture, "made");
	fixture->tree.is_running = true;
	assert_true(run_shell(fixture, SHOW_NOTES));
	assert_string_equal(build_id_find(fixture->arena, fixture->root, &fixture->tree, NULL), id);
	assert_true(run_shell(fixture, arena_printf(fixture->arena, "mkdir -p usr/lib/debug/.build-id/%.2s && "
						    "cp made usr/lib/debug/.build-id/%.2s/%s.debug", id, id, id + 2)));
	assert_non_null(strstr(opened_path(fixture, NULL, &why), "/.build-id/"));
}

static void other_builds_are_refused(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_kernel(fixture, "gcc", "-g", "made") || !make_kernel(fixture, "gcc", "-g -DOTHER=1 -O1", IN_PLACE))
		skip();
	fixture->tree.is_running = true;
	assert_true(run_shell(fixture, SHOW_NOTES));
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, IN_PLACE " is of another build ("));
	assert_non_null(strstr(why, build_id_of(fixture, "made")));
}

static void modules_by_modules_dep(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_module(fixture, "gcc", "-g -Wa,--generate-missing-build-notes=no", "usr/lib/debug/lib/modules/" RELEASE
			 "/kernel/fs/my-fs.ko.debug"))
		skip();
	assert_null(opened_path(fixture, "my_fs", &why));
	assert_non_null(strstr(why, "has no module 'my_fs' here"));
	assert_true(run_shell(fixture, "mkdir -p lib/modules/" RELEASE " && "
			      "echo 'kernel/fs/my-fs.ko.xz: kernel/a.ko' >lib/modules/" RELEASE "/modules.dep"));
	assert_non_null(strstr(opened_path(fixture, "my_fs", &why), "/kernel/fs/my-fs.ko.debug"));
}

/* A module that is compressed with its DWARF in it is unpacked. */
static void compressed_modules(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	const char *folder = "lib/modules/" RELEASE;

	if (!make_module(fixture, "gcc", "-g", arena_printf(fixture->arena, "%s/extra/my-fs.ko", folder)))
		skip();
	assert_true(run_shell(fixture, arena_printf(fixture->arena, "gzip %s/extra/my-fs.ko && "
			      "echo 'extra/my-fs.ko.gz:' >%s/modules.dep", folder, folder)));
	query.function = "exported";
	assert_int_equal(sites_of(fixture, "my_fs", &query)->len, 1);
	query.is_statement = true;
	query.lines = LINES_ALL;
	assert_true(sites_of(fixture, "my_fs", &query)->len > 4);
}

/* ---- The index ---- */

static void paths_without_the_folder(void **state)
{
	static const struct {
		const char *path, *folder, *shown;
	} cases[] = {
		{ "/build/linux/fs/open.c", "/build/linux", "fs/open.c" },
		{ "/build/linux/./fs/../mm/slab.c", "/build/linux", "mm/slab.c" },
		{ "out/fs/open.c", "out", "fs/open.c" },
		{ "./fs/open.c", NULL, "fs/open.c" },
		{ "/build/linux/debian/build/amd64/../../../fs/open.c", "/build/linux/debian/build/amd64", "fs/open.c" },
		{ "/build/linux/fs/open.c", "/build/linux/debian/build/amd64", "fs/open.c" },
		{ "/usr/include/stdint.h", "/build/linux", "/usr/include/stdint.h" },
		{ "/build/linux-two/a.c", "/build/linux", "/build/linux-two/a.c" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *shown = index_source_path(cases[i].path, cases[i].folder);

		assert_string_equal(shown, cases[i].shown);
	}
}

struct indexed {
	struct dwarf_file *file;
	const char *path;
	char *bytes;
	gsize size;
};

static void make_index(struct fixture *fixture, struct indexed *ret)
{
	const char *why = NULL;

	need_kernel(fixture);
	ret->file = dwarf_file_open(fixture->arena, path_of(fixture, IN_PLACE), NULL, &why);
	ret->path = path_of(fixture, "test.index");
	assert_non_null(ret->file);
	assert_true(index_build(ret->file, ret->path, &why));
	assert_non_null(index_open(fixture->arena, ret->path, ret->file->build_id));
	assert_true(g_file_get_contents(ret->path, &ret->bytes, &ret->size, NULL));
	arena_defer(fixture->arena, g_free, ret->bytes);
}

static void damage_is_noticed(void **state)
{
	struct fixture *fixture = *state;
	struct indexed indexed = { 0 };

	make_index(fixture, &indexed);
	assert_null(index_open(fixture->arena, indexed.path, "0123456789"));
	for (gsize length = 0; length < indexed.size; length += 1 + length / 3) {
		assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)length, NULL));
		assert_null(index_open(fixture->arena, indexed.path, indexed.file->build_id));
	}
	for (gsize at = 0; at < indexed.size; at += 61) {
		struct index *index;
		uint32_t count, files;
		bool is_damaged = false;

		indexed.bytes[at] ^= 0x40;
		assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)indexed.size, NULL));
		indexed.bytes[at] ^= 0x40;
		index = index_open(fixture->arena, indexed.path, indexed.file->build_id);
		if (!index)
			continue;
		/* Padding between tables may be anything; what is left are rows. */
		index_table(index, INDEX_FILES, &files);
		for (uint32_t i = 0; i < files; i++)
			index_rows(index, i, &count, &is_damaged);
		assert_true(is_damaged || indexed.bytes[at] == 0);
	}
}

static void index_is_made_again(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "exported", .is_statement = true, .lines = LINES_ALL };
	struct knowledge *knowledge;
	struct indexed indexed = { 0 };
	const char *why = NULL;
	unsigned int count;

	make_index(fixture, &indexed);
	indexed.path = path_of(fixture, arena_printf(fixture->arena, "cache/spile/debuginfo/%s.index",
						     indexed.file->build_id));
	count = sites_of(fixture, NULL, &query)->len;
	assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)indexed.size / 2, NULL));
	assert_int_equal(sites_of(fixture, NULL, &query)->len, count);
	/* Rows are found to be damaged when they are asked for. */
	indexed.bytes[indexed.size - 6] ^= 1;
	assert_true(g_file_set_contents(indexed.path, indexed.bytes, (gssize)indexed.size, NULL));
	knowledge = know(fixture);
	assert_int_equal(knowledge_sites(knowledge, NULL, &query, &why)->len, count);
}

static void two_make_it_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct indexed indexed = { 0 };
	const char *why;

	make_index(fixture, &indexed);
	for (unsigned int i = 0; i < 4; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(index_build(indexed.file, indexed.path, &why) ? 0 : 1);
	}
	for (unsigned int i = 0; i < 4; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_non_null(index_open(fixture->arena, indexed.path, indexed.file->build_id));
}

static void index_needs_no_cache(void **state)
{
	struct fixture *fixture = *state;

	need_kernel(fixture);
	g_setenv("XDG_CACHE_HOME", "/proc/nowhere", TRUE);
	assert_non_null(knowledge_type(know(fixture), NULL, "struct record"));
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh(types_of_all_formats),
		fresh(functions_have_types),
		fresh(functions_and_copies),
		fresh(functions_by_file_and_line),
		fresh(initial_code_is_left_out),
		fresh(statements_by_line),
		fresh(statements_of_a_function),
		fresh(nearest_statement),
		fresh(labels_and_calls),
		fresh(modules_by_symbol),
		fresh(places_of_debuginfo),
		fresh(links_and_build_ids),
		fresh(other_builds_are_refused),
		fresh(modules_by_modules_dep),
		fresh(compressed_modules),
		cmocka_unit_test(paths_without_the_folder),
		fresh(damage_is_noticed),
		fresh(index_is_made_again),
		fresh(two_make_it_at_once),
		fresh(index_needs_no_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else /* !HAVE_LIBDW */

static void reads_dwarf(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads_dwarf) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif /* !HAVE_LIBDW */
