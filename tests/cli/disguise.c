/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded by host.bats into a spile that an ordinary user runs: whoever asks first for the user
 * is told that it is root. That is the question whether modules may be loaded; the later ones,
 * whom the cache belongs to, get the true answer. So what comes behind the first question can be
 * tested by everybody, as nothing is loaded in these tests.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <unistd.h>

uid_t geteuid(void)
{
	static int is_asked;

	if (!is_asked++)
		return 0;
	return (uid_t)syscall(SYS_geteuid);
}
