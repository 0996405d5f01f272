/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kretprobe instance is asked for its probe by a function (Linux 5.14). */
#include <linux/kprobes.h>

struct kretprobe *spile_test(struct kretprobe_instance *instance);
struct kretprobe *spile_test(struct kretprobe_instance *instance)
{
	return get_kretprobe(instance);
}
