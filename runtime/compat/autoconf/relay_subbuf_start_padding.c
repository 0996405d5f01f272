/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subbuf_start is told the padding of the sub-buffer before (until 7.x). */
#include <linux/relay.h>

int spile_test(struct rchan_callbacks *callbacks, struct rchan_buf *buffer);
int spile_test(struct rchan_callbacks *callbacks, struct rchan_buf *buffer)
{
	return callbacks->subbuf_start(buffer, NULL, NULL, (size_t)0);
}
