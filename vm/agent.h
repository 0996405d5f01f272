/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the guest's agent share: agent.c prepares the machine, as its /init,
 * agent_files.c puts the host's files under its root, and agent_run.c runs the command in it.
 * Nothing here is linked into spile itself.
 */
#ifndef SPILE_VM_AGENT_H
#define SPILE_VM_AGENT_H

#include "channel.h"

/* What the host asked for; strings are never freed, the machine ends first. */
struct agent_request {
	char **arguments, **environment, **shares;	/* NULL-terminated */
	char *directory;	/* NULL: stay in / */
	char *modules;		/* host folder with the modules of this kernel; NULL: in place */
	struct vm_start start;
};

/* Tells the host why there is no machine for its command, and switches it off. */
void __attribute__((noreturn, format(printf, 1, 2))) agent_fail(const char *format, ...);

/* Opens a virtio serial port by its name, waiting until it is there. */
int agent_open_port(const char *name);

/* mount(2) at a folder that is made if need be. False: errno is set. */
bool agent_mount(const char *type, const char *source, const char *path, unsigned long flags,
		 const char *options);

/* Makes the host's files the root, with the shares in their places; nothing else is mounted there. */
void agent_enter_files(const struct agent_request *request);

/* Runs the command of the request to its end, passing bytes and signals; returns its status. */
int agent_run(struct channel *channel, const struct agent_request *request);

#endif
