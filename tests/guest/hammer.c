/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A known number of hits on every CPU at once, each with a number of its own; for exact.bats.
 *
 *     hammer CPUS CALLS    a process on each of the CPUs 0 to CPUS - 1 calls setitimer CALLS times
 *
 * The call's new interval is as many seconds as the call's number, without a timer being set: the
 * tracepoint itimer_state and the fourth, unused argument of the system call both have that number.
 * Over all processes each number from 0 to CPUS * CALLS - 1 comes once. Nobody else in the machine
 * calls setitimer. The processes begin together, so that their calls meet.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int stay_on(int cpu)
{
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET(cpu, &only);
	return sched_setaffinity(0, sizeof(only), &only);
}

static int hammer(long first, long calls)
{
	struct itimerval none = { { 0, 0 }, { 0, 0 } };

	for (long number = first; number < first + calls; number++) {
		none.it_interval.tv_sec = number;
		if (syscall(SYS_setitimer, ITIMER_REAL, &none, NULL, number) != 0)
			return 1;
	}
	return 0;
}

/* The process of one CPU: waits for the others, then calls. */
static int run_on(int cpu, int cpus, long calls, int *ready)
{
	if (stay_on(cpu) != 0) {
		perror("hammer: cannot run on that CPU");
		return 1;
	}
	__atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(ready, __ATOMIC_SEQ_CST) < cpus)
		sched_yield();
	return hammer(cpu * calls, calls);
}

int main(int argc, char **argv)
{
	int cpus = argc == 3 ? atoi(argv[1]) : 0;
	long calls = argc == 3 ? atol(argv[2]) : 0;
	int *ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, failed = 0;

	if (cpus < 1 || calls < 1 || ready == MAP_FAILED) {
		fputs("usage: hammer CPUS CALLS\n", stderr);
		return 2;
	}
	for (int cpu = 0; cpu < cpus; cpu++) {
		pid_t child = fork();

		if (child < 0) {
			perror("hammer: cannot fork");
			kill(0, SIGTERM);
			return 1;
		}
		if (child == 0)
			_exit(run_on(cpu, cpus, calls, ready));
	}
	while (wait(&status) > 0)
		failed |= status;
	return failed != 0;
}
