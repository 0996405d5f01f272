/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which version of our own kernel-side sources this is: a hash over all files that a module is
 * made from, for the keys of what is kept in the cache.
 */
#ifndef SPILE_BUILD_SOURCES_H
#define SPILE_BUILD_SOURCES_H

#include <glib.h>

/* Hexadecimal; equal for equal files only. Read when they changed; lives as long as the process. */
const char *sources_identity(void);

/* Removes what the cache has of it. */
void sources_forget(void);

/* Adds a text to a hash, with its NUL, so that texts cannot run into each other. */
void sources_hash_text(GChecksum *hash, const char *text);

#endif
