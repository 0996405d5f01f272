/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The throw-away machine: a distribution kernel booted in QEMU with the host's files under its
 * root (read-only; what is written is gone with it), for one command. This is all that the
 * rest of spile sees of the vm room.
 */
#ifndef SPILE_VM_VM_H
#define SPILE_VM_VM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"

/* Exit statuses of vm_run() that are not the command's own (0-255; 128 + N for signal N). */
#define VM_STATUS_TIMEOUT 124	/* the command ran into timeout_seconds */
#define VM_STATUS_FAILED 125	/* no machine, or it panicked, hung or stopped by itself */

#define VM_NO_TIMEOUT 0
#define VM_DEFAULT_TIMEOUT 600	/* seconds */

struct vm_request {
	const char *release;	/* NULL: newest installed, else newest cached, else downloaded */
	const char *accelerator;	/* "kvm", "tcg"; NULL: $SPILE_VM_ACCELERATOR, or best */
	unsigned int memory_mb, cpus;
	unsigned int timeout_seconds;	/* from the command's start; VM_NO_TIMEOUT */
	/* Arrays end with NULL. */
	const char *const *command;	/* NULL: a shell */
	const char *const *environment;	/* "NAME=VALUE"; NULL: the caller's */
	const char *const *writable_directories;	/* shared read-write, same path */
	const char *const *extra_qemu;	/* more arguments for QEMU */
	const char *extra_append;	/* more words for the kernel's command line */
	const char *directory;	/* working directory in the guest; NULL: the caller's */
	const char *cache_directory;	/* NULL: ~/.cache/spile/vm */
	bool interactive;	/* give the command a terminal; ours must be one */
	bool rescue;		/* a busybox shell in the initramfs, without the host's files */
	bool verbose;		/* tell the steps, and show the console */
};

/* Everything unset, 1 GiB, two CPUs, the default timeout. */
void vm_request_init(struct vm_request *request);

/*
 * Boots the machine, runs the command in it and ends it. Passes standard input, output and
 * error through, and SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 to the command.
 * Returns the command's exit status, or a VM_STATUS_ one after an error was reported.
 */
int vm_run(struct arena *arena, struct diag *diag, const struct vm_request *request);

/*
 * The release of the kernel that vm_run() would boot, unpacked into the cache if need be, so
 * that a module can be built for it. NULL after an error was reported.
 */
const char *vm_pick_kernel(struct arena *arena, struct diag *diag,
			   const struct vm_request *request);

/* `spile vm ...`: argv[0] is "vm" (or the program). Returns an exit status. */
int vm_main(int argc, char **argv);

#endif
