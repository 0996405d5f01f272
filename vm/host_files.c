/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process that answers the guest's requests for files: its line, its loop, the look at each
 * request before host_files_operations.c gets to see it. One request at a time; the guest's kernel keeps
 * what it has read. Started by qemu.c, and gone with spile or with the machine.
 *
 * The machine is no prisoner: the process has the caller's rights and no others, but it trusts no
 * number or length that comes over the line.
 */
#define _GNU_SOURCE
#include "host_files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files_line.h"
#include "host_files_server.h"

/* ---- one request ---- */

/* Finds the texts behind the argument. False: one is not there whole. */
static bool find_names(const struct operation *operation, const char *next, size_t left,
		       struct call *call)
{
	unsigned int i;

	for (i = 0; i < operation->names; i++) {
		size_t length = strnlen(next, left);

		if (length == left)
			return false;
		call->names[i] = next;
		next += length + 1;
		left -= length + 1;
	}
	return true;
}

/* A name that is a path would lead elsewhere. The second may be a link's target: see there. */
static bool is_name(const char *text)
{
	return *text && !strchr(text, '/') && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

static int serve_call(struct server *server, const struct operation *operation, void *answer)
{
	const struct fuse_in_header *header = (const void *)server->request;
	struct call call = { .header = header, .argument = header + 1 };
	size_t length = header->len - sizeof(*header);

	if (length < operation->argument_length)
		return -EINVAL;
	call.data = (const unsigned char *)call.argument + operation->argument_length;
	call.data_length = length - operation->argument_length;
	if (!find_names(operation, (const char *)call.data, call.data_length, &call))
		return -EINVAL;
	if (call.names[0] && !is_name(call.names[0]))
		return -EINVAL;
	call.node = nodes_get(server->nodes, header->nodeid);
	if (!call.node && !operation->is_nameless)
		return -ESTALE;
	return operation->serve(server, &call, answer);
}

/* ---- the line ---- */

static bool read_request(struct server *server)
{
	struct fuse_in_header *header = (void *)server->request;

	return files_line_read(server->line, header, sizeof(*header)) &&
	       header->len >= sizeof(*header) && header->len <= VM_FILES_MESSAGE_MAX &&
	       files_line_read(server->line, header + 1, header->len - sizeof(*header));
}

/* Answers one request. False: the machine is gone. */
static bool serve_request(struct server *server)
{
	const struct fuse_in_header *header = (const void *)server->request;
	struct fuse_out_header *answer = (void *)server->answer;
	const struct operation *operation;
	int result = -ENOSYS;

	if (!read_request(server))
		return false;
	operation = operation_find(header->opcode);
	if (operation)
		result = serve_call(server, operation, answer + 1);
	if (operation && operation->has_no_answer)
		return true;
	answer->unique = header->unique;
	answer->error = MIN(result, 0);
	answer->len = sizeof(*answer) + MAX(result, 0);
	return files_line_write(server->line, answer, answer->len);
}

/* ---- the process ---- */

static void find_writable(struct server *server, const char *const *folders)
{
	struct stat status;

	for (; folders && *folders; folders++) {
		if (stat(*folders, &status) != 0)
			continue;
		server->writable = g_renew(struct writable_folder, server->writable,
					   server->writable_count + 1);
		server->writable[server->writable_count++] =
			(struct writable_folder){ status.st_dev, status.st_ino };
	}
}

/* The guest may keep many files open. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* A session of its own, as QEMU has: the terminal's Ctrl-C is not for it. */
static void leave_caller(pid_t parent)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;
	int fd;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(nothing, fd);
	umask(0);
	raise_file_limit();
}

static void __attribute__((noreturn)) run(int line, const char *const *writable, pid_t parent)
{
	struct server server = { .line = line };

	leave_caller(parent);
	server.nodes = nodes_new();
	if (!server.nodes)
		_exit(1);
	server.open_files = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, NULL);
	server.request = g_malloc(VM_FILES_MESSAGE_MAX);
	server.answer = g_malloc(VM_FILES_MESSAGE_MAX);
	find_writable(&server, writable);
	while (serve_request(&server))
		;
	_exit(0);
}

bool host_files_start(const char *const *writable, struct host_files *ret)
{
	pid_t parent = getpid();
	int line[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0)
		return false;
	ret->pid = fork();
	if (ret->pid == 0) {
		close(line[1]);
		run(line[0], writable, parent);
	}
	close(line[0]);
	ret->line = line[1];
	if (ret->pid > 0)
		return true;
	ret->pid = 0;
	close(line[1]);
	return false;
}

void host_files_stop(struct host_files *files)
{
	if (files->pid == 0)
		return;
	kill(files->pid, SIGKILL);
	while (waitpid(files->pid, NULL, 0) < 0 && errno == EINTR)
		;
	files->pid = 0;
}
