/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A variable of a kernel module lies at its distance from the start of its section, and where that
 * was loaded to only the running kernel knows: /sys/module/MODULE/sections/SECTION. Not so the
 * section with per-CPU variables, whose memory the kernel takes elsewhere: there the distance is from
 * another variable, which /proc/kallsyms has. A script's module that has such variables names what
 * they are counted from in its .modinfo, as "NUMBER MODULE SECTION" or "NUMBER MODULE =VARIABLE",
 * numbered from 0 on; it is given the addresses as its parameter `anchors` when it is loaded.
 */
#include "anchors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kallsyms.h"
#include "load.h"
#include "message.h"

/* Whether `name` is no way out of a folder. */
static bool is_plain(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, "..") != 0;
}

static bool report_missing(const char *root, const char *module, const char *section, bool is_denied)
{
	const char *what = *section == '=' ? "variable" : "section";
	char path[512];

	section += *section == '=';
	snprintf(path, sizeof(path), "%s/sys/module/%s", root, module);
	if (access(path, F_OK) != 0) {
		message_error("module '%s' is not loaded, and the script reads variables of it", module);
		message_note("load it first: modprobe %s", module);
	} else if (is_denied) {
		message_error("the kernel does not tell where %s '%s' of module '%s' lies", what, section, module);
		message_note("root can read it, unless the kernel is locked down");
	} else {
		message_error("module '%s' has no %s '%s', by which the script finds what it reads", module, what, section);
		message_note("translate the script again, for the module that is loaded");
	}
	return false;
}

static bool find_section(const char *root, const char *module, const char *section, unsigned long long *ret)
{
	struct text text = { 0 };
	char path[512];
	bool was_read;

	snprintf(path, sizeof(path), "%s/sys/module/%s/sections/%s", root, module, section);
	was_read = text_read_file(&text, path);
	*ret = text.length ? strtoull(text.bytes, NULL, 16) : 0;
	text_fini(&text);
	return *ret ? true : report_missing(root, module, section, was_read || errno != ENOENT);
}

/* A variable of a module that is looked for, and where it was found; 0: not yet. */
struct wanted {
	const char *module, *name;
	unsigned long long address;
};

static bool take_wanted(void *context, const struct kallsyms_line *line)
{
	struct wanted *wanted = context;

	if (line->module && strcmp(line->module, wanted->module) == 0 && strcmp(line->name, wanted->name) == 0)
		wanted->address = line->address;
	return !wanted->address;
}

static bool find_variable(const char *root, const char *module, const char *anchor, unsigned long long *ret)
{
	struct wanted wanted = { module, anchor + 1, 0 };
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s" KALLSYMS_PATH, root);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		kallsyms_each(fd, take_wanted, &wanted);
		close(fd);
	}
	*ret = wanted.address;
	return *ret ? true : report_missing(root, module, anchor, fd < 0);
}

/*
 * "NUMBER MODULE SECTION" or "NUMBER MODULE =VARIABLE", of `count` that come in any order: sets the
 * address of that number.
 */
static bool find_one(unsigned long long *addresses, unsigned int count, const char *root,
		     const struct module_file *file, const char *anchor)
{
	char module[128], section[128];
	unsigned int number;

	if (sscanf(anchor, "%u %127s %127s", &number, module, section) != 3 || number >= count || addresses[number] ||
	    !is_plain(module) || !is_plain(section)) {
		message_error("%s: section '%s' is damaged", file->path, anchor);
		return false;
	}
	return (*section == '=' ? find_variable : find_section)(root, module, section, &addresses[number]);
}

static unsigned int count_anchors(const struct module_file *file)
{
	unsigned int count = 0;
	size_t position = 0;

	while (module_file_next_value(file, "spile_anchor", &position))
		count++;
	return count;
}

bool anchors_add_parameter_in(struct text *line, const struct module_file *file, const char *root)
{
	unsigned int count = count_anchors(file);
	unsigned long long *addresses;
	struct text values = { 0 };
	size_t position = 0;
	const char *anchor;
	bool ok = true;

	if (!count)
		return true;
	addresses = memory_alloc(count * sizeof(*addresses));
	while (ok && (anchor = module_file_next_value(file, "spile_anchor", &position)))
		ok = find_one(addresses, count, root, file, anchor);
	for (unsigned int i = 0; ok && i < count; i++)
		text_printf(&values, "%s0x%llx", i ? "," : "anchors=", addresses[i]);
	if (ok)
		load_add_parameter(line, values.bytes);
	text_fini(&values);
	free(addresses);
	return ok;
}

bool anchors_add_parameter(struct text *line, const struct module_file *file)
{
	return anchors_add_parameter_in(line, file, "");
}
