/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on kernel functions' entries and returns.
 *
 * The emitter writes specifications; what they stand for on the running kernel, one or thousands
 * of functions, arrives from the reader as points before START. Each point is one kprobe or
 * kretprobe. They are registered one by one, so that a refusal concerns one function only, and
 * unregistered in batches, each of which waits once for all CPUs.
 */
#ifndef SPILE_MODULE_FAMILIES_KPROBE_H
#define SPILE_MODULE_FAMILIES_KPROBE_H

#include "module/family.h"

struct mod_kprobe_specification {
	/* Written by the emitter. */
	struct rt_probe *probe;
	u8 is_return;
	u8 is_optional;		/* no point attached is no error */
	int max_active;		/* calls at once that a return probe can follow; 0: default */

	u32 points;
	u32 attached;
	int error;		/* the last refusal's */
	const char *refused;	/* and its function */
};

struct mod_point {
	struct mod_kprobe_specification *specification;
	bool is_attached;
	union {
		struct kprobe kprobe;
		struct kretprobe kretprobe;
	} as;
	char name[SPILE_POINT_NAME];
};

/* The points of one POINTS command. */
struct mod_point_block {
	struct mod_point_block *next;
	u32 count;
	struct mod_point points[];
};

static struct mod_point_block *mod_point_blocks;

#define MOD_POINTS_PER_COMMAND 65536
#define MOD_KPROBE_BATCH 128

/* ---- Hits ---- */

static __always_inline void mod_point_hit(struct mod_point *point, struct pt_regs *regs)
{
	rt_hit(point->specification->probe->index, regs, point->name);
}

static RT_HANDLER int mod_kprobe_entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	mod_point_hit(container_of(kprobe, struct mod_point, as.kprobe), regs);
	return 0;
}

static RT_HANDLER int mod_kprobe_returned(struct kretprobe_instance *instance,
					  struct pt_regs *regs)
{
	struct kretprobe *kretprobe = kc_kretprobe_of(instance);

	if (kretprobe)
		mod_point_hit(container_of(kretprobe, struct mod_point, as.kretprobe), regs);
	return 0;
}

/* ---- Points from the reader ---- */

static void mod_kprobe_fill(struct kprobe *kprobe, const struct spile_point *from,
			    const struct mod_point *point)
{
	if (from->address)
		kprobe->addr = (kprobe_opcode_t *)(unsigned long)from->address;
	else
		kprobe->symbol_name = point->name;
}

static bool mod_point_fill(const struct mod_family *family, struct mod_point *point,
			   const struct spile_point *from)
{
	struct mod_kprobe_specification *specifications = family->entries;

	if (from->specification >= family->count ||
	    strnlen(from->name, SPILE_POINT_NAME) == SPILE_POINT_NAME)
		return false;
	point->specification = &specifications[from->specification];
	memcpy(point->name, from->name, SPILE_POINT_NAME);
	if (point->specification->is_return) {
		mod_kprobe_fill(&point->as.kretprobe.kp, from, point);
		point->as.kretprobe.handler = mod_kprobe_returned;
		point->as.kretprobe.maxactive = point->specification->max_active ?
			point->specification->max_active : max(15U, 6 * num_possible_cpus());
	} else {
		mod_kprobe_fill(&point->as.kprobe, from, point);
		point->as.kprobe.pre_handler = mod_kprobe_entered;
	}
	return true;
}

static int mod_kprobe_add_points(const struct mod_family *family, u32 count,
				 const struct spile_point __user *points)
{
	struct mod_point_block *block;
	struct spile_point point;
	u32 i;

	if (count > MOD_POINTS_PER_COMMAND)
		return -E2BIG;
	block = rt_allocate(sizeof(*block) + (size_t)count * sizeof(block->points[0]));
	if (!block)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		if (copy_from_user(&point, &points[i], sizeof(point)) ||
		    !mod_point_fill(family, &block->points[i], &point)) {
			kc_release(block);
			return -EINVAL;
		}
	}
	for (i = 0; i < count; i++)
		block->points[i].specification->points++;
	block->count = count;
	block->next = mod_point_blocks;
	mod_point_blocks = block;
	return 0;
}

static void mod_kprobe_release(const struct mod_family *family)
{
	while (mod_point_blocks) {
		struct mod_point_block *block = mod_point_blocks;

		mod_point_blocks = block->next;
		kc_release(block);
	}
}

/* The kprobe at the point, also that of a return probe. */
static struct kprobe *mod_point_kprobe(struct mod_point *point)
{
	return point->specification->is_return ? &point->as.kretprobe.kp : &point->as.kprobe;
}

/* ---- Attaching ---- */

static void mod_point_attach(struct mod_point *point)
{
	struct mod_kprobe_specification *s = point->specification;
	int error;

	if (!s->probe->armed)
		mod_point_kprobe(point)->flags |= KPROBE_FLAG_DISABLED;
	if (s->is_return)
		error = register_kretprobe(&point->as.kretprobe);
	else
		error = register_kprobe(&point->as.kprobe);
	if (error) {
		s->error = error;
		s->refused = point->name;
		mod_points.refused++;
		return;
	}
	point->is_attached = true;
	s->attached++;
	mod_points.attached++;
}

static const char *mod_kprobe_reason(int error)
{
	switch (error) {
	case -ENOENT:
		return "the kernel has no such function";
	case -EINVAL:
		return "the kernel allows no probe there";
	case -EILSEQ:
		return "there is no instruction boundary";
	case -EBUSY:
		return "the place is in use by another tracer";
	case -ENOMEM:
		return "out of memory";
	default:
		return "the kernel refused";
	}
}

/* Says what came of a specification; false if the session cannot go on. */
static bool mod_kprobe_judge(const struct mod_kprobe_specification *s)
{
	if (!s->attached && !s->is_optional) {
		if (s->refused)
			mod_error(s->probe, "cannot attach %s: %s: %s (error %d)", s->probe->name,
				  s->refused, mod_kprobe_reason(s->error), s->error);
		else
			mod_error(s->probe, "cannot attach %s: no function matches",
				  s->probe->name);
		return false;
	}
	if (s->refused && s->points == 1)
		mod_warning(s->probe, "cannot attach %s: %s: %s (error %d)", s->probe->name,
			    s->refused, mod_kprobe_reason(s->error), s->error);
	return true;
}

static bool mod_kprobe_attach(const struct mod_family *family)
{
	const struct mod_kprobe_specification *specifications = family->entries;
	struct mod_point_block *block;
	u32 i;

	for (block = mod_point_blocks; block; block = block->next) {
		for (i = 0; i < block->count && !kc_load(rt_session.end_requested); i++) {
			mod_point_attach(&block->points[i]);
			cond_resched();
		}
	}
	if (kc_load(rt_session.end_requested))
		return true;
	for (i = 0; i < family->count; i++)
		if (!mod_kprobe_judge(&specifications[i]))
			return false;
	return true;
}

/* ---- Arming ---- */

static int mod_point_arm(struct mod_point *point, bool is_armed)
{
	struct kprobe *kprobe = mod_point_kprobe(point);

	return is_armed ? enable_kprobe(kprobe) : disable_kprobe(kprobe);
}

static void mod_kprobe_arm(const struct mod_family *family, const struct rt_probe *probe)
{
	struct mod_point_block *block;
	int error = 0;
	u32 i;

	for (block = mod_point_blocks; block; block = block->next) {
		for (i = 0; i < block->count; i++) {
			struct mod_point *point = &block->points[i];
			int result;

			if (point->specification->probe != probe || !point->is_attached)
				continue;
			result = mod_point_arm(point, probe->armed);
			error = result ? result : error;
			cond_resched();
		}
	}
	/* Off is no matter: rt_armed() keeps the handler from running. */
	if (error && probe->armed)
		mod_warning(&rt_probes[probe->index], "cannot arm %s again (error %d)", probe->name,
			    error);
}

/* ---- Detaching ---- */

/* Points gathered to be unregistered at once; the session thread's alone. */
static struct {
	struct kprobe *kprobes[MOD_KPROBE_BATCH];
	struct kretprobe *kretprobes[MOD_KPROBE_BATCH];
	u32 kprobe_count, kretprobe_count;
} mod_kprobe_batch;

static void mod_kprobe_batch_flush(void)
{
	unregister_kprobes(mod_kprobe_batch.kprobes, mod_kprobe_batch.kprobe_count);
	unregister_kretprobes(mod_kprobe_batch.kretprobes, mod_kprobe_batch.kretprobe_count);
	mod_kprobe_batch.kprobe_count = 0;
	mod_kprobe_batch.kretprobe_count = 0;
}

static void mod_point_detach(struct mod_point *point)
{
	if (!point->is_attached)
		return;
	if (point->specification->is_return)
		mod_kprobe_batch.kretprobes[mod_kprobe_batch.kretprobe_count++] =
			&point->as.kretprobe;
	else
		mod_kprobe_batch.kprobes[mod_kprobe_batch.kprobe_count++] = &point->as.kprobe;
	point->is_attached = false;
	if (mod_kprobe_batch.kprobe_count == MOD_KPROBE_BATCH ||
	    mod_kprobe_batch.kretprobe_count == MOD_KPROBE_BATCH)
		mod_kprobe_batch_flush();
}

static void mod_kprobe_detach(const struct mod_family *family)
{
	struct mod_point_block *block;
	u32 i;

	for (block = mod_point_blocks; block; block = block->next)
		for (i = 0; i < block->count; i++)
			mod_point_detach(&block->points[i]);
	mod_kprobe_batch_flush();
}

static void mod_kprobe_count_missed(const struct mod_family *family,
				    struct spile_probe_counters *counters)
{
	struct mod_point_block *block;
	u32 i;

	for (block = mod_point_blocks; block; block = block->next) {
		for (i = 0; i < block->count; i++) {
			struct mod_point *point = &block->points[i];
			struct spile_probe_counters *of;

			of = &counters[point->specification->probe->index];
			of->skipped_reentry += mod_point_kprobe(point)->nmissed;
			if (point->specification->is_return)
				of->skipped_instances += point->as.kretprobe.nmissed;
		}
	}
}

static const struct mod_family_ops mod_kprobe_ops = {
	.release = mod_kprobe_release,
	.add_points = mod_kprobe_add_points,
	.attach = mod_kprobe_attach,
	.detach = mod_kprobe_detach,
	.arm = mod_kprobe_arm,
	.count_missed = mod_kprobe_count_missed,
};

#endif
