/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that end a session, as numbers and a file descriptor to poll. */
#ifndef SPILE_READER_SIGNALS_H
#define SPILE_READER_SIGNALS_H

#include <stdbool.h>

/* At this many requests to end, waiting is over: the session is ended at once. */
#define SIGNALS_AT_ONCE 3

/* Takes the signals over, for the whole process; false with errno set. */
bool signals_init(void);
/* In a child before its exec: gives them their usual meaning back. */
void signals_release(void);

/* Readable whenever a signal came since the last signals_drain(). */
int signals_fd(void);
void signals_drain(void);

/* How often somebody asked us to end (SIGINT, SIGTERM, SIGHUP). */
int signals_requests(void);
/* Did somebody ask for the next output file (SIGUSR2) since the last call? */
bool signals_take_next_file(void);

#endif
