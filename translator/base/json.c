/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings of JSON, for the lists and reports that other programs read. */
#include "base/json.h"

void json_append_string(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_printf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			g_string_append_printf(out, "\\u%04x", (unsigned int)*text);
		else
			g_string_append_c(out, *text);
	}
	g_string_append_c(out, '"');
}
