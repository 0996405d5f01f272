/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where our own files are: in the checkout that the program was built in, or where it was
 * installed to. All results live as long as the process.
 */
#ifndef SPILE_BASE_PATHS_H
#define SPILE_BASE_PATHS_H

/* The folder that holds runtime/, module/, include/ and tapsets/. Never NULL. */
const char *paths_data_dir(void);

/* The loader: next to our executable, or in the folder for helper programs; NULL if in neither. */
const char *paths_spilerun(void);

/* Another program of ours: in the checkout's build/, else as above; NULL if in neither. */
const char *paths_helper(const char *name);

/*
 * The user's cache folder ($XDG_CACHE_HOME/spile, else ~/.cache/spile), made with mode 0700 if it
 * is missing. NULL with errno set if it cannot be made, is no folder (ENOTDIR), or belongs to
 * somebody else or can be written by others (EPERM).
 */
const char *paths_cache_dir(void);

/* The text of a file in a folder, or NULL; to be freed with g_free(). */
char *paths_text(const char *folder, const char *name);

#endif
