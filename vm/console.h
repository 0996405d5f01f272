/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest's kernel said: kept in memory, and judged when the machine ends badly. */
#ifndef SPILE_VM_CONSOLE_H
#define SPILE_VM_CONSOLE_H

#include <stdbool.h>

#include <glib.h>

/* Appends bytes as printable text; the oldest text goes when there is too much. */
void console_add(GString *console, const char *bytes, gsize length);

/* Whether the kernel has panicked. */
bool console_has_panic(const GString *console);

/*
 * The lines worth showing, each with two spaces before it: from the first sign of a broken
 * kernel on, or else the last ones. To be freed; NULL when the console is empty.
 */
char *console_last_words(const GString *console);

#endif
