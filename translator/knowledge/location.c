/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locations of location.h: steps are put together, objects taken apart. Steps are kept few: equal
 * ones are one, and what is known is computed here, so that an address on the stack is a register
 * and one addition. A step's number is above those that it is made of.
 */
#include "knowledge/location.h"

#include <string.h>

/* ---- Making ---- */

static void free_array(gpointer array)
{
	g_array_unref(array);
}

static GArray *new_array(struct arena *arena, size_t size)
{
	GArray *array = g_array_new(FALSE, TRUE, (guint)size);

	arena_defer(arena, free_array, array);
	return array;
}

struct location *location_new(struct arena *arena, enum location_kind kind)
{
	struct location *location = arena_new0(arena, struct location);

	location->kind = kind;
	location->steps = new_array(arena, sizeof(struct location_step));
	location->pieces = new_array(arena, sizeof(struct location_piece));
	return location;
}

struct location *location_nowhere(struct arena *arena, const char *why)
{
	struct location *location = location_new(arena, LOCATION_NOWHERE);

	location->why = why;
	return location;
}

const struct location_step *location_step(const struct location *location, unsigned int step)
{
	return &g_array_index(location->steps, struct location_step, step);
}

const struct location_step *location_register(const struct location *location)
{
	const struct location_step *step;

	if (location->kind != LOCATION_VALUE)
		return NULL;
	step = location_step(location, location->step);
	while (step->operation == LOCATE_EXTEND)
		step = location_step(location, step->left);
	return step->operation == LOCATE_REGISTER ? step : NULL;
}

bool location_is_constant(const struct location *location, unsigned int step, uint64_t *ret)
{
	const struct location_step *found = location_step(location, step);

	*ret = found->number;
	return found->operation == LOCATE_CONSTANT;
}

static bool is_equal(const struct location_step *a, const struct location_step *b)
{
	return a->operation == b->operation && a->left == b->left && a->right == b->right &&
	       a->number == b->number && a->size == b->size && a->is_signed == b->is_signed &&
	       a->module == b->module && a->symbol == b->symbol && a->entry == b->entry;
}

static unsigned int append(struct location *location, const struct location_step *step)
{
	for (unsigned int i = 0; i < location->steps->len; i++)
		if (is_equal(location_step(location, i), step))
			return i;
	g_array_append_val(location->steps, *step);
	return location->steps->len - 1;
}

unsigned int location_add_constant(struct location *location, uint64_t number)
{
	const struct location_step step = { .operation = LOCATE_CONSTANT, .number = number };

	return append(location, &step);
}

/* ---- What is known already ---- */

static uint64_t extend(uint64_t number, unsigned int size, bool is_signed)
{
	unsigned int unused = 64 - 8 * size;

	if (unused == 0)
		return number;
	return is_signed ? (uint64_t)((int64_t)(number << unused) >> unused) : number << unused >> unused;
}

static uint64_t shift(uint64_t number, uint64_t count, enum location_operation operation, bool is_signed)
{
	bool is_negative = is_signed && (int64_t)number < 0;

	if (operation == LOCATE_SHIFT_LEFT)
		return count < 64 ? number << count : 0;
	if (count >= 64)
		return is_negative ? UINT64_MAX : 0;
	return is_negative ? ~(~number >> count) : number >> count;
}

static uint64_t divide(uint64_t left, uint64_t right, bool modulo, bool is_signed)
{
	if (right == 0)
		return 0;
	if (!is_signed)
		return modulo ? left % right : left / right;
	if (right == UINT64_MAX)
		return modulo ? 0 : 0 - left;
	return (uint64_t)(modulo ? (int64_t)left % (int64_t)right : (int64_t)left / (int64_t)right);
}

static bool is_less(uint64_t left, uint64_t right, bool is_signed)
{
	return is_signed ? (int64_t)left < (int64_t)right : left < right;
}

static uint64_t compute(const struct location_step *step, uint64_t left, uint64_t right)
{
	switch (step->operation) {
	case LOCATE_EXTEND:
		return extend(left, step->size, step->is_signed);
	case LOCATE_NEGATE:
		return 0 - left;
	case LOCATE_NOT:
		return ~left;
	case LOCATE_ADD:
		return left + right;
	case LOCATE_SUBTRACT:
		return left - right;
	case LOCATE_MULTIPLY:
		return left * right;
	case LOCATE_AND:
		return left & right;
	case LOCATE_OR:
		return left | right;
	case LOCATE_XOR:
		return left ^ right;
	case LOCATE_DIVIDE:
	case LOCATE_MODULO:
		return divide(left, right, step->operation == LOCATE_MODULO, step->is_signed);
	case LOCATE_SHIFT_LEFT:
	case LOCATE_SHIFT_RIGHT:
		return shift(left, right, step->operation, step->is_signed);
	case LOCATE_EQUAL:
		return left == right;
	case LOCATE_NOT_EQUAL:
		return left != right;
	case LOCATE_LESS:
		return is_less(left, right, step->is_signed);
	case LOCATE_LESS_OR_EQUAL:
		return !is_less(right, left, step->is_signed);
	default:
		return 0;
	}
}

static bool is_binary(enum location_operation operation)
{
	return operation >= LOCATE_ADD;
}

static bool is_unary(enum location_operation operation)
{
	return operation == LOCATE_EXTEND || operation == LOCATE_NEGATE || operation == LOCATE_NOT;
}

/* x + a + b is x + (a + b), and an address moved by b is another address: the step that says so. */
static unsigned int add_to(struct location *location, unsigned int left, uint64_t number)
{
	struct location_step step = *location_step(location, left);
	uint64_t before;

	if (number == 0)
		return left;
	if (step.operation == LOCATE_ADDRESS) {
		step.number += number;
		return append(location, &step);
	}
	if (step.operation == LOCATE_ADD && location_is_constant(location, step.right, &before)) {
		left = step.left;
		number += before;
		if (number == 0)
			return left;
	}
	step = (struct location_step){ .operation = LOCATE_ADD, .left = left };
	step.right = location_add_constant(location, number);
	return append(location, &step);
}

unsigned int location_add(struct location *location, struct location_step step)
{
	uint64_t left = 0, right = 0;
	bool knows_left, knows_right;

	if (!is_binary(step.operation) && !is_unary(step.operation))
		return append(location, &step);
	knows_left = location_is_constant(location, step.left, &left);
	knows_right = is_unary(step.operation) || location_is_constant(location, step.right, &right);
	if (knows_left && knows_right)
		return location_add_constant(location, compute(&step, left, right));
	if (step.operation == LOCATE_ADD && knows_right)
		return add_to(location, step.left, right);
	if (step.operation == LOCATE_ADD && knows_left)
		return add_to(location, step.right, left);
	if (step.operation == LOCATE_SUBTRACT && knows_right)
		return add_to(location, step.left, 0 - right);
	return append(location, &step);
}

unsigned int location_add_binary(struct location *location, enum location_operation operation, unsigned int left,
				 unsigned int right, bool is_signed)
{
	const struct location_step step = { .operation = operation, .left = left, .right = right, .is_signed = is_signed };

	return location_add(location, step);
}

unsigned int location_add_extend(struct location *location, unsigned int left, unsigned int size, bool is_signed)
{
	const struct location_step *of = location_step(location, left);
	const struct location_step step = { .operation = LOCATE_EXTEND, .left = left, .size = size, .is_signed = is_signed };

	/* What was read has zeros above it. */
	if (size >= 8 || (of->operation == LOCATE_READ && (of->size < size || (of->size == size && !is_signed))))
		return left;
	return location_add(location, step);
}

unsigned int location_add_read(struct location *location, unsigned int address, unsigned int size)
{
	const struct location_step step = { .operation = LOCATE_READ, .left = address, .size = size };

	return append(location, &step);
}

/* ---- Objects and their parts ---- */

/* The same object with steps of its own, so that more can be appended. */
static struct location *copy(struct arena *arena, const struct location *location)
{
	struct location *mine = location_new(arena, location->kind);

	g_array_append_vals(mine->steps, location->steps->data, location->steps->len);
	mine->step = location->step;
	return mine;
}

/* Any object as pieces: one that is in one place is one piece. */
static void whole_piece(const struct location *location, struct location_piece *ret)
{
	*ret = (struct location_piece){ .kind = location->kind, .step = location->step, .bits = UINT64_MAX };
	if (location->kind == LOCATION_VALUE)
		ret->bits = 64;
}

/* The bytes of memory from bit_offset on, so many bits of them, with zeros above. */
static unsigned int read_bits(struct location *location, unsigned int address, uint64_t bit_offset, unsigned int bits)
{
	unsigned int first_bit = bit_offset % 8, bytes = (first_bit + bits + 7) / 8, done = 0;
	unsigned int base = add_to(location, address, bit_offset / 8), result = 0;
	bool is_first = true;

	while (done < bytes) {
		unsigned int size = bytes - done >= 8 ? 8 : bytes - done >= 4 ? 4 : bytes - done >= 2 ? 2 : 1, read;
		enum location_operation direction = done ? LOCATE_SHIFT_LEFT : LOCATE_SHIFT_RIGHT;
		unsigned int distance = done ? 8 * done - first_bit : first_bit;

		read = location_add_read(location, add_to(location, base, done), size);
		if (distance)
			read = location_add_binary(location, direction, read, location_add_constant(location, distance), false);
		result = is_first ? read : location_add_binary(location, LOCATE_OR, result, read, false);
		is_first = false;
		done += size;
	}
	return result;
}

/* Nothing but the lower bits. */
static unsigned int cut(struct location *location, unsigned int step, unsigned int bits, bool is_signed)
{
	unsigned int up;

	if (bits == 8 || bits == 16 || bits == 32 || bits == 64)
		return location_add_extend(location, step, bits / 8, is_signed);
	if (!is_signed)
		return location_add_binary(location, LOCATE_AND, step,
					   location_add_constant(location, UINT64_MAX >> (64 - bits)), false);
	up = location_add_constant(location, 64 - bits);
	step = location_add_binary(location, LOCATE_SHIFT_LEFT, step, up, false);
	return location_add_binary(location, LOCATE_SHIFT_RIGHT, step, up, true);
}

/* So many bits of a piece, from bit_offset in it on, as a number without sign. */
static unsigned int piece_bits(struct location *location, const struct location_piece *piece, uint64_t bit_offset,
			       unsigned int bits)
{
	unsigned int step = piece->step;

	bit_offset += piece->bit_offset;
	if (piece->kind == LOCATION_MEMORY) {
		step = read_bits(location, step, bit_offset, bits);
		return bit_offset % 8 == 0 && (bits == 8 || bits == 16 || bits == 32 || bits == 64) ? step :
		       cut(location, step, bits, false);
	}
	if (bit_offset)
		step = location_add_binary(location, LOCATE_SHIFT_RIGHT, step,
					   location_add_constant(location, bit_offset), false);
	return cut(location, step, bits, false);
}

/* Bits on their way from pieces into a number. */
struct gathering {
	struct location *location;
	uint64_t first, end;		/* those of the object that are wanted */
	unsigned int result;
	uint64_t done;
};

/* Adds what a piece has of them, which stands from `start` on in the object. */
static bool gather(struct gathering *gathering, const struct location_piece *piece, uint64_t start)
{
	uint64_t from = MAX(start, gathering->first);
	uint64_t to = piece->bits > UINT64_MAX - start ? gathering->end : MIN(start + piece->bits, gathering->end);
	unsigned int part;

	if (from >= to)
		return true;
	if (piece->kind != LOCATION_MEMORY && piece->kind != LOCATION_VALUE)
		return false;
	part = piece_bits(gathering->location, piece, from - start, (unsigned int)(to - from));
	if (from > gathering->first) {
		unsigned int up = location_add_constant(gathering->location, from - gathering->first);

		part = location_add_binary(gathering->location, LOCATE_SHIFT_LEFT, part, up, false);
		part = location_add_binary(gathering->location, LOCATE_OR, gathering->result, part, false);
	}
	gathering->result = part;
	gathering->done += to - from;
	return true;
}

const struct location *location_number(struct arena *arena, const struct location *location, uint64_t bit_offset,
				       unsigned int bits, bool is_signed, const char **why_ret)
{
	struct gathering gathering = { .first = bit_offset, .end = bit_offset + bits };
	struct location_piece whole;
	uint64_t start = 0;

	*why_ret = location->kind == LOCATION_NOWHERE ? location->why :
		   location->kind == LOCATION_POINTER ? "optimised out, only what it points to is left" :
		   "a part of it is optimised out here";
	if (location->kind == LOCATION_NOWHERE || location->kind == LOCATION_POINTER || bits == 0 || bits > 64)
		return NULL;
	gathering.location = copy(arena, location);
	whole_piece(location, &whole);
	if (location->kind != LOCATION_PIECES && !gather(&gathering, &whole, 0))
		return NULL;
	for (unsigned int i = 0; i < location->pieces->len; i++) {
		const struct location_piece *piece = &g_array_index(location->pieces, struct location_piece, i);

		if (!gather(&gathering, piece, start))
			return NULL;
		start += piece->bits;
	}
	if (gathering.done != bits)
		return NULL;
	gathering.location->kind = LOCATION_VALUE;
	gathering.location->step = is_signed ? cut(gathering.location, gathering.result, bits, true) : gathering.result;
	return gathering.location;
}

const struct location *location_memory(struct arena *arena, const struct location *location, uint64_t bit_offset,
				       uint64_t bits)
{
	struct location *memory;
	uint64_t start = 0;

	if (location->kind == LOCATION_MEMORY && bit_offset % 8 == 0) {
		memory = copy(arena, location);
		memory->step = add_to(memory, location->step, bit_offset / 8);
		return memory;
	}
	for (unsigned int i = 0; location->kind == LOCATION_PIECES && i < location->pieces->len; i++) {
		const struct location_piece *piece = &g_array_index(location->pieces, struct location_piece, i);
		uint64_t first = bit_offset - start + piece->bit_offset;

		if (piece->kind == LOCATION_MEMORY && bit_offset >= start && bits <= piece->bits &&
		    bit_offset - start <= piece->bits - bits && first % 8 == 0) {
			memory = copy(arena, location);
			memory->kind = LOCATION_MEMORY;
			memory->step = add_to(memory, piece->step, first / 8);
			return memory;
		}
		start += piece->bits;
	}
	return NULL;
}

/* ---- Questions ---- */

/* Marks the steps that the result is made of. */
static void mark(const struct location *location, unsigned int step, bool *used)
{
	const struct location_step *found = location_step(location, step);

	if (used[step])
		return;
	used[step] = true;
	if (is_binary(found->operation))
		mark(location, found->right, used);
	if (is_binary(found->operation) || is_unary(found->operation) || found->operation == LOCATE_READ ||
	    found->operation == LOCATE_ENTERED || found->operation == LOCATE_PER_CPU)
		mark(location, found->left, used);
}

static bool *used_steps(const struct location *location)
{
	bool *used = g_new0(bool, location->steps->len + 1);

	if (location->kind == LOCATION_MEMORY || location->kind == LOCATION_VALUE)
		mark(location, location->step, used);
	for (unsigned int i = 0; i < location->pieces->len; i++) {
		const struct location_piece *piece = &g_array_index(location->pieces, struct location_piece, i);

		if (piece->kind != LOCATION_NOWHERE)
			mark(location, piece->step, used);
	}
	return used;
}

uint32_t location_registers(const struct location *location)
{
	g_autofree bool *used = used_steps(location);
	uint32_t registers = location->kind == LOCATION_POINTER ? location_registers(location->target) : 0;

	for (unsigned int i = 0; i < location->steps->len; i++)
		if (used[i] && location_step(location, i)->operation == LOCATE_REGISTER)
			registers |= 1u << location_step(location, i)->number;
	return registers;
}

bool location_step_can_fault(const struct location_step *step)
{
	return step->operation == LOCATE_READ || step->operation == LOCATE_ENTERED;
}

bool location_can_fault(const struct location *location)
{
	g_autofree bool *used = used_steps(location);
	bool can_fault = false;

	for (unsigned int i = 0; i < location->steps->len; i++)
		can_fault |= used[i] && location_step_can_fault(location_step(location, i));
	return can_fault;
}

/* ---- Text ---- */

const char *location_register_name(unsigned int number)
{
	static const char *const names[] = {
		"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
		"r15", "rip",
	};

	return number < G_N_ELEMENTS(names) ? names[number] : NULL;
}

static void print_step(const struct location *location, unsigned int number, GString *out)
{
	static const char *const signs[] = {
		[LOCATE_ADD] = "+", [LOCATE_SUBTRACT] = "-", [LOCATE_MULTIPLY] = "*", [LOCATE_AND] = "&",
		[LOCATE_OR] = "|", [LOCATE_XOR] = "^", [LOCATE_DIVIDE] = "/", [LOCATE_MODULO] = "%",
		[LOCATE_SHIFT_LEFT] = "<<", [LOCATE_SHIFT_RIGHT] = ">>", [LOCATE_EQUAL] = "==",
		[LOCATE_NOT_EQUAL] = "!=", [LOCATE_LESS] = "<", [LOCATE_LESS_OR_EQUAL] = "<=",
	};
	const struct location_step *step = location_step(location, number);

	switch (step->operation) {
	case LOCATE_CONSTANT:
		g_string_append_printf(out, "%" G_GINT64_FORMAT, (int64_t)step->number);
		return;
	case LOCATE_ADDRESS:
		g_string_append_printf(out, "%s%s%s%+" G_GINT64_FORMAT, step->module ? step->module : "",
				       step->module ? ":" : "", step->symbol, (int64_t)step->number);
		return;
	case LOCATE_REGISTER:
		g_string_append(out, location_register_name((unsigned int)step->number));
		return;
	case LOCATE_ENTERED:
		g_string_append_printf(out, "entered(%s, ", location_register_name((unsigned int)step->number));
		break;
	case LOCATE_PER_CPU:
		g_string_append(out, "per-cpu(");
		break;
	case LOCATE_READ:
		g_string_append_printf(out, "u%u[", step->size * 8);
		break;
	case LOCATE_EXTEND:
		g_string_append_printf(out, "(%c%u)(", step->is_signed ? 's' : 'u', step->size * 8);
		break;
	case LOCATE_NEGATE:
	case LOCATE_NOT:
		g_string_append(out, step->operation == LOCATE_NOT ? "~(" : "-(");
		break;
	default:
		g_string_append_c(out, '(');
		break;
	}
	print_step(location, step->left, out);
	if (is_binary(step->operation)) {
		g_string_append_printf(out, " %s%s ", step->is_signed ? "s" : "", signs[step->operation]);
		print_step(location, step->right, out);
	}
	g_string_append_c(out, step->operation == LOCATE_READ ? ']' : ')');
}

static void print_place(const struct location *location, enum location_kind kind, unsigned int step, GString *out)
{
	if (kind == LOCATION_NOWHERE) {
		g_string_append(out, "nowhere");
		return;
	}
	g_string_append(out, kind == LOCATION_MEMORY ? "memory " : "value ");
	print_step(location, step, out);
}

const char *location_text(struct arena *arena, const struct location *location)
{
	g_autoptr(GString) out = g_string_new(NULL);

	switch (location->kind) {
	case LOCATION_NOWHERE:
		g_string_append_printf(out, "nowhere: %s", location->why);
		break;
	case LOCATION_POINTER:
		g_string_append_printf(out, "pointer to byte %" G_GINT64_FORMAT " of %s", location->target_offset,
				       location_text(arena, location->target));
		break;
	case LOCATION_PIECES:
		for (unsigned int i = 0; i < location->pieces->len; i++) {
			const struct location_piece *piece = &g_array_index(location->pieces, struct location_piece, i);

			g_string_append_printf(out, "%s%" G_GUINT64_FORMAT " bits: ", i ? "; " : "", piece->bits);
			print_place(location, piece->kind, piece->step, out);
			if (piece->bit_offset)
				g_string_append_printf(out, " from bit %" G_GUINT64_FORMAT, piece->bit_offset);
		}
		break;
	default:
		print_place(location, location->kind, location->step, out);
		break;
	}
	return arena_strndup(arena, out->str, out->len);
}
