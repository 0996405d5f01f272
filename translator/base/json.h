/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON, as far as reports are written in it. */
#ifndef SPILE_BASE_JSON_H
#define SPILE_BASE_JSON_H

#include <glib.h>

/* Appends the text in quotes, with escapes for what may not stand there. `text` is UTF-8. */
void json_append_string(GString *out, const char *text);

#endif
