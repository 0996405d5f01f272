/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's first files: our agent as /init, busybox, and the modules to be loaded. */
#ifndef SPILE_VM_INITRAMFS_H
#define SPILE_VM_INITRAMFS_H

#include "kernel.h"

/*
 * The path of an initramfs for the kernel, kept in the cache by a hash of its contents. NULL
 * after an error was reported: no agent, no (static) busybox, a module that cannot be read.
 */
const char *initramfs_make(struct arena *arena, struct diag *diag, const struct vm_kernel *kernel,
			   const char *cache);

#endif
