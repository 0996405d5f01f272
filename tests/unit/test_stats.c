/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --stats: the table and the JSON, from a status that a module could have given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "stats.h"

static struct probe_name probes[] = {
	{ 0, "kprobe.function(\"vfs_*\")" },
	{ 1, "never\t\\seen" },
	{ 2, "end" },
};

static const struct module_file module = {
	.path = "made.ko", .fd = -1, .name = "made",
	.probes = probes, .probe_count = 3,
};

static struct spile_probe_counters counters[3] = {
	{
		.hits = 1000, .skipped_reentry = 12, .skipped_lock = 3, .lost_records = 7,
		.timed = 1000, .cycles = 412345, .cycles_least = 310, .cycles_most = 90112,
		.points = { [SPILE_BY_FTRACE] = 70, [SPILE_BY_KPROBE] = 2 },
	},
	{ .given_up_insertions = 1 },
	{
		.hits = 1, .timed = 1, .cycles = 5100, .cycles_least = 5100, .cycles_most = 5100,
		.points = { [SPILE_BY_SESSION] = 1 },
	},
};

static const struct control control = {
	.fd = -1,
	.status = {
		.length = 1, .probe_count = 3, .points_attached = 72, .points_refused = 1,
		.records_sent = 20, .records_lost = 7, .error_count = 2, .has_failed = 1,
		.memory = 4096,
	},
	.counters = counters,
};

static void expect(enum options_stats form, const struct control *of, const char *expected)
{
	struct options options = { .stats = form };
	struct text text = { 0 };

	text_append_string(&text, "");
	stats_write(&text, of, &module, &options);
	assert_string_equal(text.bytes, expected);
	text_fini(&text);
}

static void table_has_a_line_for_each_probe(void **state)
{
	(void)state;
	expect(STATS_TABLE, &control,
	       "Hits of each probe, and the cycles that a run of its handler took:\n"
	       "      hits      least    average       most  probe\n"
	       "      1000        310        412      90112  kprobe.function(\"vfs_*\"), 2 points "
	       "by kprobe, 70 by ftrace\n"
	       "                                               skipped: re-entry 12, lock 3; "
	       "records lost 7\n"
	       "         0          0          0          0  never\t\\seen, not attached\n"
	       "                                               insertions given up 1\n"
	       "         1       5100       5100       5100  end, by session\n");
}

static void json_is_one_line_with_everything(void **state)
{
	(void)state;
	expect(STATS_JSON, &control,
	       "{\"spile_stats\": {\"module\": \"made\", \"probes\": ["
	       "{\"probe\": \"kprobe.function(\\\"vfs_*\\\")\", \"points\": {\"kprobe\": 2, "
	       "\"ftrace\": 70}, \"hits\": 1000, \"timed\": 1000, \"cycles\": 412345, "
	       "\"cycles_least\": 310, \"cycles_average\": 412, \"cycles_most\": 90112, "
	       "\"skipped\": {\"reentry\": 12, \"lock\": 3, \"instances\": 0, \"budget\": 0}, "
	       "\"given_up\": 0, \"given_up_insertions\": 0, \"records_lost\": 7, "
	       "\"errors\": 0, \"off_ms\": 0}, "
	       "{\"probe\": \"never\\u0009\\\\seen\", \"points\": {}, \"hits\": 0, \"timed\": 0, "
	       "\"cycles\": 0, \"cycles_least\": 0, \"cycles_average\": 0, \"cycles_most\": 0, "
	       "\"skipped\": {\"reentry\": 0, \"lock\": 0, \"instances\": 0, \"budget\": 0}, "
	       "\"given_up\": 0, \"given_up_insertions\": 1, \"records_lost\": 0, "
	       "\"errors\": 0, \"off_ms\": 0}, "
	       "{\"probe\": \"end\", \"points\": {\"session\": 1}, \"hits\": 1, \"timed\": 1, "
	       "\"cycles\": 5100, \"cycles_least\": 5100, \"cycles_average\": 5100, "
	       "\"cycles_most\": 5100, \"skipped\": {\"reentry\": 0, \"lock\": 0, "
	       "\"instances\": 0, \"budget\": 0}, \"given_up\": 0, \"given_up_insertions\": 0, "
	       "\"records_lost\": 0, \"errors\": 0, \"off_ms\": 0}], \"points_attached\": 72, "
	       "\"points_refused\": 1, \"records_sent\": 20, \"records_lost\": 7, \"errors\": 2, "
	       "\"failed\": true, \"memory\": 4096}}\n");
}

static void nothing_is_said_unasked_or_without_a_status(void **state)
{
	static const struct control silent = { .fd = -1 };

	(void)state;
	expect(STATS_NONE, &control, "");
	expect(STATS_TABLE, &silent, "");
	expect(STATS_JSON, &silent, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_a_line_for_each_probe),
		cmocka_unit_test(json_is_one_line_with_everything),
		cmocka_unit_test(nothing_is_said_unasked_or_without_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
