/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kretprobe instance has the return address itself (until rethook, Linux 5.18). */
#include <linux/kprobes.h>

unsigned long spile_test(struct kretprobe_instance *instance);
unsigned long spile_test(struct kretprobe_instance *instance)
{
	return (unsigned long)instance->ret_addr;
}
