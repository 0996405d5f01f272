/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The final report: exact numbers of what the script did not see, each by probe, lost records
 * by CPU too. Called by session.c with the last status that the module gave, after all output is
 * printed, and by merge_files.c with the status that a session with -b left in its files.
 *
 *     WARNING: 12 records lost: 10 by probe kprobe.function("x"), 2 by probe timer.s(1); 12 on CPU 0
 *     WARNING: 3 probe hits skipped: 3 by probe kprobe.function("x") (another handler was running)
 */
#include "report.h"

#include <stddef.h>

/* A counter of struct spile_probe_counters, and what it means as a cause of skipping. */
struct cause {
	size_t offset;
	const char *text;
};

static const struct cause skip_causes[] = {
	{ offsetof(struct spile_probe_counters, skipped_reentry),
	  " (another handler was running)" },
	{ offsetof(struct spile_probe_counters, skipped_lock),
	  " (a global was locked too long)" },
	{ offsetof(struct spile_probe_counters, skipped_instances),
	  " (no free return instance, or a timer tick missed)" },
	{ offsetof(struct spile_probe_counters, skipped_budget),
	  " (the budget was used up)" },
};

static const struct cause lost_causes[] = {
	{ offsetof(struct spile_probe_counters, lost_records), "" },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static unsigned long long counter(const struct spile_probe_counters *counters,
				  const struct cause *cause)
{
	return *(const __u64 *)((const char *)counters + cause->offset);
}

static const char *plural(unsigned long long count)
{
	return count == 1 ? "" : "s";
}

/* Over all probes and the given causes. */
static unsigned long long sum(const struct control *control, const struct cause *causes,
			      size_t cause_count)
{
	unsigned long long result = 0;

	for (size_t i = 0; i < control->status.probe_count; i++)
		for (size_t j = 0; j < cause_count; j++)
			result += counter(&control->counters[i], &causes[j]);
	return result;
}

/* ": 10 by probe x, 2 by probe y": those that are not zero. */
static void write_shares(struct text *out, const struct control *control,
			 const struct module_file *module, const struct cause *causes,
			 size_t cause_count)
{
	const char *separator = ": ";

	for (unsigned int i = 0; i < control->status.probe_count; i++) {
		for (size_t j = 0; j < cause_count; j++) {
			unsigned long long count = counter(&control->counters[i], &causes[j]);

			if (count == 0)
				continue;
			text_printf(out, "%s%llu by probe %s%s", separator, count,
				    module_file_probe(module, i), causes[j].text);
			separator = ", ";
		}
	}
}

/* "; 10 on CPU 0, 2 in process context": the records lost once more, by where they were written. */
static void write_places(struct text *out, const struct control *control)
{
	const char *separator = "; ";

	for (unsigned int i = 0; i < control->status.cpu_count; i++) {
		const struct spile_cpu_counters *counters = &control->cpus[i];

		if (counters->records_lost == 0)
			continue;
		text_printf(out, "%s%llu ", separator, (unsigned long long)counters->records_lost);
		if (counters->cpu == SPILE_CPU_PROCESS)
			text_append_string(out, "in process context");
		else
			text_printf(out, "on CPU %u", counters->cpu);
		separator = ", ";
	}
}

static void write_lost(struct text *out, const struct control *control,
		       const struct module_file *module, bool always)
{
	unsigned long long count = control->status.records_lost;

	if (count == 0 && !always)
		return;
	text_printf(out, "%s%llu record%s lost", count ? "WARNING: " : "", count, plural(count));
	write_shares(out, control, module, lost_causes, COUNT_OF(lost_causes));
	write_places(out, control);
	text_append_string(out, "\n");
}

static void write_skipped(struct text *out, const struct control *control,
			  const struct module_file *module, bool always)
{
	unsigned long long count = sum(control, skip_causes, COUNT_OF(skip_causes));

	if (count == 0 && !always)
		return;
	text_printf(out, "%s%llu probe hit%s skipped", count ? "WARNING: " : "", count,
		    plural(count));
	write_shares(out, control, module, skip_causes, COUNT_OF(skip_causes));
	text_append_string(out, "\n");
}

/* -v: what there was besides. */
static void write_numbers(struct text *out, const struct control *control,
			  const struct module_file *module)
{
	const struct spile_status *status = &control->status;

	for (unsigned int i = 0; i < status->probe_count; i++) {
		const struct spile_probe_counters *counters = &control->counters[i];

		if (!module_file_has_probe(module, i))
			continue;
		text_printf(out, "%llu hit%s of probe %s", (unsigned long long)counters->hits,
			    plural(counters->hits), module_file_probe(module, i));
		if (counters->given_up)
			text_printf(out, ", %llu of them given up",
				    (unsigned long long)counters->given_up);
		if (counters->given_up_insertions)
			text_printf(out, ", %llu insertion%s given up",
				    (unsigned long long)counters->given_up_insertions,
				    plural(counters->given_up_insertions));
		text_append_string(out, "\n");
	}
	text_printf(out, "%u point%s attached: %u by ftrace, %u by kprobe; %u refused by the kernel\n",
		    status->points_attached, plural(status->points_attached),
		    status->points_by_ftrace, status->points_attached - status->points_by_ftrace,
		    status->points_refused);
	text_printf(out, "%llu record%s, %u run-time error%s, %llu KiB of kernel memory\n",
		    (unsigned long long)status->records_sent, plural(status->records_sent),
		    status->error_count, plural(status->error_count),
		    (unsigned long long)status->memory / 1024);
}

void report_write(struct text *out, const struct control *control, const struct module_file *module,
		  const struct options *options)
{
	if (control->status.length == 0)
		return;
	if (options->verbose)
		write_numbers(out, control, module);
	write_lost(out, control, module, options->verbose);
	if (!options->quiet || options->verbose)
		write_skipped(out, control, module, options->verbose);
}
