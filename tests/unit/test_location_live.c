/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locations against the truth: location_subject.c, compiled in several ways, is run until it stops
 * at places that it chose, and what its variables' locations give there, with the registers and the
 * memory that it has then, must be their known values. A compiler may say that a variable is gone,
 * but not of one that is used behind that place; and no answer may be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "base/paths.h"
#include "base/process.h"

#ifdef HAVE_LIBDW

#include <dwarf.h>

#include "knowledge/dwarf/file.h"
#include "knowledge/dwarf/scope.h"
#include "location_evaluate.h"

/* ---- What is known of the subject ---- */

struct expectation {
	int stop, occurrence;		/* the number it stops with; which time, from 1 */
	const char *name;
	unsigned int bit_offset, bits;	/* the part that is looked at */
	bool is_signed;
	int64_t value;
	bool is_used;			/* later on, so that it must be somewhere */
	bool is_pointer;		/* the part is of what it points to */
};

static const struct expectation expectations[] = {
	{ 1, 1, "a", 0, 32, true, -1, true, false },
	{ 1, 1, "b", 0, 8, false, 250, true, false },
	{ 1, 1, "c", 0, 16, true, -300, true, false },
	{ 1, 1, "d", 0, 64, true, (int64_t)1 << 40, true, false },
	{ 1, 1, "e", 0, 64, false, 0x1234, true, false },
	{ 1, 1, "f", 0, 32, false, 4000000000, true, false },
	{ 1, 1, "g", 0, 32, true, -7, true, false },
	{ 1, 1, "h", 0, 64, true, -8, true, false },
	{ 2, 1, "parameter", 0, 32, true, 10, false, false },
	{ 2, 1, "doubled", 0, 32, true, 20, true, false },
	{ 2, 1, "pair", 0, 64, true, 1000, false, true },
	{ 2, 1, "pair", 64, 32, true, 17, false, true },
	{ 2, 2, "parameter", 0, 32, true, 55, false, false },
	{ 2, 2, "doubled", 0, 32, true, 110, true, false },
	{ 2, 2, "pair", 64, 32, true, 17, false, true },
	{ 3, 1, "pair", 0, 64, true, -21, true, false },
	{ 3, 1, "pair", 64, 32, true, 22, false, false },
	{ 3, 1, "large", 64, 64, true, 12, true, false },
	{ 3, 1, "large", 256, 16, true, -15, true, false },
	{ 3, 1, "flags", 0, 3, false, 5, false, false },
	{ 3, 1, "flags", 3, 5, true, -7, true, false },
	{ 3, 1, "flags", 8, 24, false, 0xabcdef, false, false },
	{ 3, 1, "flags", 32, 8, true, -9, false, false },
	{ 4, 1, "kept", 0, 64, true, 31, true, false },
	{ 4, 1, "lost", 0, 64, true, 32, false, false },
	{ 4, 1, "sum", 0, 64, true, 126, true, false },
	{ 4, 1, "scaled", 0, 64, true, 253, true, false },
	{ 5, 1, "count", 0, 32, true, 100, false, false },
	{ 5, 1, "numbers", 0, 32, true, 100, true, false },
	{ 5, 1, "numbers", 7 * 32, 32, true, 149, true, false },
	{ 5, 1, "static_number", 0, 64, true, 4711, false, false },
	{ 5, 1, "file_number", 0, 32, true, 77, false, false },
	{ 5, 1, "global_number", 0, 64, true, -78, true, false },
	{ 6, 1, "count", 0, 32, true, 5, false, false },
	{ 6, 1, "bytes", 0, 8, true, 1, false, false },
	{ 6, 1, "bytes", 32, 8, true, 5, false, false },
	{ 7, 1, "first", 0, 64, true, 62, true, false },
	{ 7, 1, "format", 0, 8, true, 'x', false, true },
	{ 8, 1, "seed", 0, 32, true, 71, false, false },
	{ 8, 1, "parts", 0, 64, true, 213, false, false },
	{ 8, 1, "parts", 64, 32, true, 72, false, false },
	{ 8, 1, "bits", 0, 3, false, 5, false, false },
	{ 8, 1, "bits", 32, 8, true, -3, false, false },
	{ 9, 1, "index", 0, 32, true, 3, true, false },
	{ 9, 1, "element", 0, 32, true, 40, false, false },
	{ 9, 1, "total", 0, 64, true, 60, true, false },
	{ 9, 1, "values", 64, 32, true, 30, false, true },
};

/* ---- A program that is stopped ---- */

struct stopped {
	pid_t pid;
	struct user_regs_struct registers;
};

static bool read_memory(void *context, uint64_t address, unsigned int size, uint64_t *ret)
{
	const struct stopped *program = context;
	unsigned char bytes[8];

	for (unsigned int i = 0; i < size; i++)
		bytes[i] = (unsigned char)ptrace(PTRACE_PEEKDATA, program->pid, (void *)(address + i), NULL);
	*ret = 0;
	memcpy(ret, bytes, size);
	return true;
}

/* What a location's steps give in the program. */
static uint64_t value_in(const struct stopped *program, const struct location *location)
{
	const struct user_regs_struct *r = &program->registers;
	struct evaluation evaluation = {
		.registers = { r->rax, r->rdx, r->rcx, r->rbx, r->rsi, r->rdi, r->rbp, r->rsp, r->r8, r->r9, r->r10,
			       r->r11, r->r12, r->r13, r->r14, r->r15, r->rip },
		.read = read_memory, .context = (void *)program,
	};
	uint64_t value = evaluate(&evaluation, location, location->step);

	assert_false(evaluation.failed);
	return value;
}

/* ---- A variable against what is expected ---- */

struct subject {
	struct arena *arena;
	const char *how;		/* it was compiled */
	struct dwarf_file *file;
	struct dwarf_scene scene;
	int occurrences[16];		/* how often it has stopped with each number */
	unsigned int known;
};

static const struct location *part_of(struct subject *subject, const struct location *location,
				      const struct expectation *expected, const struct stopped *program)
{
	const struct location *number;
	struct location *memory;
	const char *why;

	if (expected->is_pointer && location->kind == LOCATION_POINTER)
		return location_number(subject->arena, location->target,
				       expected->bit_offset + 8 * (uint64_t)location->target_offset, expected->bits,
				       expected->is_signed, &why);
	if (!expected->is_pointer)
		return location_number(subject->arena, location, expected->bit_offset, expected->bits,
				       expected->is_signed, &why);
	number = location_number(subject->arena, location, 0, 64, false, &why);
	if (!number)
		return NULL;
	memory = location_new(subject->arena, LOCATION_MEMORY);
	memory->step = location_add_constant(memory, value_in(program, number));
	return location_number(subject->arena, memory, expected->bit_offset, expected->bits, expected->is_signed, &why);
}

static void check(struct subject *subject, const struct dwarf_view *view, const struct expectation *expected,
		  const struct stopped *program)
{
	Dwarf_Die unit = view->unit;
	struct dwarf_variable variable;
	const struct location *location, *number;

	/* Units made at link time leave the names of the file's variables to others, and know all callers. */
	bool is_whole_program = strstr(subject->how, "-flto");

	if (!dwarf_view_find(view, expected->name, &variable) && !dwarf_unit_find(&unit, expected->name, &variable)) {
		if (!is_whole_program)
			fail_msg("%s: stop %d: there is no '%s'", subject->how, expected->stop, expected->name);
		return;
	}
	location = dwarf_view_location(view, &variable);
	number = part_of(subject, location, expected, program);
	if (!number && expected->is_used && !is_whole_program)
		fail_msg("%s: stop %d: '%s' is %s", subject->how, expected->stop, expected->name,
			 location_text(subject->arena, location));
	if (!number)
		return;
	subject->known++;
	if (value_in(program, number) != (uint64_t)expected->value)
		fail_msg("%s: stop %d: '%s' is %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT ": %s", subject->how,
			 expected->stop, expected->name, (int64_t)value_in(program, number),
			 expected->value, location_text(subject->arena, location));
}

static void check_stop(struct subject *subject, const struct stopped *program)
{
	int stop = (int)program->registers.rax, occurrence;
	struct dwarf_view view;

	assert_in_range(stop, 1, G_N_ELEMENTS(subject->occurrences) - 1);
	occurrence = ++subject->occurrences[stop];
	assert_true(dwarf_view_open(&subject->scene, subject->file->dwarf, program->registers.rip, NULL, &view));
	for (size_t i = 0; i < G_N_ELEMENTS(expectations); i++)
		if (expectations[i].stop == stop && expectations[i].occurrence == occurrence)
			check(subject, &view, &expectations[i], program);
}

/* Lets the program run from stop to stop; where it stops, its instruction pointer is behind `int3`. */
static void run_subject(struct subject *subject, const char *path)
{
	struct stopped program = { .pid = fork() };
	int status;

	if (program.pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
			execl(path, path, (char *)NULL);
		_exit(127);
	}
	assert_true(waitpid(program.pid, &status, 0) == program.pid);
	if (WIFEXITED(status))
		skip();
	for (;;) {
		ptrace(PTRACE_CONT, program.pid, NULL, NULL);
		assert_true(waitpid(program.pid, &status, 0) == program.pid);
		if (!WIFSTOPPED(status))
			break;
		assert_int_equal(ptrace(PTRACE_GETREGS, program.pid, NULL, &program.registers), 0);
		program.registers.rip--;
		check_stop(subject, &program);
	}
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	for (int stop = 1; stop <= 9; stop++)
		assert_true(subject->occurrences[stop] > 0);
}

/* ---- Compilers ---- */

static void open_scene(struct subject *subject, const char *path)
{
	const struct dwarf_anchor everything = { .first = 0, .end = UINT64_MAX };
	GArray *anchors = g_array_new(FALSE, FALSE, sizeof(struct dwarf_anchor));
	const char *why = NULL;

	g_array_append_val(anchors, everything);
	subject->file = dwarf_file_open(subject->arena, path, NULL, &why);
	assert_non_null(subject->file);
	subject->scene = (struct dwarf_scene){
		.arena = subject->arena, .anchors = anchors,
		.frames = { subject->file->debug_frame, subject->file->eh_frame },
	};
}

static bool is_installed(const char *compiler)
{
	g_autofree char *path = g_find_program_in_path(compiler);

	return path;
}

/* `flags` begins with the compiler; every test of a compiler that is not installed is skipped. */
static void check_compiled(const char *flags, unsigned int least_known)
{
	g_autofree char *directory = g_dir_make_tmp("spile-location-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(directory, "subject", NULL);
	g_autofree char *command = g_strdup_printf("%s -w -g -no-pie -o %s tests/unit/location_subject.c", flags, path);
	g_auto(GStrv) argv = g_strsplit(command, " ", -1);
	struct subject subject = { .how = flags };
	struct process_result result;

	if (!is_installed(argv[0])) {
		g_rmdir(directory);
		skip();
	}
	process_run((const char *const *)argv, paths_data_dir(), &result);
	if (result.status != 0)
		fail_msg("%s: %s", command, result.errors);
	process_result_clear(&result);
	subject.arena = arena_new();
	open_scene(&subject, path);
	run_subject(&subject, path);
	if (subject.known < least_known)
		fail_msg("%s: only %u values are known", flags, subject.known);
	g_array_unref((GArray *)subject.scene.anchors);
	arena_free(subject.arena);
	g_remove(path);
	g_rmdir(directory);
}

static void optimised_by_gcc(void **state)
{
	(void)state;
	check_compiled("gcc -O2", 38);
	check_compiled("gcc -O1", 38);
	check_compiled("gcc -O3", 38);
	check_compiled("gcc -Os", 38);
}

static void not_optimised(void **state)
{
	(void)state;
	check_compiled("gcc -O0", 46);
	check_compiled("gcc -Og", 38);
}

static void frames_described_elsewhere(void **state)
{
	(void)state;
	check_compiled("gcc -O2 -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions", 38);
	check_compiled("gcc -O2 -fno-omit-frame-pointer", 38);
	check_compiled("gcc -O2 -gdwarf-4", 38);
	check_compiled("gcc -O2 -gz", 38);
}

static void optimised_at_link_time(void **state)
{
	(void)state;
	check_compiled("gcc -O2 -flto", 28);
}

static void optimised_by_clang(void **state)
{
	(void)state;
	check_compiled("clang -O2", 30);
	check_compiled("clang -O1", 30);
	check_compiled("clang -O0", 40);
	check_compiled("clang -O2 -gdwarf-4", 30);
	check_compiled("clang -O2 -fno-omit-frame-pointer", 30);
}

/* Whatever others there are beside those that go by no number. */
static void optimised_by_other_versions(void **state)
{
	static const char *const compilers[] = {
		"gcc-9", "gcc-10", "gcc-11", "gcc-12", "gcc-13", "gcc-14", "gcc-15", "gcc-16", "clang-11",
		"clang-13", "clang-14", "clang-15", "clang-16", "clang-17", "clang-18", "clang-19",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(compilers); i++) {
		g_autofree char *flags = g_strconcat(compilers[i], " -O2", NULL);

		if (is_installed(compilers[i]))
			check_compiled(flags, compilers[i][0] == 'g' ? 38 : 30);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optimised_by_gcc), cmocka_unit_test(not_optimised),
		cmocka_unit_test(frames_described_elsewhere), cmocka_unit_test(optimised_at_link_time),
		cmocka_unit_test(optimised_by_clang), cmocka_unit_test(optimised_by_other_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void needs_libdw(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(needs_libdw) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif /* HAVE_LIBDW */
