/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The folder that keeps what is costly to make: unpacked kernels, initramfs images, whether KVM
 * works. Everything in it can be deleted at any time.
 */
#ifndef SPILE_VM_CACHE_H
#define SPILE_VM_CACHE_H

#include "base/arena.h"
#include "base/diag.h"

/*
 * The folder, made if it is missing: `wanted`, or spile/vm in the user's cache folder, or, for
 * a user without a home, a private one below the temporary folder. NULL after an error was
 * reported.
 */
const char *cache_open(struct arena *arena, struct diag *diag, const char *wanted);

/* Replaces or makes a file in one step. False (errno is set) when that fails. */
bool cache_write(const char *path, const void *bytes, gsize length);

/* Removes files of `folder` that begin with `prefix` and are older than a week, but not `keep`. */
void cache_prune(const char *folder, const char *prefix, const char *keep);

#endif
