/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Variables by their names, as places in the code see them and at file scope: types and locations.
 * Only DWARF tells of them, but for per-CPU variables of the kernel, which its BTF names.
 */
#ifndef SPILE_KNOWLEDGE_VARIABLES_H
#define SPILE_KNOWLEDGE_VARIABLES_H

#include "knowledge/knowledge.h"
#include "knowledge/location.h"

struct code_site;

/*
 * By name: the innermost scope of the site first, then variables of its compilation unit, then those
 * that other units give to all. NULL: the site knows none.
 */
const struct code_variable *knowledge_variable_at(struct knowledge *knowledge, const struct code_site *site,
						  const char *name);

/*
 * Of a function that counts only if it was called from certain places: a number, 0 if it was not, at its
 * entry or at its return. NULL: it always counts.
 */
const struct location *knowledge_called_from(struct knowledge *knowledge, const struct code_site *site, bool at_return);

/* The memory that the site's instruction lies in, where it was loaded; NULL: nothing tells. */
const struct location *knowledge_address_of(struct knowledge *knowledge, const struct code_site *site);

/* All parameters and local variables that the site sees (of struct code_variable); inner ones hide others. */
GPtrArray *knowledge_variables_at(struct knowledge *knowledge, const struct code_site *site);

/*
 * A variable of file scope; `file` ("fs/read_write.c", "read_write.c") says of which source file,
 * NULL: of any. NULL, with what is missing in *why_ret, or with NULL there: there is none.
 */
const struct code_variable *knowledge_global(struct knowledge *knowledge, const char *module, const char *name,
					     const char *file, const char **why_ret);

/* The names (char *) of variables of file scope, for who wants to say which one was meant. */
GPtrArray *knowledge_global_names(struct knowledge *knowledge, const char *module);

#endif
