/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions whose entry is probed so that what their registers held is known further on. For the scene
 * that locations are found in (dwarf/location.h).
 */
#ifndef SPILE_KNOWLEDGE_CODE_ENTRIES_H
#define SPILE_KNOWLEDGE_CODE_ENTRIES_H

#ifdef HAVE_LIBDW

#include <stdint.h>

#include "knowledge/location.h"

/*
 * The function that begins at an address of the file, always the same object; `source` is a struct
 * dwarf_source. NULL, with the reason in *why_ret: no probe may sit there.
 */
const struct location_entry *code_find_entry(void *source, uint64_t address, const char **why_ret);

#endif /* HAVE_LIBDW */

#endif
