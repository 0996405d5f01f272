/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nodes of host_files.c, found by number and by name. A node lives as long as the guest has lookups
 * of it or it is another one's parent; the root lives for ever. Numbers are never used again.
 *
 * A node is opened from the root down, one name at a time and following no link: whatever the
 * guest or the host moves about meanwhile, that never leads out of a folder that can be written to.
 */
#define _GNU_SOURCE
#include "host_files_nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <linux/fuse.h>

struct nodes {
	GHashTable *by_id, *by_name;	/* the nodes are their own keys; by_name: those with a name */
	struct node *root;
	uint64_t last_id;
};

static guint hash_id(gconstpointer key)
{
	return g_int64_hash(&((const struct node *)key)->id);
}

static gboolean equal_id(gconstpointer a, gconstpointer b)
{
	return ((const struct node *)a)->id == ((const struct node *)b)->id;
}

static guint hash_name(gconstpointer key)
{
	const struct node *node = key;

	return g_str_hash(node->name) ^ g_direct_hash(node->parent);
}

static gboolean equal_name(gconstpointer a, gconstpointer b)
{
	const struct node *one = a, *other = b;

	return one->parent == other->parent && strcmp(one->name, other->name) == 0;
}

static struct node *add_node(struct nodes *nodes, struct node *parent, const char *name)
{
	struct node *node = g_new0(struct node, 1);

	node->id = ++nodes->last_id;
	node->parent = parent;
	node->kept = -1;
	node->name = g_strdup(name);
	if (parent)
		parent->children++;
	g_hash_table_add(nodes->by_id, node);
	if (name)
		g_hash_table_add(nodes->by_name, node);
	return node;
}

struct nodes *nodes_new(void)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct nodes *nodes;

	if (root < 0)
		return NULL;
	nodes = g_new0(struct nodes, 1);
	nodes->by_id = g_hash_table_new(hash_id, equal_id);
	nodes->by_name = g_hash_table_new(hash_name, equal_name);
	nodes->last_id = FUSE_ROOT_ID - 1;
	nodes->root = add_node(nodes, NULL, NULL);
	nodes->root->kept = root;
	return nodes;
}

struct node *nodes_get(const struct nodes *nodes, uint64_t id)
{
	const struct node key = { .id = id };

	return g_hash_table_lookup(nodes->by_id, &key);
}

static struct node *find_name(const struct nodes *nodes, struct node *parent, const char *name)
{
	const struct node key = { .parent = parent, .name = (char *)name };

	return g_hash_table_lookup(nodes->by_name, &key);
}

static bool is_same_file(const struct node *node, const struct stat *status)
{
	return node->device == status->st_dev && node->inode == status->st_ino &&
	       node->type == (status->st_mode & S_IFMT);
}

struct node *nodes_enter(struct nodes *nodes, struct node *parent, const char *name,
			 const struct stat *status)
{
	struct node *node = find_name(nodes, parent, name);

	if (node && !is_same_file(node, status)) {
		nodes_unlink(nodes, parent, name);
		node = NULL;
	}
	if (!node)
		node = add_node(nodes, parent, name);
	node->device = status->st_dev;
	node->inode = status->st_ino;
	node->type = status->st_mode & S_IFMT;
	node->lookups++;
	return node;
}

/* ---- the end of nodes and names ---- */

static void take_name(struct nodes *nodes, struct node *node)
{
	if (!node->name)
		return;
	g_hash_table_remove(nodes->by_name, node);
	g_free(node->name);
	node->name = NULL;
}

/* Frees a node that nobody knows, and those above it that only it kept alive. */
static void drop(struct nodes *nodes, struct node *node)
{
	while (node != nodes->root && node->lookups == 0 && node->children == 0) {
		struct node *parent = node->parent;

		take_name(nodes, node);
		g_hash_table_remove(nodes->by_id, node);
		if (node->kept >= 0)
			close(node->kept);
		g_free(node);
		parent->children--;
		node = parent;
	}
}

void nodes_forget(struct nodes *nodes, uint64_t id, uint64_t count)
{
	struct node *node = nodes_get(nodes, id);

	if (!node)
		return;
	node->lookups -= MIN(node->lookups, count);
	drop(nodes, node);
}

void nodes_keep(struct nodes *nodes, struct node *parent, const char *name)
{
	struct node *node = find_name(nodes, parent, name);

	if (node && node->kept < 0)
		node->kept = node_open(node);
}

void nodes_unlink(struct nodes *nodes, struct node *parent, const char *name)
{
	struct node *node = find_name(nodes, parent, name);

	if (node)
		take_name(nodes, node);
}

void nodes_move(struct nodes *nodes, struct node *parent, const char *name,
		struct node *new_parent, const char *new_name)
{
	struct node *node;

	nodes_unlink(nodes, new_parent, new_name);
	node = find_name(nodes, parent, name);
	if (!node)
		return;
	take_name(nodes, node);
	new_parent->children++;
	node->parent = new_parent;
	node->name = g_strdup(new_name);
	g_hash_table_add(nodes->by_name, node);
	parent->children--;
	drop(nodes, parent);
}

/* ---- opening ---- */

/* By its name; what has none, the root too, by the descriptor that was kept. */
int node_open(const struct node *node)
{
	int folder, fd;

	if (!node->name && node->kept >= 0)
		return fcntl(node->kept, F_DUPFD_CLOEXEC, 0);
	if (!node->name) {
		errno = ESTALE;
		return -1;
	}
	folder = node_open(node->parent);
	if (folder < 0)
		return -1;
	fd = openat(folder, node->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	close(folder);
	return fd;
}
