/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which functions must not be probed, and which are gone. */
#ifndef SPILE_READER_FORBIDDEN_H
#define SPILE_READER_FORBIDDEN_H

#include <stdbool.h>
#include <stddef.h>

#include "abi.h"
#include "text.h"

/* Why a function must not be probed. These numbers are kept in files (symbol_index.h). */
enum forbidden_reason {
	FORBIDDEN_NOT,		/* it may be */
	FORBIDDEN_KPROBES,
	FORBIDDEN_NOINSTR,
	FORBIDDEN_ENTRY,
	FORBIDDEN_LISTED,
	FORBIDDEN_SESSION,
	FORBIDDEN_REASONS,	/* how many */
};

/* In words, "it ..."; NULL for FORBIDDEN_NOT. */
const char *forbidden_text(enum forbidden_reason reason);

/* ---- By where they lie ---- */

#define FORBIDDEN_SECTIONS 5

/* The sections of the kernel that count here, as far as their ends have been seen. Zeroed: none. */
struct forbidden_sections {
	struct {
		__u64 from, to;
	} items[FORBIDDEN_SECTIONS];
};

/* Takes notice of a function's symbol, which may be the end of such a section. */
void forbidden_note(struct forbidden_sections *sections, const char *name, __u64 address);

/* Was the memory there, of the kernel's init section, given back long ago? */
bool forbidden_is_gone(const struct forbidden_sections *sections, __u64 address);

/* Is there data of the kernel? False where it cannot be known. */
bool forbidden_is_behind_code(const struct forbidden_sections *sections, __u64 address);

/* Of the others: FORBIDDEN_NOT or the section's reason. */
enum forbidden_reason forbidden_by_section(const struct forbidden_sections *sections, __u64 address);

/* ---- By the kernel's list ---- */

struct forbidden_function {
	const char *name;
	__u64 from, to;		/* `to` is 0 where addresses are hidden */
};

struct forbidden_list {
	struct forbidden_function *items;
	size_t count;
	struct text names;	/* what the strings point into */
	bool is_known;		/* the kernel showed it */
};

/* Whether a function of that name at that address is the one that the list means. */
bool forbidden_means(const struct forbidden_function *function, __u64 address);

/* From text in the format of the kernel's list, which is taken over; what makes no sense is passed over. */
void forbidden_list_parse(struct forbidden_list *ret, struct text *text);
/* The running kernel's; empty where debugfs is not there or closed. */
void forbidden_list_read(struct forbidden_list *ret);
/* Whether that would be known. */
bool forbidden_list_is_open(void);
void forbidden_list_fini(struct forbidden_list *list);

/* ---- Modules of sessions ---- */

/* Names of the script modules that are loaded, sorted; those a session does not probe. */
struct forbidden_modules {
	char **names;
	size_t count;
};

/* From the folder that such modules show themselves in. */
void forbidden_modules_read(struct forbidden_modules *ret, const char *folder);
bool forbidden_modules_have(const struct forbidden_modules *modules, const char *name);
void forbidden_modules_fini(struct forbidden_modules *modules);

#endif
