/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The second line, which carries FUSE's messages: whole ones, waited for, as the processes at its ends
 * have nothing else to do. Compiled into the static agent as well, so it uses libc only.
 */
#ifndef SPILE_VM_FILES_LINE_H
#define SPILE_VM_FILES_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* Both are false when the other end is gone. */
bool files_line_read(int fd, void *bytes, size_t length);
bool files_line_write(int fd, const void *bytes, size_t length);

#endif
