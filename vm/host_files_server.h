/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What host_files.c, which reads requests and answers them, shares with the operations it looks up. */
#ifndef SPILE_VM_HOST_FILES_SERVER_H
#define SPILE_VM_HOST_FILES_SERVER_H

#include <dirent.h>
#include <glib.h>
#include <linux/fuse.h>

#include "channel.h"
#include "host_files_nodes.h"

/* An open file or folder, by a number that the guest got for it. */
struct open_file {
	uint64_t id;
	int fd;
	DIR *folder;	/* has the descriptor; NULL for a file */
};

/* The identity of a folder that may be written to. */
struct writable_folder {
	dev_t device;
	ino_t inode;
};

struct server {
	int line;
	struct nodes *nodes;
	GHashTable *open_files;	/* by id, which is first in them */
	uint64_t last_open_id;
	struct writable_folder *writable;
	unsigned int writable_count;
	unsigned char *request, *answer;	/* VM_FILES_MESSAGE_MAX bytes each */
};

/* One request, checked as far as its operation's row says. */
struct call {
	const struct fuse_in_header *header;
	struct node *node;	/* that it is about */
	const void *argument;	/* the operation's struct */
	const char *names[2];	/* texts behind that */
	const unsigned char *data;	/* what follows the struct, for a write */
	size_t data_length;
};

/* An operation writes its answer to `answer`, of VM_FILES_DATA_MAX bytes at least. */
struct operation {
	/* Bytes of the answer, or a negative errno. */
	int (*serve)(struct server *server, const struct call *call, void *answer);
	size_t argument_length;
	unsigned int names;	/* texts behind the argument */
	bool is_nameless;	/* about no node */
	bool has_no_answer;
};

/* NULL: not one of ours, which the guest's kernel can live without (ENOSYS). */
const struct operation *operation_find(uint32_t opcode);

#endif
