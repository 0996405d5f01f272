/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small questions about one entry of DWARF that more than one of its readers asks. */
#ifndef SPILE_KNOWLEDGE_DWARF_ATTRIBUTES_H
#define SPILE_KNOWLEDGE_DWARF_ATTRIBUTES_H

#ifdef HAVE_LIBDW

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

/* A flag, also of the entry that this one stands for. */
bool dwarf_flag(Dwarf_Die *die, unsigned int attribute);

/* A constant that is not negative; false: there is none (or it is computed). */
bool dwarf_number(Dwarf_Die *die, unsigned int attribute, uint64_t *ret);

/* The value of an enumerator. Compilers write one that is not negative in as many bytes as it takes. */
bool dwarf_enumerator_value(Dwarf_Die *enumerator, int64_t *ret);

/* The entry that DW_AT_type leads to, also of the entry that this one stands for; false: void. */
bool dwarf_type_die(Dwarf_Die *die, Dwarf_Die *ret);

/* The path of the source file that something is declared in; NULL: that is not said. */
const char *dwarf_source_file(Dwarf_Die *die);

/* Goes to the entry that says what a function is: a copy's origin, a definition's declaration elsewhere. */
void dwarf_go_to_origin(Dwarf_Die *die);

/* Where the code of a function or of an inlined copy is entered; false: it has none. */
bool dwarf_entry_address(Dwarf_Die *die, Dwarf_Addr *ret);

#endif /* HAVE_LIBDW */

#endif
