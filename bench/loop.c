/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The workload of `hits` and `throughput`: calls getppid in a tight loop and says how long it took.
 * Runs in the guest, alone or as the command of spilerun; statically linked, without a library call
 * inside the loop.
 *
 *   loop CALLS ROUNDS          least, median and most nanoseconds of ROUNDS rounds of CALLS calls each
 *   loop clock                 nanoseconds that a million instructions take
 *   loop paced RATE SECONDS    RATE calls a second, a share of them each millisecond: how many were
 *                              made, and in how many nanoseconds
 *
 * A round is shorter than the kernel's timer tick, so that the least of many holds no interrupt.
 * One more round, not measured, goes before: what is written for the first time, is written then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MOST_ROUNDS 100000
#define CLOCK_ROUNDS 9

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

static long long time_calls(long calls)
{
	long long started = now();
	long i;

	for (i = 0; i < calls; i++)
		call_getppid();
	return now() - started;
}

/* A loop of two instructions, half a million times. */
static long long time_million(void)
{
	long long started = now();
	long left = 500000;

	__asm__ volatile ("1: dec %0\n\tjnz 1b" : "+r" (left) : : "cc");
	return now() - started;
}

static int compare(const void *left, const void *right)
{
	long long a = *(const long long *)left, b = *(const long long *)right;

	return (a > b) - (a < b);
}

static int run_clock(void)
{
	long long times[CLOCK_ROUNDS];
	int i;

	for (i = 0; i < CLOCK_ROUNDS; i++)
		times[i] = time_million();
	qsort(times, CLOCK_ROUNDS, sizeof(times[0]), compare);
	printf("%lld\n", times[0]);
	return 0;
}

static int run_rounds(long calls, long rounds)
{
	long long *times = calloc((size_t)rounds, sizeof(*times));
	long i;

	if (!times) {
		perror("loop");
		return 1;
	}
	time_calls(calls);
	for (i = 0; i < rounds; i++)
		times[i] = time_calls(calls);
	qsort(times, (size_t)rounds, sizeof(*times), compare);
	printf("%lld %lld %lld\n", times[0], times[rounds / 2], times[rounds - 1]);
	free(times);
	return 0;
}

static void sleep_until(long long nanoseconds)
{
	struct timespec time = { nanoseconds / 1000000000LL, nanoseconds % 1000000000LL };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/* What a sleep that took too long left out is made up for. A rate too high to keep takes longer. */
static int run_paced(long rate, long seconds)
{
	long long started = now(), all = (long long)rate * seconds, made = 0;

	while (made < all) {
		long long elapsed = now() - started;
		long long due = elapsed / 1000000 * rate / 1000;

		if (due > all)
			due = all;
		for (; made < due; made++)
			call_getppid();
		sleep_until(started + (elapsed / 1000000 + 1) * 1000000);
	}
	printf("%lld %lld\n", made, now() - started);
	return 0;
}

/* A number from 1 to `most`; 0 if it is none. */
static long number(const char *text, long most)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	return errno || *end || value < 1 || value > most ? 0 : value;
}

int main(int argc, char **argv)
{
	long calls, rounds;

	if (argc == 2 && strcmp(argv[1], "clock") == 0)
		return run_clock();
	if (argc == 4 && strcmp(argv[1], "paced") == 0) {
		long rate = number(argv[2], 100000000), seconds = number(argv[3], 3600);

		if (rate && seconds)
			return run_paced(rate, seconds);
	}
	calls = argc == 3 ? number(argv[1], 1000000000) : 0;
	rounds = argc == 3 ? number(argv[2], MOST_ROUNDS) : 0;
	if (!calls || !rounds) {
		fputs("usage: loop CALLS ROUNDS | loop clock | loop paced RATE SECONDS\n", stderr);
		return 2;
	}
	return run_rounds(calls, rounds);
}
