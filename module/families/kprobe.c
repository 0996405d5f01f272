/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on kernel functions' entries and returns.
 *
 * The emitter writes specifications; what they stand for on the running kernel, one or thousands
 * of functions, arrives from the reader as points before START (point.h). Entries are left to the
 * function tracer, all at once (entry.h); each other point is one kprobe or kretprobe, but for
 * entries of a function whose return is probed, which that one's kprobe runs as well. The memory is
 * taken when it is known how many there are. They are registered one by one, so that a refusal
 * concerns one function only, and unregistered in batches, each of which waits once for all CPUs.
 */
#include "module/families/entry.h"

#define MOD_KPROBE_BATCH 128

/* A pattern's functions without a call site are probed up to so many: see mod_points_are_left_out. */
#define MOD_WITHOUT_SITE_MOST 256

struct mod_kprobe {
	struct mod_point *point;
	struct mod_kprobe *carrier;	/* whose kprobe has its hits: itself, or a return probe */
	struct mod_point *carried;	/* of that one: the entries, in the order of running */
	kprobe_pre_handler_t kernels_own;	/* and what the kernel does there for the return */
	kprobe_pre_handler_t follow;	/* that, or nothing while the return is off */
	bool is_registered;
	union {
		struct kprobe kprobe;
		struct kretprobe kretprobe;
	} as;
};

/*
 * One for each point that is not traced; the reader may ask for their counts at any time. In the
 * order of registering: of several kprobes at one place the kernel runs the one first that was
 * registered last, of several kretprobes the one that was registered first.
 */
static struct {
	struct mod_kprobe *items;	/* returns, the first one first; entries, the last one first */
	u32 count;
	struct rt_address_table carriers;	/* by function */
} mod_kprobes;

/* ---- Hits ---- */

static RT_HANDLER int mod_kprobe_entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	mod_point_hit(container_of(kprobe, struct mod_kprobe, as.kprobe)->point, regs);
	return 0;
}

/* A hit right behind a call site: the same registers, but for where they stand. */
static RT_HANDLER int mod_kprobe_passed(struct kprobe *kprobe, struct pt_regs *regs)
{
	unsigned long resume = regs->ip;

	regs->ip -= KC_FTRACE_SITE_SIZE;
	mod_point_hit(container_of(kprobe, struct mod_kprobe, as.kprobe)->point, regs);
	regs->ip = resume;
	return 0;
}

/*
 * At the entry of a function whose return is probed, if its entry is too: runs the entries, then
 * has the kernel follow the call. Off is each probe by itself, for the kprobe serves all.
 */
static RT_HANDLER int mod_kprobe_carry(struct kprobe *kprobe, struct pt_regs *regs)
{
	const struct mod_kprobe *carrier = container_of(kprobe, struct mod_kprobe, as.kretprobe.kp);
	const struct mod_point *point = carrier->carried;

	do {
		if (likely(kc_load(point->is_armed)))
			mod_point_hit(point, regs);
		point = point->next;
	} while (unlikely(point));
	return kc_load(carrier->follow)(kprobe, regs);
}

/* Follows no call: for a return that is off while the entries beside it are on. */
static RT_HANDLER int mod_kprobe_let_go(struct kprobe *kprobe, struct pt_regs *regs)
{
	return 0;
}

static RT_HANDLER int mod_kprobe_returned(struct kretprobe_instance *instance,
					  struct pt_regs *regs)
{
	struct kretprobe *kretprobe = kc_kretprobe_of(instance);

	if (!kretprobe)
		return 0;
	kc_kretprobe_return(instance, regs);
	mod_point_hit(container_of(kretprobe, struct mod_kprobe, as.kretprobe)->point, regs);
	return 0;
}

/* ---- Hits of returns that need something of the entry: each call has memory of its own ---- */

/* At the entry; not 0: the return of this call is not followed. */
static RT_HANDLER int mod_kprobe_keep(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe *kretprobe = kc_kretprobe_of(instance);
	const struct mod_point *point;

	if (!kretprobe)
		return 1;
	point = container_of(kretprobe, struct mod_kprobe, as.kretprobe)->point;
	return !point->specification->keep(regs, instance->data);
}

static RT_HANDLER int mod_kprobe_kept(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe *kretprobe = kc_kretprobe_of(instance);
	const struct mod_point *point;

	if (!kretprobe)
		return 0;
	point = container_of(kretprobe, struct mod_kprobe, as.kretprobe)->point;
	kc_kretprobe_return(instance, regs);
	point->specification->returned(regs, point->name, instance->data);
	return 0;
}

/* ---- One for each point ---- */

static bool mod_kprobe_is_return(const struct mod_kprobe *kprobe)
{
	return kprobe->point->specification->is_return;
}

/* The kernel's kprobe that has its hits, also that of a return probe. */
static struct kprobe *mod_kprobe_kernels(const struct mod_kprobe *kprobe)
{
	struct mod_kprobe *carrier = kc_load(kprobe->carrier);

	return mod_kprobe_is_return(carrier) ? &carrier->as.kretprobe.kp : &carrier->as.kprobe;
}

static void mod_kprobe_place(struct kprobe *kprobe, const struct mod_point *point)
{
	unsigned long address = point->address;

	if (point->is_behind)
		address = kc_ftrace_site(address) + KC_FTRACE_SITE_SIZE;
	if (address) {
		kprobe->addr = (kprobe_opcode_t *)address;
	} else {
		kprobe->symbol_name = point->name;
		kprobe->offset = point->offset;
	}
}

static void mod_kretprobe_fill(struct kretprobe *kretprobe,
			       const struct mod_kprobe_specification *specification)
{
	kretprobe->handler = mod_kprobe_returned;
	kretprobe->maxactive = specification->max_active ? specification->max_active :
							   max(15U, 6 * num_possible_cpus());
	if (!specification->saved_size)
		return;
	kretprobe->entry_handler = mod_kprobe_keep;
	kretprobe->handler = mod_kprobe_kept;
	kretprobe->data_size = specification->saved_size;
}

/*
 * Off at first. Were they on, the kernel would begin to optimise the first ones, and until it is
 * done accept no others.
 */
static void mod_kprobe_fill(struct mod_kprobe *kprobe, struct mod_point *point)
{
	kprobe->point = point;
	kprobe->carrier = kprobe;
	mod_kprobe_place(mod_kprobe_kernels(kprobe), point);
	mod_kprobe_kernels(kprobe)->flags = KPROBE_FLAG_DISABLED;
	if (mod_kprobe_is_return(kprobe)) {
		mod_kretprobe_fill(&kprobe->as.kretprobe, point->specification);
	} else {
		kprobe->as.kprobe.pre_handler = point->is_behind ? mod_kprobe_passed :
								   mod_kprobe_entered;
	}
}

static bool mod_point_has_no_site(const struct mod_point *point)
{
	return !point->is_traced && point->address && !kc_ftrace_site(point->address);
}

static void mod_points_count_without_site(void)
{
	struct mod_point_block *block;
	u32 i;

	mod_for_each_point(block, i)
		block->points[i].specification->without_site +=
			mod_point_has_no_site(&block->points[i]);
}

/*
 * A kprobe in a function without a call site takes the kernel milliseconds: it looks through the
 * function for a way to optimise it. Large patterns would wait for minutes, mostly for the innards
 * of tracing itself. So they have none of these, unless they stand for nothing else.
 */
static bool mod_points_are_left_out(const struct mod_kprobe_specification *s)
{
	return s->without_site > MOD_WITHOUT_SITE_MOST && s->without_site < s->points;
}

static bool mod_point_needs_kprobe(const struct mod_point *point)
{
	return !point->is_traced &&
	       !(mod_points_are_left_out(point->specification) && mod_point_has_no_site(point));
}

/* How many points need one; of these, returns in *returns_ret. */
static u32 mod_kprobes_wanted(u32 *returns_ret)
{
	struct mod_point_block *block;
	u32 i, count = 0;

	*returns_ret = 0;
	mod_points_count_without_site();
	mod_for_each_point(block, i) {
		const struct mod_point *point = &block->points[i];

		if (!mod_point_needs_kprobe(point))
			continue;
		count++;
		*returns_ret += point->specification->is_return;
	}
	return count;
}

static void mod_kprobes_fill(u32 returns)
{
	struct mod_kprobe *entry = mod_kprobes.items + returns, *behind = entry;
	struct mod_point_block *block;
	u32 i;

	mod_for_each_point(block, i) {
		struct mod_point *point = &block->points[i];

		if (mod_point_needs_kprobe(point))
			mod_kprobe_fill(point->specification->is_return ? --behind : entry++, point);
	}
}

/* Takes memory for those that are needed; false without. */
static bool mod_kprobes_make(void)
{
	u32 returns, count = mod_kprobes_wanted(&returns);

	if (!count)
		return true;
	mod_kprobes.items = rt_allocate(count * sizeof(mod_kprobes.items[0]));
	if (!mod_kprobes.items)
		return false;
	if (returns && !rt_address_table_init(&mod_kprobes.carriers, returns))
		return false;
	mod_kprobes_fill(returns);
	kc_store_release(mod_kprobes.count, count);
	return true;
}

static void mod_kprobe_release(const struct mod_family *family)
{
	mod_entries_release();
	rt_address_table_fini(&mod_kprobes.carriers);
	kc_release(mod_kprobes.items);
	mod_points_release();
}

/* ---- Entries that a return's kprobe runs ---- */

/* Says what becomes of the return of a function whose entries the kprobe runs, too. */
static void mod_kprobe_follow(struct mod_kprobe *carrier)
{
	kc_store(carrier->follow,
		 carrier->point->is_armed ? carrier->kernels_own : mod_kprobe_let_go);
}

/*
 * The kernel puts a function of its own into a kretprobe's kprobe, which follows the call. Behind
 * register_kretprobe, and while the kprobe is off, another one may take its place and call it: in
 * 3.10 to 6.14, of RHEL's and the mainline's, that place is written by register_kretprobe alone;
 * each hit reads it anew, by way of an aggregate's list or an optimised jump too; and it is
 * compared with only to tell how to show it (k instead of r in kprobes/list of debugfs), or with
 * the aggregate's function. Enabling, disabling, optimising, unregistering go by flags and lists.
 *
 * A kretprobe's entry_handler would not do: it is not called if all instances are in use.
 */
static void mod_kprobe_take_over(struct mod_kprobe *carrier)
{
	struct kprobe *kernels = &carrier->as.kretprobe.kp;

	carrier->kernels_own = kernels->pre_handler;
	mod_kprobe_follow(carrier);
	kernels->pre_handler = mod_kprobe_carry;
}

/*
 * Has the kprobe of a return probe on the same function run the entry; false if there is none. That
 * kprobe is off.
 */
static bool mod_kprobe_join(struct mod_kprobe *entry)
{
	struct mod_kprobe *carrier = NULL;

	if (mod_kprobes.carriers.slots && entry->point->address)
		carrier = rt_address_find(&mod_kprobes.carriers, entry->point->address);
	if (!carrier)
		return false;
	if (!carrier->carried)
		mod_kprobe_take_over(carrier);
	/* Entries come last one first. */
	entry->point->next = carrier->carried;
	carrier->carried = entry->point;
	kc_store(entry->carrier, carrier);
	return true;
}

/* Of several on one function, the last one carries: at an entry the kernel runs it first. */
static void mod_kprobe_offer(struct mod_kprobe *returning)
{
	unsigned long function = returning->point->address;
	struct rt_address_slot *slot;

	if (!function)
		return;
	slot = rt_address_slot(&mod_kprobes.carriers, function);
	slot->address = function;
	slot->value = returning;
}

/* Whether any of the points is armed whose hits the kprobe of `carrier` has. */
static bool mod_kprobe_is_wanted(const struct mod_kprobe *carrier)
{
	const struct mod_point *point;

	for (point = carrier->carried; point; point = point->next)
		if (point->is_armed)
			return true;
	return carrier->point->is_armed;
}

/* Whether the function went with its module. The kernel has taken the kprobe out then. */
static bool mod_kprobe_is_gone(const struct mod_kprobe *kprobe)
{
	return kprobe->carrier->is_registered && kprobe_gone(mod_kprobe_kernels(kprobe));
}

/* ---- Attaching ---- */

/* Takes the point on or off, as its probe is, and with the last one its kprobe; 0 or an error. */
static int mod_kprobe_switch(struct mod_kprobe *kprobe)
{
	struct kprobe *kernels = mod_kprobe_kernels(kprobe);
	struct mod_point *point = kprobe->point;

	if (mod_kprobe_is_gone(kprobe))
		return 0;
	kc_store(point->is_armed, point->specification->probe->armed != 0);
	if (kprobe->carried)
		mod_kprobe_follow(kprobe);
	if (mod_kprobe_is_wanted(kprobe->carrier))
		return enable_kprobe(kernels);
	return disable_kprobe(kernels);
}

static void mod_kprobe_refused(const struct mod_kprobe *kprobe, int error)
{
	kprobe->point->specification->error = error;
	kprobe->point->specification->refused = kprobe->point->name;
	mod_points.refused++;
}

static int mod_kretprobe_register(struct mod_kprobe *kprobe)
{
	if (!kc_kretprobe_may_follow(kprobe->point->name))
		return -EINVAL;
	return register_kretprobe(&kprobe->as.kretprobe);
}

/*
 * Whether the point is passed once in each call, as registers that are to be kept ask for: the first
 * instruction may be one that a loop comes back to, a call site is not.
 */
static bool mod_point_is_passed_once(const struct mod_point *point)
{
	return !point->is_behind && point->address && kc_ftrace_site(point->address);
}

static void mod_kprobe_register(struct mod_kprobe *kprobe)
{
	bool is_return = mod_kprobe_is_return(kprobe);
	int error;

	if (kprobe->point->specification->entered && !mod_point_is_passed_once(kprobe->point)) {
		mod_kprobe_refused(kprobe, -EINVAL);
		return;
	}
	if (!is_return && mod_kprobe_join(kprobe))
		return;
	if (is_return)
		error = mod_kretprobe_register(kprobe);
	else
		error = register_kprobe(&kprobe->as.kprobe);
	kprobe->is_registered = error == 0;
	if (error)
		mod_kprobe_refused(kprobe, error);
	else if (is_return)
		mod_kprobe_offer(kprobe);
}

/* Whether the kernel has the function tracer call the probe, and that is off. */
static bool mod_kprobe_is_unheard(struct mod_kprobe *kprobe)
{
	return kc_ftrace_is_idle((unsigned long)mod_kprobe_kernels(kprobe)->addr);
}

static void mod_kprobe_switch_on(struct mod_kprobe *kprobe)
{
	struct mod_kprobe_specification *s = kprobe->point->specification;
	int error;

	if (!kprobe->carrier->is_registered)
		return;
	error = s->probe->armed ? mod_kprobe_switch(kprobe) : 0;
	if (error) {
		mod_kprobe_refused(kprobe, error);
		return;
	}
	mod_point_count(kprobe->point);
	if (s->probe->armed && mod_kprobe_is_unheard(kprobe))
		s->unheard = kprobe->point->name;
	if (s->entered) {
		kc_store(s->entered->missed, &mod_kprobe_kernels(kprobe)->nmissed);
		s->entered->is_seen = !s->unheard;
	}
}

/* Takes a step with each, until the session is to end. */
static void mod_kprobes_each(void (*step)(struct mod_kprobe *kprobe))
{
	u32 i;

	for (i = 0; i < mod_kprobes.count && !kc_load(rt_session.end_requested); i++) {
		step(&mod_kprobes.items[i]);
		cond_resched();
	}
}

static const char *mod_kprobe_reason(int error)
{
	switch (error) {
	case -ENOENT:
		return "the kernel has no function there";
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
	if (mod_points_are_left_out(s))
		mod_warning(s->probe, "%u functions left out of %s that the function tracer cannot "
			    "call; a narrower pattern has them", s->without_site, s->probe->name);
	if (s->unheard)
		mod_warning(s->probe, "%s is not hit at %s: the function tracer is switched off "
			    "(sysctl kernel.ftrace_enabled), or kprobes are (debugfs kprobes/enabled)", s->probe->name, s->unheard);
	return true;
}

static bool mod_kprobe_attach(const struct mod_family *family)
{
	const struct mod_kprobe_specification *specifications = family->entries;
	u32 i;

	mod_entries_attach();
	if (!mod_kprobes_make()) {
		mod_error(specifications[0].probe, "out of memory for kprobes");
		return false;
	}
	mod_kprobes_each(mod_kprobe_register);
	mod_kprobes_each(mod_kprobe_switch_on);
	if (kc_load(rt_session.end_requested))
		return true;
	for (i = 0; i < family->count; i++)
		if (!mod_kprobe_judge(&specifications[i]))
			return false;
	return true;
}

/* ---- Arming ---- */

static void mod_kprobe_arm(const struct mod_family *family, const struct rt_probe *probe)
{
	int error = mod_entries_arm();
	u32 i;

	for (i = 0; i < mod_kprobes.count; i++) {
		struct mod_kprobe *kprobe = &mod_kprobes.items[i];
		int result;

		if (kprobe->point->specification->probe != probe ||
		    !kprobe->carrier->is_registered)
			continue;
		result = mod_kprobe_switch(kprobe);
		error = result ? result : error;
		cond_resched();
	}
	/* Off is no matter: rt_armed() keeps the handler from running. */
	if (error && probe->armed)
		mod_warning(&rt_probes[probe->index], "cannot arm %s again (error %d)", probe->name,
			    error);
}

/* ---- Detaching ---- */

/* Gathered to be unregistered at once; the session thread's alone. */
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

static void mod_kprobe_unregister(struct mod_kprobe *kprobe)
{
	if (!kprobe->is_registered)
		return;
	if (mod_kprobe_is_return(kprobe))
		mod_kprobe_batch.kretprobes[mod_kprobe_batch.kretprobe_count++] =
			&kprobe->as.kretprobe;
	else
		mod_kprobe_batch.kprobes[mod_kprobe_batch.kprobe_count++] = &kprobe->as.kprobe;
	kprobe->is_registered = false;
	if (mod_kprobe_batch.kprobe_count == MOD_KPROBE_BATCH ||
	    mod_kprobe_batch.kretprobe_count == MOD_KPROBE_BATCH)
		mod_kprobe_batch_flush();
}

/* Says which probes have lost functions since they were attached. */
static void mod_kprobes_tell_gone(const struct mod_family *family)
{
	const struct mod_kprobe_specification *specifications = family->entries;
	u32 i;

	for (i = 0; i < mod_kprobes.count; i++) {
		const struct mod_point *point = mod_kprobes.items[i].point;

		if (!mod_kprobe_is_gone(&mod_kprobes.items[i]))
			continue;
		point->specification->gone++;
		point->specification->went = point->name;
	}
	for (i = 0; i < family->count; i++) {
		const struct mod_kprobe_specification *s = &specifications[i];

		if (s->gone == 1)
			mod_warning(s->probe, "probe %s has lost %s: its module was unloaded",
				    s->probe->name, s->went);
		else if (s->gone)
			mod_warning(s->probe, "probe %s has lost %u functions: their module was "
				    "unloaded", s->probe->name, s->gone);
	}
}

static void mod_kprobe_detach(const struct mod_family *family)
{
	u32 i;

	mod_kprobes_tell_gone(family);
	mod_entries_detach();
	for (i = 0; i < mod_kprobes.count; i++)
		mod_kprobe_unregister(&mod_kprobes.items[i]);
	mod_kprobe_batch_flush();
}

static void mod_kprobe_count(const struct mod_family *family,
			     struct spile_probe_counters *counters)
{
	const struct mod_kprobe_specification *s = family->entries;
	u32 i, count = kc_load_acquire(mod_kprobes.count);

	for (i = 0; i < family->count; i++) {
		u32 *points = counters[s[i].probe->index].points;

		points[SPILE_BY_FTRACE] += s[i].traced;
		points[s[i].is_return ? SPILE_BY_KRETPROBE : SPILE_BY_KPROBE] +=
			s[i].attached - s[i].traced;
	}
	for (i = 0; i < count; i++) {
		struct mod_kprobe *kprobe = &mod_kprobes.items[i];
		struct spile_probe_counters *of;

		/* It is no hit, and who looks for the call is told. */
		if (kprobe->point->specification->entered)
			continue;
		of = &counters[kprobe->point->specification->probe->index];
		of->skipped_reentry += mod_kprobe_kernels(kprobe)->nmissed;
		if (mod_kprobe_is_return(kprobe))
			of->skipped_instances += kprobe->as.kretprobe.nmissed;
	}
}

const struct mod_family_ops mod_kprobe_ops = {
	.release = mod_kprobe_release,
	.command = SPILE_COMMAND_POINTS,
	.add_points = mod_points_add,
	.attach = mod_kprobe_attach,
	.detach = mod_kprobe_detach,
	.arm = mod_kprobe_arm,
	.count = mod_kprobe_count,
};
