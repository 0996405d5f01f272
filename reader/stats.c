/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statistics of --stats, a table or one line of JSON. Called by session.c with the last status
 * that the module gave, after the report of losses. The unit is the probe of the script, which
 * may have thousands of points.
 *
 *          hits      least    average       most  probe
 *        100000        310        412      90112  kprobe.function("vfs_*"), 71 points by kprobe
 *                                                 skipped: re-entry 12, lock 3; records lost 7
 */
#include "stats.h"

#include <stddef.h>
#include <stdio.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A number of struct spile_probe_counters, as people and as programs call it. */
struct column {
	size_t offset;
	const char *text, *key;
};

#define COLUMN(member, text, key) { offsetof(struct spile_probe_counters, member), text, key }

static const struct column skip_columns[] = {
	COLUMN(skipped_reentry, "re-entry", "reentry"),
	COLUMN(skipped_lock, "lock", "lock"),
	COLUMN(skipped_instances, "instances", "instances"),
	COLUMN(skipped_budget, "budget", "budget"),
};

static const struct column other_columns[] = {
	COLUMN(given_up, "given up", "given_up"),
	COLUMN(given_up_insertions, "insertions given up", "given_up_insertions"),
	COLUMN(lost_records, "records lost", "records_lost"),
	COLUMN(errors, "errors", "errors"),
	COLUMN(off_ms, "milliseconds off", "off_ms"),
};

/* By enum spile_mechanism; NULL where there is none. */
static const char *const mechanisms[SPILE_MECHANISMS] = {
	[SPILE_BY_SESSION] = "session",
	[SPILE_BY_KPROBE] = "kprobe",
	[SPILE_BY_KRETPROBE] = "kretprobe",
	[SPILE_BY_FTRACE] = "ftrace",
	[SPILE_BY_TRACEPOINT] = "tracepoint",
	[SPILE_BY_TIMER] = "timer",
	[SPILE_BY_PROFILE] = "profile",
	[SPILE_BY_WATCHPOINT] = "watchpoint",
};

static unsigned long long value_of(const struct spile_probe_counters *counters,
				   const struct column *column)
{
	return *(const __u64 *)((const char *)counters + column->offset);
}

static unsigned long long average(const struct spile_probe_counters *counters)
{
	return counters->timed ? counters->cycles / counters->timed : 0;
}

/* ---- The table ---- */

/* ", by kprobe", or ", 71 points by ftrace, 2 by kprobe". */
static void write_points(struct text *out, const struct spile_probe_counters *counters)
{
	unsigned long long count = 0;
	const char *unit = " points";

	for (size_t i = 0; i < SPILE_MECHANISMS; i++)
		count += counters->points[i];
	if (count == 0)
		text_append_string(out, ", not attached");
	for (size_t i = 0; i < SPILE_MECHANISMS; i++) {
		if (!counters->points[i] || !mechanisms[i])
			continue;
		if (count > 1) {
			text_printf(out, ", %u%s", counters->points[i], unit);
			unit = "";
		} else {
			text_append_string(out, ",");
		}
		text_printf(out, " by %s", mechanisms[i]);
	}
}

/* "re-entry 12, lock 3": those that are not zero, `before` in front of the first. */
static void write_columns(struct text *out, const struct spile_probe_counters *counters,
			  const struct column *columns, size_t column_count, const char *before)
{
	for (size_t i = 0; i < column_count; i++) {
		if (!value_of(counters, &columns[i]))
			continue;
		text_printf(out, "%s%s %llu", before, columns[i].text,
			    value_of(counters, &columns[i]));
		before = ", ";
	}
}

/* What went wrong with hits of the probe: a line of its own, if anything did. */
static void write_losses(struct text *out, const struct spile_probe_counters *counters)
{
	struct text losses = { 0 };

	write_columns(&losses, counters, skip_columns, COUNT_OF(skip_columns), "skipped: ");
	write_columns(&losses, counters, other_columns, COUNT_OF(other_columns),
		      losses.length ? "; " : "");
	if (losses.length)
		text_printf(out, "%47s%s\n", "", losses.bytes);
	text_fini(&losses);
}

static void write_table(struct text *out, const struct control *control,
			const struct module_file *module)
{
	text_append_string(out,
			   "Hits of each probe, and the cycles that a run of its handler took:\n"
			   "      hits      least    average       most  probe\n");
	for (unsigned int i = 0; i < control->status.probe_count; i++) {
		const struct spile_probe_counters *counters = &control->counters[i];

		if (!module_file_has_probe(module, i))
			continue;
		text_printf(out, "%10llu %10llu %10llu %10llu  %s",
			    (unsigned long long)counters->hits,
			    (unsigned long long)counters->cycles_least, average(counters),
			    (unsigned long long)counters->cycles_most,
			    module_file_probe(module, i));
		write_points(out, counters);
		text_append_string(out, "\n");
		write_losses(out, counters);
	}
}

/* ---- JSON ---- */

static void write_string(struct text *out, const char *string)
{
	text_append_string(out, "\"");
	for (; *string; string++) {
		unsigned char c = (unsigned char)*string;

		if (c == '"' || c == '\\')
			text_printf(out, "\\%c", c);
		else if (c < 0x20)
			text_printf(out, "\\u%04x", c);
		else
			text_append(out, string, 1);
	}
	text_append_string(out, "\"");
}

/* "reentry": 12, "lock": 3: all of them. */
static void write_members(struct text *out, const struct spile_probe_counters *counters,
			  const struct column *columns, size_t column_count)
{
	for (size_t i = 0; i < column_count; i++)
		text_printf(out, "%s\"%s\": %llu", i ? ", " : "", columns[i].key,
			    value_of(counters, &columns[i]));
}

static void write_json_points(struct text *out, const struct spile_probe_counters *counters)
{
	const char *separator = "";

	text_append_string(out, "\"points\": {");
	for (size_t i = 0; i < SPILE_MECHANISMS; i++) {
		if (!counters->points[i] || !mechanisms[i])
			continue;
		text_printf(out, "%s\"%s\": %u", separator, mechanisms[i], counters->points[i]);
		separator = ", ";
	}
	text_append_string(out, "}");
}

static void write_json_probe(struct text *out, const char *name,
			     const struct spile_probe_counters *counters)
{
	text_append_string(out, "{\"probe\": ");
	write_string(out, name);
	text_append_string(out, ", ");
	write_json_points(out, counters);
	text_printf(out, ", \"hits\": %llu, \"timed\": %llu, \"cycles\": %llu, "
		    "\"cycles_least\": %llu, \"cycles_average\": %llu, "
		    "\"cycles_most\": %llu, \"skipped\": {",
		    (unsigned long long)counters->hits, (unsigned long long)counters->timed,
		    (unsigned long long)counters->cycles,
		    (unsigned long long)counters->cycles_least, average(counters),
		    (unsigned long long)counters->cycles_most);
	write_members(out, counters, skip_columns, COUNT_OF(skip_columns));
	text_append_string(out, "}, ");
	write_members(out, counters, other_columns, COUNT_OF(other_columns));
	text_append_string(out, "}");
}

static void write_json(struct text *out, const struct control *control,
		       const struct module_file *module)
{
	const struct spile_status *status = &control->status;
	const char *separator = "";

	text_append_string(out, "{\"spile_stats\": {\"module\": ");
	write_string(out, module->name);
	text_append_string(out, ", \"probes\": [");
	for (unsigned int i = 0; i < status->probe_count; i++) {
		if (!module_file_has_probe(module, i))
			continue;
		text_append_string(out, separator);
		separator = ", ";
		write_json_probe(out, module_file_probe(module, i), &control->counters[i]);
	}
	text_printf(out, "], \"points_attached\": %u, \"points_refused\": %u, "
		    "\"records_sent\": %llu, \"records_lost\": %llu, \"errors\": %u, "
		    "\"failed\": %s, \"memory\": %llu}}\n",
		    status->points_attached, status->points_refused,
		    (unsigned long long)status->records_sent,
		    (unsigned long long)status->records_lost, status->error_count,
		    status->has_failed ? "true" : "false", (unsigned long long)status->memory);
}

void stats_write(struct text *out, const struct control *control, const struct module_file *module,
		 const struct options *options)
{
	if (control->status.length == 0)
		return;
	if (options->stats == STATS_TABLE)
		write_table(out, control, module);
	else if (options->stats == STATS_JSON)
		write_json(out, control, module);
}
