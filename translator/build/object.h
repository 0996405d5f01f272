/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Object files and modules as the build looks at them: what they leave undefined, and whether two
 * are the same to the kernel. 64-bit files of this machine's byte order; nothing in one is
 * believed before it was held against the file's size.
 */
#ifndef SPILE_BUILD_OBJECT_H
#define SPILE_BUILD_OBJECT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <glib.h>

struct object {
	char *bytes;
	gsize size;
	const Elf64_Shdr *sections;
	size_t count;
	const char *names;	/* of sections; NUL at the end */
	size_t names_size;
};

/* False if the file cannot be read or is no such object; nothing is to be closed then. */
bool object_open(const char *path, struct object *ret);
void object_close(struct object *object);

/* The symbols that it leaves undefined, as a set to be destroyed. */
GHashTable *object_undefined(const struct object *object);

/*
 * Whether both have the same sections that are loaded, in the same order, with the same flags and
 * bytes. The build id, a hash of the whole file, may differ; so may symbols that nothing links to.
 */
bool object_same(const struct object *a, const struct object *b);

#endif
