/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finit_module(2) and delete_module(2), with their errors in words. Called by session.c around
 * a session and by main.c for -d. Keeps no state: the kernel knows what is loaded.
 */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"
#include "kallsyms.h"
#include "message.h"

#define UNLOAD_TRIES 250
#define UNLOAD_PAUSE_NS (20 * 1000 * 1000)	/* 250 times: five seconds */

#define MISSING_SHOWN 8

/* ---- Loading ---- */

void load_add_parameter(struct text *line, const char *parameter)
{
	const char *value = strchr(parameter, '=');

	if (line->length)
		text_append(line, " ", 1);
	if (value && value[1] != '"' && strpbrk(value + 1, " \t\n"))
		text_printf(line, "%.*s\"%s\"", (int)(value + 1 - parameter), parameter, value + 1);
	else
		text_append_string(line, parameter);
}

size_t load_list_missing(const struct module_file *file, struct text *list)
{
	const char *names[MISSING_SHOWN];
	size_t count = kallsyms_missing(file->undefined.items, file->undefined.count, names,
					MISSING_SHOWN);

	for (size_t i = 0; i < count; i++)
		text_printf(list, "%s%s", i ? ", " : "", names[i]);
	return count;
}

/* ENOENT is the kernel's word for a symbol that it does not have. */
static void explain_missing_symbols(const struct module_file *file)
{
	struct text list = { 0 };

	if (load_list_missing(file, &list))
		message_note("this kernel has no %s", list.bytes);
	message_note("the kernel's log has every missing symbol: dmesg | tail");
	text_fini(&list);
}

/* What an errno of finit_module(2) means here and what to do. */
static void explain_load(const struct module_file *file, int error)
{
	message_error("%s could not be loaded: %s", file->path, strerror(error));
	switch (error) {
	case EEXIST:
		message_note("a module %s is loaded already; if nobody uses it: spilerun -d %s",
			     file->name, file->name);
		break;
	case ENOEXEC:
		message_note("the kernel found the file unfit, mostly because it was built for "
			     "another kernel; its log says why: dmesg | tail");
		break;
	case ENOKEY:
	case EKEYREJECTED:
	case EBADMSG:
		message_note("the kernel takes only modules signed with a key it knows (Secure "
			     "Boot): sign it and enrol the key with mokutil(1)");
		break;
	case EPERM:
	case EACCES:
		message_note("root alone is not enough here: a container without CAP_SYS_MODULE, a "
			     "security policy or kernel lockdown forbids it");
		break;
	case ENOENT:
		explain_missing_symbols(file);
		break;
	case ENOMEM:
		message_note("ask for less: smaller arrays in the script, smaller buffers with -s");
		break;
	case ERANGE:
		message_note("a module parameter is out of range: buffer_kb takes 32 to 1048576");
		break;
	case EINVAL:
		message_note("a module parameter may be unknown or out of range: dmesg | tail");
		break;
	default:
		message_note("the kernel's log may say more: dmesg | tail");
		break;
	}
}

bool load_module(const struct module_file *file, const char *parameters)
{
	long result = syscall(SYS_finit_module, file->fd, parameters, 0);

	if (result != 0 && errno == ENOSYS)
		result = syscall(SYS_init_module, file->bytes, file->size, parameters);
	if (result != 0) {
		explain_load(file, errno);
		return false;
	}
	message_verbose("loaded %s as %s%s%s", file->path, file->name, *parameters ? " with " : "",
			parameters);
	return true;
}

/* ---- Unloading ---- */

/* 0, or the errno of the last try. */
static int try_unload(const char *name)
{
	const struct timespec pause = { 0, UNLOAD_PAUSE_NS };
	int error = 0;

	for (int i = 0; i < UNLOAD_TRIES; i++) {
		if (syscall(SYS_delete_module, name, O_NONBLOCK) == 0)
			return 0;
		error = errno;
		if (error != EAGAIN && error != EBUSY)
			break;
		nanosleep(&pause, NULL);
	}
	return error;
}

static bool explain_unload(const char *name, int error)
{
	message_error("module %s could not be unloaded: %s", name, strerror(error));
	switch (error) {
	case EAGAIN:
	case EBUSY:
		message_note("something still uses it, perhaps another spilerun; when that has "
			     "ended: spilerun -d %s", name);
		break;
	case EPERM:
		message_note("unloading a module takes root");
		break;
	default:
		break;
	}
	return false;
}

bool load_unload(const char *name)
{
	int error = try_unload(name);

	if (error && error != ENOENT)
		return explain_unload(name, error);
	message_verbose("unloaded %s", name);
	return true;
}

/* Only what spile made is touched: its modules have a folder in /proc/driver. */
static bool is_ours(const char *name)
{
	struct text path = { 0 };
	bool found;

	text_printf(&path, "/proc/" SPILE_PROC_PARENT "/" SPILE_PROC_PREFIX "%s", name);
	found = access(path.bytes, F_OK) == 0;
	text_fini(&path);
	return found;
}

bool load_unload_left_behind(const char *name_or_path)
{
	const char *slash = strrchr(name_or_path, '/');
	struct text name = { 0 };
	bool success = false;
	int error;

	text_append_string(&name, slash ? slash + 1 : name_or_path);
	if (name.length > 3 && strcmp(name.bytes + name.length - 3, ".ko") == 0)
		name.bytes[name.length - 3] = '\0';
	if (!is_ours(name.bytes)) {
		message_error("no script module %s is loaded", name.bytes);
	} else {
		error = try_unload(name.bytes);
		success = error == 0 || explain_unload(name.bytes, error);
	}
	text_fini(&name);
	return success;
}
