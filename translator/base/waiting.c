/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that sleeps for a second at a time while there is work, and writes the line. Called around
 * compilers and other programs that are waited for; nothing else may be printed meanwhile.
 */
#include "base/waiting.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <glib.h>

static struct {
	GMutex mutex;
	GCond ended;
	GThread *thread;	/* NULL: no terminal, or no work */
	const char *text;	/* NULL when the work is done; under `mutex` */
} waiting;

static gpointer show_line(gpointer unused)
{
	gint64 start = g_get_monotonic_time(), now = start;
	bool is_shown = false;

	(void)unused;
	g_mutex_lock(&waiting.mutex);
	while (waiting.text) {
		if (g_cond_wait_until(&waiting.ended, &waiting.mutex, now + G_TIME_SPAN_SECOND))
			continue;
		now = g_get_monotonic_time();
		fprintf(stderr, "\r\033[Kspile: %s ... %d s", waiting.text,
			(int)((now - start) / G_TIME_SPAN_SECOND));
		fflush(stderr);
		is_shown = true;
	}
	g_mutex_unlock(&waiting.mutex);
	if (is_shown)
		fputs("\r\033[K", stderr);
	return NULL;
}

void waiting_begin(const char *text)
{
	if (!isatty(STDERR_FILENO))
		return;
	waiting.text = text;
	waiting.thread = g_thread_new("waiting", show_line, NULL);
}

void waiting_end(void)
{
	if (!waiting.thread)
		return;
	g_mutex_lock(&waiting.mutex);
	waiting.text = NULL;
	g_cond_signal(&waiting.ended);
	g_mutex_unlock(&waiting.mutex);
	g_thread_join(waiting.thread);
	waiting.thread = NULL;
}
