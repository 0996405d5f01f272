/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own list of symbols, /proc/kallsyms, line by line. */
#ifndef SPILE_READER_KALLSYMS_H
#define SPILE_READER_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"

#define KALLSYMS_PATH "/proc/kallsyms"

/* One line; the strings are valid until the next one. */
struct kallsyms_line {
	const char *name;
	const char *module;	/* NULL: the kernel's own */
	__u64 address;		/* 0 when the kernel hides addresses */
	char type;		/* as of nm(1) */
};

/* Says whether to go on. */
typedef bool (*kallsyms_take)(void *context, const struct kallsyms_line *line);

/*
 * Hands the lines of a file in the format of /proc/kallsyms to `take`, one after the other, until
 * that has enough; lines that make no sense, or do not end, are passed over. False with errno set.
 */
bool kallsyms_each(int fd, kallsyms_take take, void *context);
/* The same of /proc/kallsyms itself. */
bool kallsyms_each_here(kallsyms_take take, void *context);

/*
 * Whether the line says where the kernel's code begins. Of a build of the kernel the first such
 * line is always the same; what is before it by address does not move with the kernel.
 */
bool kallsyms_is_base(const struct kallsyms_line *line);
/* The address in the first such line; false if there is none, or it is hidden. Reads no further. */
bool kallsyms_find_base(int fd, __u64 *ret);

/*
 * Which of `names` neither the kernel nor a module defines, as function or data; at most `most`
 * of them. Reads /proc/kallsyms anew; 0 if it cannot be read.
 */
size_t kallsyms_missing(const char *const names[], size_t count, const char *ret[], size_t most);

#endif
