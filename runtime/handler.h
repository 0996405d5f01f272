/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way into a handler and out of it.
 *
 * rt_enter/rt_leave stand around every handler: they are the price of a hit, so they take this CPU's
 * context by way of its gate and count, clear nothing that the last run left clean, and neither mask
 * interrupts nor use atomic instructions. Whatever interrupts a handler on its CPU finds the context
 * busy and is skipped and counted. rt_process_enter/_leave are the session thread's, for its own
 * context.
 */
#ifndef SPILE_RUNTIME_HANDLER_H
#define SPILE_RUNTIME_HANDLER_H

#include "output.h"
#include "overload.h"

/* ---- Errors at the end of a handler ---- */

/* What is left to be done at the end of a run in which an error stayed. Context: that of the run. */
void rt_error_settle(struct rt_context *c);

/* The end of a run that asks for attention. Context: the handler's. */
void rt_attend(struct rt_context *c);

/* ---- Probes ---- */

/*
 * Ends what rt_enter began at a closed gate: counts a hit that finds another handler running on its
 * CPU. While the session does not run, nothing is to be counted.
 */
void rt_turn_away(u32 *gate, u32 probe);

/* What a handler looks at of its context. The emitter knows. */
#define RT_USES_REGS 1
#define RT_USES_FUNCTION 2

/*
 * This CPU's context for a run of probe number `probe`, with what it `uses`; NULL if it must not
 * run now, which is counted unless the session is not running. Ends with rt_leave. `uses` is a
 * constant, so only what is used is written: before the hit may be timed, so that nothing has to
 * outlive that call in a register. Context: any, NMI included.
 */
static __always_inline struct rt_context *rt_enter_with(u32 probe, u32 uses, struct pt_regs *regs,
							const char *function)
{
	struct rt_context *c;
	u32 *gate;

	preempt_disable_notrace();
	gate = __this_cpu_read(rt_cpu_gate);
	/* The kernel's flags keep compilers from knowing; it saves callers' tests. */
	if (!gate)
		__builtin_unreachable();
	if (unlikely(*gate)) {
		rt_turn_away(gate, probe);
		return NULL;
	}
	c = container_of(gate, struct rt_context, busy);
	c->busy = 1;
	barrier();
	if (uses & RT_USES_REGS)
		c->regs = regs;
	if (uses & RT_USES_FUNCTION)
		c->function = function;
	if (unlikely(!--c->sample_left) && !rt_sample_begin(c, probe))
		return NULL;
	rt_counters_of(c)[probe].hits++;
	c->probe = &rt_probes[probe];
	return c;
}

/* The same for a handler that uses neither. Context: any, NMI included. */
static __always_inline struct rt_context *rt_enter(u32 probe)
{
	return rt_enter_with(probe, 0, NULL, NULL);
}

/* Ends what rt_enter began. Context: the same. */
static __always_inline void rt_leave(struct rt_context *c)
{
	if (unlikely(c->attention))
		rt_attend(c);
	barrier();
	c->busy = 0;
	preempt_enable_notrace();
}

/* ---- Hits of function probes ---- */

/*
 * Runs `handler` for a hit of probe number `probe`. `handler` and `uses` are constants: so only
 * what is used is written, and the call is a direct one. Context: any, NMI included.
 */
static __always_inline void rt_run(void (*handler)(struct rt_context *c), u32 probe, u32 uses,
				   struct pt_regs *regs, const char *function)
{
	struct rt_context *c = rt_enter_with(probe, uses, regs, function);

	if (!c)
		return;
	handler(c);
	rt_leave(c);
}

/*
 * A hit of probe number `probe`, with the registers and the name of the function that it sits on,
 * or NULL. In the generated file: rt_run for each handler. Context: any, NMI included.
 */
RT_HANDLER void rt_hit(u32 probe, struct pt_regs *regs, const char *function);

/* ---- Hits of function returns that need something of the entry ---- */

/*
 * Runs `handler`, which fills c->saved and sets it to NULL when all is there, at the entry of a
 * function whose return is probe number `probe`. False if it could not, so that this call must not be followed. The return is the hit,
 * not this; only if it is skipped, this is counted. Context: any, NMI included.
 */
static __always_inline bool rt_run_entry(void (*handler)(struct rt_context *c), u32 probe,
					 struct pt_regs *regs, void *saved)
{
	struct rt_context *c = rt_enter(probe);
	bool ok;

	if (!c)
		return false;
	rt_counters_of(c)[probe].hits--;
	ok = kc_load(c->probe->wanted);
	if (ok) {
		c->regs = regs;
		c->function = NULL;
		c->saved = saved;
		handler(c);
		ok = !c->saved && !c->failed;
	}
	rt_leave(c);
	return ok;
}

/* Runs `handler` at the return, with what was saved. Context: any, NMI included. */
static __always_inline void rt_run_return(void (*handler)(struct rt_context *c), u32 probe,
					  struct pt_regs *regs, const char *function, void *saved)
{
	struct rt_context *c = rt_enter(probe);

	if (!c)
		return;
	c->regs = regs;
	c->function = function;
	c->saved = saved;
	handler(c);
	rt_leave(c);
}

/* ---- Conditions behind probe points ---- */

/* Says whether `probe` is to be armed from now on. Context: any, NMI included. */
void rt_condition_set(struct rt_probe *probe, bool is_met);

/* This was no hit. Context: the handler. */
static inline void rt_hit_undo(struct rt_context *c)
{
	rt_counters_of(c)[c->probe->index].hits--;
}

/* Whether this handler's condition holds; if not, there was no hit. Context: the handler. */
static inline bool rt_armed(struct rt_context *c)
{
	if (likely(kc_load(c->probe->wanted)))
		return true;
	rt_hit_undo(c);
	return false;
}

/* ---- The session thread ---- */

/* The process context, for a run of `probe` or a report in its name. Context: session thread. */
struct rt_context *rt_process_enter(struct rt_probe *probe);

/* Ends what rt_process_enter began; tells the reader that this run's output is complete. */
void rt_process_leave(struct rt_context *c);

/*
 * Runs `probe` in process context, counted as a hit. The time is counted with what it waits for:
 * locks, and room for output. Context: session thread.
 */
void rt_process_run(struct rt_probe *probe);

/* exit() of the script: no handler starts any more, and the session ends. Context: any. */
void rt_session_exit(struct rt_context *c);

#endif
