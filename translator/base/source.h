/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Script text and places in it. A span is a pair of byte offsets into one source; line and
 * column are computed only when something is printed.
 */
#ifndef SPILE_BASE_SOURCE_H
#define SPILE_BASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct source {
	const char *name;	/* as the user gave it: a path, "<input>", "-e" */
	const char *text;	/* NUL-terminated; may not contain NUL itself */
	size_t length;
	bool is_tapset;
	GArray *line_starts;	/* of size_t, filled at creation */
};

struct span {
	const struct source *source;	/* NULL: no place, for what the translator made up */
	size_t start, end;		/* bytes [start, end) */
	const struct expansion *expansion;	/* how the text came to be used; NULL: as it stands */
};

/* The use of a macro or a probe alias, whose text the spans behind it lie in. */
struct expansion {
	const char *what;		/* "macro '@foo'", for the note "in the expansion of ..." */
	struct span use;		/* which may lie in another expansion */
};

struct position {
	unsigned int line, column;	/* from 1; columns count bytes */
};

/* Both return a source owned by the arena. _read returns NULL and sets *error_ret (owned by arena). */
struct source *source_from_text(struct arena *arena, const char *name, const char *text, size_t length);
struct source *source_read(struct arena *arena, const char *path, const char **error_ret);

struct position span_position(struct span span);
/* "hello.stp:3:7", or "<generated>" for a span without source. Owned by the arena. */
const char *span_text(struct arena *arena, struct span span);
/*
 * From the start of a to the end of b. Where an expansion has but one of them, its use stands for
 * it, so that the result lies in the innermost text that holds both.
 */
struct span span_join(struct span a, struct span b);

#endif
