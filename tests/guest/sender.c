/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a known number of getppid(2) calls at a known rate, each with arguments that say which one
 * it is: losses.bats finds every one of them again, as a line or as reported lost. Built statically
 * by losses.bats; runs in the throw-away machine. The arguments, which the kernel ignores, are the
 * number of the call from 1, the CPU, and a length.
 *
 *     sender CPUS RATE COUNT fixed|variable    a process on each of CPUs 0 .. CPUS-1 makes COUNT
 *                                              calls, RATE a second; 0: as fast as it can
 *     sender turns COUNT                       processes on CPUs 0 and 1 make COUNT calls by turns
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS 1000000000LL

/* The length of line `number`: 40, or all from 0 to 60 in turn. */
static long length_of(long number, int is_variable)
{
	return is_variable ? number * 7 % 61 : 40;
}

static int run_on(int cpu)
{
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET(cpu, &only);
	return sched_setaffinity(0, sizeof(only), &only);
}

static void wait_until(const struct timespec *started, long long nanoseconds)
{
	struct timespec until = *started;

	until.tv_sec += nanoseconds / NANOSECONDS;
	until.tv_nsec += nanoseconds % NANOSECONDS;
	if (until.tv_nsec >= NANOSECONDS) {
		until.tv_nsec -= NANOSECONDS;
		until.tv_sec++;
	}
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static int send_calls(int cpu, long rate, long count, int is_variable)
{
	struct timespec started;

	if (run_on(cpu) != 0)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &started);
	for (long i = 1; i <= count; i++) {
		if (rate)
			wait_until(&started, i * (NANOSECONDS / rate));
		syscall(SYS_getppid, i, (long)cpu, length_of(i, is_variable));
	}
	return 0;
}

/* Makes every second call: when `*turn` says so. */
static int take_turns(int cpu, long count, volatile long *turn)
{
	if (run_on(cpu) != 0)
		return 1;
	for (long i = 1 + cpu; i <= count; i += 2) {
		while (*turn != i)
			sched_yield();
		syscall(SYS_getppid, i, (long)cpu, length_of(i, 1));
		__sync_synchronize();
		*turn = i + 1;
	}
	return 0;
}

/* Whether all children ended well. */
static int wait_for(int children)
{
	int status, failures = 0;

	while (children--)
		failures += wait(&status) < 0 || status != 0;
	return failures > 0;
}

int main(int argc, char **argv)
{
	long *turn = mmap(NULL, sizeof(*turn), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int is_turns = argc == 3 && strcmp(argv[1], "turns") == 0;
	int cpus = is_turns ? 2 : argc == 5 ? atoi(argv[1]) : 0;

	if (cpus < 1 || turn == MAP_FAILED) {
		fprintf(stderr, "sender: the first comment in sender.c says what it can do\n");
		return 2;
	}
	*turn = 1;
	for (int cpu = 0; cpu < cpus; cpu++) {
		if (fork() != 0)
			continue;
		if (is_turns)
			_exit(take_turns(cpu, atol(argv[2]), turn));
		_exit(send_calls(cpu, atol(argv[2]), atol(argv[3]), strcmp(argv[4], "variable") == 0));
	}
	return wait_for(cpus);
}
