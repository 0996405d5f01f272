/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compressed bytes made plain, whatever they were compressed with; plain ones stay as they are. */
#ifndef SPILE_VM_UNPACK_H
#define SPILE_VM_UNPACK_H

#include <glib.h>

/* NULL, with *reason_ret (to be freed), when the file cannot be read or decompressed. */
GByteArray *unpack_file(const char *path, char **reason_ret);
GByteArray *unpack_bytes(const void *bytes, gsize length, char **reason_ret);

#endif
