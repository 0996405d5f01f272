/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made by spile 0.1 from foreach.stp for Linux RELEASE. */

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
MODULE_INFO(spile_script, "foreach.stp");
MODULE_INFO(spile_script_sha256, "e85a5d12b31f8b8468ddea9ef4b04dd6be54f64a45e8d54afb61c7785806a0d3");

/* ---- globals ---- */

/* foreach.stp:2:8 global table */
static struct rt_table g_table_table;
static const struct rt_map g_table = {
	.name = "table",
	.key_count = 2,
	.key_is_string = { 1, 0 },
	.value = RT_VALUE_LONG,
	.capacity = 2048,
	.wraps = 0,
	.table = &g_table_table,
};

static const struct rt_map *const rt_maps[] = { &g_table, NULL };
static const struct rt_stat_global *const rt_stats[] = { NULL };

/* one per foreach statement: the order of its elements */
static struct rt_foreach_order rt_order_1 = { .map = &g_table };
static struct rt_foreach_order *const rt_orders[] = { &rt_order_1, NULL };

/* ---- probes ---- */

struct p_0_frame {
	char l_a[MAXSTRINGLEN];
};

/* foreach.stp:3:1 probe end */
static RT_HANDLER void p_0(struct rt_context *c)
{
	struct p_0_frame *f;
	s64 l_b __maybe_unused = 0;
	s64 l_value __maybe_unused = 0;
	struct rt_foreach i_1 = { NULL };
	u32 n_1;
	char *r;

	rt_actions_start(c);
	f = rt_frame_only(c);
	f->l_a[0] = 0;
	/* :3 foreach (value = [a-, b] in table limit 5) printf("%s %d %d\n", a, b, value) } */
	if (!rt_foreach_begin(c, &i_1, &rt_order_1, RT_SORT_DESCENDING, 1, RT_STAT_COUNT, 5, NULL, 0x0, "foreach.stp:3:13"))
		goto out;
	while (rt_foreach_next(&i_1)) {
		if (!rt_loop(c, 1, "foreach.stp:3:13"))
			goto out;
		rt_string_copy(f->l_a, rt_foreach_key_string(&i_1, 0));
		l_b = rt_foreach_key(&i_1, 1);
		l_value = rt_foreach_value(&i_1);
		n_1 = rt_string_length(f->l_a);
		r = rt_record_begin(c, 0, RT_STRING_SIZE(n_1) + RT_LONG_SIZE + RT_LONG_SIZE);
		if (r) {
			r = rt_put_string(r, f->l_a, n_1);
			r = rt_put_long(r, l_b);
			r = rt_put_long(r, l_value);
			rt_record_end(c, r);
		}
	}
	rt_foreach_end(&i_1);
out:
	rt_foreach_end(&i_1);
	return;
}

/* foreach.stp:4:1 probe timer.s(1) */
static RT_HANDLER void p_1(struct rt_context *c)
{
	union rt_key k_1[2];
	s64 *v_2;

	/* :4 table["x", 1]++ } */
	k_1[0].s = "x";
	k_1[1].n = 1;
	v_2 = rt_map_slot(c, &g_table, k_1, RT_PLACE("foreach.stp:4:20"));
	if (!v_2)
		goto out;
	(*v_2)++;
out:
	return;
}

/* ---- tables ---- */

/* the reader's formats, by number */
static const char spile_formats[] __used __attribute__((section(SPILE_FORMAT_SECTION))) =
	"%s %d %d\n" "\0";

struct rt_probe rt_probes[] = {
	{ .name = "end", .where = "foreach.stp:3:1", .handler = p_0 },
	{ .name = "timer.s(1)", .where = "foreach.stp:4:1", .handler = p_1 },
};

MODULE_INFO(spile_probe, "0 end");
MODULE_INFO(spile_probe, "1 timer.s(1)");

static struct rt_probe *const mod_begin_probes[] = { NULL };
static struct rt_probe *const mod_end_probes[] = { &rt_probes[0], NULL };
static struct rt_probe *const mod_error_probes[] = { NULL };

static struct mod_timer mod_timers[] = {
	{ .probe = &rt_probes[1], .interval_ns = 1000000000LL, .random_ns = 0LL },
};

static const struct mod_family mod_families[] = {
	{ &mod_timer_ops, mod_timers, ARRAY_SIZE(mod_timers) },
	{ NULL, NULL, 0 }
};

const struct rt_script rt_script = {
	.name = "spile_e85a5d12",
	.probe_count = 2,
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
	.globals = { rt_globals_init, rt_globals_fini, rt_maps, rt_stats, rt_orders },
};
