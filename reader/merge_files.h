/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --merge: the files of a session with -b, made into what the session would have printed. */
#ifndef SPILE_READER_MERGE_FILES_H
#define SPILE_READER_MERGE_FILES_H

#include "options.h"

/* Returns the exit status: 1 if the files are not whole, or not all there, or not writable. */
int merge_files_run(const struct options *options);

#endif
