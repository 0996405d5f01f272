/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps of a location give, computed without the help of the code under test. For tests
 * that know registers and memory: of a program that is stopped, or made up.
 */
#ifndef SPILE_TESTS_LOCATION_EVALUATE_H
#define SPILE_TESTS_LOCATION_EVALUATE_H

#include "knowledge/location.h"

struct evaluation {
	uint64_t registers[17];		/* by DWARF's numbers */
	uint64_t anchor;		/* where the symbol lies that addresses are counted from */
	/* Memory; false: there is none. */
	bool (*read)(void *context, uint64_t address, unsigned int size, uint64_t *ret);
	void *context;
	bool failed;			/* there was no memory, or no such operation */
};

static inline uint64_t evaluate_extend(const struct location_step *step, uint64_t value)
{
	switch (step->size) {
	case 1:
		return step->is_signed ? (uint64_t)(int8_t)value : (uint8_t)value;
	case 2:
		return step->is_signed ? (uint64_t)(int16_t)value : (uint16_t)value;
	case 4:
		return step->is_signed ? (uint64_t)(int32_t)value : (uint32_t)value;
	default:
		return value;
	}
}

static inline uint64_t evaluate_binary(struct evaluation *evaluation, const struct location_step *step, uint64_t a,
				       uint64_t b)
{
	int64_t left = (int64_t)a, right = (int64_t)b;

	switch (step->operation) {
	case LOCATE_ADD:
		return a + b;
	case LOCATE_SUBTRACT:
		return a - b;
	case LOCATE_MULTIPLY:
		return a * b;
	case LOCATE_AND:
		return a & b;
	case LOCATE_OR:
		return a | b;
	case LOCATE_XOR:
		return a ^ b;
	case LOCATE_DIVIDE:
		return b == 0 ? 0 : step->is_signed ? (uint64_t)(left / right) : a / b;
	case LOCATE_MODULO:
		return b == 0 ? 0 : step->is_signed ? (uint64_t)(left % right) : a % b;
	case LOCATE_SHIFT_LEFT:
		return b < 64 ? a << b : 0;
	case LOCATE_SHIFT_RIGHT:
		return step->is_signed ? (uint64_t)(left >> (b < 64 ? b : 63)) : b < 64 ? a >> b : 0;
	case LOCATE_EQUAL:
		return a == b;
	case LOCATE_NOT_EQUAL:
		return a != b;
	case LOCATE_LESS:
		return step->is_signed ? left < right : a < b;
	case LOCATE_LESS_OR_EQUAL:
		return step->is_signed ? left <= right : a <= b;
	default:
		evaluation->failed = true;
		return 0;
	}
}

/* Per-CPU areas count from 0. */
static inline uint64_t evaluate(struct evaluation *evaluation, const struct location *location, unsigned int number)
{
	const struct location_step *step = location_step(location, number);
	uint64_t left, value = 0;

	if (step->operation == LOCATE_CONSTANT)
		return step->number;
	if (step->operation == LOCATE_ADDRESS)
		return evaluation->anchor + step->number;
	if (step->operation == LOCATE_REGISTER)
		return evaluation->registers[step->number];
	left = evaluate(evaluation, location, step->left);
	switch (step->operation) {
	case LOCATE_READ:
		evaluation->failed |= !evaluation->read(evaluation->context, left, step->size, &value);
		return value;
	case LOCATE_PER_CPU:
		return left;
	case LOCATE_EXTEND:
		return evaluate_extend(step, left);
	case LOCATE_NEGATE:
		return 0 - left;
	case LOCATE_NOT:
		return ~left;
	default:
		return evaluate_binary(evaluation, step, left, evaluate(evaluation, location, step->right));
	}
}

#endif
