/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where something is, by DWARF: the attributes that say it, registers, the frame, values that
 * registers had when the function was entered, values that are nowhere but known, and pieces.
 * stack.c computes. An expression is followed as it is read: a branch is taken or not by what
 * is known here, or both of its ways are computed and the right result is chosen.
 */
#ifdef HAVE_LIBDW

#include "knowledge/dwarf/location.h"

#include <dwarf.h>
#include <string.h>

#include "knowledge/dwarf/attributes.h"
#include "knowledge/dwarf/machine.h"

/* Operations that are followed before it is taken for a loop; expressions within expressions. */
#define MOST_OPERATIONS 4096
#define DEEPEST_NESTING 8

/* x86-64's numbers of registers, those that matter by themselves. */
#define REGISTER_RSP 7
#define REGISTER_RIP 16
#define REGISTERS 17

static const char damaged[] = "its location is damaged";
static const char optimised_out[] = "optimised out here";
static const char undecided[] = "where it is gets decided only when the code runs";

/* What an expression has come to: where the thing is, or a piece of it. */
struct finding {
	enum location_kind kind;	/* MEMORY: at the uppermost number of the stack, if there is one */
	unsigned int step;		/* VALUE */
	const struct location *target;	/* POINTER */
	int64_t target_offset;
};

static bool run(struct machine *machine, const Dwarf_Op *operations, size_t count, struct finding *finding);
static const struct location *locate(const struct dwarf_place *place, Dwarf_Die *die, unsigned int nesting);

static struct machine *machine_new(const struct dwarf_place *place, Dwarf_Attribute *attribute, unsigned int nesting)
{
	struct arena *arena = place->scene->arena;
	struct machine *machine = arena_new0(arena, struct machine);

	machine->place = place;
	machine->attribute = attribute;
	machine->location = location_new(arena, LOCATION_MEMORY);
	machine->nesting = nesting;
	if (nesting > DEEPEST_NESTING)
		machine_refuse(machine, "its location is too deeply nested");
	return machine;
}

/* ---- Expressions within expressions: one number ---- */

/* Follows operations on the same steps but with a stack of their own; the number they leave. */
static bool nested(struct machine *machine, Dwarf_Attribute *attribute, const Dwarf_Op *operations, size_t count,
		   enum machine_frame frame, unsigned int *step_ret)
{
	struct machine *inner = machine_new(machine->place, attribute, machine->nesting + 1);
	struct finding finding = { .kind = LOCATION_MEMORY };

	inner->location = machine->location;
	inner->frame = frame;
	if (inner->why || !run(inner, operations, count, &finding))
		return machine_refuse(machine, inner->why);
	*step_ret = finding.step;
	if (finding.kind == LOCATION_VALUE)
		return true;
	if (finding.kind != LOCATION_MEMORY || inner->depth == 0)
		return machine_refuse(machine, damaged);
	*step_ret = inner->stack[inner->depth - 1].step;
	return true;
}

static bool nested_attribute(struct machine *machine, Dwarf_Attribute *attribute, enum machine_frame frame,
			     unsigned int *step_ret)
{
	Dwarf_Op *operations;
	size_t count;

	if (!attribute || dwarf_getlocation_addr(attribute, machine->place->pc, &operations, &count, 1) != 1)
		return machine_refuse(machine, optimised_out);
	return nested(machine, attribute, operations, count, frame, step_ret);
}

/* ---- The frame ---- */

static unsigned int add_register(struct machine *machine, unsigned int number)
{
	const struct location_step step = { .operation = LOCATE_REGISTER, .number = number };

	return location_add(machine->location, step);
}

/* The address of the function's first instruction; false: it is not known. */
static bool entry_address(const struct dwarf_place *place, Dwarf_Addr *ret)
{
	Dwarf_Die function = place->function;

	return place->has_function && dwarf_entry_address(&function, ret);
}

static bool is_at_entry(const struct dwarf_place *place)
{
	Dwarf_Addr entry;

	return entry_address(place, &entry) && entry == place->pc;
}

/* How the frame looks at this instruction, for free(); NULL: nothing tells. */
static Dwarf_Frame *find_frame(const struct dwarf_place *place)
{
	Dwarf_Frame *frame;

	for (size_t i = 0; i < G_N_ELEMENTS(place->scene->frames); i++)
		if (place->scene->frames[i] &&
		    dwarf_cfi_addrframe(place->scene->frames[i], place->pc, &frame) == 0)
			return frame;
	return NULL;
}

/* The address that the stack pointer has behind the function's return. */
static bool canonical_frame_address(struct machine *machine, unsigned int *step_ret)
{
	Dwarf_Frame *frame = find_frame(machine->place);
	Dwarf_Op *operations;
	size_t count;
	bool ok;

	if (!frame && is_at_entry(machine->place)) {
		*step_ret = location_add_binary(machine->location, LOCATE_ADD, add_register(machine, REGISTER_RSP),
						location_add_constant(machine->location, 8), false);
		return true;
	}
	if (!frame)
		return machine_refuse(machine, "nothing tells what the stack looks like here");
	ok = dwarf_frame_cfa(frame, &operations, &count) == 0 && count > 0 ?
	     nested(machine, machine->attribute, operations, count, FRAME_HERE, step_ret) :
	     machine_refuse(machine, "nothing tells what the stack looks like here");
	free(frame);
	return ok;
}

/* What the function's variables on the stack are counted from. */
static bool frame_base(struct machine *machine, unsigned int *step_ret)
{
	Dwarf_Die function = machine->place->function;
	Dwarf_Attribute attribute;

	if (!machine->place->has_function)
		return machine_refuse(machine, "it is on a function's stack");
	return nested_attribute(machine, dwarf_attr_integrate(&function, DW_AT_frame_base, &attribute), FRAME_HERE,
				step_ret);
}

/* ---- Registers ---- */

/* Eight bytes below what the stack pointer is behind the return: there lies the address that is returned to. */
static bool return_place(struct machine *machine, unsigned int *step_ret)
{
	unsigned int frame;

	if (!canonical_frame_address(machine, &frame))
		return false;
	*step_ret = location_add_binary(machine->location, LOCATE_SUBTRACT, frame,
					location_add_constant(machine->location, 8), false);
	return true;
}

/* The value that a register had at the entry where nothing has kept it: a probe there will. */
static bool entered_register(struct machine *machine, unsigned int number, unsigned int *step_ret)
{
	const struct dwarf_scene *scene = machine->place->scene;
	struct location_step step = { .operation = LOCATE_ENTERED, .number = number };
	const char *why = optimised_out;
	Dwarf_Addr address;

	if (scene->find_entry && entry_address(machine->place, &address))
		step.entry = scene->find_entry(scene->context, address, &why);
	if (!step.entry)
		return machine_refuse(machine, why);
	if (!return_place(machine, &step.left))
		return false;
	*step_ret = location_add(machine->location, step);
	return true;
}

/*
 * The value that a register has in the caller, where the frame's description keeps track of it; where it does
 * not, that of the function's entry.
 */
static bool caller_register(struct machine *machine, unsigned int number, unsigned int *step_ret)
{
	Dwarf_Frame *frame = find_frame(machine->place);
	Dwarf_Op memory[3], *operations = NULL;
	size_t count = 0;
	bool ok = false, is_value;

	if (!frame)
		return machine_refuse(machine, optimised_out);
	if (dwarf_frame_register(frame, (int)number, memory, &operations, &count) != 0 ||
	    (count == 0 && operations == memory)) {
		ok = entered_register(machine, number, step_ret);
	} else if (count == 0) {
		*step_ret = add_register(machine, number);
		ok = true;
	} else {
		is_value = operations[count - 1].atom == DW_OP_stack_value;
		ok = nested(machine, machine->attribute, operations, count, FRAME_HERE, step_ret);
		if (ok && !is_value)
			*step_ret = location_add_read(machine->location, *step_ret, 8);
	}
	free(frame);
	return ok;
}

/* The value that a register had when the function was entered. */
static bool entry_register(struct machine *machine, unsigned int number, unsigned int *step_ret)
{
	if (is_at_entry(machine->place)) {
		*step_ret = add_register(machine, number);
		return true;
	}
	if (number == REGISTER_RSP)
		return return_place(machine, step_ret);
	return caller_register(machine, number, step_ret);
}

static bool register_value(struct machine *machine, uint64_t number, unsigned int *step_ret)
{
	if (number >= REGISTERS)
		return machine_refuse(machine, "it is in a register that the kernel does not keep for probes");
	if (!machine->place->has_function)
		return machine_refuse(machine, "it is in a register");
	if (machine->frame == FRAME_ENTRY)
		return entry_register(machine, (unsigned int)number, step_ret);
	*step_ret = add_register(machine, (unsigned int)number);
	return true;
}

/* A register's value plus a number is pushed. */
static bool push_base(struct machine *machine, uint64_t number, uint64_t offset)
{
	unsigned int step, distance;

	if (!register_value(machine, number, &step))
		return false;
	distance = location_add_constant(machine->location, offset);
	return machine_push(machine, location_add_binary(machine->location, LOCATE_ADD, step, distance, false));
}

static bool push_frame_base(struct machine *machine, uint64_t offset)
{
	unsigned int step, distance;

	if (!frame_base(machine, &step))
		return false;
	distance = location_add_constant(machine->location, offset);
	return machine_push(machine, location_add_binary(machine->location, LOCATE_ADD, step, distance, false));
}

/* DW_OP_regval_type: the lower bytes of a register, as its type has them. */
static bool push_typed_register(struct machine *machine, const Dwarf_Op *operation)
{
	Dwarf_Op convert = { .atom = DW_OP_convert, .number = operation->number2 };
	unsigned int step;
	bool is_known;

	return register_value(machine, operation->number, &step) && machine_push(machine, step) &&
	       machine_compute(machine, &convert, &is_known);
}

/* DW_OP_entry_value: what an expression gave when the function was entered. */
static bool push_entry_value(struct machine *machine, const Dwarf_Op *operation)
{
	Dwarf_Attribute expression;
	Dwarf_Op *operations;
	size_t count, reads = 0;
	unsigned int step;

	if (dwarf_getlocation_attr(machine->attribute, operation, &expression) != 0 ||
	    dwarf_getlocation(&expression, &operations, &count) != 0)
		return machine_refuse(machine, damaged);
	for (size_t i = 0; i < count; i++)
		reads += operations[i].atom == DW_OP_deref || operations[i].atom == DW_OP_deref_size ||
			 operations[i].atom == DW_OP_deref_type || operations[i].atom == DW_OP_GNU_deref_type;
	/* Memory is not what it was. */
	if (reads && !is_at_entry(machine->place))
		return machine_refuse(machine, optimised_out);
	return nested(machine, &expression, operations, count, FRAME_ENTRY, &step) && machine_push(machine, step);
}

/* ---- Addresses of the file ---- */

static const struct dwarf_anchor *find_anchor(const struct dwarf_scene *scene, uint64_t address)
{
	for (unsigned int i = 0; i < scene->anchors->len; i++) {
		const struct dwarf_anchor *anchor = &g_array_index(scene->anchors, struct dwarf_anchor, i);

		if (address >= anchor->first && address < anchor->end)
			return anchor;
	}
	return NULL;
}

/* Appends the steps that lead to an address of the file; NULL: why there are none. */
static const char *add_address(struct location *location, const struct dwarf_scene *scene, uint64_t address,
			       unsigned int *step_ret)
{
	const struct dwarf_anchor *anchor = find_anchor(scene, address);
	struct location_step step = { .operation = LOCATE_CONSTANT, .number = address };

	if (!anchor)
		return "it is at an address that is no part of the kernel";
	if (anchor->is_per_cpu && scene->module && !anchor->symbol)
		return "it is a per-CPU variable of a module, and no symbol tells where those are";
	if (anchor->symbol)
		step = (struct location_step){
			.operation = LOCATE_ADDRESS, .number = address - anchor->address,
			.module = scene->module, .symbol = anchor->symbol, .build_id = scene->build_id,
		};
	*step_ret = location_add(location, step);
	if (anchor->is_per_cpu) {
		step = (struct location_step){
			.operation = LOCATE_PER_CPU, .left = *step_ret, .module = scene->module, .build_id = scene->build_id,
		};
		*step_ret = location_add(location, step);
	}
	return NULL;
}

static bool push_address(struct machine *machine, uint64_t address)
{
	unsigned int step;
	const char *why = add_address(machine->location, machine->place->scene, address, &step);

	return why ? machine_refuse(machine, why) : machine_push(machine, step);
}

const struct location *dwarf_location_of_return(const struct dwarf_scene *scene, const GArray *addresses, bool at_return)
{
	struct location *location = location_new(scene->arena, LOCATION_VALUE);
	struct location_step step = { .operation = LOCATE_REGISTER, .number = at_return ? REGISTER_RIP : REGISTER_RSP };
	unsigned int returned_to = location_add(location, step), address, is_one, is_any = 0;

	if (!at_return)
		returned_to = location_add_read(location, returned_to, 8);
	for (unsigned int i = 0; i < addresses->len; i++) {
		if (add_address(location, scene, g_array_index(addresses, uint64_t, i), &address))
			continue;
		is_one = location_add_binary(location, LOCATE_EQUAL, returned_to, address, false);
		is_any = is_any ? location_add_binary(location, LOCATE_OR, is_any, is_one, false) : is_one;
	}
	location->step = is_any ? is_any : location_add_constant(location, 0);
	return location;
}

/* An address or a constant that stands in a table of its own. */
static bool push_indexed(struct machine *machine, const Dwarf_Op *operation, bool is_address)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;
	Dwarf_Addr address;

	if (dwarf_getlocation_attr(machine->attribute, operation, &attribute) != 0)
		return machine_refuse(machine, damaged);
	if (is_address)
		return dwarf_formaddr(&attribute, &address) == 0 ? push_address(machine, address) :
		       machine_refuse(machine, damaged);
	return dwarf_formudata(&attribute, &number) == 0 ? machine_push_constant(machine, number) :
	       machine_refuse(machine, damaged);
}

/* ---- What is nowhere, but known ---- */

/* Bytes of a constant: up to eight are one value, more of them are pieces. */
static void add_bytes(struct location *location, const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i += 8) {
		struct location_piece piece = { .kind = LOCATION_VALUE };
		uint64_t number = 0;

		memcpy(&number, bytes + i, MIN(length - i, 8));
		piece.bits = 8 * MIN(length - i, 8);
		piece.step = location_add_constant(location, number);
		g_array_append_val(location->pieces, piece);
	}
}

/* Takes a constant of up to eight bytes; larger ones become pieces at once. */
static bool find_bytes(struct machine *machine, const Dwarf_Op *operation, struct finding *finding)
{
	uint64_t number = 0;
	Dwarf_Block block;

	if (dwarf_getlocation_implicit_value(machine->attribute, operation, &block) != 0 || block.length == 0)
		return machine_refuse(machine, damaged);
	if (block.length > sizeof(number)) {
		add_bytes(machine->location, block.data, block.length);
		return true;
	}
	memcpy(&number, block.data, block.length);
	finding->kind = LOCATION_VALUE;
	finding->step = location_add_constant(machine->location, number);
	return true;
}

/* A pointer to something that has no address. */
static bool find_pointer(struct machine *machine, const Dwarf_Op *operation, struct finding *finding)
{
	Dwarf_Die target;

	if (dwarf_getlocation_die(machine->attribute, operation, &target) != 0)
		return machine_refuse(machine, damaged);
	finding->target = locate(machine->place, &target, machine->nesting + 1);
	finding->target_offset = (int64_t)operation->number2;
	if (finding->target->kind == LOCATION_NOWHERE)
		return machine_refuse(machine, finding->target->why);
	finding->kind = LOCATION_POINTER;
	return true;
}

/* ---- Pieces ---- */

/* What was found so far is a piece; the next one begins with nothing on the stack. */
static bool end_piece(struct machine *machine, struct finding *finding, uint64_t bits, uint64_t bit_offset)
{
	struct location_piece piece = { .kind = finding->kind, .step = finding->step, .bits = bits, .bit_offset = bit_offset };

	if (finding->kind == LOCATION_MEMORY && machine->depth == 0)
		piece.kind = LOCATION_NOWHERE;
	else if (finding->kind == LOCATION_MEMORY)
		piece.step = machine->stack[machine->depth - 1].step;
	else if (finding->kind == LOCATION_POINTER)
		piece.kind = LOCATION_NOWHERE;
	g_array_append_val(machine->location->pieces, piece);
	*finding = (struct finding){ .kind = LOCATION_MEMORY };
	machine->depth = 0;
	return true;
}

/* ---- Operations ---- */

static bool find_value(struct machine *machine, struct finding *finding)
{
	struct operand value;

	if (!machine_pop(machine, &value))
		return false;
	finding->kind = LOCATION_VALUE;
	finding->step = value.step;
	return true;
}

static bool find_register(struct machine *machine, uint64_t number, struct finding *finding)
{
	finding->kind = LOCATION_VALUE;
	return register_value(machine, number, &finding->step);
}

/* The operations that end an expression, or a piece of it. */
static bool find(struct machine *machine, const Dwarf_Op *operation, struct finding *finding, bool *is_known_ret)
{
	if (operation->atom >= DW_OP_reg0 && operation->atom <= DW_OP_reg31)
		return find_register(machine, operation->atom - DW_OP_reg0, finding);
	switch (operation->atom) {
	case DW_OP_regx:
		return find_register(machine, operation->number, finding);
	case DW_OP_stack_value:
		return find_value(machine, finding);
	case DW_OP_implicit_value:
		return find_bytes(machine, operation, finding);
	case DW_OP_implicit_pointer: case DW_OP_GNU_implicit_pointer:
		return find_pointer(machine, operation, finding);
	case DW_OP_piece:
		return end_piece(machine, finding, 8 * operation->number, 0);
	case DW_OP_bit_piece:
		return end_piece(machine, finding, operation->number, operation->number2);
	default:
		*is_known_ret = false;
		return true;
	}
}

static bool push_cfa(struct machine *machine)
{
	unsigned int step;

	return canonical_frame_address(machine, &step) && machine_push(machine, step);
}

/* The operations that push what the place in the code has. */
static bool look(struct machine *machine, const Dwarf_Op *operation)
{
	if (operation->atom >= DW_OP_breg0 && operation->atom <= DW_OP_breg31)
		return push_base(machine, operation->atom - DW_OP_breg0, operation->number);
	switch (operation->atom) {
	case DW_OP_bregx:
		return push_base(machine, operation->number, operation->number2);
	case DW_OP_fbreg:
		return push_frame_base(machine, operation->number);
	case DW_OP_call_frame_cfa:
		return push_cfa(machine);
	case DW_OP_regval_type: case DW_OP_GNU_regval_type:
		return push_typed_register(machine, operation);
	case DW_OP_entry_value: case DW_OP_GNU_entry_value:
		return push_entry_value(machine, operation);
	case DW_OP_addr:
		return push_address(machine, operation->number);
	case DW_OP_addrx: case DW_OP_GNU_addr_index:
		return push_indexed(machine, operation, true);
	case DW_OP_constx: case DW_OP_GNU_const_index:
		return push_indexed(machine, operation, false);
	case DW_OP_GNU_parameter_ref:
		return machine_refuse(machine, optimised_out);
	case DW_OP_form_tls_address: case DW_OP_GNU_push_tls_address:
		return machine_refuse(machine, "it is a variable of each thread of a program");
	default:
		return machine_refuse(machine, arena_printf(machine->place->scene->arena,
							    "its location needs DWARF's operation %#x", operation->atom));
	}
}

/* ---- Branches ---- */

/* The number of the operation that a jump leads to; `count` stands for the end. False: there is none. */
static bool find_target(struct machine *machine, const Dwarf_Op *operations, size_t count, size_t at, size_t *ret)
{
	uint64_t target = operations[at].offset + 3 + operations[at].number;

	for (*ret = 0; *ret < count; ++*ret)
		if (operations[*ret].offset == target)
			return true;
	return target > operations[count - 1].offset ? true : machine_refuse(machine, damaged);
}

/* Follows the operations from `first` to before `end`, which only compute, and cannot fault. */
static bool run_part(struct machine *machine, const Dwarf_Op *operations, size_t first, size_t end)
{
	struct finding finding = { .kind = LOCATION_MEMORY };
	unsigned int steps = machine->location->steps->len;

	if (!run(machine, operations + first, end - first, &finding))
		return false;
	for (; steps < machine->location->steps->len; steps++)
		if (location_step_can_fault(location_step(machine->location, steps)))
			finding.kind = LOCATION_NOWHERE;
	return finding.kind == LOCATION_MEMORY ? true : machine_refuse(machine, undecided);
}

/* no ^ ((yes ^ no) & mask), where the mask has all bits or none. */
static unsigned int choose(struct location *location, unsigned int mask, unsigned int yes, unsigned int no)
{
	unsigned int difference;

	if (yes == no)
		return yes;
	difference = location_add_binary(location, LOCATE_XOR, yes, no, false);
	difference = location_add_binary(location, LOCATE_AND, difference, mask, false);
	return location_add_binary(location, LOCATE_XOR, no, difference, false);
}

/* The stack becomes what either way has left of it. */
static bool join(struct machine *machine, unsigned int condition, const struct operand *taken, unsigned int depth)
{
	struct location *location = machine->location;
	struct location_step negate = { .operation = LOCATE_NEGATE };

	if (depth != machine->depth)
		return machine_refuse(machine, undecided);
	negate.left = location_add_binary(location, LOCATE_NOT_EQUAL, condition, location_add_constant(location, 0), false);
	for (unsigned int i = 0; i < depth; i++)
		machine->stack[i].step = choose(location, location_add(location, negate), taken[i].step,
						machine->stack[i].step);
	return true;
}

/*
 * DW_OP_bra on what only the handler will know: "if" without "else", or with one where the first way
 * ends with a jump over the second.
 */
static bool branch(struct machine *machine, const Dwarf_Op *operations, size_t count, size_t *at, unsigned int condition)
{
	size_t target, end, here = *at;
	struct operand before[DEEPEST_STACK], taken[DEEPEST_STACK];
	unsigned int depth = machine->depth, taken_depth;
	bool has_else;

	if (!find_target(machine, operations, count, here, &target))
		return false;
	if (target <= here)
		return machine_refuse(machine, undecided);
	has_else = target - 1 > here && operations[target - 1].atom == DW_OP_skip;
	end = target;
	if (has_else && !find_target(machine, operations, count, target - 1, &end))
		return false;
	if (end < target)
		return machine_refuse(machine, undecided);
	memcpy(before, machine->stack, sizeof(before));
	if (!run_part(machine, operations, target, end))
		return false;
	memcpy(taken, machine->stack, sizeof(taken));
	taken_depth = machine->depth;
	memcpy(machine->stack, before, sizeof(before));
	machine->depth = depth;
	*at = end - 1;
	return run_part(machine, operations, here + 1, has_else ? target - 1 : target) &&
	       join(machine, condition, taken, taken_depth);
}

/* DW_OP_skip and DW_OP_bra, to the operation behind which the next one stands. */
static bool jump(struct machine *machine, const Dwarf_Op *operations, size_t count, size_t *at)
{
	struct operand condition;
	uint64_t number;
	size_t target;

	if (operations[*at].atom == DW_OP_bra) {
		if (!machine_pop(machine, &condition))
			return false;
		if (!location_is_constant(machine->location, condition.step, &number))
			return branch(machine, operations, count, at, condition.step);
		if (number == 0)
			return true;
	}
	if (!find_target(machine, operations, count, *at, &target))
		return false;
	*at = target - 1;
	return true;
}

/* ---- All operations ---- */

static bool run(struct machine *machine, const Dwarf_Op *operations, size_t count, struct finding *finding)
{
	unsigned int followed = 0;

	for (size_t i = 0; i < count; i++) {
		const Dwarf_Op *operation = &operations[i];
		bool is_known = true, ok;

		if (++followed > MOST_OPERATIONS)
			return machine_refuse(machine, damaged);
		if (operation->atom == DW_OP_skip || operation->atom == DW_OP_bra) {
			if (!jump(machine, operations, count, &i))
				return false;
			continue;
		}
		ok = find(machine, operation, finding, &is_known);
		if (!is_known)
			ok = machine_compute(machine, operation, &is_known);
		if (!is_known)
			ok = look(machine, operation);
		if (!ok)
			return false;
	}
	return true;
}

/* ---- Locations ---- */

static const struct location *nowhere(const struct dwarf_place *place, const char *why)
{
	return location_nowhere(place->scene->arena, why);
}

static const struct location *conclude(struct machine *machine, const struct finding *finding)
{
	struct location *location = machine->location;

	if (location->pieces->len) {
		location->kind = LOCATION_PIECES;
		return location;
	}
	location->kind = finding->kind;
	location->step = finding->step;
	location->target = finding->target;
	location->target_offset = finding->target_offset;
	if (finding->kind != LOCATION_MEMORY)
		return location;
	if (machine->depth == 0)
		return nowhere(machine->place, optimised_out);
	location->step = machine->stack[machine->depth - 1].step;
	return location;
}

static const struct location *locate_operations(const struct dwarf_place *place, Dwarf_Attribute *attribute,
						const Dwarf_Op *operations, size_t count, unsigned int nesting)
{
	struct machine *machine = machine_new(place, attribute, nesting);
	struct finding finding = { .kind = LOCATION_MEMORY };

	if (machine->why || !run(machine, operations, count, &finding))
		return nowhere(place, machine->why);
	return conclude(machine, &finding);
}

/* DW_AT_const_value: a number, or the bytes of anything. */
static const struct location *locate_constant(const struct dwarf_place *place, Dwarf_Attribute *attribute)
{
	struct location *location = location_new(place->scene->arena, LOCATION_VALUE);
	const char *text = dwarf_formstring(attribute);
	Dwarf_Word number = 0;
	Dwarf_Sword negative = 0;
	Dwarf_Block block;

	if (text || dwarf_formblock(attribute, &block) == 0) {
		location->kind = LOCATION_PIECES;
		if (text)
			add_bytes(location, (const unsigned char *)text, strlen(text) + 1);
		else
			add_bytes(location, block.data, block.length);
		return location;
	}
	if (dwarf_whatform(attribute) == DW_FORM_sdata || dwarf_whatform(attribute) == DW_FORM_implicit_const) {
		if (dwarf_formsdata(attribute, &negative) != 0)
			return nowhere(place, damaged);
		number = (Dwarf_Word)negative;
	} else if (dwarf_formudata(attribute, &number) != 0) {
		return nowhere(place, damaged);
	}
	location->step = location_add_constant(location, number);
	return location;
}

static const struct location *locate(const struct dwarf_place *place, Dwarf_Die *die, unsigned int nesting)
{
	Dwarf_Attribute attribute;
	Dwarf_Op *operations;
	size_t count;

	if (nesting > DEEPEST_NESTING)
		return nowhere(place, "its location is too deeply nested");
	if (dwarf_attr_integrate(die, DW_AT_const_value, &attribute))
		return locate_constant(place, &attribute);
	if (!dwarf_attr_integrate(die, DW_AT_location, &attribute))
		return nowhere(place, "optimised out");
	switch (dwarf_getlocation_addr(&attribute, place->pc, &operations, &count, 1)) {
	case 1:
		return count ? locate_operations(place, &attribute, operations, count, nesting) :
		       nowhere(place, optimised_out);
	case 0:
		return nowhere(place, optimised_out);
	default:
		return nowhere(place, damaged);
	}
}

const struct location *dwarf_location(const struct dwarf_place *place, Dwarf_Die *die)
{
	return locate(place, die, 0);
}

const struct location *dwarf_location_at(const struct dwarf_place *place, uint64_t address)
{
	const Dwarf_Op operation = { .atom = DW_OP_addr, .number = address };

	return locate_operations(place, NULL, &operation, 1, 0);
}

const struct location *dwarf_location_of(const struct dwarf_place *place, Dwarf_Attribute *attribute,
					 const Dwarf_Op *operations, size_t count)
{
	return locate_operations(place, attribute, operations, count, 0);
}

#endif /* HAVE_LIBDW */
