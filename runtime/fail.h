/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors of the session as a whole, which end it: too many skipped hits, too much time spent in
 * handlers. Called by lock.h and overload.h.
 */
#ifndef SPILE_RUNTIME_FAIL_H
#define SPILE_RUNTIME_FAIL_H

#include "mail.h"

/*
 * Ends the session for an error, printf-like, that is no single handler's; if one has ended it
 * already, this one is not told. Context: any, NMI included.
 */
__printf(2, 3)
void rt_session_fail(u32 probe, const char *format, ...);

/* A hit of probe number `probe` was skipped: no more of that than MAXSKIPPED. Context: any. */
void rt_skip_count(u32 probe);

#endif
