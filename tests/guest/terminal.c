/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal for one command, and somebody at it. What the command prints on its terminal goes to
 * standard output; the exit status is the command's.
 *
 *     terminal stop SECONDS COMMAND...     after the first output Ctrl-S, later on Ctrl-Q
 *     terminal close SECONDS COMMAND...    is closed that long after the first output
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define CTRL_Q "\021"
#define CTRL_S "\023"

/* The command's end of the terminal, which passes bytes on as they are. */
static int open_far_end(int near_end)
{
	struct termios settings;
	int fd;

	if (grantpt(near_end) != 0 || unlockpt(near_end) != 0)
		return -1;
	fd = open(ptsname(near_end), O_RDWR | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &settings) != 0)
		return -1;
	settings.c_oflag &= ~(tcflag_t)OPOST;
	settings.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
	settings.c_iflag |= IXON;
	return tcsetattr(fd, TCSANOW, &settings) == 0 ? fd : -1;
}

static void __attribute__((noreturn)) run_command(int fd, char **words)
{
	setsid();
	ioctl(fd, TIOCSCTTY, 0);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	execvp(words[0], words);
	_exit(127);
}

/* Passes on what one read gives; false at the end. */
static int copy(int near_end)
{
	char bytes[4096];
	ssize_t length = read(near_end, bytes, sizeof(bytes));

	return length > 0 && write(STDOUT_FILENO, bytes, (size_t)length) == length;
}

int main(int argc, char **argv)
{
	int near_end = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	int far_end = near_end < 0 ? -1 : open_far_end(near_end);
	int status;
	pid_t pid;

	if (argc < 4 || far_end < 0)
		return 125;
	pid = fork();
	if (pid == 0)
		run_command(far_end, argv + 3);
	close(far_end);
	if (pid < 0 || !copy(near_end))
		return 125;
	if (strcmp(argv[1], "stop") == 0) {
		if (write(near_end, CTRL_S, 1) != 1)
			return 125;
		sleep((unsigned int)atoi(argv[2]));
		if (write(near_end, CTRL_Q, 1) != 1)
			return 125;
		while (copy(near_end))
			continue;
	} else {
		sleep((unsigned int)atoi(argv[2]));
	}
	close(near_end);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
