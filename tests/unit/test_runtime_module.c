/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session survives and what ends it: errors up to MAXERRORS, skipped hits, overload; what
 * the session thread tells of it (module/report.h), and conditions behind probe points. With room
 * for the groups of regular expressions.
 */
#define MAXERRORS 2
#define RT_MAXSKIPPED 3
#define MATCH_GROUPS 2
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
static const struct mod_family_ops plain_ops;
static const struct mod_family families[] = {
	{ &plain_ops, NULL, 0 }, { &switched_ops, NULL, 0 }, { NULL, NULL, 0 },
};

const struct mod_script mod_script = { .families = families };

#include "module/conditions.h"
#include "module/report.h"

/* The texts of all records of process context since the last call, a line for each. */
static const char *told(void)
{
	static char bytes[65536], text[4096];
	ssize_t length = rt_stream_read(&rt_process_stream, bytes, sizeof(bytes));
	ssize_t at = 0;

	text[0] = 0;
	while (at < length) {
		const struct spile_record *record = (const struct spile_record *)(bytes + at);

		if (record->type != SPILE_RECORD_HANDLER_END) {
			strcat(text, record->type == SPILE_RECORD_ERROR ? "E " : "W ");
			strncat(text, (const char *)(record + 1) + 4,
				*(const u32 *)(record + 1));
			strcat(text, "\n");
		}
		at += record->length;
	}
	return text;
}

static struct rt_context *enter(void)
{
	struct rt_context *c = rt_enter(1);

	assert_non_null(c);
	return c;
}

static void fail_with(const char *text)
{
	struct rt_context *c = enter();

	rt_error_at(c, WHERE, "%s", text);
	shim_now++;
	rt_leave(c);
}

static void errors_are_survived_up_to_the_limit(void **state)
{
	shim_cpu = 2;
	fail_with("first");
	shim_cpu = 0;
	fail_with("second");
	assert_int_equal(rt_session.running, 1);
	assert_int_equal(rt_session.has_failed, 0);
	fail_with("third");
	assert_int_equal(rt_session.end_requested, 1);
	assert_int_equal(rt_session.has_failed, 1);
	mod_report_mail();
	assert_string_equal(told(),
			    "E first at " WHERE " in probe kprobe.function(\"f\")\n"
			    "E second at " WHERE " in probe kprobe.function(\"f\")\n"
			    "E third at " WHERE " in probe kprobe.function(\"f\")\n");
	mod_report_mail();
	assert_string_equal(told(), "");
	(void)state;
}

/* Boxes are used again; an error that finds none free goes out by its CPU's own stream. */
static void no_error_is_lost_silently(void **state)
{
	int i;

	for (i = 0; i < RT_MAILS + 2; i++) {
		rt_session_open();
		fail_with("many");
	}
	assert_int_equal(rt_context_of(0)->records_sent, 2);
	assert_int_equal(atomic_read(&rt_session.untold_errors), 0);
	memset(&rt_cpu_streams[0], 0, sizeof(rt_cpu_streams[0]));
	rt_session_open();
	fail_with("no way out");
	assert_int_equal(atomic_read(&rt_session.untold_errors), 1);
	mod_report_mail();
	told();
	rt_session_open();
	fail_with("the last");
	mod_report_mail();
	mod_report_places();
	assert_string_equal(told(),
			    "E the last at " WHERE " in probe kprobe.function(\"f\")\n"
			    "W 1 error not told for want of room\n");
	(void)state;
}

static void fault(struct rt_place *place, u32 probe, unsigned long address)
{
	struct rt_context *c = rt_enter(probe);

	rt_fault_at(c, place, "read fault at 0x%lx", address);
	rt_leave(c);
	assert_int_equal(rt_session.running, 1);
}

static void faults_are_told_once_per_place(void **state)
{
	struct rt_place *first = RT_PLACE("a.stp:3:5"), *second = RT_PLACE("a.stp:9:9");

	fault(first, 1, 16);
	mod_report_places();
	assert_string_equal(told(), "W 1 hit of probe kprobe.function(\"f\") given up at a.stp:3:5: "
			    "read fault at 0x10\n");
	fault(first, 1, 32);
	fault(second, 1, 48);
	fault(second, 0, 64);
	fault(NULL, 1, 80);
	mod_report_places();
	assert_string_equal(told(),
			    "W 1 hit of probe kprobe.function(\"f\") given up at test.stp:2:1: "
			    "read fault at 0x50\n"
			    "W 2 hits of probe kprobe.function(\"f\") and others given up at "
			    "a.stp:9:9: read fault at 0x30 (the first)\n"
			    "W 2 hits of probe kprobe.function(\"f\") given up at a.stp:3:5: "
			    "read fault at 0x10 (the first)\n");
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].given_up, 4);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].errors, 0);
	(void)state;
}

static void skipped_hits_have_a_limit(void **state)
{
	static struct rt_lock lock = { .holder = 1 };
	static struct rt_lock *const locks[] = { &lock };
	int i;

	for (i = 0; i < 4; i++) {
		struct rt_context *c = enter();

		/* Hits that find another handler running do not count. */
		assert_null(rt_enter(0));
		assert_false(rt_locks_take(c, locks, 1, 0, 0));
		assert_int_equal(rt_session.has_failed, i == 3);
		rt_leave(c);
	}
	assert_int_equal(rt_session.running, 0);
	assert_int_equal(atomic_read(&rt_session.error_count), 1);
	mod_report_mail();
	assert_string_equal(told(), "E more than 3 probe hits skipped (MAXSKIPPED)\n");
	(void)state;
}

/* Hits that take `cycles` each, one every `period` cycles; true once the session is over. */
static bool run_hits(u32 count, u64 cycles, u64 period)
{
	struct rt_context *c;
	u32 i;

	for (i = 0; i < count; i++) {
		c = rt_enter(1);
		if (!c)
			return true;
		shim_cycles += cycles;
		rt_leave(c);
		shim_cycles += period - cycles;
	}
	return false;
}

static void busy_is_no_overload(void **state)
{
	assert_false(run_hits(100000, 490, 1000));
	(void)state;
}

static void overload_ends_the_session(void **state)
{
	/* One interval for the suspicion, one for the verdict. */
	assert_false(run_hits(1000, 730, 1000));
	assert_true(run_hits(2000, 730, 1000));
	assert_int_equal(rt_session.has_failed, 1);
	mod_report_mail();
	assert_string_equal(told(), "E probe overhead exceeded threshold: handlers took 73% of CPU 0, "
			    "allowed are 50% (--suppress-time-limits or -D STP_NO_OVERLOAD lifts the "
			    "limit)\n");
	(void)state;
}

/* The host took the CPU away in the middle of a timed hit, once in a while. */
static void long_samples_are_no_overload(void **state)
{
	int i;

	for (i = 0; i < 40; i++) {
		rt_context_of(0)->sample_left = 1;
		assert_false(run_hits(1, 100000, 100100));
		assert_false(run_hits(700, 100, 1000));
	}
	(void)state;
}

/* ---- Statistics ---- */

/* Loaded with stats=1. */
static int timing_set_up(void **state)
{
	rt_times_all = true;
	return fixture_set_up(state);
}

static int timing_tear_down(void **state)
{
	rt_times_all = false;
	return fixture_tear_down(state);
}

static void expect_usage(const struct rt_usage *usage, u64 timed, u64 cycles, u64 least, u64 most)
{
	assert_int_equal(usage->timed, timed);
	assert_int_equal(usage->cycles, cycles);
	assert_int_equal(usage->cycles_least, least);
	assert_int_equal(usage->cycles_most, most);
}

static void every_hit_is_timed_when_asked(void **state)
{
	run_hits(1, 70, 1000);
	run_hits(5000, 50, 1000);
	run_hits(1, 90, 1000);
	run_hits(20, 60, 1000);
	expect_usage(&rt_usage_of(rt_context_of(0))[1], 5022, 50 * 5000 + 70 + 90 + 60 * 20, 50, 90);
	expect_usage(&rt_usage_of(rt_context_of(0))[0], 0, 0, 0, 0);
	shim_cpu = 1;
	run_hits(3, 7, 1000);
	expect_usage(&rt_usage_of(rt_context_of(1))[1], 3, 21, 7, 7);
	(void)state;
}

static void no_statistics_are_kept_unasked(void **state)
{
	run_hits(10 * RT_SAMPLE_EVERY, 50, 1000);
	expect_usage(&rt_usage_of(rt_context_of(0))[1], 0, 0, 0, 0);
	(void)state;
}

/* Timing all hits is no suspicion, and the verdict on an overload the same. */
static void overload_is_found_while_all_is_timed(void **state)
{
	assert_false(run_hits(100000, 490, 1000));
	assert_true(run_hits(3000, 730, 1000));
	assert_int_equal(rt_session.has_failed, 1);
	(void)state;
}

static void take_time(struct rt_context *c)
{
	shim_cycles += 1234;
	(void)c;
}

static void handlers_of_the_thread_are_timed_when_asked(void **state)
{
	struct rt_probe *probe = &rt_probes[0];

	probe->handler = take_time;
	rt_process_run(probe);
	rt_times_all = false;
	rt_process_run(probe);
	expect_usage(&rt_usage_of(rt_process_context)[0], 1, 1234, 1234, 1234);
	assert_int_equal(rt_counters_of(rt_process_context)[0].hits, 2);
	probe->handler = fixture_handler;
	(void)state;
}

/* The contexts are made anew, with one more allocation each time, until there are enough. */
static void every_context_has_room_for_a_match(void **state)
{
	int left = 0;

	rt_streams_fini();
	rt_contexts_fini();
	do {
		assert_int_equal(shim_allocations, 0);
		shim_allocations_left = left++;
	} while (!rt_contexts_init());
	assert_int_equal(left - 1, 2 * (SHIM_CPUS + 1));
	assert_non_null(rt_context_of(SHIM_CPUS - 1)->match);
	assert_non_null(rt_process_context->match);
	(void)state;
}

/* ---- Conditions ---- */

static int is_verbose;

static void evaluate(struct rt_context *c)
{
	rt_condition_set(&rt_probes[1], is_verbose > 1);
	(void)c;
}

static int conditional_set_up(void **state)
{
	rt_probes[1].condition = evaluate;
	switches[0] = 0;
	is_verbose = 0;
	return fixture_set_up(state);
}

static int conditional_tear_down(void **state)
{
	rt_probes[1].condition = NULL;
	return fixture_tear_down(state);
}

static bool handler_runs(void)
{
	struct rt_context *c = enter();
	bool runs = rt_armed(c);

	rt_leave(c);
	return runs;
}

static void conditions_hold_from_the_start(void **state)
{
	assert_true(rt_probes[0].armed);
	assert_false(rt_probes[1].armed);
	is_verbose = 2;
	mod_conditions_evaluate();
	mod_conditions_settle();
	assert_true(rt_probes[1].armed);
	assert_true(handler_runs());
	assert_string_equal(switches, "");
	(void)state;
}

static void hits_without_the_condition_are_none(void **state)
{
	mod_conditions_evaluate();
	mod_conditions_settle();
	assert_false(handler_runs());
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].hits, 0);
	is_verbose = 2;
	evaluate(NULL);
	assert_int_equal(rt_session.woken, 1);
	assert_true(handler_runs());
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].hits, 1);
	is_verbose = 0;
	evaluate(NULL);
	assert_false(handler_runs());
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].hits, 1);
	(void)state;
}

static void families_hear_of_changes_only(void **state)
{
	mod_conditions_evaluate();
	mod_conditions_settle();
	mod_conditions_apply();
	assert_string_equal(switches, "");
	is_verbose = 2;
	evaluate(NULL);
	mod_conditions_apply();
	mod_conditions_apply();
	assert_string_equal(switches, "1");
	is_verbose = 0;
	evaluate(NULL);
	is_verbose = 3;
	evaluate(NULL);
	mod_conditions_apply();
	assert_string_equal(switches, "1");
	is_verbose = 1;
	evaluate(NULL);
	mod_conditions_apply();
	assert_string_equal(switches, "10");
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)
#define TEST_TIMING(f) cmocka_unit_test_setup_teardown(f, timing_set_up, timing_tear_down)
#define TEST_CONDITION(f) \
	cmocka_unit_test_setup_teardown(f, conditional_set_up, conditional_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(errors_are_survived_up_to_the_limit),
		TEST(no_error_is_lost_silently),
		TEST(faults_are_told_once_per_place),
		TEST(skipped_hits_have_a_limit),
		TEST(busy_is_no_overload),
		TEST(overload_ends_the_session),
		TEST(long_samples_are_no_overload),
		TEST_TIMING(every_hit_is_timed_when_asked),
		TEST(no_statistics_are_kept_unasked),
		TEST_TIMING(overload_is_found_while_all_is_timed),
		TEST_TIMING(handlers_of_the_thread_are_timed_when_asked),
		TEST(every_context_has_room_for_a_match),
		TEST_CONDITION(conditions_hold_from_the_start),
		TEST_CONDITION(hits_without_the_condition_are_none),
		TEST_CONDITION(families_hear_of_changes_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
