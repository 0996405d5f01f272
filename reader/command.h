/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command of -c: started early, for its process id, and let go when the probes are on. */
#ifndef SPILE_READER_COMMAND_H
#define SPILE_READER_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct command {
	pid_t pid;		/* 0: there is none, or it has ended */
	int release;		/* the pipe it waits on; -1 when let go */
	int status;		/* once ended: its exit status, or 128 + the signal's number */
	bool has_ended;
};

/* Starts the process, which waits; false: said why. */
bool command_start(struct command *ret, const char *text);
/* Lets it run the command. Harmless when repeated. */
void command_release(struct command *command);
/* Looks whether it has ended; true the one time that it is found to. Never waits. */
bool command_reap(struct command *command);
/* Ends a command that outlived the session: asks it, waits a little, insists. */
void command_fini(struct command *command);

#endif
