/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What takes seconds says so on standard error: a line, on a terminal a bar that grows. */
#ifndef SPILE_KNOWLEDGE_PROGRESS_H
#define SPILE_KNOWLEDGE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what;
	uint64_t all;
	unsigned int shown;	/* tenths of percent */
	bool is_bar;
};

/* `all` is what progress_show() will reach. */
void progress_begin(struct progress *progress, const char *what, uint64_t all);
void progress_show(struct progress *progress, uint64_t done);
/* Takes the bar away. */
void progress_end(struct progress *progress);

#endif
