/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by spile 0.1 from function.stp for Linux RELEASE. */

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

MODULE_INFO(spile_abi, "5");
MODULE_INFO(spile_version, "0.1");
MODULE_INFO(spile_kernel, "RELEASE");
MODULE_INFO(spile_script, "function.stp");
MODULE_INFO(spile_script_sha256, "8588034463ccbdb16a29250e1f3d15e989cd9bf219036fbd1e045d639183b3c8");

/* ---- functions ---- */

static RT_HANDLER void f_name(struct rt_context *c, char *ret, s64 l_n);

/* function.stp:3:10 function twice */
static RT_HANDLER s64 f_twice(struct rt_context *c, s64 l_n)
{
	s64 ret = 0;

	/* :3 return n * 2 } */
	ret = l_n * 2;
	goto out;
out:
	return ret;
}

struct f_name_frame {
	char t_2[MAXSTRINGLEN];
	char t_3[MAXSTRINGLEN];
	char t_5[MAXSTRINGLEN];
};

/* function.stp:2:10 function name */
static RT_HANDLER void f_name(struct rt_context *c, char *ret, s64 l_n)
{
	struct f_name_frame *f;
	struct spile_argument a_4[1];
	const char *r_1;

	ret[0] = 0;
	if (!rt_call_enter(c, "function.stp:2:10"))
		return;
	f = rt_frame_push(c, sizeof(*f));
	if (!f)
		goto out;
	/* :2 return n ? name(n / 10) . sprintf("%d", n % 10) : "" } */
	if (l_n) {
		c->where = RT_PLACE("function.stp:2:44");
		f_name(c, f->t_2, l_n / 10);
		if (rt_failed(c))
			goto out;
		a_4[0].n = l_n % 10;
		rt_format(f->t_3, "%d", a_4, 1);
		rt_string_concat(f->t_5, f->t_2, f->t_3);
		r_1 = f->t_5;
	} else {
		r_1 = "";
	}
	rt_string_copy(ret, r_1);
	goto out;
out:
	rt_frame_pop(c, f, sizeof(*f));
	rt_call_leave(c);
	return;
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

struct p_0_frame {
	char t_1[MAXSTRINGLEN];
};

/* function.stp:4:1 probe begin */
static RT_HANDLER void p_0(struct rt_context *c)
{
	struct p_0_frame *f;
	u32 n_2;
	char *r;

	rt_actions_start(c);
	f = rt_frame_first(c, sizeof(*f));
	/* :4 println(name(twice(21))) exit() } */
	c->where = RT_PLACE("function.stp:4:23");
	f_name(c, f->t_1, f_twice(c, 21));
	if (rt_failed(c))
		goto out;
	n_2 = rt_string_length(f->t_1);
	r = rt_record_begin(c, 0, RT_STRING_SIZE(n_2));
	if (r) {
		r = rt_put_string(r, f->t_1, n_2);
		rt_record_end(c, r);
	}
	c->where = RT_PLACE("function.stp:4:40");
	f_exit(c);
	if (rt_failed(c))
		goto out;
out:
	rt_frame_end(c);
	return;
}

/* ---- tables ---- */

/* the reader's formats, by number */
static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) =
	"%s\n" "\0";

struct rt_probe rt_probes[] = {
	{ .name = "begin", .where = "function.stp:4:1", .handler = p_0 },
};

MODULE_INFO(spile_probe, "0 begin");

static struct rt_probe *const mod_begin_probes[] = { &rt_probes[0], NULL };
static struct rt_probe *const mod_end_probes[] = { NULL };
static struct rt_probe *const mod_error_probes[] = { NULL };

static const struct mod_family mod_families[] = {
	{ NULL, NULL, 0 }
};

const struct rt_script rt_script = {
	.name = "spile_85880344",
	.probe_count = 1,
	.count_count = 0,
	.part_count = 0,
	.frame_size = 34 * MAXSTRINGLEN,
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
