/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules/KEY holds a module, then a line of text for the list, then the digest of both, so that a
 * file that a crash or a full disk has cut off is none. Files are written beside and renamed; a
 * folder's time is that of its last use. paths_cache_dir() has checked that nobody else can write
 * into the cache; a file of another owner in it is not taken either.
 */
#include "build/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "build/sources.h"
#include "launcher/record.h"
#include "target/scratch.h"

#define MODULES "modules"
#define PREPARED_PREFIX "prepared-"
#define DIGEST_LENGTH 64
#define DEFAULT_LIMIT_MB 1024

static const char *module_path(struct arena *arena, const char *key)
{
	const char *cache = paths_cache_dir();

	return cache ? arena_printf(arena, "%s/" MODULES "/%s", cache, key) : NULL;
}

/* ---- Modules ---- */

static bool is_ours_alone(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
	       !(status.st_mode & (S_IWGRP | S_IWOTH));
}

/* The length of what stands before the digest at the end; 0 if the digest is another's. */
static gsize verified_length(const char *bytes, gsize size)
{
	g_autofree char *digest = NULL;

	if (size <= DIGEST_LENGTH)
		return 0;
	digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, size - DIGEST_LENGTH);
	return memcmp(digest, bytes + size - DIGEST_LENGTH, DIGEST_LENGTH) == 0 ? size - DIGEST_LENGTH : 0;
}

/* What is behind the module, its line's start; the module's length is the difference. */
static const char *line_of(const char *bytes, gsize length)
{
	const char *end = bytes + length - 1;

	while (end > bytes && end[-1] != '\0')
		end--;
	return end;
}

bool cache_read_module(const char *kept, char **bytes_ret, gsize *length_ret)
{
	g_autofree char *bytes = NULL;
	gsize size, length;

	if (!is_ours_alone(kept) || !g_file_get_contents(kept, &bytes, &size, NULL))
		return false;
	length = verified_length(bytes, size);
	if (length < 2)
		return false;
	*length_ret = (gsize)(line_of(bytes, length) - bytes - 1);
	*bytes_ret = g_steal_pointer(&bytes);
	return true;
}

bool cache_get_module(struct arena *arena, const char *key, const char *path, const char **kept_ret)
{
	const char *kept = module_path(arena, key);
	g_autofree char *bytes = NULL;
	gsize length;

	if (!kept || !cache_read_module(kept, &bytes, &length))
		return false;
	cache_touch(kept);
	*kept_ret = kept;
	return g_file_set_contents(path, bytes, (gssize)length, NULL);
}

void cache_put_module(struct arena *arena, const char *key, const char *path, const char *what,
		      const char **kept_ret)
{
	const char *kept = module_path(arena, key);
	g_autofree char *folder = kept ? g_path_get_dirname(kept) : NULL;
	g_autofree char *bytes = NULL, *digest = NULL;
	GString *all;
	gsize size;

	if (!kept || g_mkdir_with_parents(folder, 0700) != 0 ||
	    !g_file_get_contents(path, &bytes, &size, NULL))
		return;
	all = g_string_new_len(bytes, (gssize)size);
	g_string_append_c(all, '\0');
	g_string_append_printf(all, "%s\n", what);
	digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)all->str, all->len);
	g_string_append(all, digest);
	if (g_file_set_contents(kept, all->str, (gssize)all->len, NULL)) {
		*kept_ret = kept;
		cache_trim(kept);
	}
	g_string_free(all, TRUE);
}

void cache_touch(const char *path)
{
	utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

/* ---- All entries ---- */

/* The line of a kept module, without its end. */
static const char *module_what(struct arena *arena, const char *path)
{
	g_autofree char *bytes = NULL;
	const char *line;
	gsize size, length;

	if (!g_file_get_contents(path, &bytes, &size, NULL))
		return "";
	length = verified_length(bytes, size);
	if (length < 2)
		return "damaged";
	line = line_of(bytes, length);
	return arena_strndup(arena, line, (size_t)(bytes + length - 1 - line));
}

static guint64 folder_size(const char *folder)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	guint64 size = 0;
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat status;

		if (lstat(path, &status) == 0)
			size += (guint64)status.st_size;
	}
	if (dir)
		g_dir_close(dir);
	return size;
}

static void add_entry(struct arena *arena, GPtrArray *entries, const char *path, const char *kind)
{
	struct cache_entry *entry;
	struct stat status;

	if (lstat(path, &status) != 0)
		return;
	entry = arena_new0(arena, struct cache_entry);
	entry->path = arena_printf(arena, "%s", path);
	entry->kind = kind;
	entry->size = S_ISDIR(status.st_mode) ? folder_size(path) : (guint64)status.st_size;
	entry->used = status.st_mtime;
	entry->what = "";
	g_ptr_array_add(entries, entry);
}

/* The entries in a folder whose names begin with `prefix`. */
static void add_entries(struct arena *arena, GPtrArray *entries, const char *folder, const char *prefix,
			const char *kind)
{
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_str_has_prefix(name, prefix))
			add_entry(arena, entries, path, kind);
	}
	if (dir)
		g_dir_close(dir);
}

static void add_prepared(struct arena *arena, GPtrArray *entries, const char *cache)
{
	g_autofree char *kernels = g_build_filename(cache, "kernel", NULL);
	GDir *dir = g_dir_open(kernels, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *folder = g_build_filename(kernels, name, NULL);

		add_entries(arena, entries, folder, PREPARED_PREFIX, "headers");
	}
	if (dir)
		g_dir_close(dir);
}

static gint compare_use(gconstpointer a, gconstpointer b)
{
	const struct cache_entry *left = *(struct cache_entry *const *)a;
	const struct cache_entry *right = *(struct cache_entry *const *)b;

	if (left->used != right->used)
		return left->used > right->used ? -1 : 1;
	return strcmp(left->path, right->path);
}

/* Without what they are about, which takes reading them. */
static GPtrArray *entries_by_use(struct arena *arena)
{
	GPtrArray *entries = arena_array(arena);
	const char *cache = paths_cache_dir();

	if (cache) {
		g_autofree char *modules = g_build_filename(cache, MODULES, NULL);
		g_autofree char *runs = g_build_filename(cache, RECORD_FOLDER, NULL);

		add_entries(arena, entries, modules, "", "module");
		add_entries(arena, entries, runs, "", "run");
		add_prepared(arena, entries, cache);
	}
	g_ptr_array_sort(entries, compare_use);
	return entries;
}

/* The release that a prepared folder is for. */
static const char *prepared_what(struct arena *arena, const char *path)
{
	g_autofree char *name = g_build_filename(path, "release", NULL);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(name, &text, NULL, NULL))
		return "";
	return arena_printf(arena, "%s", text);
}

/* The command line of a run, as it was given. */
static const char *run_what(struct arena *arena, const char *path)
{
	g_autofree char *bytes = NULL, *command = NULL;
	gsize size;

	if (!g_file_get_contents(path, &bytes, &size, NULL))
		return "";
	command = record_command(bytes, size);
	return command ? g_strdelimit(arena_printf(arena, "%s", command), "\n\t", ' ') : "damaged";
}

static void add_what(struct arena *arena, struct cache_entry *entry)
{
	if (strcmp(entry->kind, "module") == 0)
		entry->what = module_what(arena, entry->path);
	else if (strcmp(entry->kind, "run") == 0)
		entry->what = run_what(arena, entry->path);
	else
		entry->what = prepared_what(arena, entry->path);
}

GPtrArray *cache_list(struct arena *arena)
{
	GPtrArray *entries = entries_by_use(arena);

	for (guint i = 0; i < entries->len; i++)
		add_what(arena, entries->pdata[i]);
	return entries;
}

/* ---- Making room ---- */

static guint64 limit_bytes(void)
{
	const char *text = g_getenv("SPILE_CACHE_MB");
	guint64 megabytes = text ? g_ascii_strtoull(text, NULL, 10) : 0;

	return (megabytes ? megabytes : DEFAULT_LIMIT_MB) << 20;
}

static void remove_entry(const struct cache_entry *entry)
{
	if (g_file_test(entry->path, G_FILE_TEST_IS_DIR))
		scratch_remove(entry->path);
	else
		g_unlink(entry->path);
}

void cache_trim(const char *kept)
{
	struct arena *arena = arena_new();
	GPtrArray *entries = entries_by_use(arena);
	guint64 limit = limit_bytes(), sum = 0;

	for (guint i = 0; i < entries->len; i++) {
		const struct cache_entry *entry = entries->pdata[i];

		sum += entry->size;
		if (sum > limit && strcmp(entry->path, kept) != 0) {
			remove_entry(entry);
			sum -= entry->size;
		}
	}
	arena_free(arena);
}

bool cache_clean(void)
{
	static const char *const folders[] = { MODULES, RECORD_FOLDER, "kernel", "debuginfo" };
	const char *cache = paths_cache_dir();
	bool ok = cache != NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(folders) && cache; i++) {
		g_autofree char *path = g_build_filename(cache, folders[i], NULL);

		scratch_remove(path);
		ok = ok && !g_file_test(path, G_FILE_TEST_EXISTS);
	}
	sources_forget();
	return ok;
}
