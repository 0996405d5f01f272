/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules, the records of runs and the prepared folders in the user's cache: kept by content, found again by it, and
 * thrown away when there are too many, those first that were not used for longest. Whatever goes
 * wrong with the cache costs time and nothing else.
 */
#ifndef SPILE_BUILD_CACHE_H
#define SPILE_BUILD_CACHE_H

#include <stdbool.h>

#include "base/arena.h"

/* One thing that is kept. */
struct cache_entry {
	const char *path;
	const char *kind;	/* "module", "headers", "run" */
	const char *what;	/* a module's script, a kernel's release, a command line; "" if unknown */
	guint64 size;		/* bytes */
	gint64 used;		/* seconds since 1970 */
};

/*
 * Writes the module of that key to `path`; *kept_ret is the file that begins with it. False if it is not
 * there, damaged, or not ours alone: then it is as if there were none.
 */
bool cache_get_module(struct arena *arena, const char *key, const char *path, const char **kept_ret);

/* The module that a kept file begins with, to be freed; false as above. */
bool cache_read_module(const char *kept, char **bytes_ret, gsize *length_ret);

/* Keeps the module at `path` under that key; `what` is for the list. *kept_ret is set if that was done. Trims the cache. */
void cache_put_module(struct arena *arena, const char *key, const char *path, const char *what,
		      const char **kept_ret);

/* Notes that a kept folder was used just now. */
void cache_touch(const char *path);

/* Makes room: SPILE_CACHE_MB megabytes stay at most, 1024 if it is not set. `kept` stays anyway. */
void cache_trim(const char *kept);

/* All entries, the one used last first; struct cache_entry *. */
GPtrArray *cache_list(struct arena *arena);

/* Removes all that is kept, and all that is known of kernels; false if something stays. */
bool cache_clean(void);

#endif
