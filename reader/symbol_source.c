/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a session has the kernel's symbols from: the kernel's list. It is read once for each table,
 * and no further than to the modules' symbols, which come last, if those are of no interest.
 */
#include "symbol_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* ---- The kernel's list ---- */

struct reading {
	struct symbols *table;
	const struct symbols_filter *filter;	/* NULL: all are wanted */
	struct forbidden_sections sections;
};

/* A module's letters are to be believed. */
static bool is_doubtful(const struct kallsyms_line *line, enum symbol_kind kind)
{
	return kind == SYMBOL_VARIABLE && !line->module && symbol_is_doubtful(line->type);
}

static bool take_line(void *context, const struct kallsyms_line *line)
{
	struct reading *reading = context;
	bool is_of_kind = symbol_is_of_kind(reading->table->kind, line->type);
	const struct symbol symbol = {
		.name = line->name, .module = line->module, .address = line->address, .is_doubtful = !is_of_kind,
	};

	if (line->module && reading->filter && !reading->filter->has_modules)
		return false;
	if (!line->module && symbol_is_of_kind(SYMBOL_FUNCTION, line->type))
		forbidden_note(&reading->sections, line->name, line->address);
	if ((is_of_kind || is_doubtful(line, reading->table->kind)) &&
	    (!reading->filter || symbols_filter_wants(reading->filter, &symbol)))
		symbols_add(reading->table, &symbol);
	return true;
}

static bool read_list(struct reading *reading, int fd, const struct forbidden_list *list)
{
	struct symbols *table = reading->table;
	struct forbidden_modules modules;

	if (!kallsyms_each(fd, take_line, reading))
		return false;
	table->is_part = reading->filter != NULL;
	symbols_sort(table);
	forbidden_modules_read(&modules, "/proc/" SPILE_PROC_DIR);
	symbols_forbid(table, &reading->sections, list, &modules);
	forbidden_modules_fini(&modules);
	if (!reading->filter || !reading->filter->has_ends)
		return true;
	return lseek(fd, 0, SEEK_SET) == 0 && symbols_find_ends(table, fd);
}

bool symbols_read_file(struct symbols *ret, enum symbol_kind kind, const struct symbols_filter *filter, int fd,
		       const struct forbidden_list *list)
{
	struct reading reading = { .table = ret, .filter = filter };

	symbols_init(ret, kind);
	if (read_list(&reading, fd, list))
		return true;
	symbols_fini(ret);
	return false;
}

static bool read_from(int fd, struct symbols *ret, const struct symbols_filter *filter)
{
	struct reading reading = { .table = ret, .filter = filter };
	struct forbidden_list list;
	bool success;

	/* Without debugfs the kernel refuses those of these functions that get a kprobe. */
	forbidden_list_read(&list);
	success = read_list(&reading, fd, &list);
	forbidden_list_fini(&list);
	return success;
}

bool symbols_read(struct symbols *ret, enum symbol_kind kind, const struct symbols_filter *filter)
{
	int fd = open(KALLSYMS_PATH, O_RDONLY | O_CLOEXEC);

	symbols_init(ret, kind);
	if (fd >= 0 && read_from(fd, ret, filter)) {
		close(fd);
		return true;
	}
	message_error("%s: %s", KALLSYMS_PATH, strerror(errno));
	if (fd >= 0)
		close(fd);
	symbols_fini(ret);
	return false;
}
