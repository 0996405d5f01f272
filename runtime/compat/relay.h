/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Relay channels used as memory and sub-buffer accounting, without files of their own.
 *
 * History: rchan->buf was an array of NR_CPUS until Linux 4.10, then a per-CPU pointer.
 * subbuf_start lost its argument prev_padding in 7.x. rchan_callbacks became const in 5.11 (and
 * in RHEL 8.8): a non-const one is accepted by all. A channel opened without a name asks
 * create_buf_file only for `is_global`, from 4.x on; RHEL 7 does not ask and makes one buffer
 * per CPU, of which kc_relay_buffer(channel, 0) is then the one in use. What create_buf_file has
 * to answer then changed without a trace in the headers: NULL at first (anything else warns), not
 * NULL from 5.1 on (but never used), either in 6.9. So NULL is tried first.
 */
#ifndef SPILE_COMPAT_RELAY_H
#define SPILE_COMPAT_RELAY_H

#ifdef HAVE_RELAY_SUBBUF_START_PADDING
static int kc_relay_start(struct rchan_buf *buffer, void *subbuf, void *previous, size_t padding)
#else
static int kc_relay_start(struct rchan_buf *buffer, void *subbuf, void *previous)
#endif
{
	return !relay_buf_full(buffer);
}

/* Stands for "no file" where the kernel insists on an answer; never looked into. */
static struct dentry kc_relay_no_file;
static struct dentry *kc_relay_answer;

static struct dentry *kc_relay_create_file(const char *name, struct dentry *parent, umode_t mode,
					   struct rchan_buf *buffer, int *is_global)
{
	*is_global = buffer->chan->private_data != NULL;
	return kc_relay_answer;
}

static int kc_relay_remove_file(struct dentry *dentry)
{
	return 0;
}

static struct rchan_callbacks kc_relay_callbacks = {
	.subbuf_start = kc_relay_start,
	.create_buf_file = kc_relay_create_file,
	.remove_buf_file = kc_relay_remove_file,
};

/*
 * A channel that stops when full: one buffer per CPU, or a single one. NULL when memory is
 * short. Context: process, at load.
 */
static inline struct rchan *kc_relay_open(size_t subbuf_size, size_t subbuf_count, bool is_single)
{
	void *private_data = is_single ? &kc_relay_callbacks : NULL;
	struct rchan *channel;

	channel = relay_open(NULL, NULL, subbuf_size, subbuf_count, &kc_relay_callbacks,
			     private_data);
	if (channel || kc_relay_answer)
		return channel;
	kc_relay_answer = &kc_relay_no_file;
	return relay_open(NULL, NULL, subbuf_size, subbuf_count, &kc_relay_callbacks,
			  private_data);
}

/* Buffer of `cpu`; NULL while that CPU has never been online. Context: any, NMI included. */
static inline struct rchan_buf *kc_relay_buffer(struct rchan *channel, unsigned int cpu)
{
#ifdef HAVE_RELAY_BUF_PERCPU
	return *per_cpu_ptr(channel->buf, cpu);
#else /* !HAVE_RELAY_BUF_PERCPU */
	return channel->buf[cpu];
#endif
}

#endif
