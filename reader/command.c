/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the command of -c. session.c starts it before the module (its process id becomes
 * target()), lets it go when the session is running, and ends the session with it. The child
 * reads from a pipe until it is let go; if the pipe is closed first, it leaves without having
 * run anything. The command runs as the real user.
 */
#define _GNU_SOURCE 1	/* pipe2 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "signals.h"
#include "text.h"

#define SHELL_PATH "/bin/sh"
/* Words with none of these need no shell. */
#define SHELL_CHARACTERS "|&;<>()$`\\\"'*?[]#~=%!{}\n"

#define STATUS_NOT_FOUND 127
#define STATUS_NOT_RUN 126
#define STATUS_SIGNAL 128

#define END_TRIES 100
#define END_PAUSE_NS (20 * 1000 * 1000)	/* 100 times: two seconds */

/* The blank-separated words of a copy of the text, NULL-terminated, for execvp(). */
static char **split(char *text)
{
	char **words = memory_alloc((strlen(text) / 2 + 2) * sizeof(*words));
	size_t count = 0;

	for (char *word = strtok(text, " \t"); word; word = strtok(NULL, " \t"))
		words[count++] = word;
	return words;
}

/* Becomes the command; returns if that failed, errno set. */
static void execute(const char *text)
{
	struct text copy = { 0 };
	char **words;

	if (strpbrk(text, SHELL_CHARACTERS)) {
		execl(SHELL_PATH, "sh", "-c", text, (char *)NULL);
		return;
	}
	text_append_string(&copy, text);
	words = split(copy.bytes);
	if (words[0])
		execvp(words[0], words);
	else
		errno = ENOENT;
}

/* The child: waits, then becomes the command. */
static void __attribute__((noreturn)) run_child(int wait_end, const char *text)
{
	ssize_t length;
	char byte;

	signals_release();
	do
		length = read(wait_end, &byte, 1);
	while (length < 0 && errno == EINTR);
	if (length != 1)
		_exit(STATUS_NOT_RUN);
	if (setgid(getgid()) != 0 || setuid(getuid()) != 0) {
		message_error("cannot become the real user: %s", strerror(errno));
		_exit(STATUS_NOT_RUN);
	}
	execute(text);
	message_error("cannot run '%s': %s", text, strerror(errno));
	_exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUN);
}

bool command_start(struct command *ret, const char *text)
{
	int ends[2];
	pid_t pid;

	memset(ret, 0, sizeof(*ret));
	ret->release = -1;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		message_error("cannot make a pipe: %s", strerror(errno));
		return false;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		run_child(ends[0], text);
	}
	close(ends[0]);
	if (pid < 0) {
		message_error("cannot start a process: %s", strerror(errno));
		close(ends[1]);
		return false;
	}
	ret->pid = pid;
	ret->release = ends[1];
	return true;
}

void command_release(struct command *command)
{
	ssize_t written;

	if (command->release < 0)
		return;
	do
		written = write(command->release, "", 1);
	while (written < 0 && errno == EINTR);
	/* Should the child be gone already, command_reap() finds that. */
	close(command->release);
	command->release = -1;
}

bool command_reap(struct command *command)
{
	int status;

	if (command->pid == 0 || waitpid(command->pid, &status, WNOHANG) != command->pid)
		return false;
	command->pid = 0;
	command->has_ended = true;
	command->status = WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) :
						WEXITSTATUS(status);
	return true;
}

void command_fini(struct command *command)
{
	const struct timespec pause = { 0, END_PAUSE_NS };
	bool was_released = command->release < 0;

	if (!was_released) {
		close(command->release);
		command->release = -1;
	}
	if (command->pid == 0 || command_reap(command))
		return;
	if (was_released) {
		message_verbose("the session has ended before the command; ending it");
		kill(command->pid, SIGTERM);
	}
	for (int i = 0; i < END_TRIES; i++) {
		nanosleep(&pause, NULL);
		if (command_reap(command))
			return;
	}
	kill(command->pid, SIGKILL);
	while (waitpid(command->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	command->pid = 0;
}
