/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes an index of the kernel's symbols beside the reading of its list (symbol_source.c), from which
 * nothing more is needed than the list's own order: a symbol ends where the next address begins. What
 * is kept is sorted by bucket alone, by counting. The file appears complete, under its name, or not at
 * all, so that sessions may make it at the same time; those of a few kernels are kept.
 */
#include "symbol_index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbol_index_format.h"

#define BUCKET_SIZE 4UL		/* names in it on average, at most */
#define FILES_KEPT 4
#define FILE_PREFIX "symbols-"

/* A symbol as it came. */
struct symbol_index_item {
	__u64 address;
	__u32 size;
	__u32 name;
	__u32 hash;		/* as far as buckets need it */
	__u32 flags;
};

/* ---- Taking symbols ---- */

/* The symbols without an end, all of one address, end where the next one is. */
static void end_items(struct symbol_index_builder *builder, __u64 address)
{
	__u64 size = address - builder->last;

	for (; builder->ended < builder->count; builder->ended++)
		builder->items[builder->ended].size = size <= 0xffffffff ? (__u32)size : 0;
	builder->last = address;
}

static void add_item(struct symbol_index_builder *builder, const struct kallsyms_line *line, __u32 flags)
{
	struct symbol_index_item *item;

	if (builder->count == builder->capacity) {
		builder->capacity = builder->capacity ? builder->capacity + builder->capacity / 2 : 65536;
		builder->items = memory_resize(builder->items, builder->capacity * sizeof(*item));
	}
	item = &builder->items[builder->count++];
	*item = (struct symbol_index_item){
		.address = line->address,
		.name = (__u32)builder->names.length,
		.hash = symbol_index_bucket(symbol_index_hash(line->name), SYMBOL_INDEX_BITS_MOST),
		.flags = flags,
	};
	text_append(&builder->names, line->name, strlen(line->name) + 1);
}

/* What a symbol with that letter may be; 0: nothing of interest. */
static __u32 flags_of(char type)
{
	return (symbol_is_of_kind(SYMBOL_FUNCTION, type) ? INDEX_FUNCTION : 0) |
	       (symbol_is_of_kind(SYMBOL_VARIABLE, type) ? INDEX_VARIABLE : 0) |
	       (symbol_is_doubtful(type) ? INDEX_DOUBTFUL : 0);
}

void symbol_index_add(struct symbol_index_builder *builder, const struct kallsyms_line *line)
{
	if (builder->is_unfit)
		return;
	if (line->address > builder->last)
		end_items(builder, line->address);
	if (!builder->base && kallsyms_is_base(line)) {
		builder->base = line->address;
		builder->is_unfit = !line->address;
	}
	builder->is_unfit |= line->address < builder->last || builder->names.length > 0x7fffffff;
	if (flags_of(line->type))
		add_item(builder, line, flags_of(line->type));
}

void symbol_index_builder_fini(struct symbol_index_builder *builder)
{
	text_fini(&builder->names);
	free(builder->items);
	memset(builder, 0, sizeof(*builder));
}

/* ---- What is kept of them ---- */

/* What the item is, now that it is known where the kernel's sections are; 0: nothing that is kept. */
static __u32 judge_item(const struct symbol_index_item *item, const struct forbidden_sections *sections)
{
	__u32 flags = item->flags & INDEX_VARIABLE;

	if (item->flags & INDEX_DOUBTFUL && forbidden_is_behind_code(sections, item->address))
		flags |= INDEX_VARIABLE;
	if (!(item->flags & INDEX_FUNCTION) || forbidden_is_gone(sections, item->address))
		return flags;
	flags |= INDEX_FUNCTION;
	return flags | (__u32)forbidden_by_section(sections, item->address) << INDEX_REASON_SHIFT;
}

static void judge_items(struct symbol_index_builder *builder, const struct forbidden_sections *sections)
{
	size_t kept = 0;

	for (size_t i = 0; i < builder->count; i++) {
		struct symbol_index_item *item = &builder->items[i];

		item->flags = judge_item(item, sections);
		if (item->flags)
			builder->items[kept++] = *item;
	}
	builder->count = kept;
}

/* Makes addresses such that a kernel elsewhere has them too; false if they do not fit. */
static bool place_items(struct symbol_index_builder *builder)
{
	for (size_t i = 0; i < builder->count; i++) {
		struct symbol_index_item *item = &builder->items[i];

		if (item->address < builder->base)
			item->flags |= INDEX_ABSOLUTE;
		else
			item->address -= builder->base;
		if (item->address > 0xffffffff)
			return false;
	}
	return true;
}

/* ---- The file's parts ---- */

struct parts {
	struct symbol_index_header header;
	__u32 *buckets;
	struct symbol_index_entry *entries;
};

/* How many entries each bucket has, as the places where they begin; one behind that of the last. */
static void count_buckets(struct parts *parts, const struct symbol_index_builder *builder)
{
	__u32 mask = (1U << parts->header.bucket_bits) - 1;
	size_t count = (size_t)mask + 1;

	parts->buckets = memory_alloc((count + 1) * sizeof(*parts->buckets));
	for (size_t i = 0; i < builder->count; i++)
		parts->buckets[(builder->items[i].hash & mask) + 1]++;
	for (size_t i = 1; i <= count; i++)
		parts->buckets[i] += parts->buckets[i - 1];
}

/* Puts every item into its bucket, from the last to the first, so that they stay in order there. */
static void fill_buckets(struct parts *parts, const struct symbol_index_builder *builder)
{
	__u32 mask = (1U << parts->header.bucket_bits) - 1;
	__u32 *ends = parts->buckets + 1;

	parts->entries = memory_alloc(builder->count * sizeof(*parts->entries));
	for (size_t i = builder->count; i-- > 0;) {
		const struct symbol_index_item *item = &builder->items[i];

		parts->entries[--ends[item->hash & mask]] = (struct symbol_index_entry){
			(__u32)item->address, item->size, item->name, item->flags,
		};
	}
	/* Each end has become the beginning of its own bucket. */
	memmove(parts->buckets, ends, ((size_t)mask + 1) * sizeof(*ends));
	parts->buckets[(size_t)mask + 1] = (__u32)builder->count;
}

/* Whether the entry, without a seal yet, is the function that the list means. */
static bool is_listed(const struct symbol_index_builder *builder, const struct symbol_index_entry *entry,
		      const struct forbidden_function *function)
{
	__u64 address = entry->address + (entry->seal & INDEX_ABSOLUTE ? 0 : builder->base);

	return entry->seal & INDEX_FUNCTION && entry->seal >> INDEX_REASON_SHIFT == FORBIDDEN_NOT &&
	       strcmp(builder->names.bytes + entry->name, function->name) == 0 &&
	       forbidden_means(function, address);
}

static void forbid_listed(struct parts *parts, const struct symbol_index_builder *builder,
			  const struct forbidden_function *function)
{
	__u32 bucket = symbol_index_bucket(symbol_index_hash(function->name), parts->header.bucket_bits);

	for (__u32 i = parts->buckets[bucket]; i < parts->buckets[bucket + 1]; i++)
		if (is_listed(builder, &parts->entries[i], function))
			parts->entries[i].seal |= FORBIDDEN_LISTED << INDEX_REASON_SHIFT;
}

static void seal_entries(struct parts *parts, const struct symbol_index_builder *builder)
{
	for (__u32 i = 0; i < parts->header.entry_count; i++) {
		struct symbol_index_entry *entry = &parts->entries[i];
		__u64 hash = symbol_index_hash(builder->names.bytes + entry->name);

		entry->seal = symbol_index_seal(entry, hash, entry->seal);
	}
}

static void make_parts(struct parts *ret, const struct symbol_index_builder *builder,
		       const struct forbidden_list *list, const char *build_id)
{
	memset(ret, 0, sizeof(*ret));
	snprintf(ret->header.magic, sizeof(ret->header.magic), "%s", SYMBOL_INDEX_MAGIC);
	snprintf(ret->header.build_id, sizeof(ret->header.build_id), "%s", build_id);
	ret->header.entry_count = (__u32)builder->count;
	ret->header.names_size = (__u32)builder->names.length;
	ret->header.has_list = list->is_known;
	while (ret->header.bucket_bits < SYMBOL_INDEX_BITS_MOST &&
	       BUCKET_SIZE << ret->header.bucket_bits < builder->count)
		ret->header.bucket_bits++;
	count_buckets(ret, builder);
	fill_buckets(ret, builder);
	for (size_t i = 0; i < list->count; i++)
		forbid_listed(ret, builder, &list->items[i]);
	seal_entries(ret, builder);
	ret->header.digest = symbol_index_digest(&ret->header, ret->buckets);
}

static void parts_fini(struct parts *parts)
{
	free(parts->buckets);
	free(parts->entries);
}

/* ---- Writing ---- */

bool symbol_index_may_write(const struct symbol_index_place *place)
{
	int folder;
	bool may;

	if (mkdir(place->folder, 0700) != 0 && errno != EEXIST)
		return false;
	folder = symbol_index_open_folder(place);
	may = folder >= 0 && faccessat(folder, ".", W_OK, AT_EACCESS) == 0;
	if (folder >= 0)
		close(folder);
	return may;
}

static bool write_whole(int fd, const void *bytes, size_t size)
{
	for (const char *at = bytes; size > 0;) {
		ssize_t length = write(fd, at, size);

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return false;
		at += length;
		size -= (size_t)length;
	}
	return true;
}

static bool write_parts(int fd, const struct parts *parts, const struct text *names)
{
	size_t bucket_count = ((size_t)1 << parts->header.bucket_bits) + 1;

	return write_whole(fd, &parts->header, sizeof(parts->header)) &&
	       write_whole(fd, parts->buckets, bucket_count * sizeof(*parts->buckets)) &&
	       write_whole(fd, parts->entries, parts->header.entry_count * sizeof(*parts->entries)) &&
	       write_whole(fd, names->bytes, names->length);
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* The oldest file of the folder, if there are too many. */
static bool find_surplus(DIR *entries, struct dirent *ret)
{
	struct timespec oldest = { 0 };
	struct dirent *entry;
	size_t count = 0;

	rewinddir(entries);
	while ((entry = readdir(entries))) {
		struct stat status;

		if (strncmp(entry->d_name, FILE_PREFIX, strlen(FILE_PREFIX)) != 0 ||
		    fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (count++ && !is_before(&status.st_mtim, &oldest))
			continue;
		oldest = status.st_mtim;
		*ret = *entry;
	}
	return count > FILES_KEPT;
}

static void remove_surplus(int folder)
{
	int copy = dup(folder);
	DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
	struct dirent entry;

	if (!entries) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while (find_surplus(entries, &entry) && unlinkat(folder, entry.d_name, 0) == 0)
		;
	closedir(entries);
}

/* Writes the file aside, and then gives it its name. */
static bool write_file(const struct parts *parts, const struct text *names, const struct symbol_index_place *place)
{
	char name[sizeof(place->build_id) + 16], aside[sizeof(name) + 32];
	int folder = symbol_index_open_folder(place), fd;
	bool success = false;

	if (folder < 0)
		return false;
	snprintf(name, sizeof(name), FILE_PREFIX "%s", place->build_id);
	snprintf(aside, sizeof(aside), "%s.%ld", name, (long)getpid());
	unlinkat(folder, aside, 0);
	fd = openat(folder, aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0) {
		success = write_parts(fd, parts, names);
		success &= close(fd) == 0;
		success = success && renameat(folder, aside, folder, name) == 0;
		if (!success)
			unlinkat(folder, aside, 0);
	}
	if (success)
		remove_surplus(folder);
	close(folder);
	return success;
}

bool symbol_index_write(struct symbol_index_builder *builder, const struct forbidden_sections *sections,
			const struct forbidden_list *list, const struct symbol_index_place *place)
{
	struct parts parts;
	bool success;

	if (builder->is_unfit || !builder->base)
		return false;
	judge_items(builder, sections);
	if (!builder->count || !place_items(builder))
		return false;
	make_parts(&parts, builder, list, place->build_id);
	success = write_file(&parts, &builder->names, place);
	parts_fini(&parts);
	return success;
}
