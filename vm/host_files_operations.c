/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operations on files that the guest's kernel asks for, as FUSE 7.22 has them, which RHEL 7's
 * kernel and all later ones speak. Each becomes the system call of its name. Called by host_files.c.
 *
 * The guest believes for an hour what it was told about the host's files, as nobody else changes
 * them while a machine runs. In folders that it may write to it asks each time, so that both sides
 * see at once what the other one does there. Everywhere else changes are refused (EROFS): an
 * overlay lies over these files, and asks for none.
 */
#define _GNU_SOURCE
#include "host_files_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define VERSION_MINOR 22
#define VERSION_22_ANSWER_LENGTH 24	/* of struct fuse_init_out, which has grown since */
#define MEMORY_SECONDS 3600		/* that the guest may remember a file of the host */

/* "/proc/self/fd/N": a descriptor of O_PATH, as a path for calls that take no descriptor of it. */
struct fd_path {
	char text[32];
};

static struct fd_path path_of(int fd)
{
	struct fd_path path;

	snprintf(path.text, sizeof(path.text), "/proc/self/fd/%d", fd);
	return path;
}

/* What a system call's result means as an answer without contents; closes `fd`. */
static int finish(int fd, int result)
{
	result = result < 0 ? -errno : 0;
	close(fd);
	return result;
}

/* ---- what a file is like ---- */

/* Numbers of files are unique in one file system, and below / there are many. */
static uint64_t file_number(dev_t device, ino_t inode)
{
	return inode ^ (uint64_t)device << 40;
}

/* As the protocol has it, which is not always as stat() has it: minor numbers are of 20 bits. */
static uint32_t device_number(dev_t device)
{
	return (minor(device) & 0xff) | major(device) << 8 | (minor(device) & ~0xffu) << 12;
}

static dev_t device_of_number(uint32_t number)
{
	return makedev(number >> 8 & 0xfff, (number & 0xff) | (number >> 12 & 0xfff00));
}

static void fill_attributes(const struct stat *status, struct fuse_attr *ret)
{
	*ret = (struct fuse_attr){
		.ino = file_number(status->st_dev, status->st_ino),
		.size = status->st_size,
		.blocks = status->st_blocks,
		.atime = status->st_atim.tv_sec,
		.mtime = status->st_mtim.tv_sec,
		.ctime = status->st_ctim.tv_sec,
		.atimensec = status->st_atim.tv_nsec,
		.mtimensec = status->st_mtim.tv_nsec,
		.ctimensec = status->st_ctim.tv_nsec,
		.mode = status->st_mode,
		.nlink = status->st_nlink,
		.uid = status->st_uid,
		.gid = status->st_gid,
		.rdev = device_number(status->st_rdev),
		.blksize = status->st_blksize,
	};
}

static unsigned int memory_seconds(const struct node *node)
{
	return node->is_writable ? 0 : MEMORY_SECONDS;
}

static int answer_attributes(const struct node *node, const struct stat *status, void *answer)
{
	struct fuse_attr_out *out = answer;

	*out = (struct fuse_attr_out){ .attr_valid = memory_seconds(node) };
	fill_attributes(status, &out->attr);
	return sizeof(*out);
}

static bool is_writable_folder(const struct server *server, const struct stat *status)
{
	unsigned int i;

	for (i = 0; i < server->writable_count; i++)
		if (server->writable[i].device == status->st_dev &&
		    server->writable[i].inode == status->st_ino)
			return true;
	return false;
}

/* Answers with the node of a name in an open folder. */
static int answer_entry(struct server *server, struct node *parent, int folder, const char *name,
			struct fuse_entry_out *out)
{
	struct stat status;
	struct node *node;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0)
		return -errno;
	node = nodes_enter(server->nodes, parent, name, &status);
	node->is_writable = parent->is_writable || is_writable_folder(server, &status);
	*out = (struct fuse_entry_out){
		.nodeid = node->id,
		.entry_valid = memory_seconds(node),
		.attr_valid = memory_seconds(node),
	};
	fill_attributes(&status, &out->attr);
	return sizeof(*out);
}

static int serve_init(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_init_in *in = call->argument;
	struct fuse_init_out *out = answer;

	(void)server;
	if (in->major != 7 || in->minor < VERSION_MINOR)
		return -EPROTO;
	memset(out, 0, VERSION_22_ANSWER_LENGTH);
	out->major = 7;
	out->minor = VERSION_MINOR;
	out->max_readahead = in->max_readahead;
	out->flags = in->flags & (FUSE_ASYNC_READ | FUSE_ATOMIC_O_TRUNC | FUSE_BIG_WRITES |
				  FUSE_AUTO_INVAL_DATA);
	out->max_write = VM_FILES_DATA_MAX;
	return VERSION_22_ANSWER_LENGTH;
}

static int serve_lookup(struct server *server, const struct call *call, void *answer)
{
	int folder = node_open(call->node), result;
	struct fuse_entry_out *out = answer;

	if (folder < 0)
		return -errno;
	result = answer_entry(server, call->node, folder, call->names[0], out);
	close(folder);
	if (result != -ENOENT || call->node->is_writable)
		return result;
	*out = (struct fuse_entry_out){ .entry_valid = MEMORY_SECONDS };	/* no node: not there */
	return sizeof(*out);
}

static int serve_forget(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_forget_in *in = call->argument;

	(void)answer;
	nodes_forget(server->nodes, call->header->nodeid, in->nlookup);
	return 0;
}

static int serve_batch_forget(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_batch_forget_in *in = call->argument;
	const struct fuse_forget_one *one = (const void *)call->data;
	size_t i;

	(void)answer;
	for (i = 0; i < in->count && i < call->data_length / sizeof(*one); i++)
		nodes_forget(server->nodes, one[i].nodeid, one[i].nlookup);
	return 0;
}

static int serve_statfs(struct server *server, const struct call *call, void *answer)
{
	struct fuse_statfs_out *out = answer;
	struct statvfs status;

	(void)server;
	(void)call;
	if (statvfs("/", &status) != 0)
		return -errno;
	memset(out, 0, sizeof(*out));
	out->st = (struct fuse_kstatfs){
		.blocks = status.f_blocks,
		.bfree = status.f_bfree,
		.bavail = status.f_bavail,
		.files = status.f_files,
		.ffree = status.f_ffree,
		.bsize = status.f_bsize,
		.frsize = status.f_frsize,
		.namelen = status.f_namemax,
	};
	return sizeof(*out);
}

static int serve_readlink(struct server *server, const struct call *call, void *answer)
{
	int fd = node_open(call->node);
	ssize_t length;

	(void)server;
	if (fd < 0)
		return -errno;
	length = readlinkat(fd, "", answer, VM_FILES_DATA_MAX);
	if (length < 0)
		return finish(fd, -1);
	close(fd);
	return length;
}

/* ---- open files ---- */

static struct open_file *find_open(const struct server *server, uint64_t id)
{
	return g_hash_table_lookup(server->open_files, &id);
}

static void answer_open(struct server *server, const struct node *node, int fd, DIR *folder,
			struct fuse_open_out *out)
{
	struct open_file *file = g_new0(struct open_file, 1);

	file->id = ++server->last_open_id;
	file->fd = fd;
	file->folder = folder;
	g_hash_table_insert(server->open_files, &file->id, file);
	*out = (struct fuse_open_out){ .fh = file->id };
	if (!node->is_writable)
		out->open_flags = FOPEN_KEEP_CACHE;
}

static int safe_flags(uint32_t flags)
{
	return (flags & (O_ACCMODE | O_TRUNC | O_APPEND)) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
}

/* Opens a file by its descriptor of O_PATH. What is not a file is the guest's own business. */
static int open_again(int fd, int flags)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return -1;
	if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
		errno = ENXIO;
		return -1;
	}
	return open(path_of(fd).text, flags);
}

static int serve_open(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_open_in *in = call->argument;
	int flags = safe_flags(in->flags), path, fd;

	if (!call->node->is_writable && (flags & (O_ACCMODE | O_TRUNC)) != O_RDONLY)
		return -EROFS;
	path = node_open(call->node);
	if (path < 0)
		return -errno;
	fd = open_again(path, flags);
	if (fd < 0)
		return finish(path, -1);
	close(path);
	answer_open(server, call->node, fd, NULL, answer);
	return sizeof(struct fuse_open_out);
}

static int serve_opendir(struct server *server, const struct call *call, void *answer)
{
	int path = node_open(call->node), fd;
	DIR *folder;

	if (path < 0)
		return -errno;
	fd = open_again(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return finish(path, -1);
	close(path);
	folder = fdopendir(fd);
	if (!folder)
		return finish(fd, -1);
	answer_open(server, call->node, fd, folder, answer);
	return sizeof(struct fuse_open_out);
}

static int serve_release(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_release_in *in = call->argument;
	struct open_file *file = find_open(server, in->fh);

	(void)answer;
	if (!file)
		return -EBADF;
	g_hash_table_remove(server->open_files, &file->id);
	if (file->folder)
		closedir(file->folder);
	else
		close(file->fd);
	g_free(file);
	return 0;
}

static int serve_read(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_read_in *in = call->argument;
	const struct open_file *file = find_open(server, in->fh);
	ssize_t got;

	if (!file)
		return -EBADF;
	got = pread(file->fd, answer, MIN(in->size, VM_FILES_DATA_MAX), in->offset);
	return got < 0 ? -errno : got;
}

static int serve_write(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_write_in *in = call->argument;
	const struct open_file *file = find_open(server, in->fh);
	struct fuse_write_out *out = answer;
	ssize_t written;

	if (!file)
		return -EBADF;
	written = pwrite(file->fd, call->data, MIN(in->size, call->data_length), in->offset);
	if (written < 0)
		return -errno;
	*out = (struct fuse_write_out){ .size = written };
	return sizeof(*out);
}

/* Bytes of one entry, 0 if there is no room for it. */
static size_t put_entry(const struct dirent *entry, dev_t device, unsigned char *next, size_t room)
{
	size_t length = strlen(entry->d_name), whole = FUSE_NAME_OFFSET + length;
	struct fuse_dirent *out = (void *)next;

	if (FUSE_DIRENT_ALIGN(whole) > room)
		return 0;
	memset(next, 0, FUSE_DIRENT_ALIGN(whole));
	out->ino = file_number(device, entry->d_ino);
	out->off = entry->d_off;
	out->namelen = length;
	out->type = entry->d_type;
	memcpy(out->name, entry->d_name, length);
	return FUSE_DIRENT_ALIGN(whole);
}

/* The guest goes on with the `off` of the last entry that it got. */
static int serve_readdir(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_read_in *in = call->argument;
	const struct open_file *file = find_open(server, in->fh);
	size_t room = MIN(in->size, VM_FILES_DATA_MAX), length = 0, added;
	const struct dirent *entry;
	struct stat status;

	if (!file || !file->folder || fstat(file->fd, &status) != 0)
		return -EBADF;
	if (in->offset == 0)
		rewinddir(file->folder);
	else
		seekdir(file->folder, in->offset);
	while ((entry = readdir(file->folder)) != NULL) {
		added = put_entry(entry, status.st_dev, (unsigned char *)answer + length,
				  room - length);
		if (added == 0)
			break;
		length += added;
	}
	return length;
}

static int serve_getattr(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_getattr_in *in = call->argument;
	const struct open_file *file = NULL;
	struct stat status;
	int fd;

	if (in->getattr_flags & FUSE_GETATTR_FH)
		file = find_open(server, in->fh);
	if (file && fstat(file->fd, &status) == 0)
		return answer_attributes(call->node, &status, answer);
	fd = node_open(call->node);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) != 0)
		return finish(fd, -1);
	close(fd);
	return answer_attributes(call->node, &status, answer);
}

/* ---- changes ---- */

static bool is_set(const struct fuse_setattr_in *in, uint32_t what)
{
	return (in->valid & what) != 0;
}

static struct timespec time_to_set(bool is_set, bool is_now, uint64_t seconds, uint32_t nanoseconds)
{
	if (!is_set)
		return (struct timespec){ .tv_nsec = UTIME_OMIT };
	if (is_now)
		return (struct timespec){ .tv_nsec = UTIME_NOW };
	return (struct timespec){ .tv_sec = seconds, .tv_nsec = nanoseconds };
}

static int set_times(const struct fuse_setattr_in *in, const char *path)
{
	struct timespec times[2];

	if (!is_set(in, FATTR_ATIME | FATTR_MTIME))
		return 0;
	times[0] = time_to_set(is_set(in, FATTR_ATIME), is_set(in, FATTR_ATIME_NOW), in->atime,
			       in->atimensec);
	times[1] = time_to_set(is_set(in, FATTR_MTIME), is_set(in, FATTR_MTIME_NOW), in->mtime,
			       in->mtimensec);
	return utimensat(AT_FDCWD, path, times, 0);
}

static int set_size(const struct server *server, const struct fuse_setattr_in *in, const char *path)
{
	const struct open_file *file = is_set(in, FATTR_FH) ? find_open(server, in->fh) : NULL;

	if (!is_set(in, FATTR_SIZE))
		return 0;
	return file ? ftruncate(file->fd, in->size) : truncate(path, in->size);
}

/* Root in the guest may be nobody here: whom a file belongs to is set if that is allowed. */
static void set_owner(int fd, const char *name, uid_t user, gid_t group)
{
	(void)!fchownat(fd, name, user, group, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
}

static int serve_setattr(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_setattr_in *in = call->argument;
	struct fd_path path;
	struct stat status;
	int fd;

	if (!call->node->is_writable)
		return -EROFS;
	fd = node_open(call->node);
	if (fd < 0)
		return -errno;
	path = path_of(fd);
	if (is_set(in, FATTR_UID | FATTR_GID))
		set_owner(fd, "", is_set(in, FATTR_UID) ? in->uid : (uid_t)-1,
			  is_set(in, FATTR_GID) ? in->gid : (gid_t)-1);
	if ((is_set(in, FATTR_MODE) && chmod(path.text, in->mode & 07777) != 0) ||
	    set_size(server, in, path.text) != 0 || set_times(in, path.text) != 0 ||
	    fstat(fd, &status) != 0)
		return finish(fd, -1);
	close(fd);
	return answer_attributes(call->node, &status, answer);
}

/* Opens a folder in which a name is to be changed. -1: errno is set. */
static int open_writable(const struct node *node)
{
	if (node->is_writable)
		return node_open(node);
	errno = EROFS;
	return -1;
}

/* Answers with what was made, or with why it was not; closes the folder. */
static int answer_made(struct server *server, const struct call *call, int folder, int result,
		       void *answer)
{
	if (result < 0)
		return finish(folder, result);
	set_owner(folder, call->names[0], call->header->uid, call->header->gid);
	result = answer_entry(server, call->node, folder, call->names[0], answer);
	close(folder);
	return result;
}

static int serve_mkdir(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_mkdir_in *in = call->argument;
	int folder = open_writable(call->node);

	if (folder < 0)
		return -errno;
	return answer_made(server, call, folder, mkdirat(folder, call->names[0], in->mode & 07777),
			   answer);
}

static int serve_mknod(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_mknod_in *in = call->argument;
	int folder = open_writable(call->node);

	if (folder < 0)
		return -errno;
	return answer_made(server, call, folder, mknodat(folder, call->names[0], in->mode,
							 device_of_number(in->rdev)), answer);
}

static int serve_symlink(struct server *server, const struct call *call, void *answer)
{
	int folder = open_writable(call->node);

	if (folder < 0)
		return -errno;
	return answer_made(server, call, folder,
			   symlinkat(call->names[1], folder, call->names[0]), answer);
}

static int serve_link(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_link_in *in = call->argument;
	const struct node *old = nodes_get(server->nodes, in->oldnodeid);
	int folder, fd, result;

	if (!old)
		return -ESTALE;
	folder = open_writable(call->node);
	if (folder < 0)
		return -errno;
	fd = open_writable(old);
	result = fd < 0 ? -1 : linkat(AT_FDCWD, path_of(fd).text, folder, call->names[0],
				      AT_SYMLINK_FOLLOW);
	if (result < 0)
		result = finish(folder, -1);
	else
		result = answer_entry(server, call->node, folder, call->names[0], answer);
	if (result >= 0)
		close(folder);
	if (fd >= 0)
		close(fd);
	return result;
}

static int serve_create(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_create_in *in = call->argument;
	struct fuse_entry_out *entry = answer;
	int folder = open_writable(call->node), fd, result;

	if (folder < 0)
		return -errno;
	fd = openat(folder, call->names[0], safe_flags(in->flags) | (in->flags & O_EXCL) |
		    O_CREAT | O_NOFOLLOW, in->mode & 07777);
	result = answer_made(server, call, folder, fd, entry);
	if (result < 0) {
		if (fd >= 0)
			close(fd);
		return result;
	}
	answer_open(server, nodes_get(server->nodes, entry->nodeid), fd, NULL, (void *)(entry + 1));
	return sizeof(*entry) + sizeof(struct fuse_open_out);
}

static int remove_name(struct server *server, const struct call *call, int flags)
{
	int folder = open_writable(call->node), result;

	if (folder < 0)
		return -errno;
	nodes_keep(server->nodes, call->node, call->names[0]);
	result = finish(folder, unlinkat(folder, call->names[0], flags));
	if (result == 0)
		nodes_unlink(server->nodes, call->node, call->names[0]);
	return result;
}

static int serve_unlink(struct server *server, const struct call *call, void *answer)
{
	(void)answer;
	return remove_name(server, call, 0);
}

static int serve_rmdir(struct server *server, const struct call *call, void *answer)
{
	(void)answer;
	return remove_name(server, call, AT_REMOVEDIR);
}

static int rename_between(const struct node *from, const char *name, const struct node *to,
			  const char *new_name)
{
	int folder = open_writable(from), new_folder, result;

	if (folder < 0)
		return -errno;
	new_folder = open_writable(to);
	result = new_folder < 0 ? -1 : renameat(folder, name, new_folder, new_name);
	result = finish(folder, result);
	if (new_folder >= 0)
		close(new_folder);
	return result;
}

static int serve_rename(struct server *server, const struct call *call, void *answer)
{
	const struct fuse_rename_in *in = call->argument;
	struct node *to = nodes_get(server->nodes, in->newdir);
	const char *name = call->names[0], *new_name = call->names[1];
	int result;

	(void)answer;
	if (!to)
		return -ESTALE;
	if (strchr(new_name, '/'))
		return -EINVAL;
	nodes_keep(server->nodes, to, new_name);
	result = rename_between(call->node, name, to, new_name);
	if (result == 0)
		nodes_move(server->nodes, call->node, name, to, new_name);
	return result;
}

static int serve_destroy(struct server *server, const struct call *call, void *answer)
{
	(void)server;
	(void)call;
	(void)answer;
	return 0;
}

#define ARGUMENT(type) .argument_length = sizeof(struct fuse_##type##_in)

static const struct operation operations[] = {
	/* What all versions have of its argument. */
	[FUSE_INIT] = { .serve = serve_init, .argument_length = 16, .is_nameless = true },
	[FUSE_DESTROY] = { .serve = serve_destroy, .is_nameless = true },
	[FUSE_STATFS] = { .serve = serve_statfs, .is_nameless = true },
	[FUSE_FORGET] = { .serve = serve_forget, ARGUMENT(forget), .is_nameless = true,
			  .has_no_answer = true },
	[FUSE_BATCH_FORGET] = { .serve = serve_batch_forget, ARGUMENT(batch_forget),
				.is_nameless = true, .has_no_answer = true },
	[FUSE_LOOKUP] = { .serve = serve_lookup, .names = 1 },
	[FUSE_GETATTR] = { .serve = serve_getattr, ARGUMENT(getattr) },
	[FUSE_READLINK] = { .serve = serve_readlink },
	[FUSE_OPEN] = { .serve = serve_open, ARGUMENT(open) },
	[FUSE_OPENDIR] = { .serve = serve_opendir, ARGUMENT(open) },
	[FUSE_RELEASE] = { .serve = serve_release, ARGUMENT(release) },
	[FUSE_RELEASEDIR] = { .serve = serve_release, ARGUMENT(release) },
	[FUSE_READ] = { .serve = serve_read, ARGUMENT(read) },
	[FUSE_READDIR] = { .serve = serve_readdir, ARGUMENT(read) },
	[FUSE_WRITE] = { .serve = serve_write, ARGUMENT(write) },
	[FUSE_SETATTR] = { .serve = serve_setattr, ARGUMENT(setattr) },
	[FUSE_MKDIR] = { .serve = serve_mkdir, ARGUMENT(mkdir), .names = 1 },
	[FUSE_MKNOD] = { .serve = serve_mknod, ARGUMENT(mknod), .names = 1 },
	[FUSE_CREATE] = { .serve = serve_create, ARGUMENT(create), .names = 1 },
	[FUSE_SYMLINK] = { .serve = serve_symlink, .names = 2 },
	[FUSE_LINK] = { .serve = serve_link, ARGUMENT(link), .names = 1 },
	[FUSE_UNLINK] = { .serve = serve_unlink, .names = 1 },
	[FUSE_RMDIR] = { .serve = serve_rmdir, .names = 1 },
	[FUSE_RENAME] = { .serve = serve_rename, ARGUMENT(rename), .names = 2 },
};

const struct operation *operation_find(uint32_t opcode)
{
	if (opcode >= G_N_ELEMENTS(operations) || !operations[opcode].serve)
		return NULL;
	return &operations[opcode];
}
