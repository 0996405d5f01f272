/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames over a non-blocking file descriptor. Used by the host (session.c) and, in the guest,
 * by the agent, where a C library is all there is.
 *
 * A buffer holds two frames of the greatest length, so that one that is half received can
 * always be completed, and one frame can be queued behind another that is half sent.
 */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void channel_init(struct channel *channel, int fd)
{
	channel->fd = fd;
	channel->in.start = channel->in.end = 0;
	channel->out.start = channel->out.end = 0;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static size_t buffer_used(const struct channel_buffer *buffer)
{
	return buffer->end - buffer->start;
}

/* Moves what waits to the front, so that all free space is behind it. */
static void buffer_pack(struct channel_buffer *buffer)
{
	if (buffer->start == 0)
		return;
	memmove(buffer->bytes, buffer->bytes + buffer->start, buffer_used(buffer));
	buffer->end -= buffer->start;
	buffer->start = 0;
}

static void buffer_append(struct channel_buffer *buffer, const void *bytes, size_t length)
{
	if (length > 0)
		memcpy(buffer->bytes + buffer->end, bytes, length);
	buffer->end += length;
}

bool channel_has_room(const struct channel *channel, size_t length)
{
	size_t need = sizeof(struct vm_frame_header) + length;

	return length <= VM_FRAME_MAX &&
	       buffer_used(&channel->out) + need <= sizeof(channel->out.bytes);
}

bool channel_put(struct channel *channel, enum vm_frame_type type, const void *payload,
		 size_t length)
{
	struct vm_frame_header header = { .type = type, .length = length };

	if (!channel_has_room(channel, length))
		return false;
	buffer_pack(&channel->out);
	buffer_append(&channel->out, &header, sizeof(header));
	buffer_append(&channel->out, payload, length);
	return true;
}

bool channel_put_number(struct channel *channel, enum vm_frame_type type, uint32_t number)
{
	return channel_put(channel, type, &number, sizeof(number));
}

bool channel_put_wait(struct channel *channel, enum vm_frame_type type, const void *payload,
		      size_t length)
{
	struct pollfd line = { .fd = channel->fd, .events = POLLOUT };

	if (length > VM_FRAME_MAX)
		return false;
	while (!channel_put(channel, type, payload, length)) {
		if (poll(&line, 1, -1) < 0 && errno != EINTR)
			return false;
		if (!channel_flush(channel))
			return false;
	}
	return true;
}

bool channel_is_waiting(const struct channel *channel)
{
	return buffer_used(&channel->out) > 0;
}

bool channel_flush(struct channel *channel)
{
	struct channel_buffer *out = &channel->out;

	while (buffer_used(out) > 0) {
		ssize_t sent = write(channel->fd, out->bytes + out->start, buffer_used(out));

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN;
		if (sent == 0)
			return true;
		out->start += sent;
	}
	return true;
}

bool channel_fill(struct channel *channel)
{
	struct channel_buffer *in = &channel->in;
	ssize_t got;

	buffer_pack(in);
	if (in->end == sizeof(in->bytes))
		return false;
	do {
		got = read(channel->fd, in->bytes + in->end, sizeof(in->bytes) - in->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN;
	in->end += got;
	return got > 0;
}

bool channel_next(struct channel *channel, struct vm_frame *ret)
{
	struct channel_buffer *in = &channel->in;
	struct vm_frame_header header;

	if (buffer_used(in) < sizeof(header))
		return false;
	memcpy(&header, in->bytes + in->start, sizeof(header));
	if (buffer_used(in) - sizeof(header) < header.length)
		return false;
	ret->type = header.type;
	ret->length = header.length;
	ret->payload = in->bytes + in->start + sizeof(header);
	in->start += sizeof(header) + header.length;
	return true;
}

uint32_t channel_number(const struct vm_frame *frame)
{
	uint32_t number = 0;

	if (frame->length == sizeof(number))
		memcpy(&number, frame->payload, sizeof(number));
	return number;
}
