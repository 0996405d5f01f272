/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by spile 0.1 from watchpoint.stp for Linux RELEASE. */

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
#include "module/families/profile.h"
#include "module/families/watchpoint.h"

MODULE_INFO(spile_abi, "5");
MODULE_INFO(spile_version, "0.1");
MODULE_INFO(spile_kernel, "RELEASE");
MODULE_INFO(spile_script, "watchpoint.stp");
MODULE_INFO(spile_script_sha256, "23ae8f8c13402133315910eb1657eae0e772c537c3615f74293a3268659d33f9");

/* ---- functions ---- */

/* tapsets/context.stp:64:10 function cpu */
static RT_HANDLER s64 f_cpu(struct rt_context *c)
{
	s64 STAP_RETVALUE = 0;

#define STAP_RETURN(v) RT_RETURN_LONG(v)
	{ /* pure */
	STAP_RETURN(raw_smp_processor_id());
}
#undef STAP_RETURN
out: __maybe_unused;
	return STAP_RETVALUE;
}

/* tapsets/logging.stp:7:10 function exit */
static RT_HANDLER void f_exit(struct rt_context *c)
{
	{
	rt_session_exit(c);
}
out: __maybe_unused;
	return;
}

/* ---- probes ---- */

/* watchpoint.stp:2:1 probe kernel.data("jiffies").write */
static RT_HANDLER void p_0(struct rt_context *c)
{
	char *r;

	/* :2 printf("%d\n", cpu()) } */
	r = rt_record_begin(c, 0, RT_LONG_SIZE);
	if (r) {
		r = rt_put_long(r, f_cpu(c));
		rt_record_end(c, r);
	}
	rt_time_close(c);
	return;
}

/* watchpoint.stp:3:1 probe timer.profile */
static RT_HANDLER void p_1(struct rt_context *c)
{
	/* :3 exit() } */
	c->where = RT_PLACE("watchpoint.stp:3:23");
	f_exit(c);
	if (rt_failed(c))
		goto out;
out:
	rt_time_close(c);
	return;
}

/* ---- tables ---- */

/* the reader's formats, by number */
static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) =
	"%d\n" "\0";

struct rt_probe rt_probes[] = {
	{ .name = "kernel.data(\"jiffies\").write", .where = "watchpoint.stp:2:1" },
	{ .name = "timer.profile", .where = "watchpoint.stp:3:1" },
};

MODULE_INFO(spile_probe, "0 kernel.data(\"jiffies\").write");
MODULE_INFO(spile_probe, "1 timer.profile");

static RT_HANDLER noinline void p_0_hit(u32 probe, struct pt_regs *regs, const char *function)
{
	rt_run(p_0, 0, 0, regs, function);
}

static RT_HANDLER noinline void p_1_hit(u32 probe, struct pt_regs *regs, const char *function)
{
	rt_run(p_1, 1, RT_USES_REGS | RT_USES_FUNCTION, regs, function);
}

/* by a switch, for calls by pointer are dear where the kernel guards them */
RT_HANDLER void rt_hit(u32 probe, struct pt_regs *regs, const char *function)
{
	switch (probe) {
	case 0:
		p_0_hit(probe, regs, function);
		break;
	case 1:
		p_1_hit(probe, regs, function);
		break;
	default:
		break;
	}
}

static struct rt_probe *const mod_begin_probes[] = { NULL };
static struct rt_probe *const mod_end_probes[] = { NULL };
static struct rt_probe *const mod_error_probes[] = { NULL };

static struct mod_profile_timer mod_profile_timers[] = {
	{ .probe = &rt_probes[1] },
};

static struct mod_watchpoint mod_watchpoints[] = {
	{ .probe = &rt_probes[0], .address = 0x0UL, .type = HW_BREAKPOINT_W, .length = 1 },
};
MODULE_INFO(spile_data, "0 - jiffies");

static const struct mod_family mod_families[] = {
	{ &mod_profile_timer_ops, mod_profile_timers, ARRAY_SIZE(mod_profile_timers) },
	{ &mod_watchpoint_ops, mod_watchpoints, ARRAY_SIZE(mod_watchpoints) },
	{ NULL, NULL, 0 }
};

const struct rt_script rt_script = {
	.name = "spile_23ae8f8c",
	.probe_count = 2,
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
