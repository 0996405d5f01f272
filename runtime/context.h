/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The context that a handler runs in: one per CPU for probes, one more for the handlers that the
 * session thread runs in process context (begin, end, error, timers).
 *
 * A context holds everything that a running handler needs and that may not be on the kernel's
 * small stack: string frames, the error text, its counters. Only one handler uses a context at a
 * time; `busy` sees to that for the per-CPU ones. Generated code reaches it as `c`.
 */
#ifndef SPILE_RUNTIME_CONTEXT_H
#define SPILE_RUNTIME_CONTEXT_H

#include "place.h"

/* Functions that a probe enters through: neither traced nor probed themselves. */
#define RT_HANDLER notrace __kprobes

struct rt_context;
struct rt_lock;
struct rt_match;
struct rt_stat;
struct rt_stream;

/* One probe of the script. The emitter writes the first four. */
struct rt_probe {
	const char *name;	/* probe point as the user wrote it */
	const char *where;	/* file:line:column */
	void (*handler)(struct rt_context *c);	/* of those that the session thread runs */
	/* Evaluates `if (...)` behind the probe point and says rt_condition_set; NULL: none. */
	void (*condition)(struct rt_context *c);
	u8 is_at_return;	/* of a function */

	u32 index;		/* in rt_probes; set at load */
	u32 wanted;		/* the condition holds, or there is none */
	u32 is_off;		/* the budget has switched it off; the session thread's */
	u32 armed;		/* what the families were told of both */
	u32 turns;		/* of RT_TURNS_ALL hits, how many run: see budget.h */
	struct rt_place place;	/* somewhere in the probe */
};

/* Defined at the end of the generated file: rt_script.probe_count of them. */
extern struct rt_probe rt_probes[];

/* Frames are rounded up to 8 bytes, each call chain by at most MAXNESTING plus the handler's. */
#define RT_FRAME_BYTES (rt_script.frame_size + 8 * (MAXNESTING + 32))

#define RT_TURNS_ALL 8192

/* One hit in this many is timed, unless all are: see overload.h. */
#define RT_SAMPLE_EVERY 64

/* All hits are timed: the session has statistics of its probes, or a budget. Set at load. */
extern bool rt_times_all;

/* What one probe did on one CPU. */
struct rt_counters {
	u64 hits;			/* handler runs */
	u64 skipped_reentry;
	u64 skipped_lock;
	u64 given_up;
	u64 given_up_insertions;
	u64 lost_records;
	u64 errors;
	u64 passed_over;		/* for the budget */
};

/* How long the handler of one probe ran on one CPU, if all hits are timed. */
struct rt_usage {
	u64 timed;		/* hits */
	u64 cycles;
	u64 cycles_least, cycles_most;
	u32 turns;		/* gathered towards RT_TURNS_ALL */

	/* The session thread's notes: what there was at its last round, and in it. */
	u64 seen_timed, seen_cycles, seen_passed_over;
	u64 passed_over;	/* hits */
	u64 cost;		/* cycles of a run */
	u64 demand;		/* cycles that all hits would have taken */
};

struct rt_context {
	u32 busy;			/* a handler runs in this context; the CPU's gate: first, for speed */

	/* What the end of a run has to look at, in one test. All 0 between runs. */
	union {
		struct {
			u8 failed;	/* an error is set: RT_FAILED_... */
			u8 is_sampled;	/* this run's time is taken: overload.h */
			u8 is_writing;	/* `time` is open: output.h */
		};
		u32 attention;
	};

	/* What the running handler is given; the last three only where it looks at them. */
	struct rt_probe *probe;
	const void *arguments;		/* the family's own structure */
	struct pt_regs *regs;		/* NULL where there are none */
	const char *function;		/* symbol that the probe sits on, or NULL */
	void *saved;			/* of a function's return: what was kept at its entry */

	/* What it uses up. Statements are counted only by handlers with loops or recursion. */
	s64 actions;			/* statements left */
	u32 nesting;			/* calls of recursive functions under way; 0 between runs */
	u32 frame_used;			/* bytes of its frames; 0 between runs */
	u32 catching;			/* try blocks under way; 0 between runs */
	u32 declined;			/* an overload of a function said `next`; 0 between runs */

	u32 is_process;			/* the session thread's context */
	struct rt_place *where;		/* the last call, for errors raised within; or NULL */
	const char *error_where;	/* or NULL: somewhere in the probe */
	struct rt_place *error_place;	/* of a soft error; or NULL: somewhere in the probe */

	/* Locks of globals: see lock.h. */
	u64 sharing;			/* a bit for each lock that the handler shares */
	u32 holder;			/* what it writes into the others: 1 + its CPU */
	u32 lock_count;
	struct rt_lock *const *locks;	/* those others, for a handler that has to sleep */

	/* Output. */
	struct rt_stream *stream;
	u64 time;			/* of this run's records; see rt_time_open */
	u64 records_sent;
	u64 records_lost;

	/* Handlers' time on this CPU, in cycles: see overload.h. */
	u32 sample_left;		/* hits up to the next one that is timed, itself included */
	u32 sample_every;		/* one hit in so many is */
	u64 sample_start;
	u64 interval_start;
	u64 sampled_cycles;
	u64 budget_start;		/* of the interval: see budget.h */
	u64 budget_taken;		/* cycles, since then and owed from before */

	s64 spill;			/* takes the number that a full array has no room for */
	struct rt_stat *stat;		/* where rt_stat_read merges */
	struct rt_match *match;		/* of the last regular expression; NULL if unused */
	struct rt_context *next;	/* in the list of all contexts */

	void *part_block;		/* the memory that its parts are in */
	char error[RT_ERROR_SIZE];
	char text[RT_TEXT_SIZE];

	/* Its parts of numbers that handlers only add to: count.h. */
	s64 counts[];
	/* Behind them, as many as rt_script says: what the functions below find. */
};

/* Its parts of statistics and accumulated arrays: stat.h, map.h. */
static __always_inline void **rt_parts_of(const struct rt_context *c)
{
	return (void **)(c->counts + rt_script.count_count);
}

/* By the probe's number. */
static __always_inline struct rt_counters *rt_counters_of(const struct rt_context *c)
{
	return (struct rt_counters *)(rt_parts_of(c) + rt_script.part_count);
}

static __always_inline struct rt_usage *rt_usage_of(const struct rt_context *c)
{
	return (struct rt_usage *)(rt_counters_of(c) + rt_script.probe_count);
}

/* The stack of strings: RT_FRAME_BYTES. */
static __always_inline char *rt_frames_of(const struct rt_context *c)
{
	return (char *)(rt_usage_of(c) + rt_script.probe_count);
}

DECLARE_PER_CPU(struct rt_context *, rt_cpu_context);
extern struct rt_context *rt_process_context;
extern struct rt_context *rt_contexts;	/* all of them, the process context, too */

/* Context of `cpu`, or NULL before rt_contexts_init. Context: any. */
static inline struct rt_context *rt_context_of(unsigned int cpu)
{
	return per_cpu(rt_cpu_context, cpu);
}

/* Handlers may run from now on. Context: session thread. */
void rt_session_open(void);

/* Frees the contexts. Context: process. */
void rt_contexts_fini(void);

/* One hit of how many is timed while nothing is suspected. */
static inline u32 rt_sample_usual(void)
{
	return rt_times_all ? 1 : RT_SAMPLE_EVERY;
}

/* Takes the contexts' memory and readies the probes; false without memory. Context: process. */
bool rt_contexts_init(void);

/* Lets the handler count its statements from the start. Context: a handler. */
static inline void rt_actions_start(struct rt_context *c)
{
	c->actions = c->is_process ? MAXACTION_INTERRUPTIBLE : MAXACTION;
}

#endif
