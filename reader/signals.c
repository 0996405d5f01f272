/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signal handling by the self-pipe: handlers count and write one byte, session.c polls the
 * other end. SIGPIPE is taken so that it does not end us: the write that failed tells. SIGHUP stays ignored if it was when spilerun started
 * (nohup); SIGINT does not, since shells start background jobs with it ignored and scripts end
 * their spilerun with kill -INT.
 */
#define _GNU_SOURCE 1	/* pipe2 */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int taken[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR2 };
#define TAKEN_COUNT (sizeof(taken) / sizeof(taken[0]))

static int pipe_ends[2] = { -1, -1 };
static volatile sig_atomic_t request_count;
static volatile sig_atomic_t wants_next_file;

static void take_signal(int signal_number)
{
	int saved = errno;
	ssize_t written;

	switch (signal_number) {
	case SIGPIPE: case SIGCHLD:
		break;
	case SIGUSR2:
		wants_next_file = 1;
		break;
	default:
		if (request_count < SIGNALS_AT_ONCE)
			request_count++;
		break;
	}
	/* A full pipe is readable already. */
	written = write(pipe_ends[1], "", 1);
	(void)written;
	errno = saved;
}

static bool take_over(int signal_number)
{
	struct sigaction action, old;

	if (sigaction(signal_number, NULL, &old) != 0)
		return false;
	if (old.sa_handler == SIG_IGN && signal_number == SIGHUP)
		return true;
	memset(&action, 0, sizeof(action));
	action.sa_handler = take_signal;
	sigemptyset(&action.sa_mask);
	action.sa_flags = signal_number == SIGCHLD ? SA_NOCLDSTOP : 0;
	return sigaction(signal_number, &action, NULL) == 0;
}

bool signals_init(void)
{
	if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	for (size_t i = 0; i < TAKEN_COUNT; i++)
		if (!take_over(taken[i]))
			return false;
	return true;
}

void signals_release(void)
{
	struct sigaction current;

	for (size_t i = 0; i < TAKEN_COUNT; i++)
		if (sigaction(taken[i], NULL, &current) == 0 && current.sa_handler == take_signal)
			signal(taken[i], SIG_DFL);
}

int signals_fd(void)
{
	return pipe_ends[0];
}

void signals_drain(void)
{
	char bytes[64];

	while (read(pipe_ends[0], bytes, sizeof(bytes)) > 0)
		continue;
}

int signals_requests(void)
{
	return request_count;
}

bool signals_take_next_file(void)
{
	bool result = wants_next_file;

	wants_next_file = 0;
	return result;
}
