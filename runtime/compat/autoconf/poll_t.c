/* SPDX-License-Identifier: GPL-2.0-or-later */
/* poll callbacks return __poll_t (Linux 4.16). */
#include <linux/poll.h>

__poll_t spile_test(void);
__poll_t spile_test(void)
{
	return 0;
}
