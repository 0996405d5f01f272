/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two halves of the guest's agent share: agent.c prepares the machine, as its /init,
 * and agent_run.c runs the command in it. Nothing here is linked into spile itself.
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

/* Runs the command of the request to its end, passing bytes and signals; returns its status. */
int agent_run(struct channel *channel, const struct agent_request *request);

#endif
