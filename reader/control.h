/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control file of a loaded module: commands to it, its status from it. */
#ifndef SPILE_READER_CONTROL_H
#define SPILE_READER_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "abi.h"
#include "points.h"

struct control {
	int fd;			/* -1: not open (any more) */
	struct spile_status status;	/* as of the last control_update() */
	struct spile_probe_counters *counters;	/* status.probe_count of them */
	struct spile_cpu_counters *cpus;	/* status.cpu_count of them */
	void *buffer;
	size_t size;
};

/* All that return bool have said why when they return false. */
bool control_open(struct control *ret, const char *module);
/* `command`: SPILE_COMMAND_POINTS or SPILE_COMMAND_DATA */
bool control_send_points(struct control *control, const struct points *points, __u32 command);
bool control_start(struct control *control, pid_t target);
bool control_stop(struct control *control);
/* Reads the status and the counters anew. */
bool control_update(struct control *control);

/*
 * Takes over a status with its counters, `length` bytes as the module gave them; false if it
 * contradicts itself.
 */
bool control_take(struct control *control, const void *bytes, size_t length);

/* Ends the session if it still runs. The last status stays readable. */
void control_close(struct control *control);
void control_fini(struct control *control);

#endif
