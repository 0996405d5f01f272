/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks into an index of the kernel's symbols; symbol_source.c does, before it has the kernel tell
 * them. The file is mapped and only what is asked for is read: names by their bucket, wildcards by
 * going through all. Nothing of it is believed: lengths are compared when it is opened, and every
 * entry is compared with its seal before it is used, so that damage is found, and answered with "no",
 * and never with a wrong address.
 */
#include "symbol_index.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbol_index_format.h"

/* ---- The file ---- */

bool symbol_index_is_trusted(int fd, const struct symbol_index_place *place, mode_t type)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == type && status.st_uid == place->owner &&
	       (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int symbol_index_open_folder(const struct symbol_index_place *place)
{
	int fd = open(place->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || symbol_index_is_trusted(fd, place, S_IFDIR))
		return fd;
	close(fd);
	return -1;
}

static int open_file(const struct symbol_index_place *place)
{
	char name[sizeof(place->build_id) + 16];
	int folder = symbol_index_open_folder(place), fd;

	if (folder < 0)
		return -1;
	snprintf(name, sizeof(name), "symbols-%s", place->build_id);
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(folder);
	if (fd < 0 || symbol_index_is_trusted(fd, place, S_IFREG))
		return fd;
	close(fd);
	return -1;
}

static bool map_file(struct symbol_index *ret, int fd)
{
	struct stat status;
	void *bytes;

	if (fstat(fd, &status) != 0 || status.st_size < (off_t)sizeof(struct symbol_index_header))
		return false;
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return false;
	ret->bytes = bytes;
	ret->size = (size_t)status.st_size;
	return true;
}

/* Where the parts are; false if they are not all there. */
static bool find_parts(struct symbol_index *index)
{
	const struct symbol_index_header *header = index->bytes;
	__u64 buckets_size, entries_size;

	if (memcmp(header->magic, SYMBOL_INDEX_MAGIC, sizeof(header->magic)) != 0 ||
	    header->bucket_bits > SYMBOL_INDEX_BITS_MOST || !header->names_size)
		return false;
	buckets_size = ((1ULL << header->bucket_bits) + 1) * sizeof(*index->buckets);
	entries_size = (__u64)header->entry_count * sizeof(*index->entries);
	if (index->size != sizeof(*header) + buckets_size + entries_size + header->names_size)
		return false;
	index->header = header;
	index->buckets = (const __u32 *)(header + 1);
	index->entries = (const void *)((const char *)index->buckets + buckets_size);
	index->names = (const char *)index->entries + entries_size;
	return index->names[header->names_size - 1] == '\0';
}

static bool is_of_build(const struct symbol_index *index, const char *build_id)
{
	return strnlen(index->header->build_id, sizeof(index->header->build_id)) == strlen(build_id) &&
	       memcmp(index->header->build_id, build_id, strlen(build_id)) == 0;
}

bool symbol_index_open(struct symbol_index *ret, const struct symbol_index_place *place)
{
	int fd = open_file(place);
	bool is_mapped;

	memset(ret, 0, sizeof(*ret));
	if (fd < 0)
		return false;
	is_mapped = map_file(ret, fd);
	close(fd);
	if (!is_mapped)
		return false;
	if (find_parts(ret) && is_of_build(ret, place->build_id) &&
	    ret->header->digest == symbol_index_digest(ret->header, ret->buckets))
		return true;
	symbol_index_close(ret);
	return false;
}

void symbol_index_close(struct symbol_index *index)
{
	munmap((void *)(uintptr_t)index->bytes, index->size);
	memset(index, 0, sizeof(*index));
}

bool symbol_index_has_list(const struct symbol_index *index)
{
	return index->header->has_list;
}

/* ---- Entries ---- */

/* One question to the index, and where the answers go. */
struct selection {
	const struct symbol_index *index;
	const struct symbols_filter *filter;
	struct symbols *table;
	__u64 base;
};

/* The entry's symbol; false if it is damaged. */
static bool read_entry(const struct selection *selection, const struct symbol_index_entry *entry,
		       struct symbol *ret)
{
	const struct symbol_index *index = selection->index;
	__u32 flags = entry->seal & INDEX_FLAGS, reason = flags >> INDEX_REASON_SHIFT;

	if (entry->name >= index->header->names_size || reason >= FORBIDDEN_REASONS)
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->name = index->names + entry->name;
	if (symbol_index_seal(entry, symbol_index_hash(ret->name), flags) != entry->seal)
		return false;
	ret->address = entry->address + (flags & INDEX_ABSOLUTE ? 0 : selection->base);
	ret->end = entry->size ? ret->address + entry->size : 0;
	if (selection->table->kind == SYMBOL_FUNCTION)
		ret->forbidden = forbidden_text((enum forbidden_reason)reason);
	return true;
}

static bool is_of_kind(const struct symbol_index_entry *entry, enum symbol_kind kind)
{
	return entry->seal & (kind == SYMBOL_FUNCTION ? INDEX_FUNCTION : INDEX_VARIABLE);
}

static bool select_name(const struct selection *selection, const char *name)
{
	const struct symbol_index *index = selection->index;
	__u32 bucket = symbol_index_bucket(symbol_index_hash(name), index->header->bucket_bits);
	__u32 from = index->buckets[bucket], to = index->buckets[bucket + 1];
	struct symbol symbol;

	if (from > to || to > index->header->entry_count)
		return false;
	for (__u32 i = from; i < to; i++) {
		if (!read_entry(selection, &index->entries[i], &symbol))
			return false;
		if (is_of_kind(&index->entries[i], selection->table->kind) && strcmp(symbol.name, name) == 0)
			symbols_add(selection->table, &symbol);
	}
	return true;
}

static bool select_names(const struct selection *selection)
{
	const struct symbols_filter *filter = selection->filter;

	for (size_t i = 0; i < filter->name_count; i++) {
		if (i && strcmp(filter->names[i - 1], filter->names[i]) == 0)
			continue;
		if (!select_name(selection, filter->names[i]))
			return false;
	}
	return true;
}

static bool select_all(const struct selection *selection)
{
	const struct symbol_index *index = selection->index;
	struct symbol symbol;

	for (__u32 i = 0; i < index->header->entry_count; i++) {
		const struct symbol_index_entry *entry = &index->entries[i];

		if (!read_entry(selection, entry, &symbol))
			return false;
		if (is_of_kind(entry, selection->table->kind) && symbols_filter_wants(selection->filter, &symbol))
			symbols_add(selection->table, &symbol);
	}
	return true;
}

bool symbol_index_select(const struct symbol_index *index, __u64 base, const struct symbols_filter *filter,
			 struct symbols *ret)
{
	const struct selection selection = { index, filter, ret, base };
	size_t before = ret->count;

	if (!(filter->matches ? select_all(&selection) : select_names(&selection))) {
		ret->count = before;
		return false;
	}
	symbols_sort(ret);
	return true;
}
