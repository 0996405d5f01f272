/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The workload of `scaling`: a process on each CPU calls getppid in a tight loop, all together, and
 * the time is taken from the moment when they may begin to the end of the last. Runs in the guest,
 * alone or as the command of spilerun.
 *
 *   together CPUS CALLS ROUNDS   least nanoseconds of ROUNDS rounds of CALLS calls on each CPU
 *   together pause               spins, with the instruction that lets the next virtual CPU run
 *
 * Whoever waits sleeps: where virtual CPUs take turns and the clock counts the instructions of all
 * of them, a process that spins would be counted as well. One more round, not measured, goes first.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_CPUS 64

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static inline long call_getppid(void)
{
	long result;

	__asm__ volatile ("syscall" : "=a" (result) : "0" (SYS_getppid)
			  : "rcx", "r11", "memory");
	return result;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Wakes who waits in expect(). */
static void tell(const int *pipe_ends)
{
	char byte = 0;

	if (write(pipe_ends[1], &byte, 1) != 1)
		fail("together: write");
}

static void expect(const int *pipe_ends, int count)
{
	char byte;

	for (int i = 0; i < count; i++)
		if (read(pipe_ends[0], &byte, 1) != 1)
			fail("together: read");
}

/* A pipe of its own for each CPU, lest a quick process takes two turns at once. */
static int ready[2], done[2], go[MOST_CPUS][2];

static void run_on(int cpu, long calls, long rounds)
{
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET(cpu, &only);
	if (sched_setaffinity(0, sizeof(only), &only) != 0)
		fail("together: sched_setaffinity");
	for (long round = 0; round <= rounds; round++) {
		tell(ready);
		expect(go[cpu], 1);
		for (long i = 0; i < calls; i++)
			call_getppid();
		tell(done);
	}
}

static long long time_round(int cpus)
{
	long long started;

	expect(ready, cpus);
	started = now();
	for (int cpu = 0; cpu < cpus; cpu++)
		tell(go[cpu]);
	expect(done, cpus);
	return now() - started;
}

/* All processes are ours and end with their rounds. */
static long long least_of_rounds(int cpus, long rounds)
{
	long long least = 0;

	time_round(cpus);
	for (long round = 0; round < rounds; round++) {
		long long taken = time_round(cpus);

		if (round == 0 || taken < least)
			least = taken;
	}
	return least;
}

/* Virtual CPUs take turns when one has nothing to do, when its timer is due, or when it pauses. */
static void pause_for_ever(void)
{
	for (;;)
		__builtin_ia32_pause();
}

int main(int argc, char **argv)
{
	int cpus = argc == 4 ? atoi(argv[1]) : 0;
	long calls = argc == 4 ? atol(argv[2]) : 0, rounds = argc == 4 ? atol(argv[3]) : 0;

	if (argc == 2 && strcmp(argv[1], "pause") == 0)
		pause_for_ever();
	if (cpus < 1 || cpus > MOST_CPUS || calls < 1 || rounds < 1) {
		fputs("usage: together CPUS CALLS ROUNDS | together pause\n", stderr);
		return 2;
	}
	if (pipe(ready) != 0 || pipe(done) != 0)
		fail("together: pipe");
	for (int cpu = 0; cpu < cpus; cpu++) {
		pid_t child = pipe(go[cpu]) == 0 ? fork() : -1;

		if (child < 0)
			fail("together: cannot start");
		if (child == 0) {
			run_on(cpu, calls, rounds);
			_exit(0);
		}
	}
	printf("%lld\n", least_of_rounds(cpus, rounds));
	while (wait(NULL) > 0)
		continue;
	return 0;
}
