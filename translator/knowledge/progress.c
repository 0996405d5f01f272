/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Written by whoever makes an index; a bar that is done leaves no trace. */
#include "knowledge/progress.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 40

static void draw(const struct progress *progress)
{
	static const char full[] = "########################################";
	unsigned int width = progress->shown * BAR_WIDTH / 1000;

	fprintf(stderr, "\rspile: %s [%-*.*s] %3u%%", progress->what, BAR_WIDTH, (int)width, full,
		progress->shown / 10);
	fflush(stderr);
}

void progress_begin(struct progress *progress, const char *what, uint64_t all)
{
	*progress = (struct progress){ .what = what, .all = all, .is_bar = isatty(STDERR_FILENO) };
	if (progress->is_bar)
		draw(progress);
	else
		fprintf(stderr, "spile: %s\n", what);
}

void progress_show(struct progress *progress, uint64_t done)
{
	unsigned int now = progress->all ? (unsigned int)(done * 1000.0 / progress->all) : 1000;

	if (!progress->is_bar || now == progress->shown)
		return;
	progress->shown = now > 1000 ? 1000 : now;
	draw(progress);
}

void progress_end(struct progress *progress)
{
	if (progress->is_bar)
		fprintf(stderr, "\r\033[K");
}
