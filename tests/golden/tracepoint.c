/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by spile 0.1 from tracepoint.stp for Linux RELEASE. */

#define MAXSTRINGLEN 512
#define MAXACTION 1000
#define MAXACTION_INTERRUPTIBLE 10000
#define MAXNESTING 10
#define MAXMAPENTRIES 2048
#define MAXTRYLOCK 100
#define TRYLOCKDELAY 10
#define MAXERRORS 0
#define RT_MAXSKIPPED (-1)
#define STP_OVERLOAD_THRESHOLD 500000000
#define STP_OVERLOAD_INTERVAL 1000000000
#define RT_OVERLOAD 1
#define RT_TIME_LIMITS 1
#define RT_SUPPRESS_HANDLER_ERRORS 0
#define RT_STAP_ERRORS 0

#include "module/prologue.h"
#include "module/families/tracepoint.h"
#include <trace/events/sched.h>

MODULE_INFO(spile_abi, "5");
MODULE_INFO(spile_version, "0.1");
MODULE_INFO(spile_kernel, "RELEASE");
MODULE_INFO(spile_script, "tracepoint.stp");
MODULE_INFO(spile_script_sha256, "4f2874dfbb23868d2e551a2493e9f335046275ed9889a571caee77581f36af23");

/* ---- probes ---- */

struct p_0_arguments {
	struct task_struct *p;
};

/* tracepoint.stp:2:1 probe kernel.trace("sched_process_free") */
static RT_HANDLER void p_0(struct rt_context *c)
{
	const struct p_0_arguments *a __maybe_unused = c->arguments;
	s64 t_1;
	s64 t_2;
	char *r;

	/* :2 printf("%d %d\n", $p->pid, $p->real_parent->tgid) } */
	{
		t_1 = RT_LOAD(c, &a->p->pid, RT_PLACE("tracepoint.stp:2:68"));
	}
	if (rt_failed(c))
		goto out;
	{
		RT_STEP_TYPE(&a->p->real_parent) q_3;

		q_3 = RT_STEP(c, &a->p->real_parent, RT_PLACE("tracepoint.stp:2:77"));
		if (rt_failed(c))
			goto out;
		t_2 = RT_LOAD(c, &q_3->tgid, RT_PLACE("tracepoint.stp:2:77"));
	}
	if (rt_failed(c))
		goto out;
	r = rt_record_begin(c, 0, RT_LONG_SIZE + RT_LONG_SIZE);
	if (r) {
		r = rt_put_long(r, t_1);
		r = rt_put_long(r, t_2);
		rt_record_end(c, r);
	}
out:
	rt_time_close(c);
	return;
}

static RT_HANDLER void p_0_enter(void *rt_data, struct task_struct *p)
{
	struct rt_context *rt_c = rt_enter(0);
	struct p_0_arguments rt_a;

	if (!rt_c)
		return;
	rt_a.p = p;
	rt_c->arguments = &rt_a;
	p_0(rt_c);
	rt_leave(rt_c);
}

/* ---- tables ---- */

/* the reader's formats, by number */
static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) =
	"%d %d\n" "\0";

struct rt_probe rt_probes[] = {
	{ .name = "kernel.trace(\"sched_process_free\")", .where = "tracepoint.stp:2:1" },
};

MODULE_INFO(spile_probe, "0 kernel.trace(\"sched_process_free\")");

static struct rt_probe *const mod_begin_probes[] = { NULL };
static struct rt_probe *const mod_end_probes[] = { NULL };
static struct rt_probe *const mod_error_probes[] = { NULL };

static struct mod_tracepoint mod_tracepoints[] = {
	{ .probe = &rt_probes[0], .name = "sched_process_free", .callback = p_0_enter, .is_optional = 0 },
};

static const struct mod_family mod_families[] = {
	{ &mod_tracepoint_ops, mod_tracepoints, ARRAY_SIZE(mod_tracepoints) },
	{ NULL, NULL, 0 }
};

const struct rt_script rt_script = {
	.name = "spile_4f2874df",
	.probe_count = 1,
	.count_count = 0,
	.part_count = 0,
	.frame_size = 1 * MAXSTRINGLEN,
	.settle = rt_error_settle,
	.prints = 1,
	.shares_locks = 0,
};

const struct mod_script mod_script = {
	.begin_probes = mod_begin_probes,
	.end_probes = mod_end_probes,
	.error_probes = mod_error_probes,
	.families = mod_families,
	.hits = &mod_hits,
};
