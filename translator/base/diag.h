/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diagnostics: what went wrong, where, and what to do about it.
 *
 *     hello.stp:4:12: error: unknown function 'foo' [E-unknown-function]
 *         x = foo(1)
 *             ^~~
 *     note: did you mean 'for'?
 *
 * Every diagnostic has a stable tag. It is reported once, at the deepest place that knows the
 * span; callers pass only a false or NULL upwards. Printing goes to standard error at once,
 * coloured on a terminal only. Notes lead from a place in a macro to the macro's use.
 */
#ifndef SPILE_BASE_DIAG_H
#define SPILE_BASE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/source.h"

/* How many of the last messages are remembered so that none of them comes twice. */
#define DIAG_REMEMBERED 64

struct diag {
	FILE *out;		/* stderr, or a memory stream in tests */
	unsigned int error_count, warning_count;
	unsigned int shown_count;	/* errors, without those that repeat one */
	unsigned int error_limit;	/* errors printed per run, 20 */
	bool suppress_warnings;		/* -w */
	bool warnings_are_errors;	/* -W */
	bool colour;
	bool last_was_dropped;		/* the diagnostic that a note would belong to */
	guint64 remembered[DIAG_REMEMBERED];	/* hashes of place, tag and text, as a ring */
	unsigned int remembered_next;
};

void diag_init(struct diag *diag);
/* Prints nothing and only counts: to find out whether something could be done. */
void diag_init_silent(struct diag *diag);

/* `tag` without brackets: "E-unknown-function", "W-never-assigned". A span without source prints "spile: error: ...". */
void diag_error(struct diag *diag, struct span span, const char *tag, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* The same, for functions that put something before or behind it. */
void diag_error_list(struct diag *diag, struct span span, const char *tag, const char *format, va_list arguments)
	G_GNUC_PRINTF(4, 0);
void diag_warning(struct diag *diag, struct span span, const char *tag, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* Adds to the diagnostic before it; dropped when that one was (limit, -w). The span may have no source. */
void diag_note(struct diag *diag, struct span span, const char *format, ...) G_GNUC_PRINTF(3, 4);

extern const struct span no_span;

/* A broken invariant of ours: file:line and abort. */
#define bug(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
void bug_at(const char *file, int line, const char *format, ...) G_GNUC_PRINTF(3, 4) G_GNUC_NORETURN;

/*
 * The best of `candidates` (char *) for a mistyped `word`: the smallest edit distance, at most
 * a third of the word's length (at least 1); NULL if there is none.
 */
const char *did_you_mean(const char *word, const GPtrArray *candidates);

#endif
