/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the script's globals, taken at load and given back at unload.
 *
 * module/main.c calls these with the lists that the emitter writes: by pointers that are in them,
 * so that a script whose globals are plain C variables is not linked with this.
 */
#ifndef SPILE_RUNTIME_GLOBALS_H
#define SPILE_RUNTIME_GLOBALS_H

#include "foreach.h"

/* The lists of everything that needs memory, each NULL-terminated. */
struct rt_globals {
	bool (*init)(const struct rt_globals *g);	/* rt_globals_init, or NULL: there is nothing */
	void (*fini)(const struct rt_globals *g);	/* rt_globals_fini */
	const struct rt_map *const *maps;
	const struct rt_stat_global *const *stats;
	struct rt_foreach_order *const *orders;
};

/* Frees everything; also after a failed rt_globals_init. Context: process. */
void rt_globals_fini(const struct rt_globals *g);

/* Takes all memory; false, with nothing kept, if there is not enough. Context: process. */
bool rt_globals_init(const struct rt_globals *g);

#endif
