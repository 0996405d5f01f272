/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bulk mode: each stream in a file of its own, as the kernel gave it, to be merged later.
 *
 * A file is a struct bulk_head, the strings that belong to it, the records of the stream, and a
 * record of type BULK_RECORD_END. All lengths are multiples of eight, numbers are as the host
 * has them. The strings, each NUL-terminated, are the formats and then the probes' lines of the
 * module's .modinfo: a file needs nothing besides those of its session to be understood.
 */
#ifndef SPILE_READER_BULK_H
#define SPILE_READER_BULK_H

#include <stdbool.h>

#include "abi.h"
#include "control.h"
#include "files.h"
#include "module_file.h"
#include "options.h"
#include "output.h"
#include "streams.h"

#define BULK_HEAD_MAGIC "spilebin"
#define BULK_TAIL_MAGIC "spileend"
#define BULK_MAGIC_SIZE 8

struct bulk_head {
	char magic[BULK_MAGIC_SIZE];
	__u32 abi;		/* SPILE_ABI_VERSION */
	__u32 length;		/* of the head and its strings */
	__u64 session;		/* the same in all files of a session, another one in others */
	__u32 stream;		/* CPU, or STREAM_PROCESS */
	__u32 format_count;
	__u32 information_count;
	__u32 zero;
};

/*
 * The last record of a file; its time is the latest there is. Payload: this, in the file of
 * process context the final status as `control` gave it, and a struct bulk_tail.
 */
#define BULK_RECORD_END 0xffff

struct bulk_end {
	/* All three 0 but in the file of process context. */
	__u64 file_count;	/* files of the session */
	__u64 dropped_count;	/* records whose file could not be made */
	__u64 status_length;
};

struct bulk_tail {
	__u64 offset;		/* in the file, of the last record */
	char magic[BULK_MAGIC_SIZE];
};

/* A file under construction. */
struct bulk_file {
	struct files files;	/* fd -1 until the stream has its first record */
	__u64 size;
	bool has_failed;	/* it could not be made; said so; its records are dropped */
};

struct bulk {
	const struct module_file *module;
	const struct streams *streams;
	struct bulk_file *items;	/* one for each stream */
	struct text name;		/* what all of their names begin with */
	__u64 session;
	bool is_blocked;	/* records had to be left for want of room; the caller's to clear */
	unsigned long long dropped_count;	/* records whose file could not be made */
};

/* Makes the file of process context, which is always there; false: said why. */
bool bulk_open(struct bulk *ret, const struct options *options, const struct module_file *module,
	       const struct streams *streams);

/*
 * Passes on whole records of the streams, after they were read, as long as the output has room:
 * otherwise it sets `is_blocked`. Messages among them are printed too. Returns how many; false in
 * *success_ret: a file could not be made, said why.
 */
unsigned long long bulk_take(struct bulk *bulk, struct output *output, bool *success_ret);

/* Completes the files, once all was taken, with the session's last status. */
void bulk_complete(struct bulk *bulk, struct output *output, const struct control *control);

/* Closes the files, after output_close(); false if anything is missing in them, said what. */
bool bulk_close(struct bulk *bulk);

#endif
