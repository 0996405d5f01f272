/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line nearest to an address at which a variable has a value, for who asks for one that has none there. */
#ifndef SPILE_KNOWLEDGE_DWARF_LINES_H
#define SPILE_KNOWLEDGE_DWARF_LINES_H

#ifdef HAVE_LIBDW

#include "knowledge/dwarf/scope.h"

/* "fs/read_write.c:470", the arena's; NULL: there is none. */
const char *dwarf_nearest_line(const struct dwarf_view *view, Dwarf_Die *variable);

#endif /* HAVE_LIBDW */

#endif
