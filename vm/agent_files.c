/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's files in the guest: all of them below an overlay, whose upper half is a tmpfs, and the
 * shares mounted through. They come over 9p, from QEMU, or, where the kernel has no 9p, by FUSE, whose
 * requests two processes pass on to the host as they are. Called by agent.c.
 *
 * Those processes are on nobody's files but the initramfs's, so that they never wait for themselves.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files_line.h"

#define NEW_ROOT "/root"
#define LOWER "/lower"

/* ---- mounting ---- */

/* Makes a folder and those above it; existing ones are fine, and so are failures: mount tells. */
static void make_folders(const char *path)
{
	char part[4096];
	size_t length = strlen(path), i;

	if (length >= sizeof(part))
		return;
	for (i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		mkdir(part, 0755);
	}
}

bool agent_mount(const char *type, const char *source, const char *path, unsigned long flags,
		     const char *options)
{
	make_folders(path);
	return mount(source, path, type, flags, options) == 0;
}

/* ---- FUSE ---- */

/* The kernel gives one request at a time; it may have been taken back meanwhile (ENOENT). */
static void pass_requests(int kernel, int port, unsigned char *message)
{
	for (;;) {
		ssize_t length = read(kernel, message, VM_FILES_MESSAGE_MAX);

		if (length < 0 && (errno == EINTR || errno == EAGAIN || errno == ENOENT))
			continue;
		if (length <= 0 || !files_line_write(port, message, length))
			return;
	}
}

/* The kernel takes an answer at once, or does not want it any more: which is all the same here. */
static void pass_answers(int kernel, int port, unsigned char *message)
{
	struct fuse_out_header header;

	while (files_line_read(port, message, sizeof(header))) {
		memcpy(&header, message, sizeof(header));
		if (header.len < sizeof(header) || header.len > VM_FILES_MESSAGE_MAX ||
		    !files_line_read(port, message + sizeof(header), header.len - sizeof(header)))
			return;
		(void)!write(kernel, message, header.len);
	}
}

/* A process without which nothing goes on is the last one to be killed for its memory. */
static void be_spared(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, "-1000", 5);
	close(fd);
}

static void start_passing(void (*pass)(int kernel, int port, unsigned char *message), int kernel,
			  int port)
{
	static unsigned char message[VM_FILES_MESSAGE_MAX];
	pid_t pid = fork();

	if (pid < 0)
		agent_fail("cannot start a process: %s", strerror(errno));
	if (pid > 0)
		return;
	prctl(PR_SET_NAME, "spile-files");
	be_spared();
	pass(kernel, port, message);
	_exit(1);
}

static void mount_fuse(void)
{
	int kernel = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	int port = agent_open_port(VM_FILES_PORT_NAME);
	char options[128];

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,"
		 "default_permissions,max_read=%d", kernel, VM_FILES_DATA_MAX);
	if (kernel < 0 || !agent_mount("fuse", "host", LOWER, 0, options))
		agent_fail("cannot mount the host's files by FUSE: %s", strerror(errno));
	start_passing(pass_requests, kernel, port);
	start_passing(pass_answers, kernel, port);
	close(kernel);
	close(port);
}

/* ---- the root ---- */

static void mount_lower(enum vm_files files)
{
	if (files == VM_FILES_FUSE)
		mount_fuse();
	else if (!agent_mount("9p", VM_HOST_TAG, LOWER, MS_RDONLY,
			      "trans=virtio,version=9p2000.L,cache=loose,msize=512000"))
		agent_fail("cannot mount the host's files over 9p: %s", strerror(errno));
}

/* The host's / below, a tmpfs above: all can be written, nothing reaches the host. */
static void mount_root(void)
{
	if (!agent_mount("tmpfs", "upper", "/upper", 0, "mode=0755"))
		agent_fail("cannot mount a tmpfs: %s", strerror(errno));
	make_folders("/upper/data");
	make_folders("/upper/work");
	if (!agent_mount("overlay", "root", NEW_ROOT, 0,
			 "lowerdir=" LOWER ",upperdir=/upper/data,workdir=/upper/work"))
		agent_fail("cannot mount an overlay over the host's files: %s", strerror(errno));
}

/* An export of its own over 9p; by FUSE a part of what lies below the overlay. */
static bool mount_share(enum vm_files files, const char *share, int number, const char *path)
{
	char tag[32], source[4200];

	if (files == VM_FILES_FUSE) {
		snprintf(source, sizeof(source), LOWER "%s", share);
		return agent_mount(NULL, source, path, MS_BIND, NULL);
	}
	snprintf(tag, sizeof(tag), VM_SHARE_TAG "%d", number);
	return agent_mount("9p", tag, path, 0,
			   "trans=virtio,version=9p2000.L,cache=mmap,msize=512000");
}

static void mount_shares(const struct agent_request *request)
{
	char path[4200];
	int i;

	for (i = 0; request->shares && request->shares[i]; i++) {
		snprintf(path, sizeof(path), NEW_ROOT "%s", request->shares[i]);
		if (!mount_share(request->start.files, request->shares[i], i, path))
			agent_fail("cannot share %s: %s", request->shares[i], strerror(errno));
	}
}

/* Makes the new root /; the initramfs stays behind, out of sight. */
static void enter_root(void)
{
	if (chdir(NEW_ROOT) != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 ||
	    chroot(".") != 0 || chdir("/") != 0)
		agent_fail("cannot make the host's files the root: %s", strerror(errno));
}

void agent_enter_files(const struct agent_request *request)
{
	mount_lower(request->start.files);
	mount_root();
	mount_shares(request);
	enter_root();
}
