/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the session thread tells in the handlers' stead: errors that they mailed, at once, and at
 * the end what each CPU lost last, and one warning for each place of the script at which something
 * was given up.
 *
 * Called by hits.c in the session thread; writes to the stream of process context, and so waits
 * for room as long as there is a reader.
 */
#ifndef SPILE_MODULE_REPORT_H
#define SPILE_MODULE_REPORT_H

#include "runtime/report.h"
#include "module/family.h"

/* Passes on the errors that lie in the mail boxes. */
static void mod_report_mail(void)
{
	struct rt_mail *mail;

	while ((mail = rt_mail_next()) != NULL) {
		rt_process_report(&rt_probes[mail->probe], SPILE_RECORD_ERROR, mail->text);
		rt_mail_drop(mail);
	}
}

/* Writes down what was lost last on each CPU. All handlers are off. */
static void mod_report_gaps(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		rt_gap_settle(rt_context_of(cpu));
}

/* "12 hits of probe X given up at a.stp:3:5: read fault at 0x10 (the first)" */
static void mod_report_place(struct rt_place *place)
{
	unsigned long count = atomic_long_read(&place->count);
	const char *plural = count == 1 ? "" : "s";
	const char *first = count == 1 ? "" : " (the first)";

	if (place->is_insertion)
		mod_warning(place->probe, "%lu insertion%s given up at %s: %s", count, plural,
			    place->where, place->text);
	else
		mod_warning(place->probe, "%lu hit%s of probe %s%s given up at %s: %s%s", count,
			    plural, place->probe->name, place->has_others ? " and others" : "",
			    place->where, place->text, first);
}

/* All that was counted rather than told. No handler runs any more. */
static void mod_report_places(void)
{
	int untold = atomic_read(&rt_session.untold_errors);
	struct rt_place *place;

	for (place = rt_places; place; place = place->next)
		mod_report_place(place);
	if (untold)
		mod_warning(&rt_probes[0], "%d error%s not told for want of room", untold,
			    untold == 1 ? "" : "s");
}

#endif
