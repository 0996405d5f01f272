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

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void block_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++)
		sigaddset(&set, forwarded[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

static void forward_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = forward_signal;
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++)
		sigaction(forwarded[i], &action, NULL);
}

/* Nothing is forwarded here: a signal of before ends the program before it has begun. */
static void run_program(const char *const *argv, const struct sigaction *actions, const sigset_t *mask)
{
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++)
		sigaction(forwarded[i], &actions[i], NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

/* Signals wait until it is known to whom they go. */
int foreground_run(const char *const *argv)
{
	struct sigaction actions[sizeof(forwarded) / sizeof(*forwarded)];
	sigset_t mask;
	int status;
	pid_t pid;

	block_signals(&mask);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(*forwarded); i++)
		sigaction(forwarded[i], NULL, &actions[i]);
	forward_signals();
	pid = fork();
	if (pid == 0)
		run_program(argv, actions, &mask);
	child = pid;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	child = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
