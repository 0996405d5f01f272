/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A variable of a kernel module lies at its distance from the start of its section, and where that
 * was loaded to only the running kernel knows: /sys/module/MODULE/sections/SECTION. A script's module
 * that has such variables names the sections in its .modinfo, as "NUMBER MODULE SECTION", numbered
 * from 0 on; it is given the addresses as its parameter `anchors` when it is loaded.
 */
#include "anchors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "message.h"

/* Whether `name` is no way out of a folder. */
static bool is_plain(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, "..") != 0;
}

static bool report_missing(const char *sys, const char *module, const char *section, bool is_denied)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/module/%s", sys, module);
	if (access(path, F_OK) != 0) {
		message_error("module '%s' is not loaded, and the script reads variables of it", module);
		message_note("load it first: modprobe %s", module);
	} else if (is_denied) {
		message_error("the kernel does not tell where section '%s' of module '%s' lies", section, module);
		message_note("root can read it, unless the kernel is locked down");
	} else {
		message_error("module '%s' has no section '%s', in which the script reads a variable", module, section);
		message_note("translate the script again, for the module that is loaded");
	}
	return false;
}

static bool find_section(const char *sys, const char *module, const char *section, unsigned long long *ret)
{
	struct text text = { 0 };
	char path[512];
	bool was_read;

	snprintf(path, sizeof(path), "%s/module/%s/sections/%s", sys, module, section);
	was_read = text_read_file(&text, path);
	*ret = text.length ? strtoull(text.bytes, NULL, 16) : 0;
	text_fini(&text);
	return *ret ? true : report_missing(sys, module, section, was_read || errno != ENOENT);
}

/* "NUMBER MODULE SECTION", of which the number is expected. */
static bool add_one(struct text *values, const char *sys, const struct module_file *file, const char *anchor,
		    unsigned int expected)
{
	char module[128], section[128];
	unsigned long long address;
	unsigned int number;

	if (sscanf(anchor, "%u %127s %127s", &number, module, section) != 3 || number != expected ||
	    !is_plain(module) || !is_plain(section)) {
		message_error("%s: section '%s' is damaged", file->path, anchor);
		return false;
	}
	if (!find_section(sys, module, section, &address))
		return false;
	text_printf(values, "%s0x%llx", number ? "," : "anchors=", address);
	return true;
}

bool anchors_add_parameter_in(struct text *line, const struct module_file *file, const char *sys)
{
	struct text values = { 0 };
	unsigned int count = 0;
	size_t position = 0;
	const char *anchor;
	bool ok = true;

	while (ok && (anchor = module_file_next_value(file, "spile_anchor", &position)))
		ok = add_one(&values, sys, file, anchor, count++);
	if (ok && values.length)
		load_add_parameter(line, values.bytes);
	text_fini(&values);
	return ok;
}

bool anchors_add_parameter(struct text *line, const struct module_file *file)
{
	return anchors_add_parameter_in(line, file, "/sys");
}
