/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command for `passes` and writes to FILE the microseconds of processor time, user and
 * system, that it and all descendants it waited for have used. The shell's own `times` counts
 * in hundredths of a second, which is longer than some passes take.
 *
 *   cputime FILE COMMAND [ARGUMENT...]
 *
 * Exit status: that of the command; 1 if it was ended by a signal; 2 if it was not measured.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static long long microseconds(const struct timeval *time)
{
	return time->tv_sec * 1000000LL + time->tv_usec;
}

static int write_usage(const char *path, const struct rusage *usage)
{
	FILE *file = fopen(path, "w");

	if (!file) {
		perror(path);
		return -1;
	}
	fprintf(file, "%lld\n", microseconds(&usage->ru_utime) + microseconds(&usage->ru_stime));
	if (fclose(file)) {
		perror(path);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t child;

	if (argc < 3) {
		fputs("usage: cputime FILE COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("cputime");
		return 2;
	}
	if (write_usage(argv[1], &usage))
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
