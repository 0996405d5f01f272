/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a probe family is to the rest of the module: a table of functions over its entries.
 *
 * module/families.h walks the script's table of families and knows no family by name; a new one is a
 * file in families/ with a struct mod_family_ops. All functions run in process context:
 * prepare and release at load and unload, add_points in the reader's write, count in its read,
 * the others in the session thread.
 */
#ifndef SPILE_MODULE_FAMILY_H
#define SPILE_MODULE_FAMILY_H

#include "runtime/handler.h"

struct mod_family;

struct mod_family_ops {
	/* Takes memory; may be NULL. False without. */
	bool (*prepare)(const struct mod_family *family);
	/* Frees what prepare and add_points took, also after a failed prepare; may be NULL. */
	void (*release)(const struct mod_family *family);
	/* The reader's command (SPILE_COMMAND_*) that brings points; 0: this family has none. */
	u32 command;
	/* Remembers them. 0 or an error. */
	int (*add_points)(const struct mod_family *family, u32 count,
			  const struct spile_point __user *points);
	/* Attaches all entries. False: the session cannot go on; it is reported, detach follows. */
	bool (*attach)(const struct mod_family *family);
	/* Takes everything off that is on, and waits for handlers under way. */
	void (*detach)(const struct mod_family *family);
	/* Takes the entries of `probe`, attached or not, on or off by probe->armed; may be NULL. */
	void (*arm)(const struct mod_family *family, const struct rt_probe *probe);
	/* Runs handlers that became due in process context; NULL: this family has none. */
	void (*run_due)(const struct mod_family *family);
	/* Adds the points that it attached, by mechanism, and hits that it had to leave out. */
	void (*count)(const struct mod_family *family, struct spile_probe_counters *counters);
};

struct mod_family {
	const struct mod_family_ops *ops;	/* NULL ends the table */
	void *entries;				/* the family's own structures */
	u32 count;
};

/* Points of the reader's POINTS commands: how many the kernel took. */
struct mod_points {
	u32 attached;
	u32 by_ftrace;	/* of these, by the function tracer rather than a kprobe */
	u32 refused;
};

extern struct mod_points mod_points;

/* Sends a warning about `probe`, printf-like. Context: session thread. */
__printf(2, 3)
void mod_warning(struct rt_probe *probe, const char *format, ...);

/* Sends an error about `probe`, printf-like; the session ends. Context: session thread. */
__printf(2, 3)
void mod_error(struct rt_probe *probe, const char *format, ...);

#endif
