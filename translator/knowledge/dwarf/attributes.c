/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compilers write in more than one way is read here: constants with a sign and without, code
 * whose entry is an address of its own or the start of a range.
 */
#include "knowledge/dwarf/attributes.h"

#ifdef HAVE_LIBDW

#include <dwarf.h>

/* References to references: longer chains are damage. */
#define LONGEST_CHAIN 16

bool dwarf_flag(Dwarf_Die *die, unsigned int attribute)
{
	Dwarf_Attribute found;
	bool flag;

	return dwarf_attr_integrate(die, attribute, &found) && dwarf_formflag(&found, &flag) == 0 && flag;
}

bool dwarf_number(Dwarf_Die *die, unsigned int attribute, uint64_t *ret)
{
	Dwarf_Attribute found;
	Dwarf_Word number;

	if (!dwarf_attr_integrate(die, attribute, &found) || dwarf_formudata(&found, &number) != 0)
		return false;
	*ret = number;
	return true;
}

bool dwarf_enumerator_value(Dwarf_Die *enumerator, int64_t *ret)
{
	Dwarf_Attribute found;
	Dwarf_Word plain;
	Dwarf_Sword value;
	unsigned int form;

	if (!dwarf_attr(enumerator, DW_AT_const_value, &found))
		return false;
	form = dwarf_whatform(&found);
	if (form == DW_FORM_sdata || form == DW_FORM_implicit_const) {
		*ret = dwarf_formsdata(&found, &value) == 0 ? value : 0;
		return true;
	}
	*ret = dwarf_formudata(&found, &plain) == 0 ? (int64_t)plain : 0;
	return true;
}

bool dwarf_type_die(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute found;

	return dwarf_attr_integrate(die, DW_AT_type, &found) && dwarf_formref_die(&found, ret);
}

/* In DWARF 5 number 0 is the unit's own file, where clang names it so; libdw takes it for none. */
const char *dwarf_source_file(Dwarf_Die *die)
{
	const char *path = dwarf_decl_file(die);
	Dwarf_Attribute found;
	Dwarf_Word number;
	Dwarf_Half version = 0;
	Dwarf_Files *files;
	Dwarf_Die unit;
	size_t count;

	if (path || !dwarf_attr_integrate(die, DW_AT_decl_file, &found) || dwarf_formudata(&found, &number) != 0 ||
	    number != 0 || !dwarf_cu_die(found.cu, &unit, &version, NULL, NULL, NULL, NULL, NULL) || version < 5 ||
	    dwarf_getsrcfiles(&unit, &files, &count) != 0)
		return path;
	return dwarf_filesrc(files, 0, NULL, NULL);
}

void dwarf_go_to_origin(Dwarf_Die *die)
{
	Dwarf_Attribute found;

	for (unsigned int i = 0; i < LONGEST_CHAIN; i++)
		if ((!dwarf_attr(die, DW_AT_abstract_origin, &found) && !dwarf_attr(die, DW_AT_specification, &found)) ||
		    !dwarf_formref_die(&found, die))
			break;
}

bool dwarf_entry_address(Dwarf_Die *die, Dwarf_Addr *ret)
{
	Dwarf_Addr base, low, high;

	if (dwarf_entrypc(die, ret) == 0 || dwarf_lowpc(die, ret) == 0)
		return true;
	if (dwarf_ranges(die, 0, &base, &low, &high) <= 0)
		return false;
	*ret = low;
	return true;
}

#endif /* HAVE_LIBDW */
