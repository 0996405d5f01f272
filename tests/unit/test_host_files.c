/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm/host_files.c: the process that answers a machine's FUSE requests, asked here as a guest's kernel
 * would ask, and as one would that means harm. What it has to say of a folder of ours, which has
 * the file "text" and the folder "open", the only one that may be written to.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_files_server.h"

#include "host_files.h"
#include "tree_fixture.h"

struct guest {
	struct fixture *fixture;
	struct host_files files;
	uint64_t folder, open;	/* nodes of the fixture's folder, and of the writable one in it */
	union {
		struct fuse_entry_out entry;
		struct fuse_attr_out attributes;
		struct fuse_open_out file;
		struct fuse_write_out written;
		struct fuse_init_out init;
		struct {
			struct fuse_entry_out entry;
			struct fuse_open_out file;
		} created;
		char text[VM_FILES_MESSAGE_MAX];
	} answer;
	size_t answer_length;
};

static void read_exactly(int fd, void *bytes, size_t length)
{
	while (length > 0) {
		ssize_t got = read(fd, bytes, length);

		assert_true(got > 0);
		bytes = (char *)bytes + got;
		length -= got;
	}
}

static void send_request(struct guest *guest, uint32_t opcode, uint64_t node, const void *argument,
			 size_t length)
{
	struct fuse_in_header header = {
		.len = sizeof(header) + length, .opcode = opcode, .unique = 77, .nodeid = node,
		.uid = geteuid(), .gid = getegid(),
	};
	int line = guest->files.line;

	assert_int_equal(write(line, &header, sizeof(header)), sizeof(header));
	assert_int_equal(write(line, argument, length), length);
}

/* The error of the answer, positive; its contents are in guest->answer. */
static int ask(struct guest *guest, uint32_t opcode, uint64_t node, const void *argument,
	       size_t length)
{
	struct fuse_out_header header;

	send_request(guest, opcode, node, argument, length);
	read_exactly(guest->files.line, &header, sizeof(header));
	assert_int_equal(header.unique, 77);
	assert_true(header.len >= sizeof(header));
	guest->answer_length = header.len - sizeof(header);
	assert_true(guest->answer_length <= sizeof(guest->answer));
	read_exactly(guest->files.line, &guest->answer, guest->answer_length);
	return -header.error;
}

static int look_up(struct guest *guest, uint64_t folder, const char *name)
{
	return ask(guest, FUSE_LOOKUP, folder, name, strlen(name) + 1);
}

/* The node of a name that is there. */
static uint64_t node_of(struct guest *guest, uint64_t folder, const char *name)
{
	assert_int_equal(look_up(guest, folder, name), 0);
	return guest->answer.entry.nodeid;
}

static int open_node(struct guest *guest, uint64_t node, int flags)
{
	const struct fuse_open_in in = { .flags = flags };

	return ask(guest, FUSE_OPEN, node, &in, sizeof(in));
}

/* An argument, and texts behind it that end with NULs; the whole has `length` bytes. */
static int ask_named(struct guest *guest, uint32_t opcode, uint64_t node, const void *argument,
		     size_t argument_length, const char *names, size_t names_length)
{
	char bytes[256];

	memcpy(bytes, argument, argument_length);
	memcpy(bytes + argument_length, names, names_length);
	return ask(guest, opcode, node, bytes, argument_length + names_length);
}

static int create(struct guest *guest, uint64_t folder, const char *name)
{
	const struct fuse_create_in in = { .flags = O_RDWR, .mode = S_IFREG | 0640 };

	return ask_named(guest, FUSE_CREATE, folder, &in, sizeof(in), name, strlen(name) + 1);
}

static int write_text(struct guest *guest, uint64_t node, uint64_t file, const char *text)
{
	const struct fuse_write_in in = { .fh = file, .size = strlen(text) };

	return ask_named(guest, FUSE_WRITE, node, &in, sizeof(in), text, strlen(text));
}

static int read_file(struct guest *guest, uint64_t node, uint64_t file)
{
	const struct fuse_read_in in = { .fh = file, .size = 4096 };

	return ask(guest, FUSE_READ, node, &in, sizeof(in));
}

static const char *path_of(const struct guest *guest, const char *name)
{
	return arena_printf(guest->fixture->arena, "%s/%s", guest->fixture->root, name);
}

static int set_up(void **state)
{
	struct guest *guest = g_new0(struct guest, 1);
	const struct fuse_init_in in = { .major = 7, .minor = 31 };
	const char *folders[] = { NULL, NULL };
	g_auto(GStrv) parts = NULL;
	unsigned int i;

	if (fixture_set_up((void **)&guest->fixture) != 0)
		return -1;
	folders[0] = path_of(guest, "open");
	assert_int_equal(mkdir(folders[0], 0700), 0);
	assert_true(g_file_set_contents(path_of(guest, "text"), "words", -1, NULL));
	assert_true(host_files_start(folders, &guest->files));
	assert_int_equal(ask(guest, FUSE_INIT, 0, &in, sizeof(in)), 0);
	assert_int_equal(guest->answer.init.minor, 22);
	guest->folder = FUSE_ROOT_ID;
	parts = g_strsplit(guest->fixture->root + 1, "/", -1);
	for (i = 0; parts[i]; i++)
		guest->folder = node_of(guest, guest->folder, parts[i]);
	guest->open = node_of(guest, guest->folder, "open");
	*state = guest;
	return 0;
}

static int tear_down(void **state)
{
	struct guest *guest = *state;
	void *fixture = guest->fixture;

	host_files_stop(&guest->files);
	close(guest->files.line);
	g_free(guest);
	return fixture_tear_down(&fixture);
}

static void files_are_read(void **state)
{
	struct guest *guest = *state;
	uint64_t text = node_of(guest, guest->folder, "text");

	assert_int_equal(guest->answer.entry.attr.size, 5);
	assert_true(guest->answer.entry.entry_valid > 0);
	assert_int_equal(open_node(guest, text, O_RDONLY), 0);
	assert_int_equal(read_file(guest, text, guest->answer.file.fh), 0);
	assert_int_equal(guest->answer_length, 5);
	assert_memory_equal(guest->answer.text, "words", 5);
	assert_int_equal(look_up(guest, guest->folder, "nothing"), 0);
	assert_int_equal(guest->answer.entry.nodeid, 0);
	assert_int_equal(look_up(guest, guest->open, "nothing"), ENOENT);
}

static void nothing_else_is_written(void **state)
{
	struct guest *guest = *state;
	uint64_t text = node_of(guest, guest->folder, "text");
	const struct fuse_setattr_in smaller = { .valid = FATTR_SIZE };
	const struct fuse_mkdir_in mkdir_in = { .mode = 0700 };
	const struct fuse_rename_in away = { .newdir = guest->open };
	const struct fuse_link_in link_in = { .oldnodeid = text };

	assert_int_equal(open_node(guest, text, O_WRONLY), EROFS);
	assert_int_equal(open_node(guest, text, O_RDONLY | O_TRUNC), EROFS);
	assert_int_equal(ask(guest, FUSE_SETATTR, text, &smaller, sizeof(smaller)), EROFS);
	assert_int_equal(create(guest, guest->folder, "new"), EROFS);
	assert_int_equal(ask(guest, FUSE_UNLINK, guest->folder, "text", 5), EROFS);
	assert_int_equal(ask(guest, FUSE_RMDIR, guest->folder, "open", 5), EROFS);
	assert_int_equal(ask(guest, FUSE_SYMLINK, guest->folder, "a\0b", 4), EROFS);
	assert_int_equal(ask_named(guest, FUSE_MKDIR, guest->folder, &mkdir_in, sizeof(mkdir_in),
				   "new", 4), EROFS);
	assert_int_equal(ask_named(guest, FUSE_RENAME, guest->folder, &away, sizeof(away),
				   "text\0text", 10), EROFS);
	assert_int_equal(ask_named(guest, FUSE_LINK, guest->open, &link_in, sizeof(link_in),
				   "text", 5), EROFS);
	assert_int_equal(access(path_of(guest, "text"), F_OK), 0);
	assert_int_equal(access(path_of(guest, "new"), F_OK), -1);
}

static void a_file_outlives_its_name(void **state)
{
	struct guest *guest = *state;
	const struct fuse_getattr_in by_node = { .getattr_flags = 0 };
	uint64_t node, file;

	assert_int_equal(create(guest, guest->open, "file"), 0);
	node = guest->answer.created.entry.nodeid;
	file = guest->answer.created.file.fh;
	assert_int_equal(guest->answer.created.entry.entry_valid, 0);
	assert_int_equal(write_text(guest, node, file, "more"), 0);
	assert_int_equal(guest->answer.written.size, 4);
	assert_int_equal(ask(guest, FUSE_UNLINK, guest->open, "file", 5), 0);
	assert_int_equal(access(path_of(guest, "open/file"), F_OK), -1);
	assert_int_equal(ask(guest, FUSE_GETATTR, node, &by_node, sizeof(by_node)), 0);
	assert_int_equal(guest->answer.attributes.attr.size, 4);
	assert_int_equal(read_file(guest, node, file), 0);
	assert_memory_equal(guest->answer.text, "more", 4);
}

static void a_folder_takes_its_files_along(void **state)
{
	struct guest *guest = *state;
	const struct fuse_mkdir_in mkdir_in = { .mode = 0700 };
	const struct fuse_rename_in rename_in = { .newdir = guest->open };
	uint64_t node;

	assert_int_equal(ask_named(guest, FUSE_MKDIR, guest->open, &mkdir_in, sizeof(mkdir_in),
				   "one", 4), 0);
	assert_int_equal(create(guest, guest->answer.entry.nodeid, "file"), 0);
	node = guest->answer.created.entry.nodeid;
	assert_int_equal(ask_named(guest, FUSE_RENAME, guest->open, &rename_in, sizeof(rename_in),
				   "one\0two", 8), 0);
	assert_int_equal(access(path_of(guest, "open/two/file"), F_OK), 0);
	assert_int_equal(open_node(guest, node, O_RDONLY), 0);
}

/* What the host puts in a file's place is another file, and a link is not gone through. */
static void the_host_changes_its_mind(void **state)
{
	struct guest *guest = *state;
	uint64_t node;

	assert_int_equal(g_mkdir(path_of(guest, "open/place"), 0700), 0);
	node = node_of(guest, guest->open, "place");
	assert_int_equal(rmdir(path_of(guest, "open/place")), 0);
	assert_int_equal(symlink("..", path_of(guest, "open/place")), 0);
	assert_int_equal(look_up(guest, node, "text"), ENOTDIR);
	assert_int_equal(create(guest, node, "text"), ENOTDIR);
	assert_true(node_of(guest, guest->open, "place") != node);
	assert_int_equal(look_up(guest, node, "text"), ESTALE);
}

static void what_makes_no_sense_is_refused(void **state)
{
	struct guest *guest = *state;
	const struct fuse_forget_in forget = { .nlookup = G_MAXUINT64 };
	uint64_t text = node_of(guest, guest->folder, "text");

	assert_int_equal(look_up(guest, guest->open, ".."), EINVAL);
	assert_int_equal(look_up(guest, guest->open, "../text"), EINVAL);
	assert_int_equal(look_up(guest, guest->open, ""), EINVAL);
	assert_int_equal(ask(guest, FUSE_LOOKUP, guest->open, "unended", 7), EINVAL);
	assert_int_equal(ask(guest, FUSE_OPEN, text, "", 1), EINVAL);
	assert_int_equal(look_up(guest, 123456, "text"), ESTALE);
	assert_int_equal(read_file(guest, text, 123456), EBADF);
	assert_int_equal(ask(guest, FUSE_IOCTL, text, "", 1), ENOSYS);
	assert_int_equal(ask(guest, 4000000, text, "", 1), ENOSYS);
	send_request(guest, FUSE_FORGET, text, &forget, sizeof(forget));
	assert_int_equal(open_node(guest, text, O_RDONLY), ESTALE);
	send_request(guest, FUSE_FORGET, FUSE_ROOT_ID, &forget, sizeof(forget));
	assert_int_equal(look_up(guest, FUSE_ROOT_ID, "dev"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_else_is_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_outlives_its_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_folder_takes_its_files_along, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_host_changes_its_mind, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_makes_no_sense_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
