/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a known number of known things, for the tests to find them again in what a script says.
 * Built statically by common.bash; run in the throw-away machine, also under other names, for
 * scripts tell processes apart by them.
 *
 *     workload opens N FILE    opens and closes FILE that often
 *     workload reads N         reads a byte of /dev/zero that often
 *     workload parents N       getppid(2) that often
 *     workload storm MS        getppid(2) for that long, on CPU 0; prints how often, and the cycles
 *     workload pings N         a byte there and back between it and its child "pong", both on CPU 0
 *     workload busy MS         computes for that much processor time
 *     workload sizes FILE      reads 10, 200 and 3000 bytes of FILE, as descriptor 100
 *     workload readers N       four children at once, the i-th reads i * 1000 bytes of /dev/zero so often
 *     workload arguments       calls with values that tests/guest/language knows
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int make_opens(long count, const char *file)
{
	for (long i = 0; i < count; i++) {
		int fd = open(file, O_RDONLY);

		if (fd < 0 || close(fd) != 0)
			return 1;
	}
	return 0;
}

static int make_reads(long count)
{
	int fd = open("/dev/zero", O_RDONLY);
	char byte;

	for (long i = 0; i < count; i++)
		if (read(fd, &byte, 1) != 1)
			return 1;
	return 0;
}

static int ask_for_parents(long count)
{
	for (long i = 0; i < count; i++)
		syscall(SYS_getppid);
	return 0;
}

static int run_on_first_cpu(void)
{
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET(0, &only);
	return sched_setaffinity(0, sizeof(only), &only);
}

static long milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int make_storm(long milliseconds)
{
	unsigned long long cycles;
	long end, calls = 0;

	if (run_on_first_cpu() != 0)
		return 1;
	cycles = __builtin_ia32_rdtsc();
	end = milliseconds_now() + milliseconds;
	while (milliseconds_now() < end) {
		ask_for_parents(100);
		calls += 100;
	}
	printf("%ld %llu\n", calls, __builtin_ia32_rdtsc() - cycles);
	return 0;
}

/* Returns what it reads from one pipe through the other, until the pipe is closed. */
static int answer(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1)
		if (write(to, &byte, 1) != 1)
			return 1;
	return 0;
}

static int make_pings(long count)
{
	int there[2], back[2], status;
	char byte = 0;
	pid_t pid;

	if (run_on_first_cpu() != 0 || pipe(there) != 0 || pipe(back) != 0)
		return 1;
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		prctl(PR_SET_NAME, "pong");
		_exit(answer(there[0], back[1]));
	}
	for (long i = 0; i < count; i++)
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			return 1;
	close(there[1]);
	return pid < 0 || waitpid(pid, &status, 0) != pid || status != 0;
}

static int be_busy(long milliseconds)
{
	clock_t end = clock() + milliseconds * (CLOCKS_PER_SEC / 1000);
	volatile int turns;

	while (clock() < end)
		for (turns = 0; turns < 100000; turns++)
			continue;
	return 0;
}

static int read_sizes(const char *file)
{
	static char buffer[3000];
	int fd = open(file, O_RDONLY);

	if (fd < 0 || dup2(fd, 100) != 100)
		return 1;
	return read(100, buffer, 10) != 10 || read(100, buffer, 200) != 200 || read(100, buffer, 3000) < 0;
}

static int read_zeros(long count, size_t size)
{
	static char buffer[4000];
	int fd = open("/dev/zero", O_RDONLY);

	for (long i = 0; i < count; i++)
		if (read(fd, buffer, size) != (ssize_t)size)
			return 1;
	return 0;
}

static int make_readers(long count)
{
	int status, failures = 0;

	for (int i = 1; i <= 4; i++)
		if (fork() == 0)
			_exit(read_zeros(count, 1000 * (size_t)i));
	for (int i = 1; i <= 4; i++)
		failures += wait(&status) < 0 || status != 0;
	return failures != 0;
}

static int call_with_known_arguments(void)
{
	lseek(7777, (off_t)0xfffffffedcba9876, SEEK_SET);
	syscall(SYS_openat, 77, "a/known/name", O_RDONLY);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long count = argc > 2 ? atol(argv[2]) : 0;

	if (strcmp(what, "opens") == 0 && argc > 3)
		return make_opens(count, argv[3]);
	if (strcmp(what, "reads") == 0)
		return make_reads(count);
	if (strcmp(what, "parents") == 0)
		return ask_for_parents(count);
	if (strcmp(what, "storm") == 0)
		return make_storm(count);
	if (strcmp(what, "pings") == 0)
		return make_pings(count);
	if (strcmp(what, "busy") == 0)
		return be_busy(count);
	if (strcmp(what, "sizes") == 0 && argc > 2)
		return read_sizes(argv[2]);
	if (strcmp(what, "readers") == 0)
		return make_readers(count);
	if (strcmp(what, "arguments") == 0)
		return call_with_known_arguments();
	fprintf(stderr, "workload: the first comment in workload.c says what it can do\n");
	return 2;
}
