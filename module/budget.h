/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The budget of --budget, shared out among the probes: ten times a second the session thread looks
 * what each probe's handler took on each CPU and what it would have taken had every hit run. Where
 * that is too much the costliest probes get a part of their turns, so that none takes more than
 * another that is throttled too; or they are switched off, when even that does not do, or when
 * passing over their hits costs too much. They are let back in by steps as there is room.
 *
 * Every change is told in the output, and takes effect at once, on every CPU (runtime/budget.h).
 * Called by hits.c.
 */
#ifndef SPILE_MODULE_BUDGET_H
#define SPILE_MODULE_BUDGET_H

#include "module/script.h"

#define MOD_BUDGET_ROUND_NS 100000000ULL

/* Levels of throttling: four for each halving of the turns, down to one in 256; then off. */
#define MOD_BUDGET_LEAST 32
#define MOD_BUDGET_OFF 36

/* Rounds with room before a probe is let back in; more after each time that it was too early. */
#define MOD_BUDGET_PATIENCE 10
#define MOD_BUDGET_PATIENCE_MOST 640

/* Rounds that a probe must be too costly in to be switched off. */
#define MOD_BUDGET_CERTAIN 5

/*
 * Cycles that a hit is charged which is passed over: the kernel's way to it, which cannot be
 * measured. By the function tracer it is about that, by a breakpoint several times as much.
 */
#define MOD_BUDGET_PASS_CYCLES 100

/* What the session thread decided on a probe. */
struct mod_budget_probe {
	u32 level;
	u32 aim;		/* level that the last round found right */
	bool is_excessive;	/* it found that none is */
	u32 excess;		/* rounds in a row that did */
	u32 calm;		/* rounds that it has been too high */
	u32 patience;		/* rounds that this has to last */
	bool was_lowered;	/* and not raised again since */
	u64 off_since;		/* nanoseconds; while it is off */
	u64 off_ns;		/* before that */
};

static struct mod_budget_probe *mod_budget_probes;	/* by the number of the probe */

/* When the last round was, in nanoseconds and in cycles. */
static u64 mod_budget_round_ns, mod_budget_round_cycles;

/* ---- Levels ---- */

/* Of RT_TURNS_ALL hits, how many run. */
static u32 mod_budget_turns(u32 level)
{
	return level > MOD_BUDGET_LEAST ? 0 : (RT_TURNS_ALL >> level / 4) / 8 * (8 - level % 4);
}

/* What a handler that would take `demand` cycles takes at `level`. */
static u64 mod_budget_take(u64 demand, u32 level)
{
	return demand * mod_budget_turns(level) / RT_TURNS_ALL;
}

/* The lowest level at which it takes no more than `most`; off if there is none. */
static u32 mod_budget_level(u64 demand, u64 most)
{
	u32 level = 0;

	while (level < MOD_BUDGET_LEAST && mod_budget_take(demand, level + 4) > most)
		level += 4;
	while (level <= MOD_BUDGET_LEAST && mod_budget_take(demand, level) > most)
		level++;
	return level > MOD_BUDGET_LEAST ? MOD_BUDGET_OFF : level;
}

/* ---- What a CPU's handlers take ---- */

/*
 * Finds what the hits of a probe since the last round would take if all ran. That one run is
 * dearer counts when it was so in the round before, too: the host of a virtual machine may have
 * taken the CPU away in the middle of a run.
 */
static void mod_budget_look(struct rt_usage *usage, u64 passed_over)
{
	u64 timed = kc_load(usage->timed), cycles = kc_load(usage->cycles);
	u64 runs = timed - usage->seen_timed, last = usage->cost;

	if (runs) {
		usage->cost = (cycles - usage->seen_cycles) / runs;
		last = last ? min(last, usage->cost) : usage->cost;
	}
	usage->passed_over = passed_over - usage->seen_passed_over;
	usage->demand = last * (runs + usage->passed_over);
	usage->seen_timed = timed;
	usage->seen_cycles = cycles;
	usage->seen_passed_over = passed_over;
}

/* What all probes take on the CPU if none may take more than `most`. */
static u64 mod_budget_take_within(const struct rt_context *c, u64 most)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++)
		sum += mod_budget_take(rt_usage_of(c)[i].demand,
				       mod_budget_level(rt_usage_of(c)[i].demand, most));
	return sum;
}

/* What they take as they are throttled now. */
static u64 mod_budget_take_now(const struct rt_context *c)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++)
		sum += mod_budget_take(rt_usage_of(c)[i].demand, mod_budget_probes[i].level);
	return sum;
}

/*
 * Finds the probe excessive that has the most hits passed over if there are so many on the CPU
 * that passing them over takes more than `limit` by itself.
 */
static void mod_budget_judge_passing(const struct rt_context *c, u64 limit)
{
	u64 sum = 0;
	u32 i, most = 0;

	for (i = 0; i < rt_script.probe_count; i++) {
		sum += rt_usage_of(c)[i].passed_over;
		if (rt_usage_of(c)[i].passed_over > rt_usage_of(c)[most].passed_over)
			most = i;
	}
	if (sum * MOD_BUDGET_PASS_CYCLES > limit)
		mod_budget_probes[most].is_excessive = true;
}

/* Raises the aim of a probe to `level`. */
static void mod_budget_raise(struct mod_budget_probe *b, u32 level)
{
	b->is_excessive |= level == MOD_BUDGET_OFF;
	b->aim = max_t(u32, b->aim, min_t(u32, level, MOD_BUDGET_LEAST));
}

/*
 * Raises the aims of the probes as this CPU needs it, a little below `limit`. True if they take
 * more than `limit` as they are.
 */
static bool mod_budget_judge(struct rt_context *c, u64 limit)
{
	u64 wish = limit - limit / 8, most = wish;
	bool is_over;
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++)
		mod_budget_look(&rt_usage_of(c)[i], kc_load(rt_counters_of(c)[i].passed_over));
	is_over = mod_budget_take_now(c) > limit;
	while (mod_budget_take_within(c, most) > wish)
		most -= most / 4 + 1;
	for (i = 0; i < rt_script.probe_count; i++)
		mod_budget_raise(&mod_budget_probes[i], mod_budget_level(rt_usage_of(c)[i].demand, most));
	mod_budget_judge_passing(c, limit);
	return is_over;
}

/* ---- Changes ---- */

/* "budget: probe X now runs 3 hits in 8" */
static void mod_budget_tell(struct rt_probe *probe, u32 level)
{
	u32 hits = 8 - level % 4, of = 8 << level / 4;

	for (; hits % 2 == 0; hits /= 2)
		of /= 2;
	if (level > MOD_BUDGET_LEAST)
		mod_warning(probe, "budget: probe %s is switched off", probe->name);
	else if (level == 0)
		mod_warning(probe, "budget: probe %s now runs all hits", probe->name);
	else if (hits == 1)
		mod_warning(probe, "budget: probe %s now runs one hit in %u", probe->name, of);
	else
		mod_warning(probe, "budget: probe %s now runs %u hits in %u", probe->name, hits,
			    of);
}

/* How long probe number `probe` has been off, in nanoseconds. Context: process. */
static u64 mod_budget_off_ns(u32 probe)
{
	const struct mod_budget_probe *b = &mod_budget_probes[probe];
	u64 since = kc_load(b->off_since);

	return b->off_ns + (since ? kc_monotonic_ns() - since : 0);
}

/* Notes that the probe goes off or on; mod_conditions_apply tells its family. */
static void mod_budget_switch(struct rt_probe *probe, bool is_off)
{
	struct mod_budget_probe *b = &mod_budget_probes[probe->index];

	b->off_ns = mod_budget_off_ns(probe->index);
	kc_store(b->off_since, is_off ? kc_monotonic_ns() : 0);
	probe->is_off = is_off;
	kc_store(rt_session.condition_changed, 1);
}

static void mod_budget_set(struct rt_probe *probe, u32 level)
{
	struct mod_budget_probe *b = &mod_budget_probes[probe->index];
	bool is_off = level == MOD_BUDGET_OFF;

	b->level = level;
	b->calm = 0;
	kc_store(probe->turns, mod_budget_turns(level));
	if (probe->is_off != is_off)
		mod_budget_switch(probe, is_off);
	mod_budget_tell(probe, level);
}

/* Follows the aim upwards if the budget is exceeded, downwards by a step after some patience. */
static void mod_budget_follow(struct rt_probe *probe, bool is_over)
{
	struct mod_budget_probe *b = &mod_budget_probes[probe->index];

	b->excess = b->is_excessive ? b->excess + 1 : 0;
	if (b->excess >= MOD_BUDGET_CERTAIN) {
		b->aim = MOD_BUDGET_OFF;
		is_over = true;
	}
	if (b->aim > b->level) {
		b->calm = 0;
		if (!is_over)
			return;
		if (b->was_lowered)
			b->patience = min_t(u32, 2 * b->patience, MOD_BUDGET_PATIENCE_MOST);
		b->was_lowered = false;
		mod_budget_set(probe, b->aim);
	} else if (b->aim == b->level && b->level) {
		b->calm = 0;
	} else if (++b->calm >= b->patience) {
		b->was_lowered = b->level != 0;
		if (b->level)
			mod_budget_set(probe, max_t(s32, b->aim, (s32)b->level - 4));
		else
			b->patience = MOD_BUDGET_PATIENCE;
	}
}

/* ---- Rounds ---- */

/* Judges what handlers took of `limit` cycles on each CPU since the last round. */
static void mod_budget_round(u64 limit)
{
	bool is_over = false;
	unsigned int cpu;
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++) {
		mod_budget_probes[i].aim = 0;
		mod_budget_probes[i].is_excessive = false;
	}
	for_each_possible_cpu(cpu)
		is_over |= mod_budget_judge(rt_context_of(cpu), limit);
	for (i = 0; i < rt_script.probe_count; i++)
		mod_budget_follow(&rt_probes[i], is_over);
}

/* Takes memory; false without. Context: process, at load. */
static bool mod_budget_init(void)
{
	mod_budget_probes = rt_allocate(rt_script.probe_count * sizeof(mod_budget_probes[0]));
	return mod_budget_probes != NULL;
}

static void mod_budget_fini(void)
{
	kc_release(mod_budget_probes);
	mod_budget_probes = NULL;
}

/* Before handlers run. Context: session thread. */
static void mod_budget_start(void)
{
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++)
		mod_budget_probes[i].patience = MOD_BUDGET_PATIENCE;
	mod_budget_round_ns = kc_monotonic_ns();
	mod_budget_round_cycles = kc_cycles();
}

/* Does a round if there is a budget and it is time. Context: session thread. */
static void mod_budget_apply(void)
{
	u64 now = kc_monotonic_ns(), cycles = kc_cycles();
	u64 length = cycles - mod_budget_round_cycles;

	if (!rt_budget_percent || now - mod_budget_round_ns < MOD_BUDGET_ROUND_NS)
		return;
	mod_budget_round_ns = now;
	mod_budget_round_cycles = cycles;
	mod_budget_round(length / 100 * rt_budget_percent);
}

#endif
