/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's printf formats, taken apart once so that each record is only filled in. */
#ifndef SPILE_READER_FORMATS_H
#define SPILE_READER_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

#include "module_file.h"
#include "payload.h"
#include "text.h"

enum part_kind {
	PART_TEXT,		/* the format's own */
	PART_SIGNED,		/* %d and nothing else */
	PART_UNSIGNED,		/* %u */
	PART_STRING,		/* %s */
	PART_OTHER,		/* all else: include/format.h does it */
};

struct part {
	enum part_kind kind;
	struct spile_directive directive;	/* PART_TEXT: only text and length count */
};

struct format {
	const struct part *parts;
	size_t part_count;
	size_t room;		/* bytes that are enough, besides the payload's; 0: unknown */
};

struct formats {
	struct format *items;	/* by their numbers */
	size_t count;
};

/* `strings` must outlive the result. */
void formats_init(struct formats *ret, const struct string_list *strings);
void formats_fini(struct formats *formats);

/*
 * Appends the text of format `number` with the arguments in the payload. False, with nothing
 * appended, if there is no such format or the payload is not what it calls for.
 */
bool formats_print(const struct formats *formats, __u32 number, struct payload payload,
		   struct text *out);

#endif
