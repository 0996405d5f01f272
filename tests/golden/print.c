/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by spile 0.1 from print.stp for Linux RELEASE. */

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
#include <trace/events/syscalls.h>

MODULE_INFO(spile_abi, "5");
MODULE_INFO(spile_version, "0.1");
MODULE_INFO(spile_kernel, "RELEASE");
MODULE_INFO(spile_script, "print.stp");
MODULE_INFO(spile_script_sha256, "9e122d6ac63cd81661816b2ed5a79b385564dd9d4e8b760fc8e4cc9193eb3721");

/* ---- functions ---- */

/* tapsets/context.stp:55:10 function execname */
static RT_HANDLER const char *f_execname(struct rt_context *c)
{
	const char *STAP_RETVALUE = "";

#define STAP_RETURN(v) RT_RETURN_REFERENCE(v)
	{ /* pure */ /* reference */
	STAP_RETURN(current->comm);
}
#undef STAP_RETURN
out: __maybe_unused;
	return STAP_RETVALUE;
}

/* tapsets/context.stp:9:10 function pid */
static RT_HANDLER s64 f_pid(struct rt_context *c)
{
	s64 STAP_RETVALUE = 0;

#define STAP_RETURN(v) RT_RETURN_LONG(v)
	{ /* pure */
	STAP_RETURN(current->tgid);
}
#undef STAP_RETURN
out: __maybe_unused;
	return STAP_RETVALUE;
}

/* ---- probes ---- */

struct p_0_frame {
	char t_3[MAXSTRINGLEN];
	char t_4[MAXSTRINGLEN];
};

/* print.stp:2:1 probe kernel.trace("sys_enter") */
static RT_HANDLER void p_0(struct rt_context *c)
{
	struct p_0_frame *f;
	const char *r_1;
	u32 n_2;
	char *r;
	u32 n_5;

	f = rt_frame_only(c);
	/* :2 printf("%s %d\n", execname(), pid()) println(execname() . "!") } */
	r_1 = f_execname(c);
	n_2 = rt_string_length(r_1);
	r = rt_record_begin(c, 0, RT_STRING_SIZE(n_2) + RT_LONG_SIZE);
	if (r) {
		r = rt_put_string(r, r_1, n_2);
		r = rt_put_long(r, f_pid(c));
		rt_record_end(c, r);
	}
	rt_name_copy(f->t_3, f_execname(c));
	rt_string_concat(f->t_4, f->t_3, "!");
	n_5 = rt_string_length(f->t_4);
	r = rt_record_begin(c, 1, RT_STRING_SIZE(n_5));
	if (r) {
		r = rt_put_string(r, f->t_4, n_5);
		rt_record_end(c, r);
	}
	rt_time_close(c);
	return;
}

static RT_HANDLER void p_0_enter(void *rt_data, struct pt_regs *regs, long id)
{
	struct rt_context *rt_c = rt_enter(0);

	if (!rt_c)
		return;
	p_0(rt_c);
	rt_leave(rt_c);
}

/* ---- tables ---- */

/* the reader's formats, by number */
static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) =
	"%s %d\n" "\0"
	"%s\n" "\0";

struct rt_probe rt_probes[] = {
	{ .name = "kernel.trace(\"sys_enter\")", .where = "print.stp:2:1" },
};

MODULE_INFO(spile_probe, "0 kernel.trace(\"sys_enter\")");

static struct rt_probe *const mod_begin_probes[] = { NULL };
static struct rt_probe *const mod_end_probes[] = { NULL };
static struct rt_probe *const mod_error_probes[] = { NULL };

static struct mod_tracepoint mod_tracepoints[] = {
	{ .probe = &rt_probes[0], .name = "sys_enter", .callback = p_0_enter, .is_optional = 0 },
};

static const struct mod_family mod_families[] = {
	{ &mod_tracepoint_ops, mod_tracepoints, ARRAY_SIZE(mod_tracepoints) },
	{ NULL, NULL, 0 }
};

const struct rt_script rt_script = {
	.name = "spile_9e122d6a",
	.probe_count = 1,
	.count_count = 0,
	.part_count = 0,
	.frame_size = 2 * MAXSTRINGLEN,
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
