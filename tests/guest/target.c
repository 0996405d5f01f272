// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel module for tests of probes on modules: what it does is known to the last call. Writing N
 * to its parameter `calls` makes N calls of target_add with 1, 2 ... N, of which each writes
 * target_value once; `result` is the sum of what they returned.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

struct target_part {
	int number;
	unsigned int low : 3, middle : 7, high : 22;
	char name[8];
};

struct target_record {
	struct target_part *part;
	unsigned char byte;
};

extern long target_value;
extern struct target_part target_part;
extern struct target_record target_record;
extern long target_add(long left, long right);
extern long target_add_both(struct target_record *record, long left);

long target_value;
struct target_part target_part = { .name = "known" };
struct target_record target_record = { &target_part, 1 };
static long result;

noinline long target_add(long left, long right)
{
	/* A read and a write of their own, in this order. */
	WRITE_ONCE(target_value, READ_ONCE(target_part.number) + left);
	return left + right;
}
EXPORT_SYMBOL_GPL(target_add);

noinline __noclone long target_add_both(struct target_record *record, long left)
{
	return target_add(left, 2 * left) + record->byte - 1;
}

static int set_calls(const char *text, const struct kernel_param *parameter)
{
	long calls, i;
	int error = kstrtol(text, 0, &calls);

	if (error)
		return error;
	for (i = 1; i <= calls; i++)
		result += target_add_both(&target_record, i);
	return 0;
}

static const struct kernel_param_ops calls_ops = { .set = set_calls };

module_param_cb(calls, &calls_ops, NULL, 0600);
module_param(result, long, 0600);
MODULE_DESCRIPTION("what tests of probes on modules trace");
MODULE_LICENSE("GPL");
