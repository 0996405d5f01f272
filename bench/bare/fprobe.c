/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An fprobe that counts returns, on kernels that have it for modules: by rethook until Linux 6.13,
 * by the function graph since. Nothing of the registers is looked at, whose type has changed.
 */
/* Needs register_fprobe_syms. */
#include <linux/fprobe.h>

#include "bare.h"

static u64 n;

static u64 bare_hits(void)
{
	return n;
}

/* The registers are struct pt_regs before Linux 6.14. */
static void notrace returned(struct fprobe *fprobe, unsigned long address, unsigned long caller,
			     struct ftrace_regs *regs, void *data)
{
	n++;
}

static void notrace returned_with_all(struct fprobe *fprobe, unsigned long address,
				      unsigned long caller, struct pt_regs *regs, void *data)
{
	n++;
}

static struct fprobe fprobe = {
	.exit_handler = _Generic(((struct fprobe *)NULL)->exit_handler,
				 __typeof__(&returned): returned,
				 default: returned_with_all),
};

static int __init bare_init(void)
{
	const char *symbols[] = { BARE_SYMBOL };

	return register_fprobe_syms(&fprobe, symbols, ARRAY_SIZE(symbols));
}

static void __exit bare_exit(void)
{
	unregister_fprobe(&fprobe);
}

module_init(bare_init);
module_exit(bare_exit);
