/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's files for a kernel without 9p: FUSE, whose requests the agent passes on over a virtio
 * serial port as they are, and a process of ours answers. Needs nothing of QEMU but that port.
 */
#ifndef SPILE_VM_HOST_FILES_H
#define SPILE_VM_HOST_FILES_H

#include <stdbool.h>
#include <sys/types.h>

struct host_files {
	pid_t pid;	/* of the process; 0: none was started */
	int line;	/* the other end of its line, for QEMU; the caller closes it */
};

/*
 * Starts the process. The guest reads what we can read below /, and writes what we can write in
 * the folders `writable` (absolute, ending with NULL; NULL: none). False: errno is set.
 */
bool host_files_start(const char *const *writable, struct host_files *ret);

/* Ends it. */
void host_files_stop(struct host_files *files);

#endif
