/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rchan->buf is a per-CPU pointer, no array (Linux 4.10). */
#include <linux/percpu.h>
#include <linux/relay.h>

struct rchan_buf *spile_test(struct rchan *channel);
struct rchan_buf *spile_test(struct rchan *channel)
{
	struct rchan_buf **slot = per_cpu_ptr(channel->buf, 0);

	channel->buf = NULL;
	return *slot;
}
