/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --stats: what each probe did and what it cost, for people or for programs. */
#ifndef SPILE_READER_STATS_H
#define SPILE_READER_STATS_H

#include "control.h"
#include "module_file.h"
#include "options.h"
#include "text.h"

/*
 * Appends the statistics of the last status in the form that the options ask for: a table, one
 * line of JSON, or nothing.
 */
void stats_write(struct text *out, const struct control *control, const struct module_file *module,
		 const struct options *options);

#endif
