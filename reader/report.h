/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was lost and skipped in a session, on standard error. */
#ifndef SPILE_READER_REPORT_H
#define SPILE_READER_REPORT_H

#include "control.h"
#include "module_file.h"
#include "options.h"
#include "text.h"

/*
 * Appends the report on the last status. Lost records are always told, skipped probe hits
 * unless -q, both even when there are none and everything else with -v.
 */
void report_write(struct text *out, const struct control *control, const struct module_file *module,
		  const struct options *options);

#endif
