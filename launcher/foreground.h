/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a program in our place, as a child because there is something to be removed after it. libc only. */
#ifndef SPILE_LAUNCHER_FOREGROUND_H
#define SPILE_LAUNCHER_FOREGROUND_H

/*
 * Waits for argv[0], a path; signals that somebody sends to us go on to it. Returns its exit status, 127 if
 * it cannot be run, 128 and the signal that ended it, or -1 with errno if there can be no child.
 */
int foreground_run(const char *const *argv);

#endif
