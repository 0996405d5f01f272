/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a session has the kernel's symbols from: the index that an earlier one left (symbol_index.h),
 * or the kernel's list. The index is asked for the kernel's own symbols only; what modules have is in
 * the list's last lines, for which the kernel has to go through all of it. Who reads the list makes the
 * index beside it, where there is none. An index is a matter of time alone: nothing fails without one.
 */
#include "symbol_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "build_id.h"
#include "message.h"
#include "symbol_index.h"

#define INDEX_FOLDER "/var/cache/spile"

/* ---- The kernel's list ---- */

struct reading {
	struct symbols *table;
	const struct symbols_filter *filter;	/* NULL: all are wanted */
	struct forbidden_sections sections;
	struct symbol_index_builder *builder;	/* NULL: no index is made */
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
	if (!line->module && reading->builder)
		symbol_index_add(reading->builder, line);
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
	forbidden_modules_read(&modules, "/proc/" SPILE_PROC_PARENT);
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

/* ---- The index ---- */

/* False: this kernel, or this host, can have none. */
static bool find_place(struct symbol_index_place *ret)
{
	ret->folder = INDEX_FOLDER;
	ret->owner = 0;
	return build_id_of_kernel(ret->build_id);
}

/* Whether the index knows all that could be known now. */
static bool is_complete(const struct symbol_index *index)
{
	return symbol_index_has_list(index) || !forbidden_list_is_open();
}

/*
 * From the index. False: it cannot answer; *is_wanted_ret then says whether a new one is wanted. `fd`
 * is the kernel's list.
 */
static bool read_index(struct symbols *ret, const struct symbols_filter *filter, int fd,
		       const struct symbol_index_place *place, bool *is_wanted_ret)
{
	struct symbol_index index;
	bool is_good, success;
	__u64 base;

	*is_wanted_ret = false;
	if (!kallsyms_find_base(fd, &base))
		return false;
	*is_wanted_ret = true;
	if (!symbol_index_open(&index, place))
		return false;
	is_good = is_complete(&index);
	success = is_good && !filter->has_modules && symbol_index_select(&index, base, filter, ret);
	*is_wanted_ret = !is_good || (!success && !filter->has_modules);
	symbol_index_close(&index);
	ret->is_part = success;
	return success;
}

/* Reads the list, and makes an index of it if there is a place for one. */
static bool read_and_index(struct symbols *ret, const struct symbols_filter *filter, int fd,
			   const struct symbol_index_place *place)
{
	struct symbol_index_builder builder = { 0 };
	struct reading reading = { .table = ret, .filter = filter, .builder = place ? &builder : NULL };
	struct forbidden_list list;
	bool success;

	/* Without debugfs the kernel refuses those of these functions that get a kprobe. */
	forbidden_list_read(&list);
	success = lseek(fd, 0, SEEK_SET) == 0 && read_list(&reading, fd, &list);
	if (success && place && symbol_index_write(&builder, &reading.sections, &list, place))
		message_verbose("the kernel's symbols are kept in %s, build-id %s", place->folder, place->build_id);
	symbol_index_builder_fini(&builder);
	forbidden_list_fini(&list);
	return success;
}

static bool read_from(int fd, struct symbols *ret, const struct symbols_filter *filter)
{
	struct symbol_index_place place;
	bool is_wanted = false;

	if (filter && find_place(&place) && read_index(ret, filter, fd, &place, &is_wanted)) {
		message_verbose("the kernel's symbols come from %s", place.folder);
		return true;
	}
	return read_and_index(ret, filter, fd, is_wanted && symbol_index_may_write(&place) ? &place : NULL);
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
