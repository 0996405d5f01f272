/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operations of DWARF that compute: constants, arithmetic, comparisons, the stack itself, types
 * of numbers, and reads of memory. Each pops numbers, appends steps, and pushes one.
 */
#ifdef HAVE_LIBDW

#include <dwarf.h>
#include <string.h>

#include "knowledge/dwarf/machine.h"

/* ---- The stack ---- */

bool machine_refuse(struct machine *machine, const char *why)
{
	machine->why = machine->why ? machine->why : why;
	return false;
}

bool machine_push_typed(struct machine *machine, unsigned int step, unsigned int size, bool is_signed)
{
	if (machine->depth == DEEPEST_STACK)
		return machine_refuse(machine, "its location takes too many numbers at once");
	machine->stack[machine->depth++] = (struct operand){ step, size, is_signed };
	return true;
}

bool machine_push(struct machine *machine, unsigned int step)
{
	return machine_push_typed(machine, step, 0, false);
}

bool machine_push_constant(struct machine *machine, uint64_t number)
{
	return machine_push(machine, location_add_constant(machine->location, number));
}

bool machine_pop(struct machine *machine, struct operand *ret)
{
	if (machine->depth == 0)
		return machine_refuse(machine, "its location is damaged: numbers are missing");
	*ret = machine->stack[--machine->depth];
	return true;
}

/* A copy of the number that lies under so many others. */
static bool pick(struct machine *machine, uint64_t index)
{
	struct operand from;

	if (index >= machine->depth)
		return machine_refuse(machine, "its location is damaged: numbers are missing");
	from = machine->stack[machine->depth - 1 - index];
	return machine_push_typed(machine, from.step, from.size, from.is_signed);
}

/* The uppermost number goes under so many others. */
static bool sink(struct machine *machine, unsigned int count)
{
	struct operand *under, moved;

	if (machine->depth <= count)
		return machine_refuse(machine, "its location is damaged: numbers are missing");
	under = &machine->stack[machine->depth - 1 - count];
	moved = under[count];
	memmove(under + 1, under, count * sizeof(*under));
	*under = moved;
	return true;
}

/* ---- Types of numbers ---- */

/* A base type as size and sign; the generic type for offset 0. False if it is no integer of up to 64 bits. */
static bool read_type(struct machine *machine, const Dwarf_Op *operation, uint64_t offset, struct operand *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Word encoding = 0, size = 0;
	Dwarf_Die die;

	*ret = (struct operand){ 0, 0, false };
	if (offset == 0)
		return true;
	if (dwarf_getlocation_die(machine->attribute, operation, &die) != 0 ||
	    dwarf_formudata(dwarf_attr(&die, DW_AT_encoding, &attribute), &encoding) != 0 ||
	    dwarf_formudata(dwarf_attr(&die, DW_AT_byte_size, &attribute), &size) != 0)
		return machine_refuse(machine, "its location is damaged: a type is missing");
	if (encoding == DW_ATE_float || encoding == DW_ATE_complex_float)
		return machine_refuse(machine, "it is computed with floating point numbers");
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return machine_refuse(machine, "it is computed with numbers wider than 64 bits");
	ret->size = (unsigned int)size;
	ret->is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
	return true;
}

static bool push_as(struct machine *machine, unsigned int step, const struct operand *type)
{
	if (type->size)
		step = location_add_extend(machine->location, step, type->size, type->is_signed);
	return machine_push_typed(machine, step, type->size, type->is_signed);
}

/* DW_OP_convert, DW_OP_reinterpret: between integers they differ only in what they allow. */
static bool convert(struct machine *machine, const Dwarf_Op *operation)
{
	struct operand type, value;

	return read_type(machine, operation, operation->number, &type) && machine_pop(machine, &value) &&
	       push_as(machine, value.step, &type);
}

static bool push_typed_constant(struct machine *machine, const Dwarf_Op *operation)
{
	Dwarf_Attribute bytes;
	struct operand type;
	Dwarf_Block block;
	uint64_t number = 0;

	if (!read_type(machine, operation, operation->number, &type))
		return false;
	if (dwarf_getlocation_attr(machine->attribute, operation, &bytes) != 0 ||
	    dwarf_formblock(&bytes, &block) != 0 || block.length > sizeof(number))
		return machine_refuse(machine, "its location is damaged: a constant is missing");
	memcpy(&number, block.data, block.length);
	return push_as(machine, location_add_constant(machine->location, number), &type);
}

/* ---- Memory ---- */

/* The number of that size which stands at the uppermost one. */
static bool read_memory(struct machine *machine, uint64_t size, const struct operand *type)
{
	struct operand address;
	unsigned int step;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return machine_refuse(machine, "it is computed with numbers of unusual size");
	if (!machine_pop(machine, &address))
		return false;
	step = location_add_read(machine->location, address.step, (unsigned int)size);
	return push_as(machine, step, type);
}

static bool read_typed_memory(struct machine *machine, const Dwarf_Op *operation)
{
	struct operand type;

	return read_type(machine, operation, operation->number2, &type) &&
	       read_memory(machine, operation->number, &type);
}

/* ---- Arithmetic ---- */

static bool is_comparison(enum location_operation operation)
{
	return operation >= LOCATE_EQUAL;
}

/*
 * The uppermost number and the one below it. Numbers of the generic type are compared and divided
 * with a sign, but have none where a remainder is taken; shifts say themselves what they mean.
 */
static bool binary(struct machine *machine, enum location_operation operation, bool swapped)
{
	struct operand left, right, type;
	bool is_signed;
	unsigned int step;

	if (!machine_pop(machine, &right) || !machine_pop(machine, &left))
		return false;
	type = left;
	if (swapped) {
		left = right;
		right = type;
	}
	is_signed = type.size ? type.is_signed : is_comparison(operation) || operation == LOCATE_DIVIDE;
	if (operation < LOCATE_DIVIDE || operation == LOCATE_EQUAL || operation == LOCATE_NOT_EQUAL)
		is_signed = false;
	step = location_add_binary(machine->location, operation, left.step, right.step, is_signed);
	return is_comparison(operation) ? machine_push(machine, step) : push_as(machine, step, &type);
}

static bool shift(struct machine *machine, enum location_operation operation, bool keeps_sign)
{
	struct operand count, value;
	unsigned int step;

	if (!machine_pop(machine, &count) || !machine_pop(machine, &value))
		return false;
	step = value.step;
	if (value.size && operation == LOCATE_SHIFT_RIGHT)
		step = location_add_extend(machine->location, step, value.size, keeps_sign);
	step = location_add_binary(machine->location, operation, step, count.step, keeps_sign);
	return push_as(machine, step, &value);
}

static bool unary(struct machine *machine, enum location_operation operation)
{
	struct location_step step = { .operation = operation };
	struct operand value;

	if (!machine_pop(machine, &value))
		return false;
	step.left = value.step;
	return push_as(machine, location_add(machine->location, step), &value);
}

/* Without a branch: (x ^ s) - s, where s has the sign in all its bits. */
static bool absolute(struct machine *machine)
{
	struct location *location = machine->location;
	struct operand value;
	unsigned int sign, step;

	if (!machine_pop(machine, &value))
		return false;
	sign = location_add_binary(location, LOCATE_SHIFT_RIGHT, value.step, location_add_constant(location, 63), true);
	step = location_add_binary(location, LOCATE_XOR, value.step, sign, false);
	return push_as(machine, location_add_binary(location, LOCATE_SUBTRACT, step, sign, false), &value);
}

static bool add_constant(struct machine *machine, uint64_t number)
{
	struct operand value;

	if (!machine_pop(machine, &value))
		return false;
	return push_as(machine, location_add_binary(machine->location, LOCATE_ADD, value.step,
						    location_add_constant(machine->location, number), false), &value);
}

static bool drop(struct machine *machine)
{
	struct operand dropped;

	return machine_pop(machine, &dropped);
}

/* ---- By their numbers ---- */

static bool compute_number(struct machine *machine, const Dwarf_Op *operation, bool *is_known_ret)
{
	switch (operation->atom) {
	case DW_OP_plus:
		return binary(machine, LOCATE_ADD, false);
	case DW_OP_minus:
		return binary(machine, LOCATE_SUBTRACT, false);
	case DW_OP_mul:
		return binary(machine, LOCATE_MULTIPLY, false);
	case DW_OP_div:
		return binary(machine, LOCATE_DIVIDE, false);
	case DW_OP_mod:
		return binary(machine, LOCATE_MODULO, false);
	case DW_OP_and:
		return binary(machine, LOCATE_AND, false);
	case DW_OP_or:
		return binary(machine, LOCATE_OR, false);
	case DW_OP_xor:
		return binary(machine, LOCATE_XOR, false);
	case DW_OP_shl:
		return shift(machine, LOCATE_SHIFT_LEFT, false);
	case DW_OP_shr:
		return shift(machine, LOCATE_SHIFT_RIGHT, false);
	case DW_OP_shra:
		return shift(machine, LOCATE_SHIFT_RIGHT, true);
	case DW_OP_eq:
		return binary(machine, LOCATE_EQUAL, false);
	case DW_OP_ne:
		return binary(machine, LOCATE_NOT_EQUAL, false);
	case DW_OP_lt:
		return binary(machine, LOCATE_LESS, false);
	case DW_OP_gt:
		return binary(machine, LOCATE_LESS, true);
	case DW_OP_le:
		return binary(machine, LOCATE_LESS_OR_EQUAL, false);
	case DW_OP_ge:
		return binary(machine, LOCATE_LESS_OR_EQUAL, true);
	case DW_OP_neg:
		return unary(machine, LOCATE_NEGATE);
	case DW_OP_not:
		return unary(machine, LOCATE_NOT);
	case DW_OP_abs:
		return absolute(machine);
	case DW_OP_plus_uconst:
		return add_constant(machine, operation->number);
	default:
		*is_known_ret = false;
		return true;
	}
}

static bool compute_stack(struct machine *machine, const Dwarf_Op *operation, bool *is_known_ret)
{
	switch (operation->atom) {
	case DW_OP_const1u: case DW_OP_const1s: case DW_OP_const2u: case DW_OP_const2s: case DW_OP_const4u:
	case DW_OP_const4s: case DW_OP_const8u: case DW_OP_const8s: case DW_OP_constu: case DW_OP_consts:
		return machine_push_constant(machine, operation->number);
	case DW_OP_dup:
		return pick(machine, 0);
	case DW_OP_over:
		return pick(machine, 1);
	case DW_OP_pick:
		return pick(machine, operation->number);
	case DW_OP_swap:
		return sink(machine, 1);
	case DW_OP_rot:
		return sink(machine, 2);
	case DW_OP_drop:
		return drop(machine);
	case DW_OP_nop: case DW_OP_GNU_uninit:
		return true;
	default:
		*is_known_ret = false;
		return true;
	}
}

static bool compute_typed(struct machine *machine, const Dwarf_Op *operation, bool *is_known_ret)
{
	static const struct operand generic = { 0, 0, false };

	switch (operation->atom) {
	case DW_OP_deref:
		return read_memory(machine, 8, &generic);
	case DW_OP_deref_size:
		return read_memory(machine, operation->number, &generic);
	case DW_OP_deref_type: case DW_OP_GNU_deref_type:
		return read_typed_memory(machine, operation);
	case DW_OP_const_type: case DW_OP_GNU_const_type:
		return push_typed_constant(machine, operation);
	case DW_OP_convert: case DW_OP_GNU_convert: case DW_OP_reinterpret: case DW_OP_GNU_reinterpret:
		return convert(machine, operation);
	default:
		*is_known_ret = false;
		return true;
	}
}

bool machine_compute(struct machine *machine, const Dwarf_Op *operation, bool *is_known_ret)
{
	bool (*const kinds[])(struct machine *, const Dwarf_Op *, bool *) = {
		compute_stack, compute_number, compute_typed,
	};
	bool ok = true;

	*is_known_ret = true;
	if (operation->atom >= DW_OP_lit0 && operation->atom <= DW_OP_lit31)
		return machine_push_constant(machine, operation->atom - DW_OP_lit0);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		*is_known_ret = true;
		ok = kinds[i](machine, operation, is_known_ret);
		if (*is_known_ret)
			break;
	}
	return ok;
}

#endif /* HAVE_LIBDW */
