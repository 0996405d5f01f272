/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by spile 0.1 from statistic.stp for Linux RELEASE. */

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
MODULE_INFO(spile_script, "statistic.stp");
MODULE_INFO(spile_script_sha256, "a32e95cb28d891f9ca01b54e83bdfcd33f576cc66904d150ab8d941520cbd757");

/* ---- globals ---- */

/* statistic.stp:2:8 global sizes */
static struct rt_table g_sizes_table;
static const struct rt_map g_sizes = {
	.name = "sizes",
	.key_count = 1,
	.key_is_string = { 1 },
	.value = RT_VALUE_STAT,
	.capacity = 2048,
	.wraps = 0,
	.is_accumulated = 1,
	.part = 0,
	.stat_type = { .kind = SPILE_HISTOGRAM_LOG },
	.table = &g_sizes_table,
};

static const struct rt_map *const rt_maps[] = { &g_sizes, NULL };
static const struct rt_stat_global *const rt_stats[] = { NULL };

/* one per foreach statement: the order of its elements */
static struct rt_foreach_order rt_order_1 = { .map = &g_sizes };
static struct rt_foreach_order *const rt_orders[] = { &rt_order_1, NULL };

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

/* tapsets/arguments.stp:73:10 function returnval */
static RT_HANDLER s64 f_returnval(struct rt_context *c)
{
	s64 STAP_RETVALUE = 0;

#define STAP_RETURN(v) RT_RETURN_LONG(v)
	{ /* pure */
	if (!c->regs)
		STAP_ERROR("no registers, and so no result, in probe %s", c->probe->name);
	STAP_RETURN(rt_return_value(c->regs));
}
#undef STAP_RETURN
out: __maybe_unused;
	return STAP_RETVALUE;
}

/* ---- probes ---- */

struct p_0_frame {
	char t_1[MAXSTRINGLEN];
};

/* statistic.stp:3:1 probe kprobe.function("vfs_read").return */
static RT_HANDLER void p_0(struct rt_context *c)
{
	struct p_0_frame *f;
	union rt_key k_2[1];
	s64 t_3;

	f = rt_frame_only(c);
	/* :3 sizes[execname()] <<< returnval() } */
	rt_name_copy(f->t_1, f_execname(c));
	k_2[0].s = f->t_1;
	c->where = RT_PLACE("statistic.stp:3:66");
	t_3 = f_returnval(c);
	if (rt_failed(c))
		goto out;
	if (!rt_map_stat_add(c, &g_sizes, k_2, t_3, RT_PLACE("statistic.stp:3:44")))
		goto out;
out:
	return;
}

struct p_1_frame {
	char l_name[MAXSTRINGLEN];
};

/* statistic.stp:4:1 probe end */
static RT_HANDLER void p_1(struct rt_context *c)
{
	struct p_1_frame *f;
	struct rt_foreach i_1 = { NULL };
	const struct rt_stat *s_1;
	union rt_key k_2[1];

	rt_actions_start(c);
	f = rt_frame_only(c);
	f->l_name[0] = 0;
	/* :4 foreach (name in sizes) print(@hist_log(sizes[name])) } */
	if (!rt_foreach_begin(c, &i_1, &rt_order_1, RT_SORT_NONE, 0, RT_STAT_COUNT, RT_NO_LIMIT, NULL, 0x0, "statistic.stp:4:13"))
		goto out;
	while (rt_foreach_next(&i_1)) {
		if (!rt_loop(c, 1, "statistic.stp:4:13"))
			goto out;
		rt_string_copy(f->l_name, rt_foreach_key_string(&i_1, 0));
		k_2[0].s = f->l_name;
		s_1 = rt_map_stat_read(c, &g_sizes, k_2, 1);
		rt_print_histogram(c, &g_sizes.stat_type, s_1);
	}
	rt_foreach_end(&i_1);
out:
	rt_foreach_end(&i_1);
	return;
}

/* ---- tables ---- */

/* the reader's formats, by number */
static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) = "";

struct rt_probe rt_probes[] = {
	{ .name = "kprobe.function(\"vfs_read\").return", .where = "statistic.stp:3:1", .is_at_return = 1 },
	{ .name = "end", .where = "statistic.stp:4:1", .handler = p_1 },
};

MODULE_INFO(spile_probe, "0 kprobe.function(\"vfs_read\").return");
MODULE_INFO(spile_probe, "1 end");

/* by a switch, for calls by pointer are dear where the kernel guards them */
RT_HANDLER void rt_hit(u32 probe, struct pt_regs *regs, const char *function)
{
	switch (probe) {
	case 0:
		rt_run(p_0, 0, RT_USES_REGS, regs, function);
		break;
	default:
		break;
	}
}

static struct rt_probe *const mod_begin_probes[] = { NULL };
static struct rt_probe *const mod_end_probes[] = { &rt_probes[1], NULL };
static struct rt_probe *const mod_error_probes[] = { NULL };

static struct mod_kprobe_specification mod_kprobe_specifications[] = {
	{ .probe = &rt_probes[0], .is_return = 1, .max_active = 0 },
};
MODULE_INFO(spile_kprobe, "0 - vfs_read");

static const struct mod_family mod_families[] = {
	{ &mod_kprobe_ops, mod_kprobe_specifications, ARRAY_SIZE(mod_kprobe_specifications) },
	{ NULL, NULL, 0 }
};

const struct rt_script rt_script = {
	.name = "spile_a32e95cb",
	.probe_count = 2,
	.count_count = 0,
	.part_count = 1,
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
	.globals = { rt_globals_init, rt_globals_fini, rt_maps, rt_stats, rt_orders },
};
