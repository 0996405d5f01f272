/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a handler to the reader: entering and skipping, locks, records byte by byte, loss and
 * gaps, waiting for room, the horizon.
 */
#include "runtime_fixture.h"

static char received[1 << 20];
static size_t received_length;

/* Reads all there is in a stream, in pieces that fit nothing. */
static void receive(struct rt_stream *s)
{
	ssize_t got;

	received_length = 0;
	while ((got = rt_stream_read(s, received + received_length, 1001)) > 0)
		received_length += got;
	assert_int_equal(got, 0);
}

/* Record number `n` of what was received. */
static const struct spile_record *record(u32 n)
{
	const char *at = received;

	while (n--)
		at += ((const struct spile_record *)at)->length;
	assert_true(at < received + received_length);
	return (const struct spile_record *)at;
}

/* Checks that received bytes are whole records; returns how many of `type` there are. */
static u32 count_records(u32 type)
{
	size_t at = 0;
	u32 count = 0;

	while (at < received_length) {
		const struct spile_record *r = (const struct spile_record *)(received + at);

		assert_true(received_length - at >= sizeof(*r));
		assert_true(r->length >= sizeof(*r) && r->length % 8 == 0);
		count += r->type == type;
		at += r->length;
	}
	assert_int_equal(at, received_length);
	return count;
}

static struct rt_context *enter(void)
{
	struct rt_context *c = rt_enter(1);

	assert_non_null(c);
	return c;
}

static bool print_number(struct rt_context *c, s64 number)
{
	char *at = rt_record_begin(c, 0, RT_LONG_SIZE);

	if (!at)
		return false;
	rt_record_end(c, rt_put_long(at, number));
	return true;
}

static struct rt_counters *counters(struct rt_context *c)
{
	return &rt_counters_of(c)[1];
}

static struct rt_context seen;	/* what the last handler was given */

static void see(struct rt_context *c)
{
	seen = *c;
}

static void see_and_print(struct rt_context *c)
{
	see(c);
	assert_true(print_number(c, 1));
}

static void see_and_fail(struct rt_context *c)
{
	see(c);
	rt_fault_at(c, PLACE, "nothing there");
}

/* Only what a handler uses is written for it; what a run leaves behind, the next does not see. */
static void a_run_gives_what_is_used(void **state)
{
	static struct pt_regs regs, others;

	rt_run(see_and_print, 1, RT_USES_REGS | RT_USES_FUNCTION, &regs, "f");
	assert_ptr_equal(seen.regs, &regs);
	assert_string_equal(seen.function, "f");
	assert_ptr_equal(seen.probe, &rt_probes[1]);
	rt_run(see_and_fail, 0, RT_USES_REGS, &others, "g");
	assert_ptr_equal(seen.regs, &others);
	assert_string_equal(seen.function, "f");
	assert_ptr_equal(seen.probe, &rt_probes[0]);
	assert_int_equal(seen.attention, 0);
	assert_int_equal(seen.time, 0);
	rt_run(see, 1, 0, &regs, "g");
	assert_ptr_equal(seen.regs, &others);
	assert_int_equal(seen.attention, 0);
	assert_int_equal(rt_counters_of(rt_context_of(0))[0].given_up, 1);
	assert_int_equal(rt_counters_of(rt_context_of(0))[1].hits, 2);
	assert_int_equal(rt_context_of(0)->busy, 0);
	(void)state;
}

static void keep(struct rt_context *c)
{
	*(int *)c->saved = 7;
	c->saved = NULL;
}

static void give_back(struct rt_context *c)
{
	see(c);
	assert_int_equal(*(int *)c->saved, 7);
}

/* The return is the hit, and it is none if the entry was not seen, failed, or could not keep all. */
static void a_return_finds_what_its_entry_kept(void **state)
{
	static struct pt_regs regs;
	struct rt_counters *of = counters(rt_context_of(0));
	struct rt_context *c;
	int saved = 0;

	assert_true(rt_run_entry(keep, 1, &regs, &saved));
	assert_int_equal(of->hits, 0);
	rt_run_return(give_back, 1, &regs, "f", &saved);
	assert_int_equal(of->hits, 1);
	assert_ptr_equal(seen.regs, &regs);
	assert_string_equal(seen.function, "f");
	assert_false(rt_run_entry(see, 1, &regs, &saved));
	assert_false(rt_run_entry(see_and_fail, 1, &regs, &saved));
	assert_int_equal(of->given_up, 1);
	rt_probes[1].wanted = 0;
	assert_false(rt_run_entry(keep, 1, &regs, &saved));
	rt_probes[1].wanted = 1;
	c = enter();
	assert_false(rt_run_entry(keep, 1, &regs, &saved));
	rt_leave(c);
	assert_int_equal(of->skipped_reentry, 1);
	assert_int_equal(of->hits, 2);
	(void)state;
}

static void reentry_is_skipped_and_counted(void **state)
{
	struct rt_context *c = enter();

	assert_null(rt_enter(1));
	shim_cpu = 1;
	rt_leave(enter());
	shim_cpu = 0;
	rt_leave(c);
	rt_leave(enter());
	assert_int_equal(counters(c)->skipped_reentry, 1);
	assert_int_equal(counters(c)->hits, 2);
	rt_session_close();
	assert_null(rt_enter(1));
	assert_int_equal(counters(c)->skipped_reentry, 1);
	(void)state;
}

static void records_are_as_the_abi_says(void **state)
{
	struct rt_context *c = enter();
	const struct spile_record *r;
	const u32 *words;
	char *at;

	shim_now = 5000;
	at = rt_record_begin(c, 7, RT_STRING_SIZE(5) + RT_LONG_SIZE + RT_STRING_SIZE(4));
	at = rt_put_string(at, "hello", 5);
	at = rt_put_long(at, -1);
	rt_record_end(c, rt_put_string(at, "four", 4));
	shim_now = 6000;
	assert_true(print_number(c, 8));
	rt_leave(c);
	receive(c->stream);
	assert_int_equal(count_records(SPILE_RECORD_PRINT), 2);

	r = record(0);
	words = (const u32 *)(r + 1);
	assert_int_equal(r->length, 16 + 8 + 16 + 8 + 8);
	assert_int_equal(r->probe, 1);
	assert_int_equal(r->time, 5000);
	assert_int_equal(words[0], 7);
	assert_int_equal(words[1], 0);
	assert_int_equal(words[2], 5);
	assert_memory_equal(&words[3], "hello\0\0\0\0\0\0\0", 12);
	assert_memory_equal(&words[6], "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	assert_int_equal(words[8], 4);
	assert_memory_equal(&words[9], "four", 4);
	assert_int_equal(record(1)->time, 5000);
	assert_int_equal(c->records_sent, 2);
	assert_int_equal(c->time, 0);
	(void)state;
}

static void histograms_carry_their_buckets(void **state)
{
	static const struct rt_stat_type type = {
		.kind = SPILE_HISTOGRAM_LINEAR, .low = 0, .high = 4, .step = 2,
	};
	static const struct rt_stat nothing = { .count = 0 };
	struct rt_context *c = enter();
	struct rt_stat *s = calloc(1, rt_stat_size(&type));
	const struct spile_histogram *h;

	rt_stat_reset(s, &type);
	rt_stat_include(s, &type, 3);
	rt_stat_include(s, &type, 9);
	rt_print_histogram(c, &type, s);
	rt_print_histogram(c, &type, &nothing);
	rt_leave(c);
	free(s);
	receive(c->stream);
	assert_int_equal(count_records(SPILE_RECORD_HISTOGRAM), 2);
	h = (const struct spile_histogram *)(record(0) + 1);
	assert_int_equal(h->bucket_count, 5);
	assert_int_equal(h->count, 2);
	assert_int_equal(((const u64 *)(h + 1))[2], 1);
	assert_int_equal(((const u64 *)(h + 1))[4], 1);
	h = (const struct spile_histogram *)(record(1) + 1);
	assert_int_equal(h->count, 0);
	assert_int_equal(((const u64 *)(h + 1))[4], 0);
	(void)state;
}

/* Many rounds through all sub-buffers, read at odd moments, lose and repeat nothing. */
static void nothing_is_lost_with_a_reader(void **state)
{
	struct rt_context *c = rt_context_of(0);
	s64 written = 0, expected = 0;
	int round;

	for (round = 0; round < 400; round++) {
		int batch = (round * 71) % 900;
		u32 n, count;
		const char *at = received;

		while (batch--) {
			struct rt_context *entered = enter();

			assert_true(print_number(entered, written++));
			rt_leave(entered);
		}
		receive(c->stream);
		count = count_records(SPILE_RECORD_PRINT);
		for (n = 0; n < count; n++) {
			const struct spile_record *r = (const struct spile_record *)at;

			assert_int_equal(*(const s64 *)(at + 24), expected++);
			at += r->length;
		}
	}
	assert_int_equal(written, expected);
	assert_int_equal(c->records_lost, 0);
	(void)state;
}

#define STRINGS_READ_AT 377

/* Checks strings that were received: their number is their length and their letter. */
static u64 check_strings(u64 expected)
{
	static const char zeroes[8];
	u32 n, count = count_records(SPILE_RECORD_PRINT);
	const char *at = received;

	for (n = 0; n < count; n++, expected++) {
		const struct spile_record *r = (const struct spile_record *)at;
		u32 length = expected % 111, i;

		assert_int_equal(r->length, 24 + RT_STRING_SIZE(length));
		assert_int_equal(*(const u32 *)(at + 24), length);
		for (i = 0; i < length; i++)
			assert_int_equal(at[28 + i], 'a' + expected % 26);
		assert_memory_equal(at + 28 + length, zeroes, RT_STRING_SIZE(length) - 4 - length);
		at += r->length;
	}
	return expected;
}

/* Words that go beyond a string harm nothing before it, behind it or in the next sub-buffer. */
static void strings_fill_all_of_a_stream(void **state)
{
	char text[128] __aligned(8);
	u64 written, expected = 0;

	for (written = 0; written < 20000; written++) {
		u32 length = written % 111, start = written / 111 % 2;
		struct rt_context *c = enter();
		char *at = rt_record_begin(c, 0, RT_STRING_SIZE(length));

		memset(text, 'a' + written % 26, sizeof(text));
		assert_non_null(at);
		rt_record_end(c, rt_put_string(at, text + start, length));
		rt_leave(c);
		if (written % STRINGS_READ_AT == 0) {
			receive(c->stream);
			expected = check_strings(expected);
		}
	}
	receive(&rt_cpu_streams[0]);
	assert_int_equal(check_strings(expected), written);
	(void)state;
}

/* A CPU has no buffer before it has been online. */
static void streams_may_begin_late(void **state)
{
	struct rt_stream *s = &rt_cpu_streams[2];
	void *start = rt_cpu_channel->buffers[2].start;
	struct rt_context *c;

	rt_cpu_channel->buffers[2].start = NULL;
	s->at = NULL;
	shim_cpu = 2;
	c = enter();
	assert_false(print_number(c, 1));
	receive(s);
	assert_int_equal(received_length, 0);
	rt_cpu_channel->buffers[2].start = start;
	assert_true(print_number(c, 2));
	rt_leave(c);
	receive(s);
	assert_int_equal(count_records(SPILE_RECORD_GAP), 1);
	assert_int_equal(count_records(SPILE_RECORD_PRINT), 1);
	shim_cpu = 0;
	(void)state;
}

/* What was lost last is told though no record follows it. */
static void the_last_gap_is_told(void **state)
{
	struct rt_context *c = rt_context_of(0);
	u64 lost;

	rt_gap_settle(c);
	receive(c->stream);
	assert_int_equal(received_length, 0);
	do {
		enter();
		print_number(c, 0);
		rt_leave(c);
		lost = c->records_lost;
	} while (lost < 10);
	receive(c->stream);
	rt_gap_settle(c);
	receive(c->stream);
	assert_int_equal(count_records(SPILE_RECORD_GAP), 1);
	assert_int_equal(*(const u64 *)(record(0) + 1), lost);
	assert_int_equal(c->time, 0);
	(void)state;
}

static void loss_is_counted_and_told(void **state)
{
	struct rt_context *c = rt_context_of(0);
	u64 written = 0, lost = 0;
	u32 i;

	for (i = 0; i < 5000; i++) {
		enter();
		if (print_number(c, i))
			written++;
		else
			lost++;
		rt_leave(c);
	}
	assert_true(lost > 0 && written > 1000);
	assert_int_equal(c->records_sent, 5000);
	assert_int_equal(c->records_lost, lost);
	assert_int_equal(counters(c)->lost_records, lost);
	receive(c->stream);
	assert_int_equal(count_records(SPILE_RECORD_PRINT), written);
	assert_int_equal(count_records(SPILE_RECORD_GAP), 0);

	enter();
	assert_true(print_number(c, 1));
	assert_true(print_number(c, 2));
	rt_leave(c);
	receive(c->stream);
	assert_int_equal(count_records(SPILE_RECORD_GAP), 1);
	assert_int_equal(count_records(SPILE_RECORD_PRINT), 2);
	assert_int_equal(record(0)->type, SPILE_RECORD_GAP);
	assert_int_equal(*(const u64 *)(record(0) + 1), lost);
	(void)state;
}

static void oversized_records_are_lost_at_once(void **state)
{
	struct rt_context *c = rt_process_enter(&rt_probes[0]);

	assert_null(rt_record_begin(c, 0, RT_PROCESS_SUBBUF_SIZE));
	rt_process_leave(c);
	assert_int_equal(c->records_lost, 1);
	(void)state;
}

static u64 drained;

static void drain_while_asleep(void)
{
	receive(&rt_process_stream);
	drained += count_records(SPILE_RECORD_PRINT);
}

static void process_context_waits_for_room(void **state)
{
	static struct rt_lock lock;
	static struct rt_lock *const locks[] = { &lock };
	struct rt_context *c = rt_process_enter(&rt_probes[0]);
	s64 i;

	shim_while_asleep = drain_while_asleep;
	drained = 0;
	assert_true(rt_locks_take(c, locks, 1, 0, 0));
	rt_locks_note(c, locks, 1);
	for (i = 0; i < 20000; i++)
		assert_true(print_number(c, i));
	assert_int_equal(shim_awake_preempt_count, 0);
	rt_locks_drop(c, locks, 1, 0);
	rt_process_leave(c);
	shim_while_asleep = NULL;
	receive(&rt_process_stream);
	assert_int_equal(count_records(SPILE_RECORD_HANDLER_END), 1);
	assert_int_equal(drained + count_records(SPILE_RECORD_PRINT), 20000);
	assert_int_equal(c->records_lost, 0);
	(void)state;
}

static void leave_for_good(void)
{
	rt_session.reader_present = 0;
}

static void waiting_ends_with_the_reader(void **state)
{
	struct rt_context *c = rt_process_enter(&rt_probes[0]);
	s64 i, written = 0;

	shim_while_asleep = leave_for_good;
	for (i = 0; i < 20000; i++)
		written += print_number(c, i);
	rt_process_leave(c);
	shim_while_asleep = NULL;
	assert_true(written < 20000);
	assert_int_equal(c->records_lost, 20000 - written);
	(void)state;
}

static struct rt_lock lock_a, lock_b;
static struct rt_lock *const both_locks[] = { &lock_a, &lock_b };

static void locks_are_taken_all_or_none(void **state)
{
	struct rt_context *c = enter();

	lock_b.holder = 4;
	shim_delays = 0;
	assert_false(rt_locks_take(c, both_locks, 2, 0, 0));
	assert_int_equal(shim_delays, MAXTRYLOCK * TRYLOCKDELAY);
	assert_int_equal(lock_a.holder, 0);
	assert_int_equal(counters(c)->skipped_lock, 1);
	lock_b.holder = 0;
	assert_true(rt_locks_take(c, both_locks, 2, 0, 0));
	assert_int_equal(lock_b.holder, 1);
	rt_locks_drop(c, both_locks, 2, 0);
	assert_int_equal(lock_a.holder | lock_b.holder, 0);
	rt_leave(c);
	(void)state;
}

static void hopeless_locks_are_not_waited_for(void **state)
{
	struct rt_context *c = enter();

	shim_delays = 0;
	lock_a.holder = 1;
	assert_false(rt_locks_take(c, both_locks, 2, 0, 0));
	lock_a.holder = 3 | RT_LOCK_SLEEPS;
	assert_false(rt_locks_take(c, both_locks, 2, 0, 0));
	lock_a.holder = 0;
	assert_int_equal(shim_delays, 0);
	assert_int_equal(counters(c)->skipped_lock, 2);
	rt_leave(c);
	(void)state;
}

static void locks_sleep_and_wake_on_another_cpu(void **state)
{
	struct rt_context *c = enter();

	assert_true(rt_locks_take(c, both_locks, 2, 0, 0));
	rt_locks_note(c, both_locks, 2);
	rt_locks_mark(c, RT_LOCK_SLEEPS);
	assert_int_equal(lock_a.holder, 1 | RT_LOCK_SLEEPS);
	shim_cpu = 2;
	rt_locks_mark(c, 0);
	assert_int_equal(lock_b.holder, 3);
	rt_locks_drop(c, both_locks, 2, 0);
	shim_cpu = 0;
	rt_leave(c);
	(void)state;
}

static void errors_end_the_session(void **state)
{
	struct rt_context *c = enter();

	rt_error_at(c, WHERE, "division by 0");
	rt_leave(c);
	assert_int_equal(rt_session.running, 0);
	assert_int_equal(rt_session.end_requested, 1);
	assert_int_equal(rt_session.woken, 1);
	assert_int_equal(counters(c)->errors, 1);
	assert_int_equal(rt_session.mails[0].state, RT_MAIL_SENT);
	assert_int_equal(rt_session.mails[0].probe, 1);
	assert_string_equal(rt_session.mails[0].text,
			    "division by 0 at " WHERE " in probe kprobe.function(\"f\")");

	assert_int_equal(rt_session.has_failed, 1);
	(void)state;
}

static void warnings_do_not(void **state)
{
	struct rt_context *c = enter();

	rt_warning(c, "%d of them", 3);
	rt_leave(c);
	receive(c->stream);
	assert_int_equal(count_records(SPILE_RECORD_WARNING), 1);
	assert_memory_equal(record(0) + 1, "\x09\0\0\0003 of them", 13);
	assert_int_equal(rt_session.running, 1);
	(void)state;
}

static void process_runs_are_marked_complete(void **state)
{
	rt_process_run(&rt_probes[0]);
	receive(&rt_process_stream);
	assert_int_equal(received_length, 0);
	rt_process_report(&rt_probes[0], SPILE_RECORD_WARNING, "text");
	receive(&rt_process_stream);
	assert_int_equal(count_records(SPILE_RECORD_HANDLER_END), 1);
	assert_int_equal(record(1)->type, SPILE_RECORD_HANDLER_END);
	assert_int_equal(record(1)->time, record(0)->time);
	assert_int_equal(rt_counters_of(rt_process_context)[0].hits, 1);
	(void)state;
}

static void horizon_waits_for_open_handlers(void **state)
{
	struct rt_context *c = enter();
	u64 horizon;

	shim_now = 10 * RT_TIME_MARGIN;
	horizon = rt_horizon(0);
	assert_int_equal(horizon, 9 * RT_TIME_MARGIN);
	assert_true(print_number(c, 1));
	shim_now = 20 * RT_TIME_MARGIN;
	assert_int_equal(rt_horizon(horizon), horizon);
	assert_int_equal(rt_cpu_horizon(horizon), horizon);
	rt_leave(c);
	assert_int_equal(rt_horizon(horizon), 19 * RT_TIME_MARGIN);
	/* A handler in process context does not count for the CPUs. */
	rt_process_context->time = 10 * RT_TIME_MARGIN;
	assert_int_equal(rt_horizon(horizon), horizon);
	assert_int_equal(rt_cpu_horizon(horizon), 19 * RT_TIME_MARGIN);
	rt_process_context->time = 0;
	c->time = RT_TIME_OPENING;
	assert_int_equal(rt_horizon(horizon), horizon);
	c->time = 0;
	(void)state;
}

static void sprintf_is_cut(void **state)
{
	struct spile_argument a[2] = { { .s = "text", .length = 4 }, { .n = -5 } };
	char to[MAXSTRINGLEN];

	rt_format(to, "%s %d", a, 2);
	assert_string_equal(to, "text -5");
	rt_format(to, "%500d", a + 1, 1);
	assert_int_equal(strlen(to), MAXSTRINGLEN - 1);
	(void)state;
}

static void memory_that_runs_out_is_given_back(void **state)
{
	fixture_tear_down(state);
	for (shim_allocations_left = 0; shim_allocations_left <= SHIM_CPUS; ) {
		int left = shim_allocations_left;

		assert_false(rt_contexts_init());
		assert_int_equal(shim_allocations, 0);
		shim_allocations_left = left + 1;
	}
	assert_true(rt_contexts_init());
	shim_allocations_left = 0;
	assert_false(rt_streams_init(FIXTURE_BUFFER));
	shim_allocations_left = INT_MAX;
	assert_true(rt_streams_init(FIXTURE_BUFFER));
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_gives_what_is_used),
		TEST(a_return_finds_what_its_entry_kept),
		TEST(reentry_is_skipped_and_counted),
		TEST(records_are_as_the_abi_says),
		TEST(histograms_carry_their_buckets),
		TEST(nothing_is_lost_with_a_reader),
		TEST(strings_fill_all_of_a_stream),
		TEST(streams_may_begin_late),
		TEST(the_last_gap_is_told),
		TEST(loss_is_counted_and_told),
		TEST(oversized_records_are_lost_at_once),
		TEST(process_context_waits_for_room),
		TEST(waiting_ends_with_the_reader),
		TEST(locks_are_taken_all_or_none),
		TEST(hopeless_locks_are_not_waited_for),
		TEST(locks_sleep_and_wake_on_another_cpu),
		TEST(errors_end_the_session),
		TEST(warnings_do_not),
		TEST(process_runs_are_marked_complete),
		TEST(horizon_waits_for_open_handlers),
		TEST(sprintf_is_cut),
		TEST(memory_that_runs_out_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
