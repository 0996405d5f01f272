/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What expressions of DWARF come to, each kind by itself: location_expressions.s has the variables,
 * the tables here what location_text() says of them. And parts of objects, steps that are put
 * together, and what is said of a variable that is nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "base/paths.h"
#include "base/process.h"
#include "knowledge/location.h"

/* ---- Parts of objects: no file is needed ---- */

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static struct location *in_register(struct arena *arena, uint64_t number)
{
	struct location *location = location_new(arena, LOCATION_VALUE);
	const struct location_step step = { .operation = LOCATE_REGISTER, .number = number };

	location->step = location_add(location, step);
	return location;
}

static struct location *in_memory(struct arena *arena, uint64_t number, uint64_t offset)
{
	struct location *location = in_register(arena, number);

	location->kind = LOCATION_MEMORY;
	location->step = location_add_binary(location, LOCATE_ADD, location->step,
					     location_add_constant(location, offset), false);
	return location;
}

/* 64 bits in rbx, 32 bits that are gone, 32 bits at rsp + 8, 16 bits of the constant 0xabcd. */
static struct location *in_pieces(struct arena *arena)
{
	struct location *location = in_register(arena, 3);
	struct location_piece pieces[] = {
		{ .bits = 64, .kind = LOCATION_VALUE, .step = location->step },
		{ .bits = 32, .kind = LOCATION_NOWHERE },
		{ .bits = 32, .kind = LOCATION_MEMORY },
		{ .bits = 16, .kind = LOCATION_VALUE },
	};
	const struct location_step rsp = { .operation = LOCATE_REGISTER, .number = 7 };

	location->kind = LOCATION_PIECES;
	pieces[2].step = location_add_binary(location, LOCATE_ADD, location_add(location, rsp),
					     location_add_constant(location, 8), false);
	pieces[3].step = location_add_constant(location, 0xabcd);
	g_array_append_vals(location->pieces, pieces, G_N_ELEMENTS(pieces));
	return location;
}

static void check_number(const struct location *location, struct arena *arena, uint64_t bit_offset, unsigned int bits,
			 bool is_signed, const char *expected)
{
	const char *why;
	const struct location *number = location_number(arena, location, bit_offset, bits, is_signed, &why);

	assert_string_equal(number ? location_text(arena, number) : why, expected);
}

static void parts_of_registers(void **state)
{
	const struct location *location = in_register(*state, 5);

	check_number(location, *state, 0, 64, true, "value rdi");
	check_number(location, *state, 0, 32, true, "value (s32)((u32)(rdi))");
	check_number(location, *state, 0, 8, false, "value (u8)(rdi)");
	check_number(location, *state, 32, 16, false, "value (u16)((rdi >> 32))");
	check_number(location, *state, 3, 5, false, "value ((rdi >> 3) & 31)");
	check_number(location, *state, 60, 8, false, "a part of it is optimised out here");
}

static void parts_of_memory(void **state)
{
	const struct location *location = in_memory(*state, 7, 16);

	check_number(location, *state, 0, 64, false, "value u64[(rsp + 16)]");
	check_number(location, *state, 32, 32, true, "value (s32)(u32[(rsp + 20)])");
	check_number(location, *state, 8, 8, false, "value u8[(rsp + 17)]");
	check_number(location, *state, 3, 5, false, "value ((u8[(rsp + 16)] >> 3) & 31)");
	check_number(location, *state, 8, 24, false,
		     "value ((u16[(rsp + 17)] | (u8[(rsp + 19)] << 16)) & 16777215)");
	check_number(location, *state, 4, 64, false, "value ((u64[(rsp + 16)] >> 4) | (u8[(rsp + 24)] << 60))");
	check_number(location, *state, 4, 5, true,
		     "value ((((u16[(rsp + 16)] >> 4) & 31) << 59) s>> 59)");
}

static void parts_of_pieces(void **state)
{
	const struct location *location = in_pieces(*state);
	const struct location *memory;

	check_number(location, *state, 0, 64, true, "value rbx");
	check_number(location, *state, 32, 16, false, "value (u16)((rbx >> 32))");
	check_number(location, *state, 64, 32, false, "a part of it is optimised out here");
	check_number(location, *state, 48, 32, false, "a part of it is optimised out here");
	check_number(location, *state, 96, 32, false, "value u32[(rsp + 8)]");
	check_number(location, *state, 128, 16, false, "value 43981");
	check_number(location, *state, 128, 16, true, "value -21555");
	check_number(location, *state, 112, 32, false, "value (u16[(rsp + 10)] | 2882338816)");
	check_number(location, *state, 144, 8, false, "a part of it is optimised out here");
	memory = location_memory(*state, location, 112, 16);
	assert_string_equal(location_text(*state, memory), "memory (rsp + 10)");
	assert_null(location_memory(*state, location, 112, 32));
	assert_null(location_memory(*state, location, 0, 64));
	assert_null(location_memory(*state, location, 100, 8));
}

static void questions(void **state)
{
	struct location *location = in_memory(*state, 7, 16), *pointer = location_new(*state, LOCATION_POINTER);
	const char *why;

	assert_int_equal(location_registers(location), 1 << 7);
	assert_false(location_can_fault(location));
	assert_true(location_can_fault(location_number(*state, location, 0, 8, false, &why)));
	assert_int_equal(location_registers(location_number(*state, in_register(*state, 5), 3, 5, true, &why)), 1 << 5);
	assert_int_equal(location_registers(in_pieces(*state)), 1 << 3 | 1 << 7);
	pointer->target = in_pieces(*state);
	assert_int_equal(location_registers(pointer), 1 << 3 | 1 << 7);
	assert_string_equal(location_register_name(0), "rax");
	assert_string_equal(location_register_name(16), "rip");
	assert_null(location_register_name(17));
}

#ifdef HAVE_LIBDW

#include <gelf.h>

#include "knowledge/dwarf/file.h"
#include "knowledge/dwarf/scope.h"

struct made_up {
	struct arena *arena;
	char *directory, *path;
	struct dwarf_file *file;
	struct dwarf_scene scene;
	GArray *anchors;
};

static struct made_up made_up;

static uint64_t symbol_address(const char *name)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(made_up.file->elf, section))) {
		if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		for (size_t i = 0; i < header.sh_size / header.sh_entsize; i++) {
			GElf_Sym symbol;

			gelf_getsym(elf_getdata(section, NULL), (int)i, &symbol);
			if (strcmp(elf_strptr(made_up.file->elf, header.sh_link, symbol.st_name), name) == 0)
				return symbol.st_value;
		}
	}
	fail_msg("no symbol %s", name);
	return 0;
}

/* Its frame's description is in .debug_frame; per-CPU variables lie at the address 0 and do not move. */
static int assemble(void **state)
{
	const struct dwarf_anchor per_cpu = { .first = 0, .end = 0x1000, .is_per_cpu = true };
	struct dwarf_anchor moved = { .first = 0x10000, .end = 0x30000, .symbol = "datum" };
	const char *argv[] = {
		"cc", "-nostdlib", "-static", "-Wl,--build-id=none,-Ttext=0x10000,-Tdata=0x20000,-e,0",
		"-Wl,--section-start=per_cpu=0", "-o", NULL, "tests/unit/location_expressions.s", NULL,
	};
	struct process_result result;
	const char *why = NULL;

	(void)state;
	made_up.arena = arena_new();
	made_up.directory = g_dir_make_tmp("spile-location-XXXXXX", NULL);
	argv[6] = made_up.path = g_build_filename(made_up.directory, "made-up", NULL);
	process_run(argv, paths_data_dir(), &result);
	if (result.status != 0)
		print_error("%s\n", result.errors);
	process_result_clear(&result);
	made_up.file = dwarf_file_open(made_up.arena, made_up.path, NULL, &why);
	if (!made_up.file)
		return -1;
	moved.address = symbol_address("datum");
	made_up.anchors = g_array_new(FALSE, FALSE, sizeof(struct dwarf_anchor));
	g_array_append_val(made_up.anchors, per_cpu);
	g_array_append_val(made_up.anchors, moved);
	made_up.scene = (struct dwarf_scene){
		.arena = made_up.arena, .anchors = made_up.anchors, .frames = { made_up.file->debug_frame, NULL },
	};
	return 0;
}

static int remove_made_up(void **state)
{
	(void)state;
	g_remove(made_up.path);
	g_rmdir(made_up.directory);
	g_free(made_up.path);
	g_free(made_up.directory);
	g_array_unref(made_up.anchors);
	arena_free(made_up.arena);
	return 0;
}

static void check_at(const char *label, const char *name, const char *expected)
{
	struct dwarf_variable variable;
	struct dwarf_view view;
	const char *text;

	assert_true(dwarf_view_open(&made_up.scene, made_up.file->dwarf, symbol_address(label), NULL, &view));
	assert_true(dwarf_view_find(&view, name, &variable));
	text = location_text(made_up.arena, dwarf_view_location(&view, &variable));
	if (strcmp(text, expected) != 0)
		fail_msg("%s at %s is %s, not %s", name, label, text, expected);
}

struct expected {
	const char *name, *text;
};

static void check_all(const char *label, const struct expected *expected, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_at(label, expected[i].name, expected[i].text);
}

/* At the function's first instruction. */
static void every_operation(void **state)
{
	static const struct expected expected[] = {
		{ "reg", "value rdi" },
		{ "regx", "value r12" },
		{ "vector", "nowhere: it is in a register that the kernel does not keep for probes" },
		{ "breg", "memory (rsp + 24)" },
		{ "bregx", "memory (rbp + -16)" },
		{ "fbreg", "memory (rsp + -16)" },
		{ "cfa", "memory (rsp + 8)" },
		{ "addr", "memory datum+0" },
		{ "per_cpu", "memory per-cpu(0)" },
		{ "literal", "value 10" },
		{ "constants", "value 254" },
		{ "dup", "value ((rax + 1) * (rax + 1))" },
		{ "over", "value (rdx + (5 - rdx))" },
		{ "pick", "value rax" },
		{ "swap", "value (rdx - rax)" },
		{ "rot", "value (rcx - (rax - rdx))" },
		{ "drop", "value rax" },
		{ "nop", "value rax" },
		{ "division", "value (rax s/ 3)" },
		{ "remainder", "value (rax % 3)" },
		{ "negated", "value ~(-(rax))" },
		{ "absolute", "value ((rax ^ (rax s>> 63)) - (rax s>> 63))" },
		{ "known_absolute", "value 10" },
		{ "known_division", "value -3" },
		{ "by_zero", "value 0" },
		{ "shifts", "value (((rax << 3) s>> 2) >> 1)" },
		{ "logic", "value (((rax & rdx) | rcx) ^ 15)" },
		{ "less", "value (rax s< 5)" },
		{ "greater", "value (5 s< rax)" },
		{ "at_least", "value (5 s<= rax)" },
		{ "at_most", "value (rax s<= 5)" },
		{ "equal", "value (rax == 5)" },
		{ "unequal", "value (rax != 5)" },
		{ "uconst", "value (rax + 131)" },
		{ "deref", "memory u64[(rsp + 8)]" },
		{ "deref_size", "value u16[(rsp + 8)]" },
		{ "typed", "value (u8)((s32)(rdi))" },
		{ "typed_sum", "value (s32)(((s32)(rdi) + (s32)(rsi)))" },
		{ "typed_shift", "value (s32)(((u32)((s32)(rdi)) >> 1))" },
		{ "typed_less", "value ((u32)(rdi) < (u32)(rsi))" },
		{ "typed_constant", "value 200" },
		{ "typed_read", "value (s32)(u32[(rsp + 8)])" },
		{ "untyped", "value (s32)(rdi)" },
		{ "reinterpreted", "value (u32)((s32)(rdi))" },
		{ "floating", "nowhere: it is computed with floating point numbers" },
		{ "too_wide", "nowhere: it is computed with numbers wider than 64 bits" },
		{ "implicit", "value 67305985" },
		{ "implicit_long", "64 bits: value 1; 32 bits: value 2" },
		{ "constant", "value 200" },
		{ "negative", "value -5" },
		{ "constant_bytes", "24 bits: value 591879" },
		{ "gone", "nowhere: optimised out" },
		{ "parts", "64 bits: value rbx; 32 bits: nowhere; 32 bits: memory (rsp + 8)" },
		{ "implicit_pointer", "pointer to byte 8 of 64 bits: value rbx; 32 bits: nowhere; 32 bits: memory (rsp + 8)" },
		{ "pointer_to_nothing", "nowhere: optimised out" },
		{ "bit_pieces", "5 bits: value rax from bit 3; 11 bits: memory rsp from bit 4; 16 bits: value 10" },
		{ "entry_rbx", "value rbx" },
		{ "entry_rbp", "value rbp" },
		{ "entry_r12", "value r12" },
		{ "entry_rdi", "value rdi" },
		{ "entry_rsp", "value rsp" },
		{ "entry_sum", "memory u64[(rbx + 8)]" },
		{ "entry_memory", "value u64[(rsp + 8)]" },
		{ "skipped", "value 1" },
		{ "taken", "value 3" },
		{ "not_taken", "value 6" },
		{ "undecided", "nowhere: where it is gets decided only when the code runs" },
		{ "smaller", "value (rdx ^ ((rax ^ rdx) & -(((rax s< rdx) != 0))))" },
		{ "either", "value (1 ^ (3 & -(((rax s< 0) != 0))))" },
		{ "either_read", "nowhere: where it is gets decided only when the code runs" },
		{ "endless", "nowhere: its location is damaged" },
		{ "thread_local", "nowhere: it is a variable of each thread of a program" },
		{ "parameter_ref", "nowhere: optimised out here" },
		{ "empty_stack", "nowhere: its location is damaged: numbers are missing" },
		{ "other_space", "nowhere: its location needs DWARF's operation 0x18" },
		{ "gone_too", "nowhere: optimised out" },
	};

	(void)state;
	check_all("function", expected, G_N_ELEMENTS(expected));
}

/* Behind a push: the caller's rbx is on the stack, and rdi is anything. */
static void behind_a_push(void **state)
{
	static const struct expected expected[] = {
		{ "fbreg", "memory (rsp + -8)" },
		{ "cfa", "memory (rsp + 16)" },
		{ "entry_rbx", "value u64[rsp]" },
		{ "entry_rbp", "value rbp" },
		{ "entry_r12", "value r12" },
		{ "entry_rdi", "nowhere: optimised out here" },
		{ "entry_rsp", "value (rsp + 8)" },
		{ "entry_sum", "memory u64[(u64[rsp] + 8)]" },
		{ "entry_memory", "nowhere: optimised out here" },
	};

	(void)state;
	check_all("pushed", expected, G_N_ELEMENTS(expected));
}

static void with_a_frame_pointer(void **state)
{
	static const struct expected expected[] = {
		{ "fbreg", "memory rbp" },
		{ "cfa", "memory (rbp + 24)" },
		{ "entry_rbx", "value u64[(rbp + 8)]" },
		{ "entry_rbp", "value u64[rbp]" },
		{ "entry_r12", "value r12" },
		{ "entry_rdi", "nowhere: optimised out here" },
		{ "entry_rsp", "value (rbp + 16)" },
		{ "entry_sum", "memory u64[(u64[(rbp + 8)] + 8)]" },
		{ "entry_memory", "nowhere: optimised out here" },
	};

	(void)state;
	check_all("with_frame", expected, G_N_ELEMENTS(expected));
}

/* A probe may sit at one address alone. */
static const struct location_entry *find_entry(void *context, uint64_t address, const char **why_ret)
{
	static const struct location_entry entry = { .function = "function" };

	*why_ret = "no probe may sit there";
	return address == *(uint64_t *)context ? &entry : NULL;
}

/* What nobody has saved is kept at the entry, by where the return address of this call lies. */
static void only_the_entry_knows(void **state)
{
	uint64_t open = symbol_address("function");

	(void)state;
	made_up.scene.find_entry = find_entry;
	made_up.scene.context = &open;
	check_at("pushed", "entry_rdi", "value entered(rdi, (rsp + 8))");
	check_at("pushed", "entry_rbx", "value u64[rsp]");
	check_at("pushed", "entry_memory", "nowhere: optimised out here");
	check_at("function", "entry_rdi", "value rdi");
	check_at("with_frame", "entry_rdi", "value entered(rdi, (rbp + 16))");
	open = 0;
	check_at("pushed", "entry_rdi", "nowhere: no probe may sit there");
	made_up.scene.find_entry = NULL;
}

/* Nothing but the calling convention tells of the frame, and only at the entry. */
static void without_frames(void **state)
{
	Dwarf_CFI *frames = made_up.scene.frames[0];

	(void)state;
	made_up.scene.frames[0] = NULL;
	check_at("function", "fbreg", "memory (rsp + -16)");
	check_at("function", "entry_rdi", "value rdi");
	check_at("pushed", "fbreg", "nowhere: nothing tells what the stack looks like here");
	check_at("pushed", "entry_rbx", "nowhere: optimised out here");
	check_at("pushed", "reg", "value rdi");
	made_up.scene.frames[0] = frames;
}

static void what_there_is(void **state)
{
	struct dwarf_variable variable;
	struct dwarf_view view;

	(void)state;
	assert_true(dwarf_view_open(&made_up.scene, made_up.file->dwarf, symbol_address("pushed"), NULL, &view));
	assert_false(dwarf_view_find(&view, "nobody", &variable));
	assert_false(dwarf_unit_find(&view.unit, "reg", &variable));
	assert_false(dwarf_view_open(&made_up.scene, made_up.file->dwarf, symbol_address("function_end"), NULL, &view));
}

#endif /* HAVE_LIBDW */

#define TEST_PARTS(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest parts[] = {
		TEST_PARTS(parts_of_registers), TEST_PARTS(parts_of_memory), TEST_PARTS(parts_of_pieces),
		TEST_PARTS(questions),
	};
	int failed = cmocka_run_group_tests(parts, NULL, NULL);
#ifdef HAVE_LIBDW
	const struct CMUnitTest expressions[] = {
		cmocka_unit_test(every_operation), cmocka_unit_test(behind_a_push),
		cmocka_unit_test(with_a_frame_pointer), cmocka_unit_test(without_frames), cmocka_unit_test(only_the_entry_knows),
		cmocka_unit_test(what_there_is),
	};

	failed += cmocka_run_group_tests(expressions, assemble, remove_made_up);
#endif
	return failed;
}
