/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a tree's Module.symvers that one object needs. modpost reads the file for every
 * module, ten thousands of lines; given those of the object's undefined symbols alone it writes
 * the same.
 */
#ifndef SPILE_BUILD_SYMVERS_H
#define SPILE_BUILD_SYMVERS_H

#include <stdbool.h>

/*
 * Writes to `path` those lines of the tree's Module.symvers that are of symbols which `object`, a
 * file, leaves undefined, in their order. False if a file cannot be read or written.
 */
bool symvers_reduce(const char *build_dir, const char *object, const char *path);

#endif
