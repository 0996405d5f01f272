/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracepoint prototypes out of preprocessed text. The tracepoint reader makes the preprocessor
 * leave one marker per tracepoint; this file takes the markers apart. It reads no file.
 */
#ifndef SPILE_TARGET_PROTOTYPE_H
#define SPILE_TARGET_PROTOTYPE_H

#include "target/tracepoint.h"

#define PROTOTYPE_MARKER "__spile_tracepoint__"
/* What a marker expands to; name and proto are the parameters of the kernel's macro. */
#define PROTOTYPE_EXPANSION PROTOTYPE_MARKER " { __FILE__ } { TRACE_SYSTEM } { name } { proto }"

/*
 * Every marker in `text`, in order, as struct tracepoint *. Markers that are not whole are
 * passed over. Of a tracepoint seen twice only the first is kept.
 */
GPtrArray *prototype_parse(struct arena *arena, const char *text);

/* The marker lines of preprocessed text alone, one per line: what is worth caching. */
char *prototype_extract(const char *text);

#endif
