/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest knows of the host's files: a node for each name that it has looked up and not
 * forgotten, with a number by which it asks. A node knows its parent and its name there, so that
 * a renamed folder takes along all that is below it.
 */
#ifndef SPILE_VM_HOST_FILES_NODES_H
#define SPILE_VM_HOST_FILES_NODES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct node {
	uint64_t id;
	struct node *parent;	/* NULL: the root */
	char *name;		/* in its parent; NULL: no longer there, or the root */
	uint64_t lookups;	/* that the guest has not forgotten */
	unsigned int children;	/* nodes whose parent it is */
	int kept;		/* descriptor (O_PATH) of what has no name; else -1 */
	dev_t device;		/* what the name stood for when it was looked up */
	ino_t inode;
	mode_t type;	/* as of S_IFMT: the number of what is gone may be used again */
	bool is_writable;	/* in a folder that the guest may write to, or such a folder */
};

struct nodes;

/* The root alone, under the number FUSE_ROOT_ID. NULL (errno is set): / cannot be opened. */
struct nodes *nodes_new(void);

/* NULL: there is no such number. */
struct node *nodes_get(const struct nodes *nodes, uint64_t id);

/*
 * The node of a name that stands for `status`, made if need be, with one lookup more. What the
 * name stood for before is another node's, which has no name any more.
 */
struct node *nodes_enter(struct nodes *nodes, struct node *parent, const char *name,
			 const struct stat *status);

/* Takes back lookups; what nobody knows any more is freed. */
void nodes_forget(struct nodes *nodes, uint64_t id, uint64_t count);

/*
 * A name is about to be removed, or to stand for something else: its node, if there is one, holds
 * on to the file, which may be open in the guest. nodes_unlink() when that has happened.
 */
void nodes_keep(struct nodes *nodes, struct node *parent, const char *name);
void nodes_unlink(struct nodes *nodes, struct node *parent, const char *name);

/* A name was changed to another one, and what that stood for is gone as by nodes_unlink(). */
void nodes_move(struct nodes *nodes, struct node *parent, const char *name,
		struct node *new_parent, const char *new_name);

/* Opens what a node stands for, without following links (O_PATH). -1: errno is set. */
int node_open(const struct node *node);

#endif
