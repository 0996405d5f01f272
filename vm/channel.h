/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line between the host (session.c) and the guest's agent (agent.c): frames over one
 * virtio serial port, which is a Unix socket at the host's end.
 *
 * A frame is a header and `length` bytes. The host first sends what to run, one string per
 * frame, ending in VM_START; from then on both ends pass bytes, signals and at last VM_EXIT.
 *
 * Neither end ever blocks on the line: what cannot be sent yet waits in `out`, and an end stops
 * reading its own sources while `out` has no room for them. This file is compiled into the
 * static agent as well, so it uses libc only.
 */
#ifndef SPILE_VM_CHANNEL_H
#define SPILE_VM_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names of the virtio serial ports, and the mount tags of the 9p exports. */
#define VM_PORT_NAME "spile.0"
#define VM_FILES_PORT_NAME "spile.files"	/* FUSE, as the guest's kernel speaks it */
#define VM_HOST_TAG "host"
#define VM_SHARE_TAG "share"	/* followed by the number of the share, from 0 */

/* The longest payload: one argument may have 128 KiB (the kernel's MAX_ARG_STRLEN). */
#define VM_FRAME_MAX (128 * 1024)
/* Bytes read from a source at a time, to be sent in one frame. */
#define VM_PIECE_MAX (32 * 1024)
/* Standard input the host may have sent without having been told that it was taken. */
#define VM_INPUT_WINDOW (64 * 1024)

/* The longest data of one FUSE request or answer, and either of them whole. */
#define VM_FILES_DATA_MAX (128 * 1024)
#define VM_FILES_MESSAGE_MAX (VM_FILES_DATA_MAX + 8192)

/* How the host's files get into the machine. */
enum vm_files {
	VM_FILES_NONE = 0,	/* not at all: it stays in its initramfs */
	VM_FILES_9P = 1,	/* by QEMU's 9p, one export for each folder */
	VM_FILES_FUSE = 2,	/* by host_files.c, over VM_FILES_PORT_NAME */
};

enum vm_frame_type {
	/* guest to host */
	VM_HELLO = 1,		/* no payload: the agent runs */
	VM_OUTPUT = 2,		/* bytes of standard output, or of the terminal */
	VM_ERRORS = 3,		/* bytes of standard error */
	VM_INPUT_TAKEN = 4,	/* u32: bytes of standard input that were passed on or dropped */
	VM_EXIT = 5,		/* u32: exit status, 128 + N for a signal */
	VM_FAILURE = 6,		/* text: the machine cannot run the command */
	/* host to guest, before VM_START: one string each, without a NUL */
	VM_ARGUMENT = 16,
	VM_ENVIRONMENT = 17,	/* "NAME=VALUE" */
	VM_DIRECTORY = 18,	/* working directory */
	VM_SHARE = 19,		/* a folder to share read-write, in the order of the tags */
	VM_MODULES = 20,	/* host folder to show as the modules of the guest's kernel */
	VM_START = 21,		/* struct vm_start */
	/* host to guest, after it */
	VM_INPUT = 32,		/* bytes; none: end of file */
	VM_SIGNAL = 33,		/* u32: signal for the command's process group */
	VM_WINDOW = 34,		/* struct vm_window: size of the terminal */
};

struct vm_window {
	uint16_t rows, columns;
};

struct vm_start {
	uint32_t terminal;	/* 1: the command gets a terminal instead of three pipes */
	uint32_t files;		/* enum vm_files */
	struct vm_window window;
};

struct vm_frame_header {
	uint32_t type;		/* enum vm_frame_type */
	uint32_t length;	/* bytes that follow */
};

struct vm_frame {
	uint32_t type;
	uint32_t length;
	const unsigned char *payload;	/* valid until the next channel_fill() */
};

#define CHANNEL_BUFFER_SIZE (2 * (VM_FRAME_MAX + sizeof(struct vm_frame_header)))

/* Bytes [start, end) are waiting. */
struct channel_buffer {
	size_t start, end;
	unsigned char bytes[CHANNEL_BUFFER_SIZE];
};

struct channel {
	int fd;			/* non-blocking; owned by whoever opened it */
	struct channel_buffer in, out;
};

/* Makes `fd` non-blocking and starts with empty buffers. */
void channel_init(struct channel *channel, int fd);

/* Whether channel_put() of `length` bytes would succeed now. */
bool channel_has_room(const struct channel *channel, size_t length);

/* Queues one frame; false when there is no room for it or it is longer than VM_FRAME_MAX. */
bool channel_put(struct channel *channel, enum vm_frame_type type, const void *payload,
		 size_t length);
bool channel_put_number(struct channel *channel, enum vm_frame_type type, uint32_t number);

/* As channel_put(), sending what waits until there is room. False: too long, or the line broke. */
bool channel_put_wait(struct channel *channel, enum vm_frame_type type, const void *payload,
		      size_t length);

/* Whether queued bytes wait to be sent. */
bool channel_is_waiting(const struct channel *channel);

/* Sends what can be sent without blocking. False when the other end is gone. */
bool channel_flush(struct channel *channel);

/*
 * Reads what is there, after the caller took every whole frame with channel_next(). False when
 * the other end is gone, or sends what is not a frame.
 */
bool channel_fill(struct channel *channel);

/* The next whole frame of those read. False: none yet. */
bool channel_next(struct channel *channel, struct vm_frame *ret);

/* The u32 a frame carries; 0 when it carries something else. */
uint32_t channel_number(const struct vm_frame *frame);

#endif
