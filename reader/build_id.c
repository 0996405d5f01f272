/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places within functions are those of one build of the kernel, or of a module; another build of
 * the same release has other instructions there. So a script's module that has such places says
 * which builds it was made for, and session.c has them compared here before it is loaded.
 */
#include "build_id.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "text.h"

#define NOTE_NAME "GNU"

static size_t aligned(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static void print_hexadecimal(const unsigned char *bytes, size_t count, char *ret)
{
	*ret = '\0';
	for (size_t i = 0; i < count; i++)
		snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}

bool notes_build_id(const void *notes, size_t size, char *ret)
{
	const unsigned char *at = notes;
	Elf64_Nhdr head;

	while (size >= sizeof(head)) {
		size_t name_size, length;

		memcpy(&head, at, sizeof(head));
		name_size = aligned(head.n_namesz);
		length = sizeof(head) + name_size + aligned(head.n_descsz);
		if (length > size)
			return false;
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == sizeof(NOTE_NAME) &&
		    memcmp(at + sizeof(head), NOTE_NAME, sizeof(NOTE_NAME)) == 0) {
			if (!head.n_descsz || head.n_descsz > BUILD_ID_BYTES_MOST)
				return false;
			print_hexadecimal(at + sizeof(head) + name_size, head.n_descsz, ret);
			return true;
		}
		at += length;
		size -= length;
	}
	return false;
}

/* That of what runs here: a module's, or ("") the kernel's. */
static bool read_running(const char *module, char *ret)
{
	struct text notes = { 0 };
	char path[256] = "/sys/kernel/notes";
	bool found = false;

	if (*module)
		snprintf(path, sizeof(path), "/sys/module/%s/notes/.note.gnu.build-id", module);
	if (text_read_file(&notes, path) && notes.length)
		found = notes_build_id(notes.bytes, notes.length, ret);
	text_fini(&notes);
	return found;
}

bool build_id_of_kernel(char *ret)
{
	return read_running("", ret);
}

/* "MODULE:HEX" */
static bool check_one(const struct module_file *file, const char *value)
{
	const char *wanted = strchr(value, ':');
	char module[128], running[2 * BUILD_ID_BYTES_MOST + 1];

	if (!wanted || (size_t)(wanted - value) >= sizeof(module)) {
		message_error("%s: build-id '%s' is damaged", file->path, value);
		return false;
	}
	snprintf(module, sizeof(module), "%.*s", (int)(wanted++ - value), value);
	if (!read_running(module, running) || strcmp(running, wanted) == 0)
		return true;
	if (*module)
		message_error("%s was made for another build of module '%s' than is loaded", file->path, module);
	else
		message_error("%s was made for another build of this kernel", file->path);
	message_note("it has places within functions: build-id %s here, %s when it was made", running, wanted);
	message_note("translate the script again, with the debuginfo of what is running");
	return false;
}

bool build_id_check(const struct module_file *file)
{
	size_t position = 0;
	const char *value;

	while ((value = module_file_next_value(file, "spile_build_id", &position)))
		if (!check_one(file, value))
			return false;
	return true;
}
