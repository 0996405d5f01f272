/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kprobes: what of their interface moved.
 *
 * History: a kretprobe_instance pointed to its kretprobe (->rp) until Linux 5.14 put a holder
 * between them and 5.18 rethook; get_kretprobe() hides both and answers NULL while the probe is
 * being unregistered. The registration calls are the same everywhere.
 */
#ifndef SPILE_COMPAT_KPROBE_H
#define SPILE_COMPAT_KPROBE_H

/* The kretprobe that `instance` belongs to, or NULL. Context: that of a kretprobe handler. */
static __always_inline struct kretprobe *kc_kretprobe_of(struct kretprobe_instance *instance)
{
#ifdef HAVE_GET_KRETPROBE
	return get_kretprobe(instance);
#else /* !HAVE_GET_KRETPROBE */
	return instance->rp;
#endif
}

#endif
