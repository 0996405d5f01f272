/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the record of a command line, compares all it names with what is there now, and starts the
 * loader on a copy of the module. Whatever is not as it should be is the translator's affair: it does all
 * from the start, and says what is wrong. As with all that is kept in the cache, only files of our own
 * that nobody else can write to are taken.
 */
#define _GNU_SOURCE
#include "launcher/again.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/foreground.h"
#include "launcher/naming.h"
#include "launcher/record.h"

/* A larger record or module is none of ours. */
#define SIZE_MOST (64 << 20)

struct bytes {
	char *start;			/* ends with a zero more; to be freed */
	size_t length;
};

/* What a record says of the module and of how to run it; points into its bytes. */
struct run {
	const char *module;		/* path in the cache */
	char *name;
	size_t length;
	uint64_t hash;
	const char **arguments;		/* of the loader, with a place for the module and a NULL; to be freed */
	size_t count;			/* without these two */
};

/* ---- Files of our own ---- */

static bool is_ours_alone(const struct stat *status)
{
	return status->st_uid == geteuid() && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

/* The user's cache as the translator has it (base/paths.c), if it is there. */
static bool find_cache(char *path, size_t size)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	struct stat status;
	int length = -1;

	if (base && *base == '/')
		length = snprintf(path, size, "%s/spile", base);
	else if (home && *home)
		length = snprintf(path, size, "%s/.cache/spile", home);
	return length > 0 && (size_t)length < size && stat(path, &status) == 0 && S_ISDIR(status.st_mode) &&
	       is_ours_alone(&status);
}

static bool read_whole(int handle, struct bytes *bytes, size_t size)
{
	bytes->start = malloc(size + 1);
	bytes->length = 0;
	while (bytes->start && bytes->length < size) {
		ssize_t count = read(handle, bytes->start + bytes->length, size - bytes->length);

		if (count <= 0)
			break;
		bytes->length += (size_t)count;
	}
	if (!bytes->start || bytes->length < size) {
		free(bytes->start);
		return false;
	}
	bytes->start[size] = '\0';
	return true;
}

/* A file of the cache. Frees nothing if it returns false. */
static bool read_kept(const char *path, struct bytes *bytes)
{
	int handle = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat status;
	bool ok;

	if (handle < 0)
		return false;
	ok = fstat(handle, &status) == 0 && S_ISREG(status.st_mode) && is_ours_alone(&status) &&
	     status.st_size < SIZE_MOST && read_whole(handle, bytes, (size_t)status.st_size);
	close(handle);
	return ok;
}

/* ---- The record ---- */

struct cursor {
	char *at;
	const char *end;
};

/* The next string; NULL when the record ends before it does. */
static char *next(struct cursor *cursor)
{
	char *text = cursor->at;
	char *zero = text < cursor->end ? memchr(text, '\0', (size_t)(cursor->end - text)) : NULL;

	if (!zero)
		return NULL;
	cursor->at = zero + 1;
	return text;
}

static bool is_key_as_before(struct cursor *cursor, const struct record_key *key)
{
	if ((size_t)(cursor->end - cursor->at) < key->length || memcmp(cursor->at, key->bytes, key->length) != 0)
		return false;
	cursor->at += key->length;
	return true;
}

static bool is_system_as_before(struct cursor *cursor)
{
	const char *before = next(cursor);
	char now[RECORD_TEXT_MOST];

	return before && record_system(now, sizeof(now)) && strcmp(before, now) == 0;
}

static bool are_inputs_as_before(struct cursor *cursor)
{
	const char *before, *path;
	char now[RECORD_TEXT_MOST];

	while ((before = next(cursor)) && *before) {
		path = next(cursor);
		if (!path)
			return false;
		record_input(path, now, sizeof(now), NULL);
		if (strcmp(before, now) != 0)
			return false;
	}
	return before;
}

static bool read_arguments(struct cursor *cursor, struct run *run)
{
	const char *count = next(cursor);

	run->count = count ? strtoul(count, NULL, 10) : 0;
	/* Each takes a byte at least. */
	if (!run->count || run->count > (size_t)(cursor->end - cursor->at))
		return false;
	run->arguments = calloc(run->count + 2, sizeof(*run->arguments));
	if (!run->arguments)
		return false;
	for (size_t i = 0; i < run->count; i++) {
		run->arguments[i] = next(cursor);
		if (!run->arguments[i])
			return false;
	}
	return true;
}

static bool read_run(struct cursor *cursor, struct run *run)
{
	const char *sum;

	run->module = next(cursor);
	run->name = next(cursor);
	sum = next(cursor);
	return sum && sscanf(sum, "%zu %" SCNx64, &run->length, &run->hash) == 2 && read_arguments(cursor, run);
}

/* ---- The run ---- */

/* The kept module under our own name, as `path`; it is whole, or none. */
static bool write_module(const struct run *run, const char *folder, char *path, size_t size)
{
	struct bytes kept;
	FILE *file;
	bool ok = false;

	if (!read_kept(run->module, &kept))
		return false;
	if (kept.length >= run->length && record_hash(kept.start, run->length) == run->hash) {
		naming_make_own(run->name, kept.start, run->length);
		snprintf(path, size, "%s/%s.ko", folder, run->name);
		file = fopen(path, "wxe");
		ok = file && fwrite(kept.start, 1, run->length, file) == run->length;
		ok = file && fclose(file) == 0 && ok;
	}
	free(kept.start);
	return ok;
}

/* So that neither is thought to be of no use any more when the cache is full. */
static void touch(const char *path)
{
	utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

/* In a folder that goes away afterwards. */
static bool run_module(struct run *run, int *status_ret)
{
	const char *base = getenv("TMPDIR");
	char folder[PATH_MAX], path[PATH_MAX + 256] = "";
	bool ok;

	if (snprintf(folder, sizeof(folder), "%s/spile-XXXXXX", base && *base ? base : "/tmp") >= (int)sizeof(folder) ||
	    !mkdtemp(folder))
		return false;
	ok = write_module(run, folder, path, sizeof(path));
	if (ok) {
		touch(run->module);
		run->arguments[run->count] = path;
		*status_ret = foreground_run(run->arguments);
	}
	unlink(path);
	rmdir(folder);
	return ok && *status_ret >= 0;
}

/* ---- All of it ---- */

static bool run_record(struct bytes *record, const struct record_key *key, int *status_ret)
{
	struct cursor cursor = { record->start, record->start + record->length };
	struct run run = { 0 };
	bool ok = is_key_as_before(&cursor, key) && is_system_as_before(&cursor) && are_inputs_as_before(&cursor) &&
		  read_run(&cursor, &run) && run_module(&run, status_ret);

	free(run.arguments);
	return ok;
}

static bool run_key(const struct record_key *key, int *status_ret)
{
	char cache[PATH_MAX], name[32], path[PATH_MAX + 64];
	struct bytes record;
	bool ok;

	if (!find_cache(cache, sizeof(cache)))
		return false;
	record_name(key, name, sizeof(name));
	snprintf(path, sizeof(path), "%s/" RECORD_FOLDER "/%s", cache, name);
	if (!read_kept(path, &record))
		return false;
	ok = run_record(&record, key, status_ret);
	if (ok)
		touch(path);
	free(record.start);
	return ok;
}

bool again_run(const char *const *argv, int *status_ret)
{
	struct record_key key;
	bool ok;

	if (!record_key_make(&key, argv))
		return false;
	ok = run_key(&key, status_ret);
	free(key.bytes);
	return ok;
}
