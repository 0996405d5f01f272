/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places of the script at which something had to be given up: a hit, because a read faulted or an
 * error is suppressed, or an insertion, because the array is full.
 *
 * Each place counts for itself. It joins the list of rt_places the first time, without a lock, and
 * keeps what was wrong then; the session thread writes one warning per listed place after the end
 * probes (module/report.h). Generated code names a place by RT_PLACE; error.h and map.h count.
 */
#ifndef SPILE_RUNTIME_PLACE_H
#define SPILE_RUNTIME_PLACE_H

#include "session.h"

/* Bytes of what was wrong the first time; longer texts are cut. */
#define RT_PLACE_TEXT 128

/* Places of suppressed errors that are told apart. */
#define RT_ERROR_PLACES (RT_SUPPRESS_HANDLER_ERRORS ? 256 : 1)

struct rt_probe;

struct rt_place {
	const char *where;		/* file:line:column */
	struct rt_probe *probe;		/* that was first here; NULL: not listed */
	u8 has_others;			/* other probes followed it */
	u8 is_insertion;		/* given up is an insertion, not the hit */
	atomic_long_t count;
	struct rt_place *next;		/* in the list */
	char text[RT_PLACE_TEXT];	/* the last byte stays 0 */
};

/* The place of the script that generated code is at, for what takes a struct rt_place. */
#define RT_PLACE(text) \
	({ static struct rt_place rt_place_here = { .where = text }; &rt_place_here; })

/* The listed ones, in no order. */
extern struct rt_place *rt_places;

/* What rt_place_of_error hands out. */
extern struct rt_place rt_error_places[RT_ERROR_PLACES];

/*
 * Counts at `place` for a hit of `probe`. True the first time: the caller then writes the text.
 * Context: any, NMI included.
 */
bool rt_place_count(struct rt_place *place, struct rt_probe *probe);

/*
 * The place to count errors at that have no struct rt_place of their own; `otherwise` for those
 * that found no room in the table. `where` is compared as a pointer. Context: any, NMI included.
 */
struct rt_place *rt_place_of_error(const char *where, struct rt_place *otherwise);

#endif
