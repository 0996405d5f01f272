/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on variables: a debug register of each CPU stops at accesses to an address, and the
 * handler runs behind the instruction that made one, in whatever context that was.
 *
 * Where a variable is known by name only, the reader sends its address before START. The registers
 * are few (x86 has four) and shared with debuggers and perf, so a probe whose condition does not
 * hold gives its own back. CPUs that come online during a session have none.
 */
#include "module/families/watchpoint.h"

static RT_HANDLER void mod_watchpoint_hit(struct perf_event *event, struct perf_sample_data *data,
					  struct pt_regs *regs)
{
	const struct mod_watchpoint *w = event->overflow_handler_context;

	rt_hit(w->probe->index, regs, NULL);
}

/* ---- Points from the reader ---- */

/* Takes the address of one. Context: the reader's write. */
static int mod_watchpoint_place(const struct mod_family *family, const struct spile_point *point)
{
	struct mod_watchpoint *entries = family->entries;

	if (point->specification >= family->count || !point->address)
		return -EINVAL;
	entries[point->specification].address = point->address + point->offset;
	return 0;
}

static int mod_watchpoint_add_points(const struct mod_family *family, u32 count,
				     const struct spile_point __user *points)
{
	struct spile_point point;
	int error = 0;
	u32 i;

	for (i = 0; i < count && !error; i++) {
		if (copy_from_user(&point, &points[i], sizeof(point)))
			return -EFAULT;
		error = mod_watchpoint_place(family, &point);
	}
	return error;
}

/* ---- One entry ---- */

static int mod_watchpoint_on(struct mod_watchpoint *w)
{
	struct perf_event * __percpu *events;
	struct perf_event_attr attributes;

	hw_breakpoint_init(&attributes);
	attributes.bp_addr = w->address;
	attributes.bp_type = w->type;
	attributes.bp_len = w->length;
	events = register_wide_hw_breakpoint(&attributes, mod_watchpoint_hit, w);
	if (IS_ERR_VALUE((__force unsigned long)events))
		return (int)(__force long)events;
	w->events = events;
	return 0;
}

/* Takes it off, and waits for hits under way. */
static void mod_watchpoint_off(struct mod_watchpoint *w)
{
	if (w->events)
		unregister_wide_hw_breakpoint(w->events);
	w->events = NULL;
}

static const char *mod_watchpoint_reason(int error)
{
	switch (error) {
	case -ENOENT:
		return "there is no such variable, or its address is hidden";
	case -ENOSPC:
		return "no debug register is free";
	case -EINVAL:
		return "the address is no multiple of the length";
	case -ENOMEM:
		return "out of memory";
	default:
		return "the kernel refused";
	}
}

/* ---- All of them ---- */

static void mod_watchpoint_detach(const struct mod_family *family)
{
	struct mod_watchpoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++)
		mod_watchpoint_off(&entries[i]);
}

/* Attached is also what is to be off at first: so it is known that it can be. */
static bool mod_watchpoint_attach(const struct mod_family *family)
{
	struct mod_watchpoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		struct mod_watchpoint *w = &entries[i];
		int error = w->address ? mod_watchpoint_on(w) : -ENOENT;

		if (error && !w->is_optional) {
			mod_error(w->probe, "cannot attach %s: %s (error %d)", w->probe->name,
				  mod_watchpoint_reason(error), error);
			return false;
		}
		if (error && error != -ENOENT)
			mod_warning(w->probe, "cannot attach %s: %s (error %d)", w->probe->name,
				    mod_watchpoint_reason(error), error);
		w->was_attached = !error;
		if (!w->probe->armed)
			mod_watchpoint_off(w);
	}
	return true;
}

static void mod_watchpoint_arm(const struct mod_family *family, const struct rt_probe *probe)
{
	struct mod_watchpoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		struct mod_watchpoint *w = &entries[i];
		int error = 0;

		if (w->probe != probe || !w->was_attached)
			continue;
		if (!probe->armed)
			mod_watchpoint_off(w);
		else if (!w->events)
			error = mod_watchpoint_on(w);
		if (error)
			mod_warning(w->probe, "cannot arm %s again: %s (error %d)", probe->name,
				    mod_watchpoint_reason(error), error);
	}
}

static void mod_watchpoint_count(const struct mod_family *family,
				 struct spile_probe_counters *counters)
{
	const struct mod_watchpoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++)
		counters[entries[i].probe->index].points[SPILE_BY_WATCHPOINT] +=
			entries[i].was_attached;
}

const struct mod_family_ops mod_watchpoint_ops = {
	.command = SPILE_COMMAND_DATA,
	.add_points = mod_watchpoint_add_points,
	.attach = mod_watchpoint_attach,
	.detach = mod_watchpoint_detach,
	.arm = mod_watchpoint_arm,
	.count = mod_watchpoint_count,
};
