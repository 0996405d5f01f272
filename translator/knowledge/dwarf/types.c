/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes types of DWARF's entries. A type is made when it is first asked for and kept by its entry;
 * its members, enumerators or parameters are read at the first question for them. Compilers have
 * written some things in different ways over time (the place of a bit-field, the bounds of an array):
 * all of them are read.
 */
#include "knowledge/dwarf/types.h"

#ifdef HAVE_LIBDW

#include <string.h>

#include <dwarf.h>

#include "knowledge/dwarf/attributes.h"
#include "knowledge/dwarf/file.h"

/* Targets of targets: const pointers to arrays of typedefs and so on. */
#define LONGEST_CHAIN 64

/* Dimensions of an array that are read; more only damage has. */
#define MOST_DIMENSIONS 16

/* What a type keeps of its source. */
struct origin {
	struct dwarf_source *source;
	Dwarf_Die die;
};

static const struct c_type nothing = { .kind = C_VOID };

static void complete(struct c_type *type);
static const struct c_type *type_of(struct dwarf_source *source, Dwarf_Die *die, unsigned int depth);

/* ---- Types ---- */

/* What DW_AT_type leads to; without one: void. NULL: damaged. */
static const struct c_type *target_of(struct dwarf_source *source, Dwarf_Die *die, unsigned int depth)
{
	Dwarf_Die target;

	return dwarf_type_die(die, &target) ? type_of(source, &target, depth + 1) : &nothing;
}

static struct c_type *new_type(struct dwarf_source *source, Dwarf_Die *die, enum c_kind kind)
{
	struct c_type *type = arena_new0(source->arena, struct c_type);
	struct origin *origin = arena_new0(source->arena, struct origin);
	const char *name = dwarf_diename(die);

	origin->source = source;
	origin->die = *die;
	type->kind = kind;
	type->name = name && *name ? name : NULL;
	type->complete = complete;
	type->source = origin;
	dwarf_number(die, DW_AT_byte_size, &type->size);
	return type;
}

static const struct c_type *make_base_type(struct dwarf_source *source, Dwarf_Die *die)
{
	struct c_type *type = new_type(source, die, C_INTEGER);
	const char *name = type->name ? type->name : "";
	uint64_t encoding = 0;

	dwarf_number(die, DW_AT_encoding, &encoding);
	if (encoding == DW_ATE_float || encoding == DW_ATE_complex_float)
		type->kind = C_FLOAT;
	type->is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
	type->is_bool = encoding == DW_ATE_boolean;
	type->is_char = type->size == 1 && (strcmp(name, "char") == 0 || strcmp(name, "signed char") == 0 ||
					    strcmp(name, "unsigned char") == 0);
	return type;
}

/* A type that another one stands behind: a pointer, a typedef, a qualifier, a function's result. */
static const struct c_type *make_reference(struct dwarf_source *source, Dwarf_Die *die, enum c_kind kind,
					   unsigned int depth)
{
	struct c_type *type = new_type(source, die, kind);

	if (kind == C_POINTER && !type->size)
		type->size = 8;
	type->target = target_of(source, die, depth);
	return type->target ? type : NULL;
}

/* A structure or union that is only declared has its parts elsewhere, if anywhere. */
static const struct c_type *make_record(struct dwarf_source *source, Dwarf_Die *die, enum c_kind kind)
{
	struct c_type *type = new_type(source, die, kind);

	if (dwarf_hasattr(die, DW_AT_declaration)) {
		type->kind = C_FORWARD;
		type->is_union = kind == C_UNION;
	}
	return type;
}

static bool has_negative(Dwarf_Die *enumeration)
{
	Dwarf_Die die;
	int64_t value;

	if (dwarf_child(enumeration, &die) != 0)
		return false;
	do
		if (dwarf_enumerator_value(&die, &value) && value < 0)
			return true;
	while (dwarf_siblingof(&die, &die) == 0);
	return false;
}

static const struct c_type *make_enumeration(struct dwarf_source *source, Dwarf_Die *die)
{
	struct c_type *type = new_type(source, die, C_ENUMERATION);

	type->is_signed = has_negative(die);
	return type;
}

/*
 * Elements of one dimension; 0 where C leaves them open, and for int[0], whose bound is -1: never in one
 * byte or two, where the same bits are the bound of int[256].
 */
static uint64_t count_of(Dwarf_Die *subrange)
{
	Dwarf_Attribute bound;
	unsigned int form;
	Dwarf_Sword last;
	uint64_t count;

	if (dwarf_number(subrange, DW_AT_count, &count))
		return count;
	if (!dwarf_attr(subrange, DW_AT_upper_bound, &bound))
		return 0;
	form = dwarf_whatform(&bound);
	if (form != DW_FORM_data1 && form != DW_FORM_data2 && dwarf_formsdata(&bound, &last) == 0 && last == -1)
		return 0;
	return dwarf_number(subrange, DW_AT_upper_bound, &count) ? count + 1 : 0;
}

/* int a[2][3] is an array of two arrays. */
static const struct c_type *make_array(struct dwarf_source *source, Dwarf_Die *die, unsigned int depth)
{
	const struct c_type *type = target_of(source, die, depth);
	uint64_t counts[MOST_DIMENSIONS] = { 0 };
	unsigned int dimensions = 0;
	Dwarf_Die child;

	if (dwarf_child(die, &child) == 0)
		do
			if (dwarf_tag(&child) == DW_TAG_subrange_type && dimensions < MOST_DIMENSIONS)
				counts[dimensions++] = count_of(&child);
		while (dwarf_siblingof(&child, &child) == 0);
	for (unsigned int i = dimensions ? dimensions : 1; type && i > 0; i--) {
		struct c_type *array = new_type(source, die, C_ARRAY);

		array->size = 0;
		array->count = counts[i - 1];
		array->target = type;
		type = array;
	}
	return type;
}

static const struct c_type *make_type(struct dwarf_source *source, Dwarf_Die *die, unsigned int depth)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type:
		return make_base_type(source, die);
	case DW_TAG_structure_type:
		return make_record(source, die, C_STRUCTURE);
	case DW_TAG_union_type:
		return make_record(source, die, C_UNION);
	case DW_TAG_enumeration_type:
		return make_enumeration(source, die);
	case DW_TAG_array_type:
		return make_array(source, die, depth);
	case DW_TAG_pointer_type:
		return make_reference(source, die, C_POINTER, depth);
	case DW_TAG_typedef:
		return make_reference(source, die, C_TYPEDEF, depth);
	case DW_TAG_const_type:
		return make_reference(source, die, C_CONST, depth);
	case DW_TAG_volatile_type:
		return make_reference(source, die, C_VOLATILE, depth);
	case DW_TAG_restrict_type:
		return make_reference(source, die, C_RESTRICT, depth);
	case DW_TAG_subroutine_type:
	case DW_TAG_subprogram:
		return make_reference(source, die, C_FUNCTION, depth);
	case DW_TAG_atomic_type:
		return target_of(source, die, depth);
	case DW_TAG_unspecified_type:
		return &nothing;
	default:
		return NULL;
	}
}

static const struct c_type *type_of(struct dwarf_source *source, Dwarf_Die *die, unsigned int depth)
{
	const struct c_type *type = g_hash_table_lookup(source->made, die->addr);

	if (type || depth > LONGEST_CHAIN)
		return type;
	type = make_type(source, die, depth);
	if (type)
		g_hash_table_insert(source->made, die->addr, (gpointer)type);
	return type;
}

const struct c_type *dwarf_type_of(struct dwarf_source *source, Dwarf_Die *die)
{
	return type_of(source, die, 0);
}

const struct c_type *dwarf_type_of_object(struct dwarf_source *source, Dwarf_Die *object)
{
	return target_of(source, object, 0);
}

/* ---- Parts ---- */

/* Where a member begins, in bytes: a number, or as DWARF 2 has it an expression that adds one. */
static uint64_t byte_offset_of(Dwarf_Die *member)
{
	Dwarf_Attribute attribute;
	Dwarf_Op *operations;
	uint64_t offset;
	size_t count;

	if (dwarf_number(member, DW_AT_data_member_location, &offset))
		return offset;
	if (dwarf_attr(member, DW_AT_data_member_location, &attribute) &&
	    dwarf_getlocation(&attribute, &operations, &count) == 0 && count == 1 &&
	    operations[0].atom == DW_OP_plus_uconst)
		return operations[0].number;
	return 0;
}

/*
 * A bit-field's place counts from the start of the record. Before DWARF 4 it was counted down from the
 * highest bit of a unit of memory that the bits are part of.
 */
static void place_bits(Dwarf_Die *member, struct c_member *part)
{
	uint64_t bits, offset, unit;

	part->bit_offset = 8 * byte_offset_of(member);
	if (!dwarf_number(member, DW_AT_bit_size, &bits))
		return;
	part->bit_size = (uint32_t)bits;
	if (dwarf_number(member, DW_AT_data_bit_offset, &offset)) {
		part->bit_offset = offset;
		return;
	}
	if (!dwarf_number(member, DW_AT_bit_offset, &offset))
		return;
	if (!dwarf_number(member, DW_AT_byte_size, &unit))
		unit = c_type_size(part->type);
	part->bit_offset += 8 * unit - offset - bits;
}

static void add_member(struct dwarf_source *source, struct c_type *record, Dwarf_Die *die)
{
	const struct c_type *type = dwarf_tag(die) == DW_TAG_member ? target_of(source, die, 0) : NULL;
	const char *name = dwarf_diename(die);
	struct c_member *part;

	if (!type)
		return;
	part = arena_new0(source->arena, struct c_member);
	part->name = name && *name ? name : NULL;
	part->type = type;
	place_bits(die, part);
	g_ptr_array_add(record->parts, part);
}

static void add_enumerator(struct dwarf_source *source, struct c_type *enumeration, Dwarf_Die *die)
{
	struct c_enumerator *part = arena_new0(source->arena, struct c_enumerator);

	part->name = dwarf_diename(die);
	if (part->name && dwarf_enumerator_value(die, &part->value))
		g_ptr_array_add(enumeration->parts, part);
}

static void add_parameter(struct dwarf_source *source, struct c_type *function, Dwarf_Die *die)
{
	int tag = dwarf_tag(die);
	struct c_parameter *part;

	if (tag != DW_TAG_formal_parameter && tag != DW_TAG_unspecified_parameters)
		return;
	part = arena_new0(source->arena, struct c_parameter);
	if (tag == DW_TAG_formal_parameter) {
		part->name = dwarf_diename(die);
		part->type = target_of(source, die, 0);
		part->type = part->type ? part->type : &nothing;
	}
	g_ptr_array_add(function->parts, part);
}

static void complete(struct c_type *type)
{
	struct origin *origin = type->source;
	void (*add)(struct dwarf_source *source, struct c_type *type, Dwarf_Die *die);
	Dwarf_Die die;

	type->parts = arena_array(origin->source->arena);
	add = type->kind == C_STRUCTURE || type->kind == C_UNION ? add_member :
	      type->kind == C_ENUMERATION ? add_enumerator :
	      type->kind == C_FUNCTION ? add_parameter : NULL;
	if (!add || dwarf_child(&origin->die, &die) != 0)
		return;
	do
		add(origin->source, type, &die);
	while (dwarf_siblingof(&die, &die) == 0);
}

/* ---- Names ---- */

static const struct c_type *type_at(struct dwarf_source *source, uint32_t offset)
{
	Dwarf_Die die;

	return dwarf_file_die(source->file, offset, &die) ? type_of(source, &die, 0) : NULL;
}

/*
 * Whether code of its own takes what the type says: the compiler gives what it has made other
 * parameters for another name ("f.isra.0"). What is only declared is in assembly or elsewhere.
 */
static bool keeps_convention(const struct dwarf_source *source, const struct index_function *function)
{
	if (!(function->flags & FUNCTION_DEFINED))
		return true;
	for (uint32_t i = 0; i < function->copies; i++) {
		const struct index_copy *copy = index_copy(source->index, function->first_copy + i);

		if (copy && copy->container == INDEX_NONE && index_has_symbol(source->index, function->name, copy->address))
			return true;
	}
	return false;
}

static const struct c_type *find_function(struct dwarf_source *source, const char *name)
{
	uint32_t first, count = index_find(source->index, INDEX_FUNCTIONS, name, &first);

	for (uint32_t i = first; i < first + count; i++) {
		const struct index_function *function = index_function(source->index, i);

		if (keeps_convention(source, function))
			return type_at(source, function->die);
	}
	return NULL;
}

static const struct c_type *find_type(struct dwarf_source *source, enum c_kind kind, const char *name)
{
	uint32_t first, count = index_find(source->index, INDEX_TYPES, name, &first), all;
	const struct index_type *types = index_table(source->index, INDEX_TYPES, &all);
	const struct c_type *type;

	for (uint32_t i = first; i < first + count; i++) {
		if (types[i].kind != (uint32_t)kind)
			continue;
		type = type_at(source, types[i].die);
		return type && type->kind == kind ? type : NULL;
	}
	return NULL;
}

const struct c_type *dwarf_types_find(struct dwarf_source *source, enum c_kind kind, const char *name)
{
	return kind == C_FUNCTION ? find_function(source, name) : find_type(source, kind, name);
}

/* What is defined goes before what is declared, what all units see before what one of them has. */
const struct c_type *dwarf_types_variable(struct dwarf_source *source, const char *name)
{
	uint32_t first, count = index_find(source->index, INDEX_VARIABLES, name, &first), all, best = INDEX_NONE;
	const struct index_variable *variables = index_table(source->index, INDEX_VARIABLES, &all);
	Dwarf_Die die;

	for (uint32_t i = first; i < first + count; i++)
		if (best == INDEX_NONE || variables[i].flags > variables[best].flags)
			best = i;
	return best != INDEX_NONE && dwarf_file_die(source->file, variables[best].die, &die) ?
	       target_of(source, &die, 0) : NULL;
}

bool dwarf_types_enumerator(struct dwarf_source *source, const char *name, int64_t *value_ret)
{
	uint32_t first, all;
	const struct index_enumerator *enumerators = index_table(source->index, INDEX_ENUMERATORS, &all);

	if (!index_find(source->index, INDEX_ENUMERATORS, name, &first))
		return false;
	*value_ret = enumerators[first].value;
	return true;
}

void dwarf_types_enumerator_names(struct dwarf_source *source, GPtrArray *names)
{
	uint32_t count;
	const struct index_enumerator *enumerators = index_table(source->index, INDEX_ENUMERATORS, &count);

	for (uint32_t i = 0; i < count; i++)
		g_ptr_array_add(names, (char *)index_string(source->index, enumerators[i].name));
}

static void add_function_names(struct dwarf_source *source, GPtrArray *names)
{
	const struct index_function *function;

	for (uint32_t i = 0; (function = index_function(source->index, i)); i++)
		if ((function->flags & FUNCTION_DEFINED) && keeps_convention(source, function))
			g_ptr_array_add(names, (char *)index_string(source->index, function->name));
}

void dwarf_types_names(struct dwarf_source *source, enum c_kind kind, GPtrArray *names)
{
	uint32_t count;
	const struct index_type *types = index_table(source->index, INDEX_TYPES, &count);

	if (kind == C_FUNCTION) {
		add_function_names(source, names);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		if (types[i].kind == (uint32_t)kind)
			g_ptr_array_add(names, (char *)index_string(source->index, types[i].name));
}

#endif /* HAVE_LIBDW */
