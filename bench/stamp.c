/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says what the clock says, in nanoseconds: for bench/start-guest, where date(1) would take longer. */
#include <stdio.h>
#include <time.h>

int main(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
	return 0;
}
