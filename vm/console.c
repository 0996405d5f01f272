/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console log of a machine, and the choice of what to show of it. Called by session.c. */
#include "console.h"

#include <string.h>

#define CONSOLE_MAX (256 * 1024)	/* bytes kept */
#define LINES_OF_TROUBLE 60		/* from the first sign of trouble on */
#define LINES_OF_SILENCE 15		/* the last ones, where there is no such sign */

void console_add(GString *console, const char *bytes, gsize length)
{
	gsize i;

	for (i = 0; i < length; i++)
		if (bytes[i] == '\n' || bytes[i] == '\t' || !g_ascii_iscntrl(bytes[i]))
			g_string_append_c(console, bytes[i]);
	if (console->len > CONSOLE_MAX)
		g_string_erase(console, 0, console->len - CONSOLE_MAX / 2);
}

bool console_has_panic(const GString *console)
{
	return strstr(console->str, "Kernel panic - ") != NULL;
}

static bool is_trouble(const char *line)
{
	static const char *const signs[] = {
		"BUG: ", "Oops: ", "Kernel panic - ", "general protection fault", "kernel BUG at",
		"sysrq: Trigger a crash", "double fault", "soft lockup", "rcu_preempt detected",
		"rcu_sched detected", "KASAN: ", "unable to handle",
	};
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(signs); i++)
		if (strstr(line, signs[i]))
			return true;
	return false;
}

/* The number of the first line to show. */
static guint first_line(char *const *lines, guint count)
{
	guint i;

	for (i = 0; i < count; i++)
		if (is_trouble(lines[i]))
			return i;
	return count > LINES_OF_SILENCE ? count - LINES_OF_SILENCE : 0;
}

char *console_last_words(const GString *console)
{
	g_autofree char *text = g_strchomp(g_strdup(console->str));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint count = g_strv_length(lines), first = first_line(lines, count), i;
	GString *words;

	if (*text == '\0')
		return NULL;
	words = g_string_new(NULL);
	for (i = first; i < count && i < first + LINES_OF_TROUBLE; i++)
		g_string_append_printf(words, "%s  %s", i > first ? "\n" : "", lines[i]);
	return g_string_free(words, FALSE);
}
