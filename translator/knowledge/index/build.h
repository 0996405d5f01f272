/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the index of a file with debugging information, or takes the one that was made before for
 * the same build.
 */
#ifndef SPILE_KNOWLEDGE_INDEX_BUILD_H
#define SPILE_KNOWLEDGE_INDEX_BUILD_H

#ifdef HAVE_LIBDW

#include "knowledge/dwarf/file.h"
#include "knowledge/index/index.h"

/*
 * The index of `file`, from the user's cache if it is there and good. Making one takes seconds, which
 * a line on standard error says, on a terminal with a bar. Without a cache it is made in a temporary
 * file. NULL with the reason if it cannot be made.
 */
struct index *index_of_file(struct arena *arena, struct dwarf_file *file, const char **why_ret);

/* Makes it anew, whatever there is, at `path`. */
bool index_build(struct dwarf_file *file, const char *path, const char **why_ret);

/* What the index calls a file: the path without the folder that the compiler ran in. */
char *index_source_path(const char *path, const char *compilation_dir);

#endif /* HAVE_LIBDW */

#endif
