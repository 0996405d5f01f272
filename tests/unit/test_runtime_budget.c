/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The budget: what handlers take of a simulated CPU, which hits are passed over for it, and what
 * the session thread decides and tells. A millisecond is a million cycles.
 */
#include "runtime_fixture.h"
#include "module/family.c"
#include "module/script.h"

/* A family that writes down how its probe was switched. */
static char switches[16];

static void note_switch(const struct mod_family *family, const struct rt_probe *probe)
{
	strcat(switches, probe->armed ? "1" : "0");
	(void)family;
}

static const struct mod_family_ops switched_ops = { .arm = note_switch };
static const struct mod_family families[] = { { &switched_ops, NULL, 0 }, { NULL, NULL, 0 } };

const struct mod_script mod_script = { .families = families };

#include "module/budget.h"
#include "module/conditions.h"

#define MILLISECOND 1000000ULL
#define ROUND (100 * MILLISECOND)

/* Hits of a probe in a workload: one each `period` cycles, whose handler takes `cycles`. */
struct load {
	u64 period, cycles;
	u64 made;
};

static struct load loads[PROBES];

static int set_up(void **state)
{
	memset(loads, 0, sizeof(loads));
	rt_probes[0].is_off = rt_probes[1].is_off = 0;
	rt_times_all = false;
	rt_budget_init(10);
	switches[0] = 0;
	shim_now = shim_cycles;
	fixture_set_up(state);
	assert_true(mod_budget_init());
	mod_budget_start();
	return 0;
}

static int tear_down(void **state)
{
	mod_budget_fini();
	rt_budget_init(0);
	rt_times_all = false;
	return fixture_tear_down(state);
}

static void advance(u64 cycles)
{
	shim_cycles += cycles;
	shim_now += cycles;
}

static void hit(u32 probe)
{
	struct rt_context *c = rt_enter(probe);

	loads[probe].made++;
	if (!c)
		return;
	advance(loads[probe].cycles);
	rt_leave(c);
}

/* The workload for `length` cycles, without the session thread. */
static void run_alone(u64 length)
{
	u64 end = shim_cycles + length, due[PROBES] = { shim_cycles, shim_cycles };
	u32 i;

	while (shim_cycles < end) {
		u64 next = end;

		for (i = 0; i < PROBES; i++) {
			if (!loads[i].period || rt_probes[i].is_off)
				continue;
			if (due[i] <= shim_cycles) {
				hit(i);
				due[i] = max(due[i] + loads[i].period, shim_cycles);
			}
			next = min(next, due[i]);
		}
		if (next > shim_cycles)
			advance(next - shim_cycles);
	}
}

static void run_rounds(u32 count)
{
	while (count--) {
		run_alone(ROUND);
		mod_budget_apply();
		mod_conditions_apply();
	}
}

/* Cycles that the handler of `probe` has taken on the first CPU. */
static u64 taken(u32 probe)
{
	return rt_usage_of(rt_context_of(0))[probe].cycles;
}

/* Thousandths of the CPU that it takes in that many rounds. */
static u64 share_of(u32 probe, u32 rounds)
{
	u64 before = taken(probe), start = shim_cycles;

	run_rounds(rounds);
	return (taken(probe) - before) * 1000 / (shim_cycles - start);
}

/* The texts of all records of process context since the last call, a line for each. */
static const char *told(void)
{
	static char bytes[65536], text[4096];
	ssize_t length = rt_stream_read(&rt_process_stream, bytes, sizeof(bytes));
	ssize_t at = 0;

	text[0] = 0;
	while (at < length) {
		const struct spile_record *record = (const struct spile_record *)(bytes + at);

		if (record->type == SPILE_RECORD_WARNING) {
			strncat(text, (const char *)(record + 1) + 4, *(const u32 *)(record + 1));
			strcat(text, "\n");
		}
		at += record->length;
	}
	return text;
}

/* ---- The bound of a CPU ---- */

static void handlers_take_no_more_whatever_the_thread_does(void **state)
{
	u64 start = shim_cycles;

	loads[1] = (struct load){ .period = 1000, .cycles = 900 };
	run_alone(20 * RT_BUDGET_INTERVAL);
	assert_in_range(taken(1), 19 * rt_budget_limit, 20 * rt_budget_limit + 900);
	assert_in_range(shim_cycles - start, 20 * RT_BUDGET_INTERVAL, 21 * RT_BUDGET_INTERVAL);
	(void)state;
}

/* One that is longer than an interval is paid off by those that follow. */
static void what_is_taken_beyond_is_owed(void **state)
{
	loads[1] = (struct load){ .period = 1000, .cycles = 3 * RT_BUDGET_INTERVAL };
	run_alone(70 * RT_BUDGET_INTERVAL);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].hits, 3);
	(void)state;
}

static void within_the_budget_all_hits_run(void **state)
{
	loads[1] = (struct load){ .period = 10000, .cycles = 900 };
	run_rounds(50);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].passed_over, 0);
	assert_string_equal(told(), "");
	(void)state;
}

static void each_cpu_has_its_own(void **state)
{
	loads[1] = (struct load){ .period = 1000, .cycles = 900 };
	run_alone(RT_BUDGET_INTERVAL);
	assert_true(rt_counters_of(rt_context_of(0))[1].passed_over > 0);
	shim_cpu = 1;
	hit(1);
	assert_int_equal(rt_counters_of(rt_context_of(1))[1].passed_over, 0);
	assert_int_equal(rt_counters_of(rt_context_of(1))[1].hits, 1);
	(void)state;
}

static void without_a_budget_nothing_is_passed_over(void **state)
{
	rt_budget_init(0);
	loads[1] = (struct load){ .period = 1000, .cycles = 450 };
	run_rounds(30);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].passed_over, 0);
	assert_string_equal(told(), "");
	(void)state;
}

/* The overload that would end the session without a budget. */
static void overload_does_not_end_the_session(void **state)
{
	loads[1] = (struct load){ .period = 1000, .cycles = 990 };
	run_rounds(30);
	assert_int_equal(rt_session.has_failed, 0);
	assert_int_equal(rt_session.running, 1);
	(void)state;
}

/* A hit whose condition does not hold is none: it is neither run nor passed over. */
static void hits_without_the_condition_are_not_passed_over(void **state)
{
	struct rt_context *c;

	rt_probes[1].wanted = 0;
	rt_probes[1].turns = 0;
	c = rt_enter(1);
	assert_non_null(c);
	assert_false(rt_armed(c));
	rt_leave(c);
	rt_probes[1].wanted = 1;
	assert_null(rt_enter(1));
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].hits, 0);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].passed_over, 1);
	(void)state;
}

/* ---- Turns ---- */

static void turns_are_spread_evenly(void **state)
{
	u32 i, run = 0;

	rt_probes[1].turns = RT_TURNS_ALL / 8 * 3;
	loads[1] = (struct load){ .period = 1, .cycles = 1 };
	for (i = 1; i <= 8000; i++) {
		hit(1);
		run = (u32)rt_counters_of(rt_context_of(0))[1].hits;
		assert_in_range(run, i * 3 / 8, i * 3 / 8 + 1);
	}
	assert_int_equal(run, 3000);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].passed_over, 5000);
	(void)state;
}

static void levels_are_a_quarter_apart_at_most(void **state)
{
	u32 level;

	assert_int_equal(mod_budget_turns(0), RT_TURNS_ALL);
	assert_int_equal(mod_budget_turns(MOD_BUDGET_LEAST), RT_TURNS_ALL / 256);
	assert_int_equal(mod_budget_turns(MOD_BUDGET_OFF), 0);
	for (level = 0; level < MOD_BUDGET_LEAST; level++) {
		u32 turns = mod_budget_turns(level), next = mod_budget_turns(level + 1);

		assert_true(next < turns && turns * 4 <= next * 5);
		assert_int_equal(mod_budget_level(RT_TURNS_ALL, turns), level);
		assert_int_equal(mod_budget_level(RT_TURNS_ALL, turns - 1), level + 1);
	}
	assert_int_equal(mod_budget_level(RT_TURNS_ALL, RT_TURNS_ALL / 256 - 1), MOD_BUDGET_OFF);
	(void)state;
}

/* ---- What the session thread decides ---- */

static void a_storm_is_held_near_the_budget(void **state)
{
	const struct rt_counters *counters = &rt_counters_of(rt_context_of(0))[1];

	loads[1] = (struct load){ .period = 5000, .cycles = 20000 };
	run_rounds(10);
	assert_in_range(share_of(1, 30), 67, 100);
	assert_int_equal(counters->hits + counters->passed_over, loads[1].made);
	assert_int_equal(rt_probes[1].is_off, 0);
	(void)state;
}

static void changes_are_told(void **state)
{
	loads[1] = (struct load){ .period = 10000, .cycles = 2000 };
	run_rounds(3);
	assert_string_equal(told(), "budget: probe kprobe.function(\"f\") now runs 7 hits in 16\n");
	(void)state;
}

/* The host takes the CPU away in the middle of a run, once in a while. */
static void one_long_run_is_no_reason(void **state)
{
	u32 i;

	loads[1] = (struct load){ .period = 10000, .cycles = 900 };
	run_rounds(1);
	for (i = 0; i < 20; i++) {
		loads[1].cycles = RT_BUDGET_INTERVAL / 20;
		hit(1);
		loads[1].cycles = 900;
		run_rounds(2);
	}
	assert_string_equal(told(), "");
	(void)state;
}

static void the_costliest_are_throttled(void **state)
{
	loads[0] = (struct load){ .period = 100000, .cycles = 1000 };
	loads[1] = (struct load){ .period = 20000, .cycles = 10000 };
	run_rounds(10);
	assert_int_equal(mod_budget_probes[0].level, 0);
	assert_true(mod_budget_probes[1].level > 0);
	assert_in_range(share_of(0, 10), 9, 10);
	assert_in_range(share_of(1, 10), 60, 90);
	(void)state;
}

static void those_that_are_throttled_take_the_same(void **state)
{
	u64 first, second;

	loads[0] = (struct load){ .period = 50000, .cycles = 10000 };
	loads[1] = (struct load){ .period = 20000, .cycles = 10000 };
	run_rounds(10);
	first = taken(0);
	second = taken(1);
	run_rounds(20);
	first = taken(0) - first;
	second = taken(1) - second;
	assert_true(first * 4 < second * 5 && second * 4 < first * 5);
	(void)state;
}

static void the_cpu_with_the_most_decides(void **state)
{
	loads[1] = (struct load){ .period = 10000, .cycles = 2000 };
	shim_cpu = 1;
	run_rounds(3);
	assert_true(mod_budget_probes[1].level > 0);
	shim_cpu = 0;
	(void)state;
}

static void probes_come_back_by_steps(void **state)
{
	loads[1] = (struct load){ .period = 10000, .cycles = 4000 };
	run_rounds(5);
	told();
	loads[1].cycles = 10;
	run_rounds(2 * MOD_BUDGET_PATIENCE + 2);
	assert_int_equal(mod_budget_probes[1].level, 1);
	run_rounds(MOD_BUDGET_PATIENCE + 2);
	assert_string_equal(told(), "budget: probe kprobe.function(\"f\") now runs 7 hits in 16\n"
			    "budget: probe kprobe.function(\"f\") now runs 7 hits in 8\n"
			    "budget: probe kprobe.function(\"f\") now runs all hits\n");
	(void)state;
}

/* Let in again and again while it is too much, it comes back less and less often. */
static void patience_grows(void **state)
{
	size_t early;

	loads[1] = (struct load){ .period = 300, .cycles = 40 };
	run_rounds(600);
	early = strlen(switches);
	assert_int_equal(strncmp(switches, "010101", 6), 0);
	run_rounds(300);
	assert_true(strlen(switches) <= early + 2);
	assert_true(mod_budget_probes[1].patience >= 8 * MOD_BUDGET_PATIENCE);
	(void)state;
}

/* ---- Off ---- */

static void what_costs_too_much_to_pass_over_is_switched_off(void **state)
{
	loads[1] = (struct load){ .period = 300, .cycles = 100 };
	run_rounds(MOD_BUDGET_CERTAIN - 1);
	assert_int_equal(rt_probes[1].is_off, 0);
	run_rounds(1);
	assert_int_equal(rt_probes[1].is_off, 1);
	assert_int_equal(rt_probes[1].armed, 0);
	assert_string_equal(switches, "0");
	assert_non_null(strstr(told(), "budget: probe kprobe.function(\"f\") is switched off\n"));
	loads[1].period = 100000;
	run_rounds(MOD_BUDGET_PATIENCE + 1);
	assert_string_equal(switches, "01");
	assert_string_equal(told(),
			    "budget: probe kprobe.function(\"f\") now runs one hit in 256\n");
	assert_in_range(mod_budget_off_ns(1), MOD_BUDGET_PATIENCE * ROUND,
			(MOD_BUDGET_PATIENCE + 1) * ROUND);
	(void)state;
}

static void what_is_too_much_one_time_in_256_is_switched_off(void **state)
{
	loads[1] = (struct load){ .period = 2 * MILLISECOND, .cycles = 100 * MILLISECOND };
	run_rounds(40);
	assert_int_equal(switches[0], '0');
	(void)state;
}

/* Its condition may come to hold meanwhile. */
static void a_condition_does_not_arm_what_is_off(void **state)
{
	mod_budget_set(&rt_probes[1], MOD_BUDGET_OFF);
	mod_conditions_apply();
	rt_condition_set(&rt_probes[1], false);
	mod_conditions_apply();
	rt_condition_set(&rt_probes[1], true);
	mod_conditions_apply();
	assert_string_equal(switches, "0");
	mod_budget_set(&rt_probes[1], MOD_BUDGET_LEAST);
	mod_conditions_apply();
	assert_string_equal(switches, "01");
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(handlers_take_no_more_whatever_the_thread_does),
		TEST(what_is_taken_beyond_is_owed),
		TEST(within_the_budget_all_hits_run),
		TEST(each_cpu_has_its_own),
		TEST(without_a_budget_nothing_is_passed_over),
		TEST(overload_does_not_end_the_session),
		TEST(hits_without_the_condition_are_not_passed_over),
		TEST(turns_are_spread_evenly),
		TEST(levels_are_a_quarter_apart_at_most),
		TEST(a_storm_is_held_near_the_budget),
		TEST(changes_are_told),
		TEST(one_long_run_is_no_reason),
		TEST(the_costliest_are_throttled),
		TEST(those_that_are_throttled_take_the_same),
		TEST(the_cpu_with_the_most_decides),
		TEST(probes_come_back_by_steps),
		TEST(patience_grows),
		TEST(what_costs_too_much_to_pass_over_is_switched_off),
		TEST(what_is_too_much_one_time_in_256_is_switched_off),
		TEST(a_condition_does_not_arm_what_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
