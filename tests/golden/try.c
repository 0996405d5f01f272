/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by spile 0.1 from try.stp for Linux RELEASE. */

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
#include "module/families/timer.h"

MODULE_INFO(spile_abi, "5");
MODULE_INFO(spile_version, "0.1");
MODULE_INFO(spile_kernel, "RELEASE");
MODULE_INFO(spile_script, "try.stp");
MODULE_INFO(spile_script_sha256, "0c80c315890c29bc7ec2b7f7a4a3f0d6d8cb7d5cce6d90ddbd9335786ebe273b");

/* ---- globals ---- */

/* try.stp:2:8 global total */
static s64 g_total;


/* ---- functions ---- */

/* tapsets/logging.stp:17:10 function warn */
static RT_HANDLER void f_warn(struct rt_context *c, const char *STAP_ARG_message)
{
	{
	rt_record_text(c, SPILE_RECORD_WARNING, STAP_ARG_message);
}
out: __maybe_unused;
	return;
}

/* tapsets/logging.stp:12:10 function error */
static RT_HANDLER void f_error(struct rt_context *c, const char *STAP_ARG_message)
{
	{
	STAP_ERROR("%s", STAP_ARG_message);
}
out: __maybe_unused;
	return;
}

/* ---- probes ---- */

struct p_0_frame {
	char l_why[MAXSTRINGLEN];
};

/* try.stp:3:1 probe timer.ms(100) */
static RT_HANDLER void p_0(struct rt_context *c)
{
	struct p_0_frame *f;
	s64 t_1;
	u32 catching_1;

	f = rt_frame_only(c);
	f->l_why[0] = 0;
	catching_1 = c->catching++;
	/* :4 total += 100 / total } catch (why) { warn(why) } */
	t_1 = rt_divide(c, 100, g_total, "try.stp:4:21");
	if (rt_failed(c))
		goto catch_1;
	g_total = g_total + t_1;
	c->catching = catching_1;
	if (0) {
catch_1:
		c->catching = catching_1;
		rt_error_take(c, f->l_why);
		c->where = RT_PLACE("try.stp:4:45");
		f_warn(c, f->l_why);
		if (rt_failed(c))
			goto out;
	}
	/* :5 if (total > 1000) error("enough") */
	if (g_total > 1000) {
		c->where = RT_PLACE("try.stp:5:20");
		f_error(c, "enough");
		if (rt_failed(c))
			goto out;
	}
out:
	c->catching = 0;
	return;
}

/* ---- tables ---- */

/* the reader's formats, by number */
static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) = "";

struct rt_probe rt_probes[] = {
	{ .name = "timer.ms(100)", .where = "try.stp:3:1", .handler = p_0 },
};

MODULE_INFO(spile_probe, "0 timer.ms(100)");

static struct rt_probe *const mod_begin_probes[] = { NULL };
static struct rt_probe *const mod_end_probes[] = { NULL };
static struct rt_probe *const mod_error_probes[] = { NULL };

static struct mod_timer mod_timers[] = {
	{ .probe = &rt_probes[0], .interval_ns = 100000000LL, .random_ns = 0LL },
};

static const struct mod_family mod_families[] = {
	{ &mod_timer_ops, mod_timers, ARRAY_SIZE(mod_timers) },
	{ NULL, NULL, 0 }
};

const struct rt_script rt_script = {
	.name = "spile_0c80c315",
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
