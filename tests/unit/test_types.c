/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types out of BTF, and questions about them. The first half lets the compiler make BTF of known C
 * (gcc from 12 on can), the second writes BTF itself: what this compiler does not make, what refers
 * to other BTF, and what is damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/process.h"
#include "knowledge/btf/types.h"
#include "knowledge/files/elf_section.h"
#include "target/scratch.h"

static const char fixture_source[] =
	"typedef unsigned long size_t;\n"
	"enum colour { RED, GREEN = 5, BLUE = -3 };\n"
	"struct leaf { char name[16]; short sh; };\n"
	"struct tree {\n"
	"	struct tree *next;\n"
	"	const struct leaf *leaf;\n"
	"	union { int as_int; struct { unsigned char low, high; } as_bytes; };\n"
	"	struct { long deep; };\n"
	"	unsigned int narrow:3, :5, wide:9;\n"
	"	int negative:4;\n"
	"	enum colour colour;\n"
	"	struct leaf leaves[3];\n"
	"	_Bool flag;\n"
	"	int (*call)(struct tree *, const char *);\n"
	"	int matrix[2][5];\n"
	"	void *nothing;\n"
	"};\n"
	"typedef struct tree tree_t;\n"
	"typedef tree_t *tree_pointer;\n"
	"struct declared_only;\n"
	"tree_pointer grow(struct tree *tree, const volatile char *const name, size_t count,\n"
	"		   struct declared_only *other, double d, enum colour colour) { return tree; }\n"
	"static tree_pointer (*keeps)(struct tree *, const volatile char *const, size_t,\n"
	"		   struct declared_only *, double, enum colour) = grow;\n"
	"int shout(const char *format, ...) { return keeps != 0; }\n";

struct fixture {
	struct arena *arena;
	struct diag diag;
	const char *folder;
	struct btf_types *types;	/* NULL: the compiler makes no BTF */
};

/* The C beside the types that its compiler says it has. */
static struct btf_types *compile(struct fixture *fixture)
{
	const char *source = arena_printf(fixture->arena, "%s/fixture.c", fixture->folder);
	const char *object = arena_printf(fixture->arena, "%s/fixture.o", fixture->folder);
	const char *path = arena_printf(fixture->arena, "%s/fixture.btf", fixture->folder);
	const char *const command[] = { "gcc", "-w", "-gbtf", "-c", "-o", object, source, NULL };
	struct process_result result;
	g_autofree char *bytes = NULL;
	size_t offset, length;
	const char *why;
	gsize size;
	int status;

	g_file_set_contents(source, fixture_source, -1, NULL);
	process_run(command, NULL, &result);
	status = result.status;
	process_result_clear(&result);
	if (status != 0 || !g_file_get_contents(object, &bytes, &size, NULL) ||
	    !elf_section_find(bytes, size, ".BTF", &offset, &length))
		return NULL;
	assert_true(g_file_set_contents(path, bytes + offset, (gssize)length, NULL));
	return btf_types_open(fixture->arena, path, NULL, &why);
}

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->arena = arena_new();
	diag_init(&fixture->diag);
	fixture->folder = scratch_new(fixture->arena, &fixture->diag);
	*state = fixture;
	if (!fixture->folder)
		return -1;
	fixture->types = compile(fixture);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	scratch_remove(fixture->folder);
	arena_free(fixture->arena);
	g_free(fixture);
	return 0;
}

static struct fixture *compiled(void **state)
{
	struct fixture *fixture = *state;

	if (!fixture->types) {
		print_message("this gcc or this build of spile knows no BTF\n");
		skip();
	}
	return fixture;
}

static const char *text_of(struct fixture *fixture, enum c_kind kind, const char *name)
{
	const struct c_type *type = btf_types_find(fixture->types, kind, name);

	return type ? c_type_text(fixture->arena, type) : NULL;
}

static struct c_member member_of(struct fixture *fixture, const char *record, const char *name)
{
	const struct c_type *type = btf_types_find(fixture->types, C_STRUCTURE, record);
	struct c_member member;

	assert_non_null(type);
	assert_true(c_type_find_member(type, name, &member));
	return member;
}

static const char *member_text(struct fixture *fixture, const char *name)
{
	return c_type_text(fixture->arena, member_of(fixture, "tree", name).type);
}

/* ---- What the compiler makes ---- */

static void members_have_places_and_types(void **state)
{
	struct fixture *fixture = compiled(state);

	assert_int_equal(member_of(fixture, "tree", "next").bit_offset, 0);
	assert_string_equal(member_text(fixture, "next"), "struct tree*");
	assert_int_equal(member_of(fixture, "tree", "leaf").bit_offset, 64);
	assert_string_equal(member_text(fixture, "leaf"), "struct leaf const*");
	assert_string_equal(member_text(fixture, "leaves"), "struct leaf[3]");
	assert_int_equal(c_type_size(member_of(fixture, "tree", "leaves").type), 3 * 18);
	assert_int_equal(c_type_size(member_of(fixture, "tree", "matrix").type), 40);
	assert_string_equal(member_text(fixture, "call"), "int (*) (struct tree*, char const*)");
	assert_string_equal(member_text(fixture, "nothing"), "void*");
	assert_true(c_type_plain(member_of(fixture, "tree", "flag").type)->is_bool);
	assert_true(c_type_plain(c_type_plain(member_of(fixture, "leaf", "name").type)->target)->is_char);
}

static void anonymous_members_are_looked_through(void **state)
{
	struct fixture *fixture = compiled(state);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	struct c_member high, member;

	assert_int_equal(member_of(fixture, "tree", "as_int").bit_offset, 128);
	assert_int_equal(member_of(fixture, "tree", "deep").bit_offset, 192);
	assert_true(c_type_find_member(member_of(fixture, "tree", "as_bytes").type, "high", &high));
	assert_int_equal(high.bit_offset, 8);
	assert_false(c_type_find_member(btf_types_find(fixture->types, C_STRUCTURE, "tree"), "high", &member));
	c_type_member_names(btf_types_find(fixture->types, C_STRUCTURE, "tree"), names);
	assert_string_equal(g_ptr_array_index(names, 2), "as_int");
	assert_string_equal(g_ptr_array_index(names, 4), "deep");
}

static void bit_fields_have_their_bits(void **state)
{
	struct fixture *fixture = compiled(state);
	struct c_member narrow = member_of(fixture, "tree", "narrow");
	struct c_member wide = member_of(fixture, "tree", "wide");
	struct c_member negative = member_of(fixture, "tree", "negative");

	assert_int_equal(narrow.bit_offset, 256);
	assert_int_equal(narrow.bit_size, 3);
	assert_int_equal(wide.bit_offset, 264);
	assert_int_equal(wide.bit_size, 9);
	assert_int_equal(negative.bit_size, 4);
	assert_true(c_type_plain(negative.type)->is_signed);
	assert_false(c_type_plain(wide.type)->is_signed);
	assert_int_equal(member_of(fixture, "tree", "next").bit_size, 0);
}

static void enumerators_have_values(void **state)
{
	struct fixture *fixture = compiled(state);
	int64_t value;

	assert_true(btf_types_enumerator(fixture->types, "GREEN", &value));
	assert_int_equal(value, 5);
	assert_true(btf_types_enumerator(fixture->types, "BLUE", &value));
	assert_int_equal(value, -3);
	assert_true(btf_types_find(fixture->types, C_ENUMERATION, "colour")->is_signed);
	assert_false(btf_types_enumerator(fixture->types, "PURPLE", &value));
}

static void typedefs_are_kept_and_looked_through(void **state)
{
	struct fixture *fixture = compiled(state);
	const struct c_type *pointer = btf_types_find(fixture->types, C_TYPEDEF, "tree_pointer");

	assert_string_equal(c_type_text(fixture->arena, pointer), "tree_pointer");
	assert_string_equal(c_type_text(fixture->arena, pointer->target), "tree_t*");
	assert_int_equal(c_type_plain(pointer)->kind, C_POINTER);
	assert_string_equal(c_type_plain(c_type_plain(pointer)->target)->name, "tree");
	assert_true(c_type_is_record(c_type_plain(pointer)->target));
}

static void functions_have_prototypes(void **state)
{
	struct fixture *fixture = compiled(state);
	const struct c_type *grow = btf_types_find(fixture->types, C_FUNCTION, "grow");
	const struct c_parameter *name;

	if (!grow) {
		print_message("this gcc writes no functions into BTF\n");
		skip();
	}
	name = g_ptr_array_index(c_type_parameters(grow), 1);
	assert_string_equal(name->name, "name");
	assert_string_equal(text_of(fixture, C_FUNCTION, "grow"),
			    "tree_pointer () (struct tree*, char const volatile* const, size_t, "
			    "struct declared_only*, double, enum colour)");
	assert_string_equal(text_of(fixture, C_FUNCTION, "shout"), "int () (char const*, ...)");
	assert_null(btf_types_find(fixture->types, C_FUNCTION, "whisper"));
}

static void names_are_listed(void **state)
{
	struct fixture *fixture = compiled(state);
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	btf_types_names(fixture->types, C_TYPEDEF, names);
	assert_int_equal(names->len, 3);
}

/* ---- What is written by hand ---- */

/* A BTF header, types (words), strings; what the format's documentation says. */
static const char *write_btf(struct fixture *fixture, const char *name, const uint32_t *words, size_t count,
			     const char *strings, size_t length)
{
	const char *path = arena_printf(fixture->arena, "%s/%s", fixture->folder, name);
	uint32_t header[6] = { 0x0001eb9f, 24, 0, (uint32_t)count * 4, (uint32_t)count * 4, (uint32_t)length };
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	g_byte_array_append(bytes, (const guint8 *)header, sizeof(header));
	g_byte_array_append(bytes, (const guint8 *)words, (guint)count * 4);
	g_byte_array_append(bytes, (const guint8 *)strings, (guint)length);
	assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
	return path;
}

#define INFO(kind, count) ((uint32_t)(kind) << 24 | (count))
#define SIGNED (UINT32_C(1) << 31)

/* int (1), enum wide (2), per-CPU variables (3 to 5), of which two have one name, and their section */
static const char base_strings[] = "\0int\0wide\0WIDE\0counter\0twice\0.data..percpu";
static const uint32_t base_words[] = {
	1, INFO(1, 0), 4, 1 << 24 | 32,
	5, INFO(19, 1) | SIGNED, 8, 10, 0x3456789a, 0x12,
	15, INFO(14, 0), 1, 1,
	23, INFO(14, 0), 1, 0,
	23, INFO(14, 0), 1, 0,
	29, INFO(15, 3), 64, 3, 40, 4, 4, 48, 4, 5, 52, 4,
};

/* struct (4) { int number; } on top of that, whose strings go on behind the base's */
#define BEHIND sizeof(base_strings)
static const char split_strings[] = "\0own\0number";
static const uint32_t split_words[] = {
	BEHIND + 1, INFO(4, 1), 4, BEHIND + 5, 1, 0,
};

static struct btf_types *open_base(struct fixture *fixture)
{
	const char *why = NULL;
	struct btf_types *types = btf_types_open(fixture->arena,
		write_btf(fixture, "base", base_words, G_N_ELEMENTS(base_words), base_strings,
			  sizeof(base_strings)), NULL, &why);

	if (!types) {
		print_message("%s\n", why);
		skip();
	}
	return types;
}

static void wide_enumerations_and_variables(void **state)
{
	struct btf_types *types = open_base(*state);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	uint32_t offset;
	int64_t value;

	assert_true(btf_types_enumerator(types, "WIDE", &value));
	assert_true(value == INT64_C(0x123456789a));
	assert_int_equal(btf_types_find(types, C_ENUMERATION, "wide")->size, 8);
	assert_true(btf_types_find(types, C_ENUMERATION, "wide")->is_signed);
	assert_string_equal(btf_types_variable(types, "counter")->name, "int");
	assert_null(btf_types_variable(types, "int"));
	assert_true(btf_types_per_cpu(types, "counter", &offset));
	assert_int_equal(offset, 40);
	assert_false(btf_types_per_cpu(types, "twice", &offset));
	assert_false(btf_types_per_cpu(types, "int", &offset));
	btf_types_variable_names(types, names);
	assert_int_equal(names->len, 3);
	assert_string_equal(g_ptr_array_index(names, 0), "counter");
}

static void split_btf_goes_on_where_its_base_ends(void **state)
{
	struct fixture *fixture = *state;
	struct btf_types *base = open_base(fixture), *types;
	const struct c_type *own;
	struct c_member number;
	const char *why;

	types = btf_types_open(fixture->arena, write_btf(fixture, "split", split_words, G_N_ELEMENTS(split_words),
							 split_strings, sizeof(split_strings)), base, &why);
	assert_non_null(types);
	own = btf_types_find(types, C_STRUCTURE, "own");
	assert_non_null(own);
	assert_true(c_type_find_member(own, "number", &number));
	assert_ptr_equal(number.type, btf_types_find(base, C_INTEGER, "int"));
	assert_non_null(btf_types_find(types, C_ENUMERATION, "wide"));
	assert_null(btf_types_find(base, C_STRUCTURE, "own"));
}

/* Every cut of good BTF, and every byte of it changed: refused or read, but never a fault. */
static void damage_is_no_fault(void **state)
{
	struct fixture *fixture = *state;
	struct btf_types *base = open_base(fixture);
	const char *path = arena_printf(fixture->arena, "%s/base", fixture->folder);
	g_autofree char *good = NULL;
	unsigned int refused = 0;
	uint32_t offset;
	int64_t value;
	gsize size;

	assert_non_null(base);
	assert_true(g_file_get_contents(path, &good, &size, NULL));
	for (gsize i = 0; i < 2 * size; i++) {
		g_autofree char *bad = g_memdup(good, (guint)size);
		struct arena *arena = arena_new();
		struct btf_types *types;
		const char *why = NULL;

		bad[i % size] ^= 0x5a;
		g_file_set_contents(path, bad, i < size ? (gssize)size : (gssize)(i - size), NULL);
		types = btf_types_open(arena, path, NULL, &why);
		refused += types == NULL;
		assert_true(types || why);
		if (types) {
			btf_types_enumerator(types, "WIDE", &value);
			btf_types_variable(types, "counter");
			btf_types_per_cpu(types, "counter", &offset);
			btf_types_find(types, C_ENUMERATION, "wide");
		}
		arena_free(arena);
	}
	assert_true(refused > size);
}

/* typedef a a; and a pointer to a type that does not exist */
static void circles_and_gaps_are_unknown(void **state)
{
	static const char strings[] = "\0circle\0gap";
	static const uint32_t words[] = {
		1, INFO(8, 0), 1,
		8, INFO(8, 0), 77,
	};
	struct fixture *fixture = *state;
	const char *why = NULL;
	struct btf_types *types;

	open_base(fixture);
	types = btf_types_open(fixture->arena, write_btf(fixture, "circle", words, G_N_ELEMENTS(words), strings,
							 sizeof(strings)), NULL, &why);
	if (!types)
		return;
	assert_null(btf_types_find(types, C_TYPEDEF, "circle"));
	assert_null(btf_types_find(types, C_TYPEDEF, "gap"));
}

/* ---- Sections ---- */

static void sections_are_found_in_whole_files_alone(void **state)
{
	g_autofree char *self = NULL;
	size_t offset, length;
	gsize size;

	(void)state;
	assert_true(g_file_get_contents("/proc/self/exe", &self, &size, NULL));
	assert_true(elf_section_find(self, size, ".text", &offset, &length));
	assert_true(length > 0 && offset + length <= size);
	assert_false(elf_section_find(self, size, ".tex", &offset, &length));
	assert_false(elf_section_find(self, size / 2, ".text", &offset, &length));
	assert_false(elf_section_find(self, 20, ".text", &offset, &length));
	assert_false(elf_section_find("#!/bin/sh", 9, ".text", &offset, &length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(members_have_places_and_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(anonymous_members_are_looked_through, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bit_fields_have_their_bits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(enumerators_have_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(typedefs_are_kept_and_looked_through, set_up, tear_down),
		cmocka_unit_test_setup_teardown(functions_have_prototypes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_are_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wide_enumerations_and_variables, set_up, tear_down),
		cmocka_unit_test_setup_teardown(split_btf_goes_on_where_its_base_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_no_fault, set_up, tear_down),
		cmocka_unit_test_setup_teardown(circles_and_gaps_are_unknown, set_up, tear_down),
		cmocka_unit_test(sections_are_found_in_whole_files_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
