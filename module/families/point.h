/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Points of function probes: what the emitter wrote, what the reader sent, and how a hit is run.
 *
 * A specification stands for one probe of the script; a point is one function that it means on
 * the running kernel. There may be tens of thousands, so a point is small: points lie in the
 * blocks in which the reader sent them, with their names behind them, until the module goes.
 * entry.h attaches those at entries if it can, kprobe.h all others.
 */
#ifndef SPILE_MODULE_FAMILIES_POINT_H
#define SPILE_MODULE_FAMILIES_POINT_H

#include "module/families/kprobe.h"

#define MOD_POINTS_PER_COMMAND 65536

struct mod_point {
	struct mod_kprobe_specification *specification;
	struct mod_point *next;		/* at the same call site or kprobe, in the order of running */
	const char *name;		/* of the function */
	unsigned long address;		/* of the point; 0: known by name only */
	u32 offset;			/* of these, bytes behind the function's first one */
	u32 probe;			/* its number */
	bool is_traced;			/* by the function tracer, and needs no kprobe */
	bool is_filtered;		/* of a site's first point: the tracer's filter has it */
	bool is_behind;			/* its kprobe belongs behind the call site */
	bool is_armed;			/* its kprobe was told that its probe is */
};

/* The points of one POINTS command. */
struct mod_point_block {
	struct mod_point_block *next;
	u32 count;
	struct mod_point points[];	/* and their names, each with a NUL */
};

static struct mod_point_block *mod_point_blocks;	/* the last one sent is the first */

/*
 * Goes through all points, the last one sent first: points[i] of `block`. In this order, since
 * who puts each before the others has them in the order of the script.
 */
#define mod_for_each_point(block, i) \
	for (block = mod_point_blocks; block; block = block->next) \
		for (i = block->count; i-- > 0;)

/* ---- Hits ---- */

/* Runs the handler of `point` with the function's registers. Context: the hit. */
static __always_inline void mod_point_hit(const struct mod_point *point, struct pt_regs *regs)
{
	rt_hit(point->probe, regs, point->name);
}

/* ---- Points from the reader ---- */

/* Whether the points make sense; bytes that their names take in *names_ret. */
static bool mod_points_check(const struct mod_family *family, const struct spile_point *points,
			     u32 count, size_t *names_ret)
{
	u32 i;

	*names_ret = 0;
	for (i = 0; i < count; i++) {
		size_t length = strnlen(points[i].name, SPILE_POINT_NAME);

		if (points[i].specification >= family->count || length == SPILE_POINT_NAME)
			return false;
		*names_ret += length + 1;
	}
	return true;
}

static void mod_block_fill(struct mod_point_block *block, const struct mod_family *family,
			   const struct spile_point *points)
{
	struct mod_kprobe_specification *specifications = family->entries;
	char *name = (char *)&block->points[block->count];
	u32 i;

	for (i = 0; i < block->count; i++) {
		struct mod_point *point = &block->points[i];
		size_t length = strlen(points[i].name);

		point->specification = &specifications[points[i].specification];
		point->specification->points++;
		point->probe = point->specification->probe->index;
		point->offset = points[i].offset;
		point->address = points[i].address ? points[i].address + point->offset : 0;
		point->name = memcpy(name, points[i].name, length + 1);
		name += length + 1;
	}
}

/* Adds a block of `count` points, which are in the kernel's memory; 0 or an error. */
static int mod_block_add(const struct mod_family *family, const struct spile_point *points,
			 u32 count)
{
	struct mod_point_block *block;
	size_t names;

	if (!mod_points_check(family, points, count, &names))
		return -EINVAL;
	block = rt_allocate(sizeof(*block) + count * sizeof(block->points[0]) + names);
	if (!block)
		return -ENOMEM;
	block->count = count;
	mod_block_fill(block, family, points);
	block->next = mod_point_blocks;
	mod_point_blocks = block;
	return 0;
}

static int mod_points_add(const struct mod_family *family, u32 count,
			  const struct spile_point __user *points)
{
	struct spile_point *copy;
	int error;

	if (!count || count > MOD_POINTS_PER_COMMAND)
		return count ? -E2BIG : 0;
	copy = kc_allocate(count * sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	if (copy_from_user(copy, points, count * sizeof(*copy)))
		error = -EFAULT;
	else
		error = mod_block_add(family, copy, count);
	kc_release(copy);
	return error;
}

static void mod_points_release(void)
{
	while (mod_point_blocks) {
		struct mod_point_block *block = mod_point_blocks;

		mod_point_blocks = block->next;
		kc_release(block);
	}
}

/* ---- What became of them ---- */

/* Counts `point` as attached. */
static void mod_point_count(const struct mod_point *point)
{
	point->specification->attached++;
	mod_points.attached++;
}

#endif
