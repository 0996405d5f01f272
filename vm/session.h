/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A running machine seen from the host: its boot, and the command's bytes, signals and end. */
#ifndef SPILE_VM_SESSION_H
#define SPILE_VM_SESSION_H

#include "kernel.h"
#include "qemu.h"

struct session;

/* Takes over what happens to a machine that was just started. */
struct session *session_new(struct diag *diag, const struct vm_request *request,
			    const struct qemu *qemu);
/* Puts terminal and signals back as they were. The machine itself is qemu_stop()'s. */
void session_free(struct session *session);

enum session_boot {
	SESSION_BOOTED,
	SESSION_NOT_BOOTED,	/* panicked, ended, or not there in time: session_report_boot() */
	SESSION_INTERRUPTED,	/* by a signal to us: 128 + N is session_status() */
};

/* Waits for the agent's hello, at most `limit` seconds. */
enum session_boot session_boot(struct session *session, unsigned int limit);

/* Reports why the machine did not boot, with what QEMU and the kernel said. */
void session_report_boot(struct session *session);

/* Runs the command of the request to its end, reports what went wrong; see session_status(). */
void session_run(struct session *session, const struct vm_kernel *kernel);

/* The status for vm_run() to return. */
int session_status(const struct session *session);

#endif
