/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel out of what a boot loader loads (bzImage), and modules out of what packages compress:
 * so that one finds in them what a running kernel would tell.
 */
#ifndef SPILE_KNOWLEDGE_FILES_KERNEL_IMAGE_H
#define SPILE_KNOWLEDGE_FILES_KERNEL_IMAGE_H

#include <glib.h>
#include <stdbool.h>

/* What `release` a bzImage says it is ("6.1.0-13-amd64"): the caller's to free; NULL: it is none. */
char *kernel_image_release(const char *path);

/*
 * The ELF file within a bzImage; NULL, with the reason in *why_ret, if it cannot be had. To be given
 * back with g_mapped_file_unref().
 */
GMappedFile *kernel_image_unpack(const char *path, const char **why_ret);

/* A file, decompressed if it is by any means that kernels use; NULL, with the reason. Given back likewise. */
GMappedFile *file_unpack(const char *path, const char **why_ret);

#endif
