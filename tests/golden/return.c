/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by spile 0.1 from return.stp for Linux RELEASE. */

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
#include "module/families/kprobe.h"

MODULE_INFO(spile_abi, "5");
MODULE_INFO(spile_version, "0.1");
MODULE_INFO(spile_kernel, "RELEASE");
MODULE_INFO(spile_script, "return.stp");
MODULE_INFO(spile_script_sha256, "fc0c6b2df4d4c4c947fad2550c6f1aa7f4e2ab85ec1b0fedd8fb7163604bba72");

/* ---- globals ---- */

/* return.stp:2:8 global longest */
static s64 g_longest;
static struct rt_lock g_longest_lock;


/* ---- functions ---- */

/* tapsets/time.stp:6:10 function gettimeofday_ns */
static RT_HANDLER s64 f_gettimeofday_ns(struct rt_context *c)
{
	s64 STAP_RETVALUE = 0;

#define STAP_RETURN(v) RT_RETURN_LONG(v)
	{ /* pure */
	STAP_RETURN(kc_realtime_ns());
}
#undef STAP_RETURN
out: __maybe_unused;
	return STAP_RETVALUE;
}

/* ---- probes ---- */

struct p_0_saved {
	s64 v_1;	/* return.stp:4:37 */
};

static struct rt_lock *const p_0_locks[] = { &g_longest_lock };

/* return.stp:3:1 probe kprobe.function("vfs_re*").return */
static RT_HANDLER void p_0(struct rt_context *c)
{
	const struct p_0_saved *e __maybe_unused = c->saved;
	s64 l_spent __maybe_unused = 0;

	if (!rt_locks_take(c, p_0_locks, 1, 0, 0))
		return;
	/* :4 spent = gettimeofday_ns() - @entry(gettimeofday_ns()) */
	l_spent = f_gettimeofday_ns(c) - e->v_1;
	/* :5 if (spent > longest) longest = spent */
	if (l_spent > g_longest) {
		g_longest = l_spent;
	}
	rt_locks_drop(c, p_0_locks, 1, 0);
	return;
}

static RT_HANDLER void p_0_entry(struct rt_context *c)
{
	struct p_0_saved *e = c->saved;

	if (!rt_locks_take(c, p_0_locks, 1, 0, 0))
		return;
	e->v_1 = f_gettimeofday_ns(c);
	c->saved = NULL;
	rt_locks_drop(c, p_0_locks, 1, 0);
	return;
}

static RT_HANDLER bool p_0_keep(struct pt_regs *regs, void *saved)
{
	return rt_run_entry(p_0_entry, 0, regs, saved);
}

static RT_HANDLER void p_0_return(struct pt_regs *regs, const char *function, void *saved)
{
	rt_run_return(p_0, 0, regs, function, saved);
}

/* ---- tables ---- */

/* the reader's formats, by number */
static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) = "";

struct rt_probe rt_probes[] = {
	{ .name = "kprobe.function(\"vfs_re*\").return", .where = "return.stp:3:1", .is_at_return = 1 },
};

MODULE_INFO(spile_probe, "0 kprobe.function(\"vfs_re*\").return");

/* by a switch, for calls by pointer are dear where the kernel guards them */
RT_HANDLER void rt_hit(u32 probe, struct pt_regs *regs, const char *function)
{
	switch (probe) {
	default:
		break;
	}
}

static struct rt_probe *const mod_begin_probes[] = { NULL };
static struct rt_probe *const mod_end_probes[] = { NULL };
static struct rt_probe *const mod_error_probes[] = { NULL };

static struct mod_kprobe_specification mod_kprobe_specifications[] = {
	{ .probe = &rt_probes[0], .is_return = 1, .max_active = 0, .keep = p_0_keep, .returned = p_0_return, .saved_size = sizeof(struct p_0_saved) },
};
MODULE_INFO(spile_kprobe, "0 w vfs_re*");

static const struct mod_family mod_families[] = {
	{ &mod_kprobe_ops, mod_kprobe_specifications, ARRAY_SIZE(mod_kprobe_specifications) },
	{ NULL, NULL, 0 }
};

const struct rt_script rt_script = {
	.name = "spile_fc0c6b2d",
	.probe_count = 1,
	.count_count = 0,
	.part_count = 0,
	.frame_size = 1 * MAXSTRINGLEN,
	.settle = rt_error_settle,
	.prints = 0,
	.shares_locks = 0,
};

const struct mod_script mod_script = {
	.begin_probes = mod_begin_probes,
	.end_probes = mod_end_probes,
	.error_probes = mod_error_probes,
	.families = mod_families,
	.hits = &mod_hits,
};
