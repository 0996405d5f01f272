/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Function entries, hooked by the function tracer: a third of a kprobe's price for a hit, and
 * thousands of functions in one operation.
 *
 * All entries of a script share one callback, and one filter, the call sites of their functions.
 * The callback finds the site's points in a table that is made before attaching and does not
 * change after. Called by kprobe.h in the session thread; what does not become is_traced here,
 * functions without a call site or all of them, is its to attach.
 *
 * Registers other than arguments' are asked for only if some handler looks at them.
 *
 * The filter has exactly the sites at which some probe is armed; if there is none, the callback is
 * not registered. The callback may interrupt itself: all it does before rt_enter is look.
 */
#ifndef SPILE_MODULE_FAMILIES_ENTRY_H
#define SPILE_MODULE_FAMILIES_ENTRY_H

#include "runtime/address.h"
#include "module/families/point.h"

static struct {
	struct rt_address_table table;	/* call site: its first point, or NULL if refused */
	const struct mod_point *only;	/* if there is no other */
	unsigned long *sites;		/* gathered for the filter; room for all */
} mod_entries;

/* ---- Hits: three callbacks, of which the cheapest that will do is taken ---- */

/* Runs the probes at `site`, the last one by a jump. */
static __always_inline void mod_entry_run(unsigned long site, struct pt_regs *regs)
{
	const struct mod_point *point = rt_address_find(&mod_entries.table, site);

	if (unlikely(!point))
		return;
	for (; unlikely(point->next); point = point->next)
		mod_point_hit(point, regs);
	mod_point_hit(point, regs);
}

/* Shows handlers the registers that a kprobe would: the address behind a breakpoint. */
static RT_HANDLER __maybe_unused void mod_entry_hit(unsigned long site, unsigned long caller,
						    struct ftrace_ops *ops,
						    struct kc_ftrace_regs *registers)
{
	struct pt_regs *regs = kc_ftrace_registers(registers);
	unsigned long resume = regs->ip;

	regs->ip = site + 1;
	mod_entry_run(site, regs);
	regs->ip = resume;
}

/* For handlers that look at arguments only. */
static RT_HANDLER __maybe_unused void mod_entry_hit_arguments(unsigned long site,
							      unsigned long caller,
							      struct ftrace_ops *ops,
							      struct kc_ftrace_regs *registers)
{
	mod_entry_run(site, kc_ftrace_registers(registers));
}

/* For one that is alone. */
static RT_HANDLER __maybe_unused void mod_entry_hit_only(unsigned long site, unsigned long caller,
							 struct ftrace_ops *ops,
							 struct kc_ftrace_regs *registers)
{
	mod_point_hit(mod_entries.only, kc_ftrace_registers(registers));
}

static struct kc_ftrace mod_entry_tracer = KC_FTRACE;

/* ---- The table ---- */

static bool mod_entry_is_candidate(const struct mod_point *point)
{
	return !point->specification->is_return && point->address && !point->offset &&
	       kc_ftrace_may_filter(point->address);
}

static u32 mod_entries_count_candidates(void)
{
	struct mod_point_block *block;
	u32 i, count = 0;

	mod_for_each_point(block, i)
		count += mod_entry_is_candidate(&block->points[i]);
	return count;
}

/* Puts `point` before those that are at `site` already. */
static void mod_entry_insert(struct mod_point *point, unsigned long site)
{
	struct rt_address_slot *slot = rt_address_slot(&mod_entries.table, site);

	slot->address = site;
	point->next = slot->value;
	slot->value = point;
}

static void mod_entries_insert_all(void)
{
	struct mod_point_block *block;
	u32 i;

	mod_for_each_point(block, i) {
		struct mod_point *point = &block->points[i];
		unsigned long site = 0;

		if (mod_entry_is_candidate(point))
			site = kc_ftrace_site(point->address);
		if (site)
			mod_entry_insert(point, site);
		cond_resched();
	}
}

/*
 * Leaves functions to kprobes whose return is probed too: for that they have a kprobe anyway, which
 * runs their entries as well. A second callback of the tracer would cost more than all else.
 */
static void mod_entries_spare_returning(void)
{
	struct mod_point_block *block;
	u32 i;

	mod_for_each_point(block, i) {
		struct mod_point *point = &block->points[i];

		if (point->specification->is_return && point->address)
			rt_address_slot(&mod_entries.table,
					kc_ftrace_site(point->address))->value = NULL;
		cond_resched();
	}
}

/* Goes through the slots that have points: NULL first, NULL at the end. */
static struct rt_address_slot *mod_entry_next(const struct rt_address_slot *slot)
{
	struct rt_address_slot *end = mod_entries.table.slots + mod_entries.table.mask + 1;
	struct rt_address_slot *next = mod_entries.table.slots;

	if (slot)
		next += slot - mod_entries.table.slots + 1;
	while (next < end && !next->value)
		next++;
	return next < end ? next : NULL;
}

static bool mod_entries_make(void)
{
	u32 count = mod_entries_count_candidates();

	if (!count || !rt_address_table_init(&mod_entries.table, count))
		return false;
	mod_entries.sites = rt_allocate(count * sizeof(mod_entries.sites[0]));
	if (!mod_entries.sites)
		return false;
	mod_entries_insert_all();
	mod_entries_spare_returning();
	return true;
}

static void mod_entries_release(void)
{
	rt_address_table_fini(&mod_entries.table);
	kc_release(mod_entries.sites);
	mod_entries.sites = NULL;
}

/* ---- What the tracer accepts ---- */

/* Gives the sites that it refuses back to kprobes. The filter is empty before and after. */
static void mod_entries_try_each(void)
{
	struct rt_address_slot *slot = NULL;

	while ((slot = mod_entry_next(slot)) != NULL) {
		if (kc_ftrace_filter_only(&mod_entry_tracer, slot->address))
			slot->value = NULL;
		cond_resched();
	}
	kc_ftrace_filter_clear(&mod_entry_tracer);
}

/* Nearly always it takes all of them. */
static void mod_entries_try(void)
{
	struct rt_address_slot *slot = NULL;
	u32 count = 0;
	int error;

	while ((slot = mod_entry_next(slot)) != NULL)
		mod_entries.sites[count++] = slot->address;
	error = kc_ftrace_filter(&mod_entry_tracer, mod_entries.sites, count, false);
	kc_ftrace_filter_clear(&mod_entry_tracer);
	if (error)
		mod_entries_try_each();
}

/* ---- The callback ---- */

static bool mod_entries_need_all_registers(void)
{
	struct rt_address_slot *slot = NULL;
	const struct mod_point *point;

	while ((slot = mod_entry_next(slot)) != NULL)
		for (point = slot->value; point; point = point->next)
			if (!point->specification->arguments_suffice)
				return true;
	return false;
}

/* The one point that there is, or NULL if there are others. */
static const struct mod_point *mod_entries_only(void)
{
	const struct rt_address_slot *first = mod_entry_next(NULL);
	const struct mod_point *point = first ? first->value : NULL;

	return point && !point->next && !mod_entry_next(first) ? point : NULL;
}

static void mod_entries_choose(void)
{
	mod_entries.only = mod_entries_only();
	if (mod_entries_need_all_registers())
		kc_ftrace_ask(&mod_entry_tracer, mod_entry_hit, true);
	else if (mod_entries.only)
		kc_ftrace_ask(&mod_entry_tracer, mod_entry_hit_only, false);
	else
		kc_ftrace_ask(&mod_entry_tracer, mod_entry_hit_arguments, false);
}

/* ---- The filter ---- */

static bool mod_entry_is_wanted(const struct rt_address_slot *slot)
{
	const struct mod_point *point;

	for (point = slot->value; point; point = point->next)
		if (point->specification->probe->armed)
			return true;
	return false;
}

/* How many sites have a probe that is armed. */
static u32 mod_entries_wanted(void)
{
	struct rt_address_slot *slot = NULL;
	u32 count = 0;

	while ((slot = mod_entry_next(slot)) != NULL)
		count += mod_entry_is_wanted(slot);
	return count;
}

/* Takes sites into the filter that are wanted, or those out of it that are not. 0 or an error. */
static int mod_entries_filter(bool is_removal)
{
	struct rt_address_slot *slot = NULL;
	u32 i, count = 0;
	int error;

	while ((slot = mod_entry_next(slot)) != NULL) {
		struct mod_point *first = slot->value;

		if (first->is_filtered == is_removal && mod_entry_is_wanted(slot) != is_removal)
			mod_entries.sites[count++] = slot->address;
	}
	error = kc_ftrace_filter(&mod_entry_tracer, mod_entries.sites, count, is_removal);
	for (i = 0; i < count && !error; i++) {
		struct mod_point *first = rt_address_find(&mod_entries.table, mod_entries.sites[i]);

		first->is_filtered = !is_removal;
	}
	return error;
}

/* Takes the callback off, and all sites out of the filter. */
static void mod_entries_detach(void)
{
	struct rt_address_slot *slot = NULL;

	if (!mod_entries.sites)
		return;
	kc_ftrace_unregister(&mod_entry_tracer);
	kc_ftrace_filter_clear(&mod_entry_tracer);
	while ((slot = mod_entry_next(slot)) != NULL)
		((struct mod_point *)slot->value)->is_filtered = false;
}

/* Makes the filter what the probes' conditions call for; 0 or an error. */
static int mod_entries_arm(void)
{
	int error;

	if (!mod_entries.sites)
		return 0;
	if (!mod_entries_wanted()) {
		mod_entries_detach();
		return 0;
	}
	/* In this order, that it is never empty. */
	error = mod_entries_filter(false);
	if (!error)
		error = mod_entries_filter(true);
	if (error || mod_entry_tracer.is_registered)
		return error;
	error = kc_ftrace_register(&mod_entry_tracer, mod_entries.sites[0]);
	if (error)
		mod_entries_detach();
	return error;
}

/* ---- Attaching ---- */

/* Says of all points in the table that they are attached. */
static void mod_entries_taken(void)
{
	struct rt_address_slot *slot = NULL;
	struct mod_point *point;

	while ((slot = mod_entry_next(slot)) != NULL) {
		for (point = slot->value; point; point = point->next) {
			point->is_traced = true;
			if (point->specification->entered)
				point->specification->entered->is_seen = 1;
			point->specification->traced++;
			mod_point_count(point);
			mod_points.by_ftrace++;
		}
	}
}

/*
 * While the tracer is switched off, a kprobe at a call site is not hit either: the kernel has the
 * tracer call it. One on the instruction behind is.
 */
static void mod_entries_move_behind(void)
{
	struct rt_address_slot *slot = NULL;
	struct mod_point *point;

	while ((slot = mod_entry_next(slot)) != NULL)
		for (point = slot->value; point; point = point->next)
			point->is_behind = true;
}

/* Attaches what it can of all entries. */
static void mod_entries_attach(void)
{
	int error;

	if (mod_entries_make()) {
		mod_entries_try();
		mod_entries_choose();
		error = mod_entries_arm();
		if (!error) {
			mod_entries_taken();
			return;
		}
		mod_entries_detach();
		if (error == -EBUSY)
			mod_entries_move_behind();
	}
	mod_entries_release();
}

#endif
