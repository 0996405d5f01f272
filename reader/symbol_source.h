/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a session has the kernel's symbols from. */
#ifndef SPILE_READER_SYMBOL_SOURCE_H
#define SPILE_READER_SYMBOL_SOURCE_H

#include "symbols.h"

/*
 * Reads symbols of the running kernel and its modules, as far as the filter wants them (NULL: all),
 * and which of them must not be probed, for all that can be known here. False: said why, and there is
 * nothing to free.
 */
bool symbols_read(struct symbols *ret, enum symbol_kind kind, const struct symbols_filter *filter);

/* The same from a file in the format of /proc/kallsyms. False with errno set. */
bool symbols_read_file(struct symbols *ret, enum symbol_kind kind, const struct symbols_filter *filter, int fd,
		       const struct forbidden_list *list);

#endif
