/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of the target kernel by name, without debugging information: those of the
 * kernel image itself, not of its modules. Used to refuse a mistyped name before anything is
 * built; without a table the name is checked when the module is loaded.
 */
#ifndef SPILE_TARGET_SYMBOLS_H
#define SPILE_TARGET_SYMBOLS_H

#include "target/kernel_tree.h"

struct symbol_table;

/*
 * From /proc/kallsyms if the tree is the running kernel's, else from the release's System.map.
 * NULL if neither is to be had: no error. Owned by the arena. `root` is "" but in tests.
 * *origin_ret becomes the file they are from, or NULL.
 */
struct symbol_table *symbols_load_in(struct arena *arena, const char *root, const struct kernel_tree *tree,
				     const char **origin_ret);

/* A table from the text of a System.map or kallsyms; NULL if it names no function. */
struct symbol_table *symbols_from_text(struct arena *arena, const char *text);
/* The same of the functions that kallsyms has of a module. */
struct symbol_table *symbols_of_module_from_text(struct arena *arena, const char *text, const char *module);
/* A table of these names (char *, the arena's), which are put in order; NULL if there are none. */
struct symbol_table *symbols_from_names(struct arena *arena, GPtrArray *names);

bool symbols_have(const struct symbol_table *table, const char *name);

/*
 * How many functions a shell pattern (* ? [a-z]) matches. The compiler's parts and copies of a
 * function ("vfs_read.cold") match only patterns that have a dot themselves.
 */
unsigned int symbols_match(const struct symbol_table *table, const char *glob);

/* The names (char *) that `glob` matches, all for NULL, sorted. Owned by the arena. */
GPtrArray *symbols_names(struct arena *arena, const struct symbol_table *table, const char *glob);

#endif
