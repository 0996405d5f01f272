/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Speaks to a module through /proc/driver/spile:<module>/control. Only session.c calls it. Holding
 * the file open is what keeps the session alive: when spilerun dies, the kernel closes it and
 * the module ends the session by itself.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "text.h"

#define POINTS_PER_WRITE 256
#define PROBES_AT_FIRST 64
#define PROBES_MOST (1024 * 1024)
#define CPUS_MOST (64 * 1024)

bool control_open(struct control *ret, const char *module)
{
	struct text path = { 0 };

	memset(ret, 0, sizeof(*ret));
	text_printf(&path, "/proc/" SPILE_PROC_PARENT "/" SPILE_PROC_PREFIX "%s/" SPILE_PROC_CONTROL, module);
	ret->fd = open(path.bytes, O_RDWR | O_CLOEXEC);
	if (ret->fd < 0 && errno == EBUSY)
		message_error("another spilerun holds %s", module);
	else if (ret->fd < 0)
		message_error("%s: %s", path.bytes, strerror(errno));
	text_fini(&path);
	return ret->fd >= 0;
}

/* One write(2) per command: the module takes it whole or not at all. */
static bool send_command(struct control *control, const void *bytes, size_t size,
			 const char *purpose)
{
	ssize_t written;

	do
		written = write(control->fd, bytes, size);
	while (written < 0 && errno == EINTR);
	if (written == (ssize_t)size)
		return true;
	message_error("the module would not %s: %s", purpose,
		      written < 0 ? strerror(errno) : "it took only a part of the command");
	return false;
}

bool control_send_points(struct control *control, const struct points *points, __u32 type)
{
	struct text message = { 0 };
	bool success = true;

	for (size_t at = 0; success && at < points->count; at += POINTS_PER_WRITE) {
		size_t left = points->count - at;
		size_t count = left < POINTS_PER_WRITE ? left : POINTS_PER_WRITE;
		struct spile_command command = {
			.type = type,
			.count = (__u32)count,
		};

		text_clear(&message);
		text_append(&message, (const char *)&command, sizeof(command));
		text_append(&message, (const char *)&points->items[at],
			    count * sizeof(*points->items));
		success = send_command(control, message.bytes, message.length,
				       "take its probe points");
	}
	text_fini(&message);
	return success;
}

bool control_start(struct control *control, pid_t target)
{
	struct spile_command command = { .type = SPILE_COMMAND_START, .target = target };

	return send_command(control, &command, sizeof(command), "start");
}

bool control_stop(struct control *control)
{
	struct spile_command command = { .type = SPILE_COMMAND_STOP };

	return send_command(control, &command, sizeof(command), "stop");
}

static void make_room(struct control *control, size_t probes)
{
	size_t size = sizeof(struct spile_status) + probes * sizeof(struct spile_probe_counters);

	if (size <= control->size)
		return;
	control->buffer = memory_resize(control->buffer, size);
	control->size = size;
}

/* A copy of `size` bytes in the memory of `old`, or in more. */
static void *replace(void *old, const void *bytes, size_t size)
{
	void *copy = memory_resize(old, size);

	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

bool control_take(struct control *control, const void *bytes, size_t length)
{
	const char *at = bytes;
	struct spile_status status;
	size_t probes_size, cpus_size;

	if (length < sizeof(status))
		return false;
	memcpy(&status, at, sizeof(status));
	if (status.probe_count > PROBES_MOST || status.cpu_count > CPUS_MOST)
		return false;
	probes_size = status.probe_count * sizeof(*control->counters);
	cpus_size = status.cpu_count * sizeof(*control->cpus);
	if (status.length != sizeof(status) + probes_size + cpus_size || length < status.length)
		return false;
	control->counters = replace(control->counters, at + sizeof(status), probes_size);
	control->cpus = replace(control->cpus, at + sizeof(status) + probes_size, cpus_size);
	control->status = status;
	return true;
}

/* The kernel gives the status whole or, when there is no room for it, says EMSGSIZE or EINVAL. */
static bool wants_more_room(void)
{
	return errno == EMSGSIZE || errno == EINVAL;
}

bool control_update(struct control *control)
{
	size_t probes = PROBES_AT_FIRST;
	ssize_t length;

	make_room(control, probes);
	for (;;) {
		length = read(control->fd, control->buffer, control->size);
		if (length < 0 && errno == EINTR)
			continue;
		if (length >= 0 || !wants_more_room() || probes >= PROBES_MOST)
			break;
		probes *= 4;
		make_room(control, probes);
	}
	if (length >= 0 && control_take(control, control->buffer, (size_t)length))
		return true;
	message_error("the module's status could not be read: %s",
		      length < 0 ? strerror(errno) : "it contradicts itself");
	return false;
}

void control_close(struct control *control)
{
	if (control->fd >= 0)
		close(control->fd);
	control->fd = -1;
}

void control_fini(struct control *control)
{
	control_close(control);
	free(control->counters);
	free(control->cpus);
	free(control->buffer);
	memset(control, 0, sizeof(*control));
	control->fd = -1;
}
