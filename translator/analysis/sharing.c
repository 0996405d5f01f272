/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How globals are kept, and what keeps handlers that run at the same time out of each other's way.
 *
 * begin, end and error probes run alone. Handlers of the session thread, those of timers, run one
 * after the other but beside all others; any other handler may run on all CPUs at once. A handler
 * holds the locks of its globals for as long as it runs, so that it sees no change by others and
 * others see all of its changes or none. docs/GLOBALS.md explains the rules to users.
 */
#include "analysis/effects.h"

/*
 * What a handler does with a global, all in all. Several: what several handlers do. To iterate is
 * to read, but a foreach statement has room for one order of the elements only.
 */
enum { ADDS = 1, READS = 2, ITERATES = 4, WRITES = 8 };

/* One bit of a context says which of these are held shared: the rest is taken exclusively. */
#define MAX_SHARED 64

static bool is_scalar_statistic(const struct variable *global)
{
	return global->type == TYPE_STATS && global->key_count <= 0;
}

/* Insertions of the session thread, which handlers interrupt, count as more than adding. */
static unsigned int use_of(const struct handler *handler, const struct effects *effects, const struct variable *global)
{
	if (context_of(handler) == CONTEXT_ALONE || !set_has(effects->touched, global->number))
		return 0;
	if (!set_has(effects->written, global->number))
		return set_has(effects->iterated, global->number) ? ITERATES : READS;
	if (set_has(effects->otherwise, global->number))
		return WRITES;
	return context_of(handler) == CONTEXT_PROCESS && global->key_count > 0 ? WRITES : ADDS;
}

/* Whether handlers that do `a` and `b` with a global must not do so at the same time. */
static bool is_conflict(unsigned int a, unsigned int b, bool adders_agree)
{
	if (((a & WRITES) && b) || (a && (b & WRITES)))
		return true;
	if (((a & ADDS) && (b & (READS | ITERATES))) || ((a & (READS | ITERATES)) && (b & ADDS)))
		return true;
	if ((a & ITERATES) && (b & ITERATES))
		return true;
	return !adders_agree && (a & ADDS) && (b & ADDS);
}

/*
 * A number, or an array whose elements stay until somebody deletes them, has a part on each CPU if
 * all that probes do with it is to add. Statistics that are no arrays always have.
 */
static bool is_accumulated(const struct variable *global, unsigned int by_probes)
{
	if (is_scalar_statistic(global))
		return true;
	return by_probes == ADDS && (global->type == TYPE_LONG || global->type == TYPE_STATS) && !global->wraps;
}

/* `by_probes` and `by_timers`: what handlers do that run on any CPU, and in the session thread. */
static enum sharing sharing_of(const struct variable *global, unsigned int by_probes, unsigned int by_timers)
{
	if (!is_conflict(by_probes, by_probes, global->is_accumulated) &&
	    !is_conflict(by_probes, by_timers, global->is_accumulated))
		return SHARING_UNLOCKED;
	if (global->is_accumulated && ((by_probes | by_timers) & ADDS))
		return SHARING_ADDERS;
	return by_probes & READS ? SHARING_READERS : SHARING_NONE;
}

static void classify(struct program *program, const struct effects *effects, struct variable *global)
{
	unsigned int by_probes = 0, by_timers = 0;

	for (unsigned int i = 0; i < program->handlers->len; i++) {
		const struct handler *handler = g_ptr_array_index(program->handlers, i);

		*(context_of(handler) == CONTEXT_PROCESS ? &by_timers : &by_probes) |=
			use_of(handler, &effects[i], global);
	}
	global->is_accumulated = is_accumulated(global, by_probes);
	global->sharing = sharing_of(global, by_probes, by_timers);
	if (global->sharing != SHARING_ADDERS && global->sharing != SHARING_READERS)
		return;
	if (program->shared_locks < MAX_SHARED)
		global->lock_number = program->shared_locks++;
	else
		global->sharing = SHARING_NONE;
}

static bool may_share(const struct variable *global, unsigned int use)
{
	return (global->sharing == SHARING_ADDERS && use == ADDS) || (global->sharing == SHARING_READERS && use == READS);
}

/*
 * In the one order of all handlers: first the locks that nobody shares, then the others. Who takes
 * one of the others exclusively takes all of them so: else two handlers could wait for each other.
 */
static void plan_locks(const struct program *program, struct handler *handler, const struct effects *effects)
{
	GPtrArray *shareable = g_ptr_array_new();
	bool shares = true;

	for (unsigned int i = 0; i < program->globals->len; i++) {
		struct variable *global = g_ptr_array_index(program->globals, i);
		unsigned int use = use_of(handler, effects, global);

		if (!use || global->sharing == SHARING_UNLOCKED)
			continue;
		if (global->sharing == SHARING_NONE) {
			g_ptr_array_add(handler->locked, global);
			continue;
		}
		g_ptr_array_add(shareable, global);
		shares &= may_share(global, use);
	}
	for (unsigned int i = 0; i < shareable->len; i++)
		g_ptr_array_add(shares ? handler->shared : handler->locked, g_ptr_array_index(shareable, i));
	g_ptr_array_free(shareable, TRUE);
}

void plan_sharing(struct program *program, const struct effects *effects)
{
	for (unsigned int i = 0; i < program->globals->len; i++)
		classify(program, effects, g_ptr_array_index(program->globals, i));
	for (unsigned int i = 0; i < program->handlers->len; i++)
		plan_locks(program, g_ptr_array_index(program->handlers, i), &effects[i]);
}

/* ---- -v ---- */

/* "Global n: added to on each CPU, without a lock" */
void program_print_sharing(const struct program *program, GString *out)
{
	static const char *const locks[] = {
		[SHARING_UNLOCKED] = "without a lock", [SHARING_NONE] = "locked by each who uses it",
		[SHARING_ADDERS] = "its lock is shared by those who only add",
		[SHARING_READERS] = "its lock is shared by those who only read",
	};

	for (unsigned int i = 0; i < program->globals->len; i++) {
		const struct variable *global = g_ptr_array_index(program->globals, i);

		g_string_append_printf(out, "Global %s: %s, %s\n", global->name,
				       global->is_accumulated ? "a part on each CPU" : "one copy",
				       locks[global->sharing]);
	}
}
