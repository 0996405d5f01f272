/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The number that a linker gives each kernel and module: what tells whether a file with debugging
 * information is of the code that runs.
 */
#ifndef SPILE_KNOWLEDGE_FILES_BUILD_ID_H
#define SPILE_KNOWLEDGE_FILES_BUILD_ID_H

#include "target/kernel_tree.h"

/*
 * That of the kernel, or of `module`, as hexadecimal digits: what the running kernel shows, else out
 * of the kernel's image or the module's file, then kept in the cache. `root` is "" but in tests. NULL:
 * nothing here tells it, or there is none. Owned by the arena.
 */
const char *build_id_find(struct arena *arena, const char *root, const struct kernel_tree *tree,
			  const char *module);

/* Out of the bytes of an ELF section of notes; NULL: there is none in them. */
const char *build_id_of_notes(struct arena *arena, const void *notes, size_t size);

/* Out of a whole ELF file in memory, by its sections of notes. */
const char *build_id_of_elf(struct arena *arena, const void *image, size_t size);

#endif
