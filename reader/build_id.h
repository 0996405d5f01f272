/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The build-ids of the running kernel and of its modules: which build of the code it is. */
#ifndef SPILE_READER_BUILD_ID_H
#define SPILE_READER_BUILD_ID_H

#include <stdbool.h>
#include <stddef.h>

#include "module_file.h"

#define BUILD_ID_BYTES_MOST 64

/*
 * The build-id in ELF notes of `size` bytes, in hexadecimal digits, to ret[2 * BUILD_ID_BYTES_MOST
 * + 1]. False if they have none; nothing outside of the notes is looked at.
 */
bool notes_build_id(const void *notes, size_t size, char *ret);

/* The running kernel's, to the same; false if it does not tell. */
bool build_id_of_kernel(char *ret);

/*
 * Compares the build-ids that a script's module was made for with those that run here. False: said
 * which one differs. What does not run, or does not tell, passes.
 */
bool build_id_check(const struct module_file *file);

#endif
