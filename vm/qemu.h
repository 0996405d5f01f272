/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QEMU process and its companion: command line, start and end. They never outlive us. */
#ifndef SPILE_VM_QEMU_H
#define SPILE_VM_QEMU_H

#include <sys/types.h>

#include "channel.h"
#include "host_files.h"
#include "vm.h"

/* Everything a machine is made of. */
struct qemu_parts {
	const struct vm_request *request;
	const char *program;	/* qemu_find() */
	const char *image, *initramfs;
	const char *accelerator;	/* "kvm" or "tcg" */
	enum vm_files files;
};

struct qemu {
	pid_t pid;		/* 0: ended and waited for */
	int line;		/* our end of the virtio serial port */
	int console;		/* what the guest writes to its console */
	int errors;		/* QEMU's own standard error */
	struct host_files files;	/* the process that answers for them, with VM_FILES_FUSE */
};

/* The path of QEMU; NULL after an error that names its package was reported. */
const char *qemu_find(struct arena *arena, struct diag *diag);

/* Starts the machine. False after an error was reported. */
bool qemu_start(struct arena *arena, struct diag *diag, const struct qemu_parts *parts,
		struct qemu *ret);

/* Kills it, waits up to two seconds for its end, and closes what is open. */
void qemu_stop(struct qemu *qemu);

#endif
