/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every test of the runtime starts from: the limits and tables that a generated file would
 * define, the probes of an imaginary script, and a context to call the runtime with.
 *
 * Included first by tests/unit/test_runtime_*.c, which are compiled with tests/shim/kernel.h.
 */
#ifndef SPILE_RUNTIME_FIXTURE_H
#define SPILE_RUNTIME_FIXTURE_H

#include <setjmp.h>
#include <cmocka.h>

#define MAXSTRINGLEN 128
#define MAXACTION 1000
#define MAXACTION_INTERRUPTIBLE 10000
#define MAXNESTING 10
#define MAXTRYLOCK 10
#define TRYLOCKDELAY 5
#define RT_OVERLOAD 1
#define STP_OVERLOAD_THRESHOLD 500000LL
#define STP_OVERLOAD_INTERVAL 1000000LL

/* A test of the other mode of one of these defines it before. */
#ifndef MAXERRORS
#define MAXERRORS 0
#endif
#ifndef RT_MAXSKIPPED
#define RT_MAXSKIPPED (-1)
#endif
#ifndef RT_STAP_ERRORS
#define RT_STAP_ERRORS 0
#endif
#ifndef RT_SUPPRESS_HANDLER_ERRORS
#define RT_SUPPRESS_HANDLER_ERRORS 0
#endif
#ifndef RT_TIME_LIMITS
#define RT_TIME_LIMITS 1
#endif

#include "runtime/core.c"
#include "runtime/handlers.c"
#include "runtime/arrays.c"
#include "runtime/values.c"
#include "runtime/regex.c"

/* What a generated file defines of its script. */
#define PROBES 2
#define FRAME_SIZE 1024
#define COUNTS 2
#define PARTS 8
#ifndef MATCH_GROUPS
#define MATCH_GROUPS 0
#endif

/* What the counts begin with. */
static s64 fixture_counts[COUNTS];

const struct rt_script rt_script = {
	.name = "fixture",
	.probe_count = PROBES,
	.count_count = COUNTS,
	.part_count = PARTS,
	.frame_size = FRAME_SIZE,
	.match_size = MATCH_GROUPS ? RT_MATCH_SIZE(MATCH_GROUPS) : 0,
	.counts = fixture_counts,
	.settle = rt_error_settle,
	.prints = 1,
	.shares_locks = 1,
};

void rt_hit(u32 probe, struct pt_regs *regs, const char *function)
{
	rt_run(rt_probes[probe].handler, probe, RT_USES_REGS | RT_USES_FUNCTION, regs, function);
}

static void fixture_handler(struct rt_context *c)
{
	c->actions--;
}

struct rt_probe rt_probes[PROBES] = {
	{ "begin", "test.stp:1:1", fixture_handler, NULL },
	{ "kprobe.function(\"f\")", "test.stp:2:1", fixture_handler, NULL },
};

#define WHERE "test.stp:9:9"
#define PLACE RT_PLACE(WHERE)
#define FIXTURE_BUFFER 65536

/* Contexts and streams for all CPUs, a running session, an attentive reader. */
static __maybe_unused int fixture_set_up(void **state)
{
	(void)state;
	memset(&rt_session, 0, sizeof(rt_session));
	memset(rt_error_places, 0, sizeof(rt_error_places));
	rt_probes[0].place.probe = rt_probes[1].place.probe = NULL;
	rt_places = NULL;
	shim_allocations_left = INT_MAX;
	shim_cpu = 0;
	rt_session_init();
	assert_true(rt_contexts_init());
	assert_true(rt_streams_init(FIXTURE_BUFFER));
	rt_session_open();
	rt_session.reader_present = 1;
	return 0;
}

/* Nothing may be left over: no memory, no lock on preemption. */
static __maybe_unused int fixture_tear_down(void **state)
{
	(void)state;
	rt_streams_fini();
	rt_contexts_fini();
	memset(&rt_process_stream, 0, sizeof(rt_process_stream));
	assert_int_equal(shim_allocations, 0);
	assert_int_equal(shim_preempt_count, 0);
	return 0;
}

/* This CPU's context, as a handler of the second probe has it. */
static __maybe_unused struct rt_context *fixture_context(void)
{
	struct rt_context *c = rt_context_of(shim_cpu);

	c->probe = &rt_probes[1];
	c->where = NULL;
	c->attention = 0;
	c->catching = c->declined = c->nesting = c->frame_used = 0;
	rt_actions_start(c);
	return c;
}

#endif
