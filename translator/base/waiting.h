/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line on the terminal about what takes long: it appears after a second, counts, and is gone when
 * the work is done. Where standard error is no terminal nothing is said, so that output never
 * depends on how fast a machine is.
 */
#ifndef SPILE_BASE_WAITING_H
#define SPILE_BASE_WAITING_H

/* Begins work, "examining the headers of 6.1"; one at a time. `text` has to live until the end. */
void waiting_begin(const char *text);
void waiting_end(void);

#endif
