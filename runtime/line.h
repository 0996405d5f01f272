/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of source of the places that the script probes, by their addresses, as debuginfo had them
 * when the script was translated. Of other addresses nothing is known here.
 *
 * Called by tapsets/symbols.stp; a script whose functions ask for lines has the table. Context: any,
 * NMI included.
 */
#ifndef SPILE_RUNTIME_LINE_H
#define SPILE_RUNTIME_LINE_H

#include "symbol.h"

struct rt_line {
	const unsigned long *anchor;	/* where that part of a module lies; NULL: the address is whole */
	unsigned long address;		/* behind it */
	const char *file;
	u32 line;
};

extern const struct rt_line rt_lines[];
extern const u32 rt_line_count;

/* What the place of an address is written with. */
enum rt_line_form { RT_LINE_FILE = 1, RT_LINE_NUMBER = 2, RT_LINE_BOTH = 3 };

static __maybe_unused const struct rt_line *rt_line_find(unsigned long address)
{
	u32 i;

	for (i = 0; i < rt_line_count; i++)
		if ((rt_lines[i].anchor ? *rt_lines[i].anchor : 0) + rt_lines[i].address == address)
			return &rt_lines[i];
	return NULL;
}

/* "fs/read_write.c", "470", or "fs/read_write.c:470" to to[MAXSTRINGLEN]; "0x1" of an unknown address. */
static __maybe_unused void rt_line_describe(char *to, unsigned long address, enum rt_line_form form)
{
	const struct rt_line *line = rt_line_find(address);

	if (!line)
		snprintf(to, MAXSTRINGLEN, "0x%lx", address);
	else if (form == RT_LINE_FILE)
		snprintf(to, MAXSTRINGLEN, "%s", line->file);
	else if (form == RT_LINE_NUMBER)
		snprintf(to, MAXSTRINGLEN, "%u", line->line);
	else
		snprintf(to, MAXSTRINGLEN, "%s:%u", line->file, line->line);
}

#endif
