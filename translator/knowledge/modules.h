/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modules of the traced kernel, and the functions in each of them that can be probed. */
#ifndef SPILE_KNOWLEDGE_MODULES_H
#define SPILE_KNOWLEDGE_MODULES_H

#include "target/kernel_tree.h"
#include "target/symbols.h"

struct modules;

/* Nothing is read before it is asked for. `root` is "" but in tests. */
struct modules *modules_new(struct arena *arena, const char *root, const struct kernel_tree *tree);

/*
 * The names (char *) that a shell pattern matches, sorted: of the running kernel the modules that
 * are loaded, of another one all that are installed.
 */
GPtrArray *modules_matching(struct modules *modules, const char *pattern);

/* All of the installed modules' names (char *), for who wants to say which one was meant. */
GPtrArray *modules_installed(struct modules *modules);

/* The functions of a module, loaded or not; NULL: neither its file nor it itself is here. */
const struct symbol_table *modules_symbols(struct modules *modules, const char *name);

/* The functions of the kernel itself: of the file that is it, if one was named, else as symbols_load_in has them. */
struct symbol_table *modules_kernel_symbols(struct modules *modules);

/* The names of the tracepoints that an installed module defines; NULL: none are known. */
const struct symbol_table *modules_tracepoints(struct modules *modules, const char *name);

/*
 * What a module, or (NULL) the kernel itself, exports to modules, functions or data, as the build
 * tree lists it; NULL: there is no such list, or nothing in it.
 */
const struct symbol_table *modules_exports(struct modules *modules, const char *name);

#endif
