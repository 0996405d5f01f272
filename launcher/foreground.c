/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals are forwarded from the handler: kill() may be called there. */
#include "launcher/foreground.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t child;

/* A signal that somebody sent to us is meant for the program; the terminal's reach it anyway. */
static void forward_signal(int number, siginfo_t *information, void *context)
{
	(void)context;
	if (child > 0 && information->si_code <= 0)
		kill(child, number);
}

static void forward_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = forward_signal;
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

int foreground_run(const char *const *argv)
{
	int status;
	pid_t pid;

	forward_signals();
	pid = fork();
	if (pid == 0) {
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0)
		return -1;
	child = pid;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	child = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
