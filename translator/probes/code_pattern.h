/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The argument of function("...") and statement("...") where it names places that only debuginfo
 * knows: "vfs_*@fs/read_write.c:440-460,470".
 */
#ifndef SPILE_PROBES_CODE_PATTERN_H
#define SPILE_PROBES_CODE_PATTERN_H

#include "base/diag.h"
#include "knowledge/code.h"
#include "probes/probe.h"

/* Whether the text says more than a function's name: a file, maybe lines. */
bool code_pattern_has_file(const char *text);

/*
 * Fills the function, the file and the lines of the query. False after E-probe-argument, at the
 * component that the text is the argument of.
 */
bool code_pattern_parse(const struct probe_target *target, const struct probe_component *component,
			const char *text, struct code_query *query);

#endif
